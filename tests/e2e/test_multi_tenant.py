# SPDX-License-Identifier: MIT
"""Tenants kept apart by token, subdomain, row-level security and schemas: examples/multi-tenant."""
import concurrent.futures
import json
import os
import pathlib
import unittest

import product
from test_security import SECRET, token

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "multi-tenant"
IDS = {"acme": "00000000-0000-0000-0000-00000000000a",
       "globex": "00000000-0000-0000-0000-00000000000b"}
NAMES = {"acme": "Acme", "globex": "Globex"}
DASHBOARD = "{ tenantData { tenantId name sales } }"


class Tenants(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        os.environ["FRAISEQL_JWT_SECRET"] = SECRET
        cls.addClassCleanup(os.environ.pop, "FRAISEQL_JWT_SECRET")
        cls.binary = str(product.EXAMPLES / "example-multi-tenant")
        cls.database = product.Database(str(EXAMPLE / "schema.sql"), str(EXAMPLE / "data.sql"))
        cls.addClassCleanup(cls.database.close)
        cls.url = product.as_role(cls.database.url, "shop_api")
        cls.server = cls.serve()
        cls.addClassCleanup(cls.server.close)

    @classmethod
    def serve(cls, *settings):
        return product.Server(command=["--database", cls.url, *settings], binary=cls.binary)

    def ask(self, query, host=None, user=None, tenant=None, server=None, **claims):
        headers = {"Host": f"{host}.shop.example"} if host else {}
        if tenant:
            claims["tenant_id"] = IDS[tenant]
        if user:
            headers["Authorization"] = "Bearer " + token(sub=user, **claims)
        answer = (server or self.server).post(json.dumps({"query": query}), headers)
        return answer, json.loads(answer.text)

    def data(self, *arguments, **named):
        answer = self.ask(*arguments, **named)[1]
        self.assertNotIn("errors", answer)
        return answer["data"]

    def code(self, *arguments, **named):
        answer = self.ask(*arguments, **named)[1]
        self.assertFalse(answer.get("data"))
        return answer["errors"][0]["extensions"]["code"]

    def test_the_tenant_is_that_of_the_token_or_of_the_address(self):
        expected = {"tenantId": IDS["acme"], "name": "Acme", "sales": 2}
        self.assertEqual(self.data(DASHBOARD, user="ada", tenant="acme")["tenantData"], expected)
        self.assertEqual(self.data(DASHBOARD, user="ada", host="acme")["tenantData"], expected)
        both = self.data(DASHBOARD, user="ada", host="acme", tenant="acme")
        self.assertEqual(both["tenantData"], expected)

    def test_a_token_of_another_tenant_is_refused(self):
        for query in (DASHBOARD, "{ __typename }"):
            self.assertEqual(self.code(query, user="bob", host="acme", tenant="globex"),
                             "FORBIDDEN")

    def test_members_only(self):
        self.assertEqual(self.code(DASHBOARD, user="bob", host="acme"), "FORBIDDEN")
        self.assertEqual(self.code(DASHBOARD, host="acme"), "FORBIDDEN")
        # What a token claims to be is no authorizer.
        self.assertEqual(self.code(DASHBOARD, user="bob", host="acme",
                                   roles=["authorizer:member", "member"]), "FORBIDDEN")
        # The same rule, from the comment on the view, for a field of the database.
        catalog = "{ tenantDashboards { name revenue } }"
        self.assertEqual(self.code(catalog, user="bob", host="acme"), "FORBIDDEN")
        self.assertEqual(self.data(catalog, user="ada", host="globex")["tenantDashboards"],
                         [{"name": "Globex", "revenue": 7}])

    def test_nobody_without_a_tenant(self):
        self.assertEqual(self.code(DASHBOARD, user="ada"), "BAD_USER_INPUT")
        self.assertEqual(self.code(DASHBOARD, user="ada", host="nobody"), "NOT_FOUND")
        self.assertEqual(self.code(DASHBOARD, user="ada", host="a.acme"), "BAD_USER_INPUT")

    def test_without_a_condition_row_level_security_filters(self):
        for tenant in IDS:
            rows = self.data("{ allTenantData { name } }", user="ada", host=tenant)["allTenantData"]
            self.assertEqual(rows, [{"name": NAMES[tenant]}])

    def test_a_schema_for_each_tenant(self):
        for tenant, notes in (("acme", ["of Acme"]), ("globex", ["of Globex", "more of Globex"])):
            found = self.data("{ notes { text } }", user="ada", host=tenant)["notes"]
            self.assertEqual([each["text"] for each in found], notes)
        printed = product.run("schema", "--database", self.url, binary=self.binary).stdout
        self.assertEqual(printed.count("type Note "), 1)

    def test_many_requests_of_both_at_a_time_do_not_mix(self):
        def ask(number):
            tenant = ("acme", "globex")[number % 2]
            field = ("{ tenantDashboards { name } }", "{ allTenantData { name } }")[number // 2 % 2]
            (rows,) = self.data(field, user="ada", host=tenant).values()
            return rows == [{"name": NAMES[tenant]}]

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            self.assertTrue(all(pool.map(ask, range(200))))

    def test_hooks_refuse_and_extend(self):
        expensive = "query Expensive { notes { text } }"
        self.assertEqual(self.code(expensive, user="ada", host="acme"), "FORBIDDEN")
        answer = self.ask(expensive, user="ada", host="acme", roles=["analyst"])[1]
        self.assertEqual(answer["extensions"], {"tenant": "acme", "errors": 0})
        self.assertEqual(len(answer["data"]["notes"]), 1)

    def test_other_resources_meet_the_same(self):
        def greeting(user, host="acme", method="GET"):
            headers = {"Host": f"{host}.shop.example", "Authorization": "Bearer " + token(sub=user)}
            return self.server.request(method, "/greeting/here", headers=headers)

        self.assertEqual(greeting("ada").text, "acme greets ada at /greeting/here")
        self.assertEqual(greeting("ada").getheader("Cache-Control"), "no-store")
        self.assertEqual(greeting("bob").status, 403)
        self.assertEqual(greeting("ada", host="nobody").status, 404)
        self.assertEqual(greeting("ada", method="POST").status, 405)
        self.assertEqual(greeting("ada", method="POST").getheader("Allow"), "GET, HEAD")
        wrong = {"Host": "acme.shop.example", "Authorization": "Bearer wrong"}
        self.assertEqual(self.server.request("GET", "/greeting/x", headers=wrong).status, 401)

    def test_rates_are_counted_by_what_the_application_says(self):
        server = self.serve("--rate-limit", "custom 2/1h")
        self.addCleanup(server.close)
        statuses = [self.ask("{ __typename }", host=host, user="ada", server=server)[0].status
                    for host in ("acme", "acme", "acme", "globex")]
        self.assertEqual(statuses, [200, 200, 429, 200])
        headers = {"Host": "acme.shop.example", "Authorization": "Bearer " + token(sub="ada")}
        self.assertEqual(server.request("GET", "/greeting/x", headers=headers).status, 429)


class Refusals(unittest.TestCase):
    def test_a_rule_that_nobody_can_ask_stops_the_start(self):
        database = product.Database(str(EXAMPLE / "schema.sql"))
        self.addCleanup(database.close)
        refused = product.run("serve", "--database", database.url)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("'@authorize authorizer:member': there is no such authorizer", refused.stderr)

    def test_a_key_that_nobody_says_stops_the_start(self):
        database = product.Database(*product.BLOG_FILES)
        self.addCleanup(database.close)
        refused = product.run("serve", "--database", database.url, "--rate-limit", "custom 1/1m")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("needs a key of the application's", refused.stderr)


if __name__ == "__main__":
    unittest.main()
