-- What docs/security.md stands on.
CREATE TABLE tb_note (
    id        int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    tenant_id uuid,
    user_id   text,
    text      text
);
CREATE TABLE tb_user (id int PRIMARY KEY, salary numeric);
CREATE VIEW v_employee AS SELECT id, jsonb_build_object('id', id, 'salary', salary) AS data FROM tb_user;
CREATE FUNCTION fn_delete_post(p_id uuid) RETURNS void LANGUAGE sql AS 'DELETE FROM posts WHERE id = p_id';
CREATE OR REPLACE VIEW v_user AS
SELECT id, email, name, status, created_at, jsonb_build_object(
    'id', id, 'email', email, 'name', name, 'stats', jsonb_build_object('score', length(name))) AS data
FROM users;
