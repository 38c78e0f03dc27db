# SPDX-License-Identifier: MIT
"""examples/event-sourcing: commands, events, projections and the past, through GraphQL."""
import pathlib
import unittest

from product import Database, Server

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "event-sourcing"
FILES = [str(ROOT / "sql" / "events.sql"), *(str(EXAMPLE / f"{n}.sql") for n in ("schema", "api"))]


class Accounts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(*FILES)
        cls.addClassCleanup(cls.database.close)
        cls.server = Server(cls.database.url)
        cls.addClassCleanup(cls.server.close)

    MOVE = """mutation M($id: ID!, $amount: BigInt!, $version: BigInt) {
        %s(accountId: $id, amount: $amount, version: $version) {
            account { balance version isOpen owner }
        }
    }"""

    def open(self):
        made = self.server.data('mutation { openAccount(owner: "Ada") { id } }')
        return made["openAccount"]["id"]

    def move(self, name, account, amount, version=None):
        moved = self.server.data(self.MOVE % name, id=account, amount=amount, version=version)
        return moved[name]["account"]

    def test_commands_show_at_once(self):
        account = self.open()
        self.assertEqual(str(self.move("deposit", account, "100")["balance"]), "100")
        after = self.move("withdraw", account, "30")
        self.assertEqual([str(after["balance"]), str(after["version"])], ["70", "3"])
        read = self.server.data("query Q($id: ID!) { account(id: $id) { owner balance } }",
                                id=account)["account"]
        self.assertEqual([read["owner"], str(read["balance"])], ["Ada", "70"])

    def test_rules_are_the_functions_own(self):
        account = self.open()
        for amount, message in (("5", "not enough money"), ("-1", "must be positive")):
            error = self.server.error(self.MOVE % "withdraw", id=account, amount=amount)
            self.assertEqual(error["extensions"]["code"], "BUSINESS_RULE_VIOLATION")
            self.assertIn(message, error["message"])

    def test_a_version_of_the_past_is_a_conflict(self):
        account = self.open()
        self.move("deposit", account, "10", "1")
        error = self.server.error(self.MOVE % "deposit", id=account, amount="10", version="1")
        self.assertEqual(error["extensions"]["code"], "CONFLICT")
        self.assertIn("at version 2, not 1", error["message"])

    def test_time_travel(self):
        account = self.open()
        self.move("deposit", account, "100")
        self.move("withdraw", account, "30")
        history = self.server.data("""query H($id: ID!) {
            accountHistory(accountId: $id) { version type createdAt }
        }""", id=account)["accountHistory"]
        self.assertEqual([each["type"] for each in history],
                         ["AccountOpened", "MoneyDeposited", "MoneyWithdrawn"])
        past = self.server.data("""query Q($id: ID!, $at: DateTime) {
            first: accountAsOf(accountId: $id, version: 1) { balance owner isOpen }
            then: accountAsOf(accountId: $id, at: $at) { balance }
            now: accountAsOf(accountId: $id) { balance }
        }""", id=account, at=history[1]["createdAt"])
        self.assertEqual([str(past[when]["balance"]) for when in ("first", "then", "now")],
                         ["0", "100", "70"])

    def test_the_turnover_follows(self):
        self.server.data("mutation { projectTurnover { result } }")
        query = "{ turnovers { deposited withdrawn } }"
        sums = lambda: [sum(int(day[key]) for day in self.server.data(query)["turnovers"])
                        for key in ("deposited", "withdrawn")]
        before = sums()
        account = self.open()
        self.move("deposit", account, "100")
        self.move("withdraw", account, "30")
        self.assertEqual(sums(), before)
        caught_up = self.server.data("mutation { projectTurnover { result } }")["projectTurnover"]
        self.assertEqual(caught_up["result"], 3)
        self.assertEqual(sums(), [before[0] + 100, before[1] + 30])


if __name__ == "__main__":
    unittest.main(verbosity=2)
