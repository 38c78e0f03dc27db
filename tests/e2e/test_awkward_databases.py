# SPDX-License-Identifier: MIT
"""Databases that nobody would draw on a whiteboard: partitions, keys of several columns, keys of
JSON without letters, settings that change what values look like, functions that SET things."""
import concurrent.futures
import json
import re
import subprocess
import unittest

import product
from product import Database, Server, as_role, run

SCHEMA = """
CREATE ROLE api LOGIN;
CREATE EXTENSION hstore;

-- A table in parts, whose policies hold for who asks the table.
CREATE TABLE tv_event (
    id int, tenant int, day date, data jsonb, PRIMARY KEY (id, day)
) PARTITION BY RANGE (day);
CREATE TABLE tv_event_2024 PARTITION OF tv_event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE tv_event_2025 PARTITION OF tv_event FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE tv_event_2026 PARTITION OF tv_event FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
COMMENT ON TABLE tv_event IS '@field n int';
COMMENT ON TABLE tv_event_2026 IS '@expose
@field n int';
INSERT INTO tv_event
SELECT g / 3, g % 2, date '2024-06-01' + g, jsonb_build_object('n', g) FROM generate_series(0, 8) g;
ALTER TABLE tv_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON tv_event USING (current_setting('app.all', true) = 'yes' OR tenant = 1);

-- The id alone is not unique.
CREATE TABLE tv_slot (tenant int, id int, label text, PRIMARY KEY (tenant, id));
INSERT INTO tv_slot SELECT g % 4, g / 4, 'slot ' || g FROM generate_series(0, 19) g;
-- No id at all.
CREATE TABLE tv_seat (hall text, number int, data jsonb, PRIMARY KEY (hall, number));
COMMENT ON TABLE tv_seat IS '@field taken boolean';
INSERT INTO tv_seat SELECT 'h' || g % 2, g, '{"taken": true}' FROM generate_series(0, 9) g;

-- A key without a letter.
CREATE TABLE tb_odd (id int PRIMARY KEY, a text, b text);
INSERT INTO tb_odd VALUES (1, 'A', 'B');
CREATE VIEW v_odd AS SELECT id, jsonb_build_object('id', id, '', a, '#1', b) AS data FROM tb_odd;

CREATE TABLE tb_value (id int PRIMARY KEY, b bytea, f float8);
INSERT INTO tb_value VALUES (1, '\\x01ff5c', 0.1::float8 + 0.2::float8);
CREATE VIEW v_value AS SELECT * FROM tb_value;

CREATE FUNCTION fn_set() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET search_path = pg_catalog;
    PERFORM set_config('app.all', 'yes', false);
    PERFORM pg_advisory_lock(7);
    CREATE TEMPORARY TABLE left_behind (a int);
END $$;
CREATE FUNCTION fn_peek() RETURNS int STABLE LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('app.all', 'yes', false);
    RETURN (SELECT count(*) FROM tv_event);
END $$;
CREATE FUNCTION fn_count() RETURNS int LANGUAGE plpgsql AS $$
BEGIN RETURN (SELECT count(*) FROM tv_event); END $$;
CREATE FUNCTION fn_store(p_pairs hstore, p_more hstore[] DEFAULT '{}', p_list text[] DEFAULT '{}')
RETURNS text LANGUAGE sql AS $$ SELECT concat_ws('|', p_pairs, p_more, p_list) $$;
CREATE FUNCTION fn_bytes(p_value bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT p_value $$;
CREATE FUNCTION fn_on_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION fn_same(anyelement) RETURNS anyelement LANGUAGE sql AS $$ SELECT $1 $$;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO api;
-- None of these may change what clients see.
ALTER ROLE api SET bytea_output = 'escape';
ALTER ROLE api SET extra_float_digits = -5;
ALTER ROLE api SET array_nulls = off;
ALTER ROLE api SET quote_all_identifiers = on;
ALTER ROLE api SET standard_conforming_strings = off;
"""


class AwkwardDatabases(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(sql=SCHEMA)
        cls.addClassCleanup(cls.database.close)
        cls.url = as_role(cls.database.url, "api")
        # One connection for writes: whatever one request leaves there, the next one meets.
        cls.server = Server(command=["serve", "--database", cls.url, "--workers", "1",
                                     "--pool-exclusive", "1"])
        cls.addClassCleanup(cls.server.close)

    def pages(self, field, selection, first=2):
        """Returns the nodes of a connection, page by page."""
        rows, after = [], None
        query = (f"query($after: String) {{ {field}(first: {first}, after: $after) "
                 f"{{ nodes {{ {selection} }} pageInfo {{ endCursor hasNextPage }} }} }}")
        for _ in range(50):
            page = self.server.data(query, after=after)[field]
            rows += page["nodes"]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                return rows
        raise AssertionError(f"{field} does not end")

    def test_partitions_are_read_through_their_table_only(self):
        fields = {each["name"] for each in self.server.data(
            "{ __schema { queryType { fields { name } } } }")["__schema"]["queryType"]["fields"]}
        self.assertIn("events", fields)
        self.assertFalse({"event2024", "event2024s", "event2025s"} & fields, fields)
        self.assertIn("event2026s", fields, "it is exposed on purpose")
        self.assertEqual([row["n"] for row in self.server.data("{ events { n } }")["events"]],
                         [1, 3, 5, 7])

    def test_pages_have_all_rows_where_the_id_is_not_unique(self):
        self.assertEqual([row["n"] for row in self.pages("eventsConnection", "n")], [1, 3, 5, 7])
        for first in (1, 2, 3, 7):
            labels = [row["label"] for row in self.pages("slotsConnection", "label", first)]
            self.assertEqual(sorted(labels), sorted(f"slot {n}" for n in range(20)))

    def test_lists_have_an_order_that_no_two_rows_share(self):
        for query, order in (("{ slots(orderBy: [{label: ASC}]) { label } }",
                              '"label", t."id", t."tenant"'),
                             ("{ seats { taken } }", 'ORDER BY t."hall", t."number"')):
            shown = run("explain", "--database", self.url, query)
            self.assertEqual(shown.returncode, 0, shown.stderr)
            self.assertIn(order, " ".join(shown.stdout.split()))
        for offset in range(10):
            self.assertEqual(len(self.server.data(
                f"{{ seats(limit: 1, offset: {offset}) {{ taken }} }}")["seats"]), 1)

    def test_a_key_may_be_empty(self):
        self.assertEqual(self.server.data('{ odds(where: {_: {eq: "A"}}) { id _ _1 } }')["odds"],
                         [{"id": "1", "_": "A", "_1": "B"}])

    def test_values_look_the_same_whatever_the_role_is_set_to(self):
        answer = self.server.data("{ values { b f } }")["values"]
        self.assertEqual(answer, [{"b": "\\x01ff5c", "f": 0.30000000000000004}])
        self.assertEqual(self.pages("valuesConnection", "f"), [{"f": 0.30000000000000004}])
        self.assertEqual(self.server.data(
            'mutation { bytes(value: "\\\\x5c00") { result } }')["bytes"]["result"], "\\x5c00")

    def test_hstore_is_given_as_it_is_shown(self):
        answer = self.server.data(
            "mutation($pairs: JSON!) { store(pairs: $pairs, more: [{x: 1}, null], "
            "list: [null, \"a\"]) { result } }",
            pairs={"plain": "v", "none": None, 'q"\\': 'w"\\', "n": 1.50, "yes": True})
        pairs, more, words = answer["store"]["result"].split("|")
        self.assertEqual(sorted(pairs.split(", ")), sorted([
            '"plain"=>"v"', '"none"=>NULL', '"q\\"\\\\"=>"w\\"\\\\"', '"n"=>"1.5"',
            '"yes"=>"true"']))
        self.assertEqual((more, words), ('{"\\"x\\"=>\\"1\\"",NULL}', "{NULL,a}"))
        text = self.server.data('mutation { store(pairs: "a=>1") { result } }')["store"]["result"]
        self.assertEqual(text, '"a"=>"1"|{}|{}')

    def test_what_a_function_sets_does_not_meet_the_next_request(self):
        for _ in range(3):
            self.server.data("mutation { set { success } }")
            self.assertEqual(self.server.data("mutation { count { result } }")["count"],
                             {"result": 4})
        with concurrent.futures.ThreadPoolExecutor(8) as clients:
            requests = ["mutation { set { success } }", "mutation { count { result } }"] * 20
            answers = list(clients.map(self.server.data, requests))
        self.assertEqual(answers, [{"set": {"success": True}}, {"count": {"result": 4}}] * 20)
        # Nobody waits for the end of the reset.
        product.wait_until(lambda: subprocess.run(
            ["psql", "-XAtc", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND "
             "objid = 7", self.database.url], capture_output=True, text=True,
            check=True).stdout.strip() == "0", "the release of the lock")
        self.assertIn("fn_set() may leave settings, locks", self.server.log())
        self.assertNotIn("fn_count() may leave", self.server.log())

    def test_what_a_reading_function_sets_does_not_meet_the_next_request(self):
        for _ in range(3):
            self.server.data("{ peek }")
            self.assertEqual(len(self.server.data("{ events { n } }")["events"]), 4)
        with concurrent.futures.ThreadPoolExecutor(8) as clients:
            requests = ["{ peek }", "{ events { n } }"] * 20
            answers = list(clients.map(self.server.data, requests))
        self.assertEqual({len(answer["events"]) for answer in answers[1::2]}, {4})

    def test_why_a_function_is_not_exposed(self):
        self.assertIn("public.fn_on_change() is not exposed: only triggers can call it",
                      self.server.log())
        self.assertIn("fn_same(anyelement) is not exposed: it returns anyelement, which is another "
                      "type for each call", self.server.log())


class Annotations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(sql="""
            CREATE TABLE tb_pay (id int PRIMARY KEY, salary int);
            CREATE VIEW v_pay AS SELECT id, salary FROM tb_pay;
            CREATE FUNCTION fn_pay() RETURNS int LANGUAGE sql AS 'SELECT 1';""")
        cls.addClassCleanup(cls.database.close)

    def start_with(self, comments):
        """Returns `fraiseql schema` with these comments, which are gone afterwards."""
        gone = re.sub(r"IS E?'.*?';", "IS NULL;", comments, flags=re.DOTALL)
        for sql in (comments, gone):
            subprocess.run(["psql", "-XqAtc", sql, self.database.url], check=True)
            if sql == comments:
                ended = run("schema", "--database", self.database.url)
        return ended

    def refused(self, comments, *parts):
        ended = self.start_with(comments)
        self.assertEqual(ended.returncode, 1, ended.stdout[:500])
        for part in parts:
            self.assertIn(part, ended.stderr)

    def test_annotations_of_columns(self):
        self.refused("COMMENT ON COLUMN v_pay.salary IS '@hide';",
                     "The comment on column salary of view public.v_pay has an unknown annotation "
                     "@hide in line 1.", "Columns have '@authorize …' only.")
        # A rule that nobody reads would leave open what it is to close, wherever it is written.
        for relation in ("v_pay", "tb_pay"):
            self.refused(f"COMMENT ON COLUMN {relation}.salary IS 'Monthly.\n@authorise role:hr';",
                         f"public.{relation} has an unknown annotation @authorise in line 2.",
                         'Did you mean "authorize"?')
        # Tables may be annotated for other tools.
        ended = self.start_with("COMMENT ON COLUMN tb_pay.salary IS '@omit create';")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        ended = self.start_with(
            "COMMENT ON COLUMN tb_pay.salary IS 'Monthly.\n@authorize role:hr';")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn("Monthly.", ended.stdout)

    def test_names_that_cannot_be(self):
        for kind, name in (("VIEW v_pay", "view public.v_pay"),
                           ("FUNCTION fn_pay()", "function public.fn_pay()")):
            for given in ("1x", "", "__Pay", "Pay Roll", "p-x"):
                self.refused(
                    f"COMMENT ON {kind} IS '@name {given}';", "Write '@name Member'",
                    f'{name}, line 1 of its comment: "{given}" cannot be a name in GraphQL.')
            self.refused(f"COMMENT ON {kind} IS '@name A\n@name B';",
                         f"{name}: its comment has two names, A and B.")


class WrongChoices(unittest.TestCase):
    def test_a_choice_that_there_is_not(self):
        for option, value, names in (("--environment", "prod", "development, production"),
                                     ("--log-level", "verbose", "debug, error, info, warning"),
                                     ("--filter-style", "x", "both, nested, suffix"),
                                     ("--admin", "maybe", "auto, off, on")):
            ended = run("serve", "--database", "postgres:///nowhere", option, value)
            self.assertEqual(ended.returncode, 2)
            self.assertEqual(ended.stderr, f'fraiseql: {option}: "{value}" is none of {names}.\n'
                             "  hint: `fraiseql serve --help` says what it takes.\n")

    def test_where_a_wrong_value_is_set(self):
        with product.environment(FRAISEQL_TIMEOUT="1s", FRAISEQL_LOG_FORMAT=json.dumps("json")):
            ended = run("serve", "--database", "postgres:///nowhere")
        self.assertEqual(ended.returncode, 2)
        self.assertRegex(ended.stderr, r"^fraiseql: --(timeout|log-format): .*\.\n"
                                       r"  hint: It is set by FRAISEQL_(TIMEOUT|LOG_FORMAT)\.\n$")

    def test_an_option_that_a_command_with_commands_does_not_have(self):
        ended = run("check", "--database", "postgres:///nowhere", "--quickly")
        self.assertEqual(ended.stderr, "fraiseql: `fraiseql check` has no option --quickly.\n"
                         "  hint: `fraiseql check --help` lists its options.\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
