# SPDX-License-Identifier: MIT
"""Rules in comments: who may ask for what, and that no other way leads to it."""
import json
import os
import subprocess
import unittest

from product import Database, Server, run
from test_security import SECRET, as_role, bearer

SCHEMA = """
CREATE ROLE api LOGIN;
CREATE TABLE tb_user (id int PRIMARY KEY, name text NOT NULL, email text NOT NULL,
  salary int NOT NULL, phone text NOT NULL);
COMMENT ON COLUMN tb_user.salary IS 'A year''s pay.
@authorize role:hr mask';
INSERT INTO tb_user SELECT i, 'user ' || i, i || '@example.org', 1000 * i, '+' || i
FROM generate_series(1, 3) i;
CREATE TABLE tb_note (id int PRIMARY KEY, user_id int NOT NULL, title text NOT NULL,
  shared boolean NOT NULL);
INSERT INTO tb_note SELECT i, i % 3 + 1, 'note ' || i, i > 7 FROM generate_series(1, 9) i;

CREATE VIEW v_user AS SELECT id, email AS mail, jsonb_build_object('id', id, 'name', name,
  'email', email, 'salary', salary, 'contact', jsonb_build_object('phone', phone)) AS data
FROM tb_user;
COMMENT ON VIEW v_user IS 'Who can sign in.
@authorize email role:admin permission:user.email
@authorize contact.phone role:admin';

CREATE VIEW v_member AS SELECT id, phone, jsonb_build_object('id', id, 'name', name,
  'email', email, 'phone', phone) AS data FROM tb_user;
COMMENT ON VIEW v_member IS '@authorize email role:admin owner:id mask
@authorize phone mask when:id < 3 and phone <> ''+1''';

CREATE VIEW v_note AS SELECT n.id, n.user_id, jsonb_build_object('id', n.id, 'title', n.title,
  'author', u.data) AS data FROM tb_note n JOIN v_user u ON u.id = n.user_id;
COMMENT ON VIEW v_note IS
'@authorize role:admin owner:user_id when:id in (select s.id from tb_note s where s.shared)';

CREATE VIEW v_secret AS SELECT id, jsonb_build_object('id', id, 'title', title) AS data
FROM tb_note;
COMMENT ON VIEW v_secret IS '@authorize role:admin';
CREATE VIEW v_box AS SELECT n.id, jsonb_build_object('id', n.id, 'secret', s.data) AS data
FROM tb_note n JOIN v_secret s ON s.id = n.id;
CREATE VIEW v_log AS SELECT id, jsonb_build_object('id', id, 'title', title) AS data FROM tb_note;
COMMENT ON VIEW v_log IS '@authorize authenticated
@authorize role:admin mask';

CREATE FUNCTION fn_rename_note(p_id int, p_title text) RETURNS int LANGUAGE sql
  AS $$ UPDATE tb_note SET title = p_title WHERE id = p_id RETURNING id $$;
COMMENT ON FUNCTION fn_rename_note IS '@returns Note';
CREATE FUNCTION fn_erase(p_id int) RETURNS int LANGUAGE sql
  AS $$ UPDATE tb_note SET title = '' WHERE id = p_id RETURNING id $$;
COMMENT ON FUNCTION fn_erase IS '@authorize permission:note.erase role:admin';
CREATE FUNCTION fn_all_members() RETURNS SETOF v_member LANGUAGE sql STABLE
  AS $$ SELECT * FROM v_member ORDER BY id $$;
GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO api;
"""

ADMIN = bearer(sub="9", roles=["admin"])
HR = bearer(sub="8", roles=["hr"])
ONE = bearer(sub="1")
MAIL = bearer(sub="7", permissions=["user.email"])


class Rules(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(sql=SCHEMA)
        cls.addClassCleanup(cls.database.close)
        os.environ["FRAISEQL_JWT_SECRET"] = SECRET
        cls.addClassCleanup(os.environ.pop, "FRAISEQL_JWT_SECRET")
        cls.url = as_role(cls.database.url, "api")
        cls.server = Server(command=["serve", "--database", cls.url])
        cls.addClassCleanup(cls.server.close)

    def ask(self, query, headers=None, **variables):
        body = json.dumps({"query": query, "variables": variables})
        return json.loads(self.server.post(body, headers).text)

    def data(self, query, headers=None, **variables):
        response = self.ask(query, headers, **variables)
        self.assertNotIn("errors", response, query)
        return response["data"]

    def refused(self, query, headers=None, path=None, **variables):
        response = self.ask(query, headers, **variables)
        self.assertNotIn("data", response, query)
        for error in response["errors"]:
            self.assertEqual(error["extensions"]["code"], "FORBIDDEN", error)
        if path is not None:
            self.assertEqual(response["errors"][0]["path"], path)
        return response["errors"]

    def test_a_field_is_for_those_who_meet_its_rule(self):
        query = "{ users { id email } }"
        for headers in (None, ONE, HR):
            self.refused(query, headers, ["users", "email"])
        for headers in (ADMIN, MAIL):
            self.assertEqual(self.data(query, headers)["users"][0]["email"], "1@example.org")
        errors = self.refused(query, ONE)
        self.assertEqual(errors[0]["message"], "User.email may not be asked for.")
        self.assertEqual(errors[0]["extensions"]["hint"],
                         "It takes role admin or permission user.email.")
        self.assertEqual(self.data("{ users { id name } }")["users"][0]["name"], "user 1")

    def test_no_way_of_selecting_leads_around_a_rule(self):
        for selection in (
                "user(id: 1) { email }", "user(id: 1) { e: email }",
                "user(id: 1) { ... on User { email } }", "user(id: 1) { ...F }",
                "users { contact { phone } }",
                "usersConnection { nodes { email } }",
                "usersConnection { edges { node { email } } }",
                "usersAggregate { max { email } }", "usersAggregate { countDistinct { mail } }",
                "usersAggregate(groupBy: [{email: VALUE}]) { keys { email } }",
                "notes { author { email } }", "note(id: 1) { author { contact { phone } } }",
                "boxes { secret { id } }", "secrets { id }", "secret(id: 1) { id }",
                "secretsConnection { totalCount }", "secretsAggregate { count }"):
            query = f"query {{ {selection} }}" + (
                " fragment F on User { email }" if "..." in selection and "F" in selection else "")
            self.refused(query, ONE)
            self.assertTrue(self.data(query, ADMIN), query)

    def test_conditions_and_order_cannot_probe(self):
        for arguments in (
                'where: {email: {eq: "x"}}', 'where: {mail: {eq: "x"}}', "orderBy: [{email: ASC}]",
                'where: {NOT: {OR: [{id: {eq: 1}}, {AND: [{email: {startswith: "1"}}]}]}}',
                'where: {contact: {phone: {eq: "+1"}}}', "orderBy: [{contact: {phone: DESC}}]",
                "where: {salary: {gt: 1}}", "orderBy: [{salary: ASC}]"):
            self.refused(f"{{ users({arguments}) {{ id }} }}", ONE, ["users"])
        self.refused('{ notes(where: {author: {email: {eq: "x"}}}) { id } }', ONE)
        self.refused('{ usersAggregate(having: {max: {email: {eq: "x"}}}) { count } }', ONE)
        self.refused("query($w: UserWhereInput) { users(where: $w) { id } }", ONE,
                     w={"email": {"eq": "x"}})
        self.assertEqual(
            self.data('{ users(where: {email: {eq: "2@example.org"}}) { id } }', ADMIN)["users"],
            [{"id": "2"}])
        # Also of a plan that somebody else had made.
        self.refused('{ users(where: {email: {eq: "2@example.org"}}) { id } }', ONE)

    def test_a_rule_on_a_column_holds_in_every_view_that_shows_it(self):
        query = "{ users(orderBy: [{id: ASC}]) { salary } notes { author { salary } } }"
        answer = self.data(query, ONE)
        self.assertEqual({row["salary"] for row in answer["users"]}, {None})
        self.assertEqual({row["author"]["salary"] for row in answer["notes"]}, {None})
        self.assertEqual([row["salary"] for row in self.data(query, HR)["users"]],
                         [1000, 2000, 3000])
        self.refused("{ usersAggregate { sum { salary } } }", ONE)

    def test_a_masked_field_is_null_but_for_its_owner(self):
        query = "{ members(orderBy: [{id: ASC}]) { id email phone } }"
        members = self.data(query, ONE)["members"]
        self.assertEqual([m["email"] for m in members], ["1@example.org", None, None])
        self.assertEqual([m["phone"] for m in members], [None, "+2", None])
        self.assertEqual([m["email"] for m in self.data(query)["members"]], [None] * 3)
        self.assertNotIn(None, [m["email"] for m in self.data(query, ADMIN)["members"]])
        for inner in ("membersConnection { nodes { id email } }", "allMembers { id email }"):
            self.assertEqual(json.dumps(self.data(f"{{ {inner} }}", ONE)).count("@example.org"), 1)
        self.assertIsNone(self.data("{ member(id: 2) { email } }", ONE)["member"]["email"])

    def test_rows_are_there_for_their_owner(self):
        mine = {"3", "6", "8", "9"}
        query = ("{ notes { id } notesAggregate { count } "
                 "notesConnection { totalCount nodes { id } } }")
        answer = self.data(query, ONE)
        self.assertEqual({row["id"] for row in answer["notes"]}, mine)
        self.assertEqual({row["id"] for row in answer["notesConnection"]["nodes"]}, mine)
        self.assertEqual(answer["notesConnection"]["totalCount"], 4)
        self.assertEqual(answer["notesAggregate"][0]["count"], 4)
        self.assertEqual(len(self.data(query, ADMIN)["notes"]), 9)
        self.assertEqual({row["id"] for row in self.data(query)["notes"]}, {"8", "9"})
        self.assertIsNone(self.data("{ note(id: 1) { id } }", ONE)["note"])
        self.assertEqual(self.data("{ notes(where: {OR: [{id: {eq: 1}}, {id: {eq: 3}}]}) { id } }",
                                   ONE)["notes"], [{"id": "3"}])
        self.assertEqual(self.data("{ logs { id } log(id: 1) { id } }", ONE),
                         {"logs": [], "log": None})
        self.refused("{ logs { id } }")

    def test_a_mutation_that_is_refused_does_nothing(self):
        erase = "mutation { erase(id: 5) { result } }"
        read = "{ secret(id: 5) { title } }"
        self.refused(erase, ONE)
        self.refused(erase)
        self.assertEqual(self.data(read, ADMIN)["secret"]["title"], "note 5")
        mixed = 'mutation { renameNote(id: 5, title: "x") { note { id } } erase(id: 5) { result } }'
        self.refused(mixed, ONE)
        inside = 'mutation { renameNote(id: 5, title: "x") { note { author { email } } } }'
        self.refused(inside, ONE, ["renameNote", "note", "author", "email"])
        self.assertEqual(self.data(read, ADMIN)["secret"]["title"], "note 5")
        self.data(erase, bearer(permissions=["note.erase"]))
        self.assertEqual(self.data(read, ADMIN)["secret"]["title"], "")

    def test_what_a_mutation_reads_again_is_ruled_too(self):
        rename = 'mutation($id: ID!) { renameNote(id: $id, title: "new") { note { id title } } }'
        self.assertEqual(self.data(rename, ONE, id=3)["renameNote"]["note"]["title"], "new")
        self.assertIsNone(self.data(rename, ONE, id=4)["renameNote"]["note"])

    def test_introspection_shows_what_one_may_see(self):
        query = ('{ t: __type(name: "User") { fields { name } } q: __schema { queryType { fields '
                 '{ name } } mutationType { fields { name } } } '
                 'w: __type(name: "UserWhereInput") { inputFields { name } } }')

        def names(headers):
            answer = self.data(query, headers)
            return [{field["name"] for field in fields} for fields in (
                answer["t"]["fields"], answer["q"]["queryType"]["fields"],
                answer["q"]["mutationType"]["fields"], answer["w"]["inputFields"])]

        fields, roots, mutations, conditions = names(ONE)
        self.assertIn("name", fields)
        self.assertNotIn("email", fields)
        self.assertIn("salary", fields)
        self.assertNotIn("secrets", roots)
        self.assertNotIn("erase", mutations)
        self.assertFalse({"email", "mail", "salary"} & conditions)
        fields, roots, mutations, conditions = names(ADMIN)
        self.assertIn("email", fields)
        self.assertIn("secrets", roots)
        self.assertIn("erase", mutations)
        self.assertLessEqual({"email", "mail"}, conditions)

    def test_hostile_names_stay_names(self):
        hostile = bearer(sub="1' OR true --", roles=["admin' OR 'a'='a", "ADMIN", "admin "])
        self.refused("{ secrets { id } }", hostile)
        answer = self.ask("{ notes { id } }", hostile)
        self.assertIsNone(answer["data"])


class Refusals(unittest.TestCase):
    """What cannot be enforced as it is written stops the start."""

    @classmethod
    def setUpClass(cls):
        cls.database = Database(sql="""
CREATE TABLE tb_user (id int PRIMARY KEY, email text);
CREATE VIEW v_user AS SELECT id, jsonb_build_object('id', id, 'email', email) AS data FROM tb_user;
CREATE VIEW v_card AS SELECT id, jsonb_build_object('id', id, 'user', data) AS data FROM v_user;
CREATE FUNCTION fn_x() RETURNS int LANGUAGE sql AS 'SELECT 1';
""")
        cls.addClassCleanup(cls.database.close)

    def sql(self, text):
        subprocess.run(["psql", "-X", "-q", "-d", self.database.url, "-c", text], check=True)

    def message(self, target, comment):
        self.sql(f"COMMENT ON {target} IS $c${comment}$c$")
        done = run("schema", "--database", self.database.url)
        self.sql(f"COMMENT ON {target} IS NULL")
        self.assertNotEqual(done.returncode, 0, comment)
        return done.stderr

    def test_each_mistake_is_named(self):
        for line, expected in (
                ("", "nobody"), ("email", "nobody"), ("mask", "nobody"), ("email mask", "nobody"),
                ("roel:admin", "Did you mean"), ("role:", "nothing after"),
                ("email admin", "not understood"), ("emial role:admin", "Did you mean \"email\""),
                ("owner:user_id", "no column"), ("email owner:id", "mask"),
                ("when:id = 1) OR (true", "single expression"), ("when:id = 1; SELECT 1", "single"),
                ("when:", "nothing after"), ("when:id = 1 -- x", "single")):
            message = self.message("VIEW v_user", "@authorize " + line)
            self.assertIn(expected, message, line)
            self.assertIn("line 1", message, line)

    def test_functions_and_columns_take_no_conditions_on_rows(self):
        for line in ("owner:id", "when:true", "role:a mask", "x role:a"):
            self.assertIn("is called or it is not",
                          self.message("FUNCTION fn_x()", "@authorize " + line))
        for line in ("owner:id", "when:true", "x role:a"):
            self.assertIn("only roles", self.message("COLUMN tb_user.email", "@authorize " + line))

    def test_postgresql_has_to_understand_a_condition(self):
        self.assertIn("no_such", self.message("VIEW v_user", "@authorize when:no_such > 1"))
        self.assertIn("boolean", self.message("VIEW v_user", "@authorize when:id + 1"))

    def test_a_hidden_view_cannot_have_rules_where_another_shows_it(self):
        self.assertIn("would not hold there",
                      self.message("VIEW v_user", "@hide\n@authorize email role:admin"))


if __name__ == "__main__":
    unittest.main()
