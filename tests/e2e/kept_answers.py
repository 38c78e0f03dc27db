# SPDX-License-Identifier: MIT
"""A database whose views have @cache, with what the cache needs in it."""
import subprocess
import unittest
import uuid

from product import Database, Server, run

TENANTS = [str(uuid.UUID(int=i + 1)) for i in range(8)]

SCHEMA = """
CREATE ROLE api LOGIN;
CREATE TABLE tb_counter (id int PRIMARY KEY, n int NOT NULL);
INSERT INTO tb_counter VALUES (1, 0), (2, 0);
CREATE VIEW v_counter AS
  SELECT id, jsonb_build_object('id', id, 'n', n) AS data FROM tb_counter;
COMMENT ON VIEW v_counter IS '@cache history 90d';
CREATE FUNCTION fn_count(p_id int) RETURNS int LANGUAGE sql
  AS $$ UPDATE tb_counter SET n = n + 1 WHERE id = p_id RETURNING n $$;

CREATE TABLE tb_team (id int PRIMARY KEY, member uuid NOT NULL);
INSERT INTO tb_team SELECT i, ('00000000-0000-0000-0000-' || lpad(to_hex(i), 12, '0'))::uuid
FROM generate_series(1, 8) i;
CREATE TABLE tb_note (id int PRIMARY KEY, team int NOT NULL, title text NOT NULL);
INSERT INTO tb_note SELECT i, i % 8 + 1, 'note ' || i FROM generate_series(0, 79) i;
ALTER TABLE tb_note ENABLE ROW LEVEL SECURITY;
CREATE POLICY team ON tb_note USING (team IN (SELECT id FROM tb_team
  WHERE member = nullif(current_setting('app.tenant_id', true), '')::uuid));
CREATE VIEW v_note WITH (security_invoker) AS
  SELECT id, jsonb_build_object('id', id, 'team', team, 'title', title) AS data FROM tb_note;
COMMENT ON VIEW v_note IS '@cache';
CREATE FUNCTION fn_join(p_team int, p_member uuid) RETURNS int LANGUAGE sql SECURITY DEFINER
  AS $$ UPDATE tb_team SET member = p_member WHERE id = p_team RETURNING id $$;

CREATE TABLE tb_part (id int, k int) PARTITION BY LIST (k);
CREATE TABLE tb_part_1 PARTITION OF tb_part FOR VALUES IN (1);
CREATE VIEW v_part AS SELECT id, jsonb_build_object('id', id, 'k', k) AS data FROM tb_part;
COMMENT ON VIEW v_part IS '@cache';

CREATE TABLE cache_versions (context text PRIMARY KEY, version bigint NOT NULL DEFAULT 0);
CREATE VIEW v_hand AS SELECT id, jsonb_build_object('id', id, 'n', n) AS data FROM tb_counter;
COMMENT ON VIEW v_hand IS '@cache context counters';
CREATE FUNCTION fn_bump_hand() RETURNS int LANGUAGE sql
  AS $$ UPDATE cache_versions SET version = version + 1 WHERE context = 'counters' RETURNING 1 $$;
CREATE MATERIALIZED VIEW mv_total AS
  SELECT 1 AS id, jsonb_build_object('id', 1, 'total', sum(n)) AS data FROM tb_counter;
COMMENT ON MATERIALIZED VIEW mv_total IS '@cache';
CREATE VIEW v_clock AS SELECT id, jsonb_build_object('id', id, 'at', now()) AS data FROM tb_counter;
COMMENT ON VIEW v_clock IS '@cache ttl 400ms';
GRANT SELECT ON ALL TABLES IN SCHEMA public TO api;
GRANT UPDATE ON tb_counter, cache_versions, tb_note TO api;
"""


class KeptAnswers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.db = Database(sql=SCHEMA)
        cls.installed = run("db", "install", "cache", "--role", "api", "--database", cls.db.url)

    @classmethod
    def tearDownClass(cls):
        cls.db.close()

    @classmethod
    def sql(cls, text):
        """Runs `text` and returns what psql prints of it."""
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d",
                               cls.db.url, "-c", text], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def serve(self, *options, role="postgres"):
        url = self.db.url.replace("postgres@", role + "@")
        server = Server(command=["serve", "--database", url, "--cache-store-after", "0", *options])
        self.addCleanup(server.close)
        return server

    def n(self, server, counter=1):
        return server.data("query($id: ID!) { counter(id: $id) { n } }", id=counter)["counter"]["n"]
