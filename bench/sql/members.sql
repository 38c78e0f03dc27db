-- The users of the benchmark once more, as rows of a hundred tenants that see their own only.
SET client_min_messages = warning;
CREATE ROLE api LOGIN;
CREATE TABLE tb_user (
  pk_user    bigint PRIMARY KEY,
  id         uuid NOT NULL UNIQUE,
  tenant_id  uuid NOT NULL,
  username   text NOT NULL UNIQUE,
  email      text NOT NULL,
  name       text NOT NULL,
  created_at timestamptz NOT NULL
);
INSERT INTO tb_user
SELECT i, md5('user:' || i)::uuid, md5('tenant:' || i % 100)::uuid, 'user_' || i,
       'user_' || i || '@example.com', 'User ' || i,
       '2024-01-01'::timestamptz + i * interval '1 minute'
FROM generate_series(1, 10000) AS i;
CREATE TABLE tb_member (LIKE tb_user INCLUDING ALL);
INSERT INTO tb_member SELECT * FROM tb_user;
ALTER TABLE tb_member ENABLE ROW LEVEL SECURITY;
ALTER TABLE tb_member FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tb_member USING (
  tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
CREATE VIEW v_user WITH (security_invoker) AS
SELECT id, created_at, jsonb_build_object('id', id, 'username', username, 'email', email,
                                          'name', name, 'created_at', created_at) AS data
FROM tb_user;
CREATE VIEW v_member WITH (security_invoker) AS
SELECT id, created_at, jsonb_build_object('id', id, 'username', username, 'email', email,
                                          'name', name, 'created_at', created_at) AS data
FROM tb_member;
GRANT SELECT ON tb_user, tb_member, v_user, v_member TO api;
