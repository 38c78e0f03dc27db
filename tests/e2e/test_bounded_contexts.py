# SPDX-License-Identifier: MIT
"""examples/bounded-contexts: two schemas with a role and a server each, and messages between."""
import pathlib
import unittest

from product import Database, Server

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "bounded-contexts"
FILES = [str(ROOT / "sql" / "events.sql"), str(EXAMPLE / "schema.sql"), str(EXAMPLE / "roles.sql")]


class Contexts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(*FILES)
        cls.addClassCleanup(cls.database.close)
        for context in ("ordering", "shipping"):
            server = Server(cls.database.url + f"&options=-crole%3D{context}_api")
            cls.addClassCleanup(server.close)
            setattr(cls, context, server)

    def types(self, server):
        found = server.data("{ __schema { types { name } } }")["__schema"]["types"]
        return {each["name"] for each in found}

    def test_each_server_knows_its_own_context(self):
        self.assertIn("Order", self.types(self.ordering))
        self.assertNotIn("Shipment", self.types(self.ordering))
        self.assertIn("Shipment", self.types(self.shipping))
        self.assertNotIn("Order", self.types(self.shipping))

    def test_one_server_for_both_tells_the_views_apart(self):
        server = Server(self.database.url)
        self.addCleanup(server.close)
        self.assertLessEqual({"Order", "Shipment"}, self.types(server))

    def test_an_order_goes_there_and_back(self):
        order = self.ordering.data('mutation { placeOrder(item: "Lamp", quantity: 12) { id } }')
        order = order["placeOrder"]["id"]
        shipment = "query Q($id: ID!) { shipment(id: $id) { parcels shipped } }"
        self.assertIsNone(self.shipping.data(shipment, id=order)["shipment"])
        received = self.shipping.data("mutation { receiveOrders { result } }")["receiveOrders"]
        self.assertEqual(received["result"], 1)
        self.assertEqual(self.shipping.data(shipment, id=order)["shipment"],
                         {"parcels": 2, "shipped": False})
        self.shipping.data("mutation M($id: ID!) { shipOrder(orderId: $id) { id } }", id=order)
        self.ordering.data("mutation { receiveShipments { result } }")
        status = self.ordering.data("query Q($id: ID!) { order(id: $id) { status } }", id=order)
        self.assertEqual(status["order"]["status"], "shipped")
        again = self.shipping.data("mutation { receiveOrders { result } }")["receiveOrders"]
        self.assertEqual(again["result"], 0)

    def test_an_order_that_fails_leaves_no_message(self):
        self.shipping.data("mutation { receiveOrders { result } }")
        error = self.ordering.error('mutation { placeOrder(item: "x", quantity: 0) { id } }')
        self.assertEqual(error["extensions"]["code"], "CHECK_VIOLATION")
        received = self.shipping.data("mutation { receiveOrders { result } }")["receiveOrders"]
        self.assertEqual(received["result"], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
