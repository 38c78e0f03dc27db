# SPDX-License-Identifier: MIT
"""Every bad request gets one clear error, and the server goes on."""
import json
import socket
import unittest

from product import BLOG_FILES, Database, Server


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(*BLOG_FILES)
        cls.addClassCleanup(cls.database.close)
        cls.server = Server(cls.database.url)
        cls.addClassCleanup(cls.server.close)

    def tearDown(self):
        self.assertIsNone(self.server.process.poll(), "the server must survive every request")
        self.assertEqual(len(self.server.data("{ users(limit: 1) { id } }")["users"]), 1)

    def expect(self, error, code, *words):
        """Checks the form that every GraphQL error has."""
        self.assertEqual(error["extensions"]["code"], code, error)
        said = error["message"] + " " + error["extensions"].get("hint", "")
        for word in words:
            self.assertIn(word, said)

    def refused(self, body, status, headers=None):
        """Returns the only error of a request that is not GraphQL at all."""
        response = self.server.post(body, headers)
        self.assertEqual(response.status, status, response.text)
        errors = json.loads(response.text)["errors"]
        self.assertEqual(len(errors), 1)
        return errors[0]

    def test_broken_json(self):
        for body in ('{"query": ', "", "nonsense", '{"query": "{ a }"} x', "\xff\xfe"):
            with self.subTest(body):
                self.expect(self.refused(body.encode("latin-1"), 400), "BAD_REQUEST")

    def test_json_that_is_no_request(self):
        for body in ("[]", "1", "null", "{}", '{"query": 1}', '{"query": "{ a }", "variables": []}',
                     '{"query": "{ a }", "operationName": {}}'):
            with self.subTest(body):
                self.expect(self.refused(body, 400), "BAD_REQUEST")

    def test_deep_json(self):
        body = '{"query": "{ users { id } }", "variables": ' + '{"a":' * 100000 + "1" + "}" * 100001
        self.expect(self.refused(body, 400), "BAD_REQUEST")

    def test_other_media_type(self):
        error = self.refused("query=x", 415, {"Content-Type": "application/x-www-form-urlencoded"})
        self.expect(error, "UNSUPPORTED_MEDIA_TYPE", "application/json")

    def test_other_method(self):
        response = self.server.request("DELETE", "/graphql")
        self.assertEqual(response.status, 405)
        self.assertIn("POST", response.headers["Allow"])

    def test_unknown_path(self):
        self.assertEqual(self.server.request("GET", "/no/such/page").status, 404)

    def test_syntax_error(self):
        error = self.server.error("{ users { id }")
        self.expect(error, "GRAPHQL_PARSE_FAILED")
        self.assertEqual(error["locations"], [{"line": 1, "column": 15}])

    def test_unknown_field(self):
        error = self.server.error("{\n  users { id nmae }\n}")
        self.expect(error, "GRAPHQL_VALIDATION_FAILED", '"nmae"', '"User"', 'Did you mean "name"?')
        self.assertEqual(error["locations"], [{"line": 2, "column": 14}])

    def test_unknown_argument(self):
        self.expect(self.server.error("{ users(limti: 1) { id } }"), "GRAPHQL_VALIDATION_FAILED",
                    '"limti"', '"limit"')

    def test_selection_where_none_belongs(self):
        self.expect(self.server.error("{ users { id { x } } }"), "GRAPHQL_VALIDATION_FAILED")
        self.expect(self.server.error("{ users }"), "GRAPHQL_VALIDATION_FAILED", '"users"')

    def test_wrong_literal(self):
        self.expect(self.server.error('{ users(limit: "many") { id } }'),
                    "GRAPHQL_VALIDATION_FAILED", "Int")

    def test_wrong_variable(self):
        query = "query Q($n: Int) { users(limit: $n) { id } }"
        self.expect(self.server.error(query, n="many"), "BAD_USER_INPUT", '"$n"', "Int")

    def test_missing_variable(self):
        query = "query Q($id: ID!) { user(id: $id) { id } }"
        self.expect(self.server.error(query), "BAD_USER_INPUT", '"$id"')

    def test_id_that_is_no_uuid(self):
        query = "query Q($id: ID!) { user(id: $id) { id } }"
        self.expect(self.server.error(query, id="not-a-uuid"), "BAD_USER_INPUT", "not-a-uuid")

    def test_negative_limit(self):
        self.expect(self.server.error("{ users(limit: -1) { id } }"), "BAD_USER_INPUT", "limit")

    def test_operation_that_is_not_there(self):
        response = self.server.post('{"query": "query A { __typename }", "operationName": "B"}')
        self.expect(json.loads(response.text)["errors"][0], "OPERATION_RESOLUTION_FAILURE", '"B"')

    def test_deep_document(self):
        error = self.server.error("{" + " users {" * 50000 + " id" + "}" * 50001)
        self.assertIn(error["extensions"]["code"], ("GRAPHQL_PARSE_FAILED", "QUERY_TOO_COMPLEX"))

    def test_nul_in_a_value(self):
        error = self.server.error("""mutation { createPost(userId:
            "00000000-0000-0000-0000-000000000000", title: "a\\u0000b", content: "") { id } }""")
        self.expect(error, "BAD_USER_INPUT")

    def test_large_body(self):
        response = self.server.post('{"query": "' + " " * (32 << 20) + '"}')
        self.assertEqual(response.status, 413)

    def test_bytes_that_are_not_http(self):
        for sent in (b"\x16\x03\x01\x02\x00", b"GET / HTTP/9.9\r\n\r\n", b"\r\n\r\n\r\n" * 10000):
            with self.subTest(sent[:20]), \
                    socket.create_connection(("127.0.0.1", self.server.port), 10) as connection:
                try:
                    connection.sendall(sent)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(65536):
                        pass
                except ConnectionError:
                    pass  # Closing at once is a fine answer as well.

    def test_client_that_goes_away(self):
        body = b'{"query": "{ postWithCommentsList(limit: 100) { id comments { id } } }"}'
        head = f"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" \
               f"Content-Length: {len(body)}\r\n\r\n".encode()
        for cut in (10, len(head), len(head) + 20, len(head) + len(body)):
            with socket.create_connection(("127.0.0.1", self.server.port), 10) as connection:
                connection.sendall((head + body)[:cut])


if __name__ == "__main__":
    unittest.main(verbosity=2)
