# SPDX-License-Identifier: MIT
"""Commands in C++ that store an event and its projection together: examples/event-sourcing."""
import unittest
import uuid

import product
from test_event_sourcing import FILES

COMMAND = """mutation M($id: UUID!, $type: String!, $payload: JSON!, $version: BigInt) {
    executeCommand(command: {aggregateId: $id, type: $type, payload: $payload, version: $version}) {
        success version } }"""


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = product.Database(*FILES)
        cls.addClassCleanup(cls.database.close)
        cls.server = product.Server(command=["--database", cls.database.url],
                                    binary=str(product.EXAMPLES / "example-event-sourcing"))
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        self.account = str(uuid.uuid4())

    def command(self, kind, payload, version=None):
        return self.server.graphql(COMMAND, id=self.account, type=kind, payload=payload,
                                   version=version)

    def events(self):
        read = "query Q($id: ID!) { accountHistory(accountId: $id) { type } }"
        return [each["type"] for each in self.server.data(read, id=self.account)["accountHistory"]]

    def test_the_event_and_its_projection_show_at_once(self):
        opened = self.command("AccountOpened", {"owner": "Ada"}, version=0)
        self.assertEqual(opened["data"]["executeCommand"]["success"], True)
        moved = self.command("MoneyDeposited", {"amount": 100})["data"]["executeCommand"]
        self.assertEqual(str(moved["version"]), "2")
        read = "query Q($id: ID!) { account(id: $id) { owner balance version } }"
        account = self.server.data(read, id=self.account)["account"]
        self.assertEqual((account["owner"], str(account["balance"]), str(account["version"])),
                         ("Ada", "100", "2"))

    def test_what_a_projection_refuses_has_not_happened(self):
        self.command("AccountOpened", {"owner": "Ada"}, version=0)
        failed = self.command("MoneyDeposited", {"amount": "much"})
        self.assertIn("errors", failed)
        self.assertEqual(self.events(), ["AccountOpened"])

    def test_who_comes_second_gets_a_conflict(self):
        self.command("AccountOpened", {"owner": "Ada"}, version=0)
        self.assertNotIn("errors", self.command("MoneyDeposited", {"amount": 1}, version=1))
        late = self.command("MoneyDeposited", {"amount": 1}, version=1)
        self.assertEqual(late["errors"][0]["extensions"]["code"], "CONFLICT")
        self.assertEqual(self.events(), ["AccountOpened", "MoneyDeposited"])


if __name__ == "__main__":
    unittest.main()
