# SPDX-License-Identifier: MIT
"""`check isolation`: a schema that keeps tenants apart passes, and each kind of leak is found."""
import json
import pathlib
import subprocess
import tempfile
import unittest

from product import Database, run

CLEAN = """
CREATE ROLE api LOGIN;
CREATE TYPE state AS ENUM ('open', 'done');
CREATE TABLE tb_tenant (id uuid PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE tb_country (code char(2) PRIMARY KEY);
CREATE TABLE tb_project (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), tenant_id uuid NOT NULL REFERENCES tb_tenant,
  title varchar(20) NOT NULL CHECK (title <> ''), country char(2) NOT NULL REFERENCES tb_country);
CREATE TABLE tb_task (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id uuid NOT NULL,
  project_id uuid NOT NULL REFERENCES tb_project, state state NOT NULL, done_at timestamptz,
  hours numeric(4, 1), tags text[] NOT NULL DEFAULT '{}', note text CHECK (length(note) < 3));
INSERT INTO tb_tenant VALUES ('00000000-0000-0000-0000-000000000001', 'somebody');
INSERT INTO tb_country VALUES ('DE');
ALTER TABLE tb_project ENABLE ROW LEVEL SECURITY;
ALTER TABLE tb_task ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tb_project USING (
  tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
CREATE POLICY tenant ON tb_task USING (
  tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
CREATE VIEW v_project WITH (security_invoker) AS SELECT p.id, jsonb_build_object(
    'id', p.id, 'title', p.title, 'country', p.country,
    'tasks', coalesce((SELECT jsonb_agg(jsonb_build_object('id', t.id, 'state', t.state)
                                        ORDER BY t.id)
                       FROM tb_task t WHERE t.project_id = p.id), '[]')) AS data
  FROM tb_project p;
CREATE VIEW v_task WITH (security_invoker) AS
  SELECT id, jsonb_build_object('id', id, 'hours', hours, 'note', note) AS data FROM tb_task;
CREATE VIEW v_country AS SELECT code, jsonb_build_object('code', code) AS data FROM tb_country;
CREATE FUNCTION fn_open_hours() RETURNS numeric LANGUAGE sql STABLE AS
  $$ SELECT count(*)::numeric FROM tb_task WHERE state = 'open' $$;
CREATE FUNCTION fn_close_task(p_id int) RETURNS int LANGUAGE sql AS
  $$ UPDATE tb_task SET state = 'done' WHERE id = p_id RETURNING id $$;
GRANT SELECT, UPDATE, INSERT ON tb_project, tb_task, tb_country TO api;
GRANT SELECT ON v_project, v_task, v_country TO api;
"""


class Isolation(unittest.TestCase):
    def setUp(self):
        self.database = Database(sql=CLEAN)
        self.addCleanup(self.database.close)

    def sql(self, text):
        done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.database.url,
                               "-c", text], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def check(self, *options):
        """Returns the exit code, and verdict and message by operation."""
        done = run("check", "isolation", "--database", self.database.url, "--role", "api",
                   "--json", *options)
        self.assertEqual(done.stderr, "")
        document = json.loads(done.stdout)
        findings = {each["operation"]: (each["verdict"], each.get("message", ""))
                    for each in document["operations"]}
        self.assertEqual(document["leaks"], sum(v == "leak" for v, _ in findings.values()))
        return done.returncode, findings

    def leaks(self, *options):
        code, findings = self.check(*options)
        found = sorted(name for name, (verdict, _) in findings.items() if verdict == "leak")
        self.assertEqual(code, 1 if found else 0, findings)
        return found

    def test_a_clean_schema_is_proven_and_left_as_it_was(self):
        code, findings = self.check()
        self.assertEqual(code, 0, findings)
        for name in ("projects", "projectsConnection", "projectsAggregate", "tasks", "openHours"):
            self.assertEqual(findings[name][0], "isolated", findings)
        self.assertEqual(findings["countries"][0], "shared")
        self.assertTrue(any(name.startswith("project(id: ") for name in findings), findings)
        self.assertTrue(any("after: cursor" in name for name in findings), findings)
        for table, count in (("tb_project", "0"), ("tb_task", "0"), ("tb_tenant", "1")):
            self.assertEqual(self.sql(f"SELECT count(*) FROM {table}"), count)

    def test_a_view_with_its_owners_rights(self):
        self.sql("ALTER VIEW v_task RESET (security_invoker)")
        found = self.leaks()
        for name in ("tasks", "tasksConnection", "tasksAggregate"):
            self.assertIn(name, found)
        self.assertFalse(any(name.startswith("project") for name in found), found)

    def test_a_nested_list_without_policy(self):
        self.sql("ALTER TABLE tb_task DISABLE ROW LEVEL SECURITY")
        self.assertIn("tasks", self.leaks())

    def test_a_number_alone(self):
        self.sql("ALTER FUNCTION fn_open_hours() SECURITY DEFINER")
        self.assertEqual(self.leaks(), ["openHours"])

    def test_an_error_that_tells(self):
        self.sql("""CREATE FUNCTION tell() RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER AS
                    $$ BEGIN RAISE EXCEPTION 'There are % tasks', (SELECT count(*) FROM tb_task);
                    END $$;
                    CREATE FUNCTION fn_tell() RETURNS text LANGUAGE sql STABLE
                    AS 'SELECT tell()'""")
        self.assertEqual(self.leaks(), ["tell"])

    def test_a_permissive_policy_beside_the_right_one(self):
        self.sql("CREATE POLICY open ON tb_project FOR SELECT USING (country <> '')")
        self.assertIn("projects", self.leaks())

    def test_registered_operations(self):
        run("db", "install", "turbo", "--database", self.database.url, "--role", "api")
        with tempfile.TemporaryDirectory() as folder:
            close = pathlib.Path(folder) / "close.graphql"
            close.write_text("mutation Close($id: ID!) { closeTask(id: $id) { task { id } } }")
            one = pathlib.Path(folder) / "one.graphql"
            one.write_text("query One($id: ID!) { project(id: $id) { title } }")
            for each in (close, one):
                done = run("turbo", "add", each.stem, str(each), "--database", self.database.url)
                self.assertEqual(done.returncode, 0, done.stderr)
            (pathlib.Path(folder) / "all.graphql").write_text("{ tasks { id } }")
            code, findings = self.check("--operations", folder)
            self.assertEqual(code, 0, findings)
            self.assertEqual(findings["registered all"][0], "isolated")
            self.assertTrue(any(name.startswith("registered one with ") for name in findings))
            self.sql("""CREATE FUNCTION fn_close_all() RETURNS int LANGUAGE sql SECURITY DEFINER AS
                        $$ UPDATE tb_task SET state = 'done'; SELECT 1 $$""")
            (pathlib.Path(folder) / "sweep.graphql").write_text("mutation { closeAll { result } }")
            self.assertEqual(self.leaks("--operations", folder),
                             ["closeAll", "registered sweep"])

    def test_a_kept_answer_of_another(self):
        # Without a cache each tenant sees their own. But PostgreSQL is told that the function
        # depends on nothing, so all tenants share one answer.
        self.sql("""
            CREATE FUNCTION my_tenant() RETURNS uuid LANGUAGE sql STABLE AS
              $$ SELECT nullif(current_setting('app.tenant_id', true), '')::uuid $$;
            ALTER TABLE tb_task DISABLE ROW LEVEL SECURITY;
            CREATE OR REPLACE VIEW v_task WITH (security_invoker) AS
              SELECT id, jsonb_build_object('id', id, 'hours', hours, 'note', note) AS data
              FROM tb_task WHERE tenant_id = my_tenant();
            COMMENT ON VIEW v_task IS '@cache context tasks';
            COMMENT ON VIEW v_country IS '@cache'""")
        # A list inside of projects would see past the view.
        self.sql("""CREATE OR REPLACE VIEW v_project WITH (security_invoker) AS
                      SELECT id, jsonb_build_object('id', id) AS data FROM tb_project;
                    ALTER FUNCTION fn_open_hours() SECURITY INVOKER;
                    DROP FUNCTION fn_open_hours(); DROP FUNCTION fn_close_task(int)""")
        done = run("db", "install", "cache", "--role", "api", "--database", self.database.url)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.leaks(), [])
        self.sql("ALTER FUNCTION my_tenant() IMMUTABLE")
        code, findings = self.check()
        self.assertEqual(code, 1)
        for name in ("tasks", "tasksConnection", "tasksAggregate"):
            self.assertEqual(findings[name][0], "leak", findings)
            self.assertIn("A kept answer of another tenant", findings[name][1])
        self.assertEqual(findings["countries"][0], "shared")
        self.assertEqual(self.sql("SELECT count(*) FROM turbo.tb_graphql_cache"), "0")

    def test_functions_are_given_the_keys_that_they_want(self):
        code, findings = self.check()
        tried = [name for name in findings if name.startswith("closeTask with ")]
        self.assertTrue(tried, findings)
        self.assertEqual({findings[name][0] for name in tried}, {"isolated"})
        self.sql("ALTER FUNCTION fn_close_task(int) SECURITY DEFINER")
        found = self.leaks()
        self.assertEqual({name.split()[0] for name in found}, {"closeTask"})
        self.sql("""ALTER FUNCTION fn_close_task(int) SECURITY INVOKER;
            CREATE FUNCTION fn_hours_of(p_project_id uuid, p_state state) RETURNS numeric
            LANGUAGE sql STABLE SECURITY DEFINER AS $$
              SELECT count(*)::numeric FROM tb_task
              WHERE project_id = p_project_id AND state = p_state $$""")
        found = self.leaks()
        self.assertEqual({name.split()[0] for name in found}, {"hoursOf"})

    def test_what_did_not_run_is_said(self):
        self.sql("""CREATE FUNCTION fn_refuse(p_id int) RETURNS int LANGUAGE plpgsql AS
                    $$ BEGIN RAISE EXCEPTION 'Not on Sundays'; END $$""")
        code, findings = self.check()
        self.assertEqual(code, 0, findings)
        refused = [each for name, each in findings.items() if name.startswith("refuse with ")]
        self.assertEqual(refused[0][0], "untried")
        self.assertIn("Not on Sundays", refused[0][1])
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "refuse.graphql"
            file.write_text("mutation Refuse($id: ID!) { refuse(id: $id) { result } }")
            code, findings = self.check("--operations", folder)
        self.assertEqual(code, 1, findings)
        self.assertTrue(any(name.startswith("registered refuse") and verdict == "unproven"
                            for name, (verdict, _) in findings.items()), findings)

    def test_templates_of_registered_operations(self):
        tenant = "00000000-0000-0000-0000-000000000001"
        self.sql(f"""
            INSERT INTO tb_project (tenant_id, title, country) VALUES ('{tenant}', 'one', 'DE');
            CREATE FUNCTION titles() RETURNS json LANGUAGE sql STABLE SECURITY DEFINER AS
              $$ SELECT json_build_object('projects', json_agg(json_build_object('title', title)))
                 FROM tb_project $$""")
        run("db", "install", "turbo", "--database", self.database.url, "--role", "api")
        with tempfile.TemporaryDirectory() as folder:
            query = pathlib.Path(folder) / "titles.graphql"
            query.write_text("{ projects { title } }")
            template = pathlib.Path(folder) / "titles.sql"
            template.write_text("-- @sample {}\n-- @claims "
                                f'{{"tenant_id": "{tenant}"}}\nSELECT titles()')
            done = run("turbo", "add", "titles", str(query), "--sql", str(template),
                       "--jwt-tenant-claim", "tenant_id",
                       "--database", self.database.url)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.leaks(), ["registered titles"])

    def test_what_cannot_be_planted_is_said_and_can_be_helped(self):
        self.sql("ALTER TABLE tb_project ADD CONSTRAINT odd CHECK (title LIKE 'Project %')")
        code, findings = self.check()
        self.assertEqual(code, 1)
        self.assertEqual(findings["rows of public.tb_project"][0], "unproven")
        self.assertEqual(findings["projects"][0], "unproven")
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write("""INSERT INTO tb_tenant
                            VALUES (current_setting('app.tenant_id')::uuid, random()::text);
                          INSERT INTO tb_project (tenant_id, title, country)
                            VALUES (current_setting('app.tenant_id')::uuid, 'Project x', 'DE')""")
            file.flush()
            code, findings = self.check("--plant", file.name)
        self.assertEqual(code, 0, findings)

    def test_without_tenants_there_is_nothing_to_prove(self):
        done = run("check", "isolation", "--database", self.database.url, "--tenant-column", "org")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--tenant-column", done.stderr)

    def test_people_read_what_is_wrong(self):
        self.sql("ALTER VIEW v_task RESET (security_invoker)")
        done = run("check", "isolation", "--database", self.database.url, "--role", "api")
        self.assertEqual(done.returncode, 1)
        self.assertIn("leak      tasks\n          Rows of another tenant change", done.stdout)


if __name__ == "__main__":
    unittest.main()
