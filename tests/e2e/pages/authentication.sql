-- What docs/authentication.md stands on: who is asked, and employees with salaries.
CREATE VIEW v_principal AS
SELECT 1 AS id, jsonb_build_object(
    'user_id', nullif(current_setting('app.user_id', true), ''),
    'tenant_id', nullif(current_setting('app.tenant_id', true), ''),
    'role', current_user::text) AS data;
CREATE TABLE tb_employee (
    id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, user_id text, name text NOT NULL, salary numeric);
INSERT INTO tb_employee (user_id, name, salary) VALUES ('ann', 'Ann', 5000), ('bob', 'Bob', 4000);
CREATE VIEW v_employee AS
SELECT id, user_id, jsonb_build_object('id', id, 'name', name, 'salary', salary) AS data
FROM tb_employee;
GRANT SELECT ON v_principal, v_employee TO api;
