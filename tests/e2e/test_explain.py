# SPDX-License-Identifier: MIT
"""`fraiseql explain`: plans with their fields, and hints that prove right."""
import json
import re
import subprocess
import unittest

import product

NOTES = """
CREATE TABLE tb_note (id int PRIMARY KEY, owner text, kind text, title text, at timestamptz,
                      number int);
INSERT INTO tb_note
    SELECT i, 'o' || i % 1000, 'k' || i % 7, 'Note ' || i, now() - i * interval '1 minute', i % 5
    FROM generate_series(1, 30000) i;
CREATE VIEW v_note WITH (security_invoker) AS
    SELECT id, jsonb_build_object('id', id, 'owner', owner, 'kind', kind, 'title', title, 'at', at)
               AS data FROM tb_note;
CREATE VIEW v_single AS SELECT DISTINCT id, jsonb_build_object('id', id, 'title', title) AS data
    FROM tb_note;
CREATE TABLE tv_card (id int PRIMARY KEY, data jsonb);
COMMENT ON TABLE tv_card IS '@field id int
@field owner text';
INSERT INTO tv_card SELECT id, data FROM v_note;
CREATE TABLE tv_new (id int PRIMARY KEY, data jsonb) WITH (autovacuum_enabled = off);
COMMENT ON TABLE tv_new IS '@field owner text';
INSERT INTO tv_new SELECT id, data FROM v_note;
ANALYZE tb_note;
ANALYZE tv_card;
CREATE ROLE reader;
GRANT SELECT ON tb_note, v_note TO reader;
ALTER TABLE tb_note ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON tb_note USING (owner = current_setting('app.user_id', true));
CREATE SEQUENCE calls;
CREATE FUNCTION fn_write(p_title text) RETURNS int LANGUAGE sql AS $$
    INSERT INTO tb_note VALUES (nextval('calls') + 100000, 'o', 'k', p_title, now(), 1) RETURNING id
$$;
CREATE PROCEDURE fn_tidy() LANGUAGE sql AS 'SELECT 1';
"""


def nodes(plan):
    """Yields the node and all below it."""
    yield plan
    for child in plan["children"]:
        yield from nodes(child)


class Explain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = product.Database(*product.BLOG_FILES, sql=NOTES)
        cls.addClassCleanup(cls.database.close)

    def run_explain(self, query, *options):
        result = product.run("explain", "--database", self.database.url, query, *options)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def report(self, query, *options):
        return json.loads(self.run_explain(query, "--format", "json", *options))

    def hints(self, query, *options):
        return self.report(query, *options)["hints"]

    def sql(self, statement):
        return subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.database.url,
                               "-c", statement], capture_output=True, text=True, check=True,
                              timeout=product.PATIENCE).stdout.strip()

    def plan_paths(self, query):
        plan = self.report(query)["statements"][0]["plan"]["root"]
        return {(node["relation"], node["path"]) for node in nodes(plan) if "relation" in node}

    def test_one_document_has_everything(self):
        report = self.report("query Front($t: String!) { posts(where: {title: {eq: $t}}) { id } }",
                             "--variables", '{"t": "x"}')
        self.assertEqual(report["operation"], {"type": "query", "name": "Front"})
        statement = report["statements"][0]
        self.assertEqual(statement["fields"], ["posts"])
        self.assertEqual(statement["parameters"],
                         [{"type": "text", "value": "x", "argument": "where.title.eq"}])
        self.assertIn("SELECT", statement["sql"])
        self.assertEqual(statement["plan"]["root"]["path"], "posts")
        self.assertEqual(report["sources"][0]["path"], "posts.id")

    def test_criteria_have_sources_too(self):
        def sources(query):
            return {each["path"]: each["source"] for each in self.report(query)["sources"]}
        posts = sources("""{ posts(
            where: {OR: [{author: {name: {eq: "x"}}}, {userId: {isnull: true}}]}
            orderBy: [{createdAt: DESC}]) { title } }""")
        self.assertEqual(posts["posts(where.OR.author.name)"], "text in the query of v_post")
        self.assertIn("posts(where.OR.userId)", posts)
        self.assertIn("posts(orderBy.createdAt)", posts)
        self.assertEqual(
            sources("""{ postWithCommentsList(where: {comments: {some: {content: {eq: "x"}}}})
                { title } }""")["postWithCommentsList(where.comments)"],
            "rows behind the list in the query of v_post_with_comments")
        groups = sources("""{ postsAggregate(groupBy: [{status: VALUE}], where: {title: {eq: "x"}})
            { keys { status } max { createdAt } } }""")
        self.assertLessEqual({"postsAggregate(groupBy.status)", "postsAggregate.max.createdAt",
                              "postsAggregate(where.title)"}, set(groups))

    def test_nodes_belong_to_fields(self):
        self.assertEqual(
            self.plan_paths("""{ list: postWithCommentsList(limit: 2) {
                title author { name } comments { content by: author { name } } } }"""),
            {("posts", "list"), ("users", "list.author"), ("comments", "list.comments"),
             ("users", "list.comments.by")})

    def test_fields_of_one_operation_are_told_apart(self):
        paths = self.plan_paths("{ a: posts(limit: 1) { title } b: posts(limit: 1) { id } }")
        self.assertLessEqual({("posts", "a"), ("posts", "b")}, paths)

    def test_analyze_measures(self):
        report = self.report("{ posts(limit: 3) { title } }", "--analyze")
        plan = report["statements"][0]["plan"]
        self.assertGreater(plan["executionTime"], 0)
        self.assertEqual(plan["root"]["actual"]["loops"], 1)
        self.assertIn("hit", plan["root"]["buffers"])
        shares = sum(node["share"] for node in nodes(plan["root"]))
        self.assertAlmostEqual(shares, 1, places=3)

    def test_the_tree_shows_what_a_node_is_for(self):
        tree = self.run_explain("{ posts(limit: 3) { title author { name } } }",
                                "--format", "tree", "--analyze")
        self.assertRegex(tree, r"[├└]─ .* on public\.posts p.*\[posts\]")
        self.assertIn("[posts.author]", tree)
        self.assertRegex(tree, r"rows \d+ \(expected \d+\), \d+\.\d{3} ms")
        self.assertNotIn("SELECT", tree)

    def test_small_tables_get_no_advice(self):
        self.assertEqual(self.hints("""{ posts(where: {title: {icontains: "a"}}) { title }
            users(orderBy: [{name: ASC}]) { name } }""", "--analyze"), [])

    def assert_helps(self, query, pattern):
        """The one hint has a statement like `pattern`, and following it ends the hint."""
        hints = self.hints(query)
        self.assertEqual([hint["code"] for hint in hints], ["missing-index"], hints)
        self.assertRegex(hints[0]["sql"], pattern)
        cost = self.report(query)["statements"][0]["plan"]["root"]["cost"]
        self.sql(hints[0]["sql"])
        self.addCleanup(self.sql, self.drop_of(hints[0]["sql"]))
        self.assertEqual(self.hints(query), [])
        after = self.report(query)["statements"][0]["plan"]["root"]["cost"]
        self.assertLess(after, cost / 2)

    def drop_of(self, create):
        table = re.search(r" ON (\S+) ", create)[1]
        return f"""DO $$ DECLARE i regclass; BEGIN
            FOR i IN SELECT indexrelid FROM pg_index
                     WHERE indrelid = '{table}'::regclass AND NOT indisprimary
            LOOP EXECUTE 'DROP INDEX ' || i; END LOOP; END $$"""

    def test_a_condition_gets_its_index(self):
        self.assert_helps('{ notes(where: {owner: {eq: "o5"}}) { title } }',
                          r"^CREATE INDEX CONCURRENTLY ON public\.tb_note \(owner, id\);$")

    def test_an_order_gets_its_index(self):
        self.assert_helps("{ notes(orderBy: [{at: DESC}], limit: 5) { title } }",
                          r"ON public\.tb_note \(at DESC, id DESC\);$")

    def test_a_stored_document_gets_an_index_on_its_key(self):
        self.assert_helps('{ cards(where: {owner: {eq: "o5"}}, limit: 500) { id } }',
                          r"ON public\.tv_card \(\(data ->> 'owner'::text\), id\);$")

    def test_a_table_without_statistics_is_named(self):
        hints = self.hints('{ news(where: {owner: {eq: "o5"}}) { owner } }')
        self.assertIn("never-analyzed", [hint["code"] for hint in hints])
        self.assertIn("ANALYZE public.tv_new;", [hint["sql"] for hint in hints])

    def test_a_condition_on_a_computed_document_is_explained(self):
        hint = self.hints('{ singles(where: {title: {eq: "Note 5"}}) { id } }')[0]
        self.assertEqual(hint["code"], "computed-condition")
        self.assertIn("DISTINCT", hint["message"])

    def test_claims_and_role_are_those_of_the_request(self):
        def filters(*options):
            plan = self.report("{ notes { title } }", *options)["statements"][0]["plan"]["root"]
            return " ".join(node.get("filter", "") for node in nodes(plan))
        self.assertNotIn("app.user_id", filters())
        self.assertIn("app.user_id", filters("--role", "reader"))
        rows = [self.report("{ notes { title } }", "--analyze", "--role", "reader", "--claims",
                            json.dumps({"sub": subject}))["statements"][0]["plan"]["root"]
                for subject in ("o5", "nobody")]
        kept = [max(node["actual"]["rows"] for node in nodes(root) if "relation" in node)
                for root in rows]
        self.assertEqual(kept, [30, 0])

    def test_mutations_are_executed_only_when_asked_for(self):
        mutation = 'mutation { write(title: "x") { result } }'
        calls = "SELECT last_value, is_called FROM calls"
        before = self.sql(calls)
        plain = self.report(mutation, "--analyze")["statements"][0]
        self.assertIn("not executed", plain["note"])
        self.assertNotIn("actual", plain["plan"]["root"])
        self.assertEqual(self.sql(calls), before)
        executed = self.report(mutation, "--analyze", "--analyze-mutations")["statements"][0]
        self.assertIn("actual", executed["plan"]["root"])
        self.assertNotEqual(self.sql(calls), before)
        self.assertEqual(self.sql("SELECT count(*) FROM tb_note WHERE title = 'x'"), "0")

    def test_procedures_have_no_plan(self):
        statement = self.report("mutation { tidy { success } }")["statements"][0]
        self.assertIsNone(statement["plan"])
        self.assertIn("no plan", statement["note"])

    def test_options_that_mean_nothing_are_refused(self):
        for options in (["--format", "xml"], ["--analyze-mutations"], ["--claims", "[]"],
                        ["--claims", "{"]):
            with self.subTest(options):
                result = product.run("explain", "--database", self.database.url,
                                     "{ posts { id } }", *options)
                self.assertNotEqual(result.returncode, 0)
                self.assertTrue(result.stderr)


if __name__ == "__main__":
    unittest.main()
