-- Roles and permissions of users, for `@authorize` and for policies (docs/security.md).
-- `fraiseql db install rbac` runs this file in one transaction; running it again changes nothing.
-- `fraiseql serve --rbac` then asks rbac.grants_of for who sends a token.

CREATE SCHEMA IF NOT EXISTS rbac;

CREATE TABLE IF NOT EXISTS rbac.tb_role (
    name        text PRIMARY KEY CHECK (name <> ''),
    description text
);
COMMENT ON TABLE rbac.tb_role IS 'What users can be.';

CREATE TABLE IF NOT EXISTS rbac.tb_permission (
    name        text PRIMARY KEY CHECK (name <> ''),
    description text
);
COMMENT ON TABLE rbac.tb_permission IS 'What roles may do.';

CREATE TABLE IF NOT EXISTS rbac.tb_role_parent (
    role   text NOT NULL REFERENCES rbac.tb_role ON UPDATE CASCADE ON DELETE CASCADE,
    parent text NOT NULL REFERENCES rbac.tb_role ON UPDATE CASCADE ON DELETE CASCADE,
    PRIMARY KEY (role, parent)
);
COMMENT ON TABLE rbac.tb_role_parent IS 'Who has the role has the parent, too, and what that has.';

CREATE TABLE IF NOT EXISTS rbac.tb_role_permission (
    role       text NOT NULL REFERENCES rbac.tb_role ON UPDATE CASCADE ON DELETE CASCADE,
    permission text NOT NULL REFERENCES rbac.tb_permission ON UPDATE CASCADE ON DELETE CASCADE,
    PRIMARY KEY (role, permission)
);

CREATE TABLE IF NOT EXISTS rbac.tb_user_role (
    user_id    text NOT NULL CHECK (user_id <> ''),
    tenant_id  text NOT NULL DEFAULT '',
    role       text NOT NULL REFERENCES rbac.tb_role ON UPDATE CASCADE ON DELETE CASCADE,
    expires_at timestamptz,
    PRIMARY KEY (user_id, tenant_id, role)
);
COMMENT ON COLUMN rbac.tb_user_role.user_id IS 'The subject of the token: app.user_id.';
COMMENT ON COLUMN rbac.tb_user_role.tenant_id IS 'Empty: in every tenant.';

-- The roles and permissions of a user in a tenant. UNION leaves out what was met before, so that
-- roles that are each other's parents end as well.
CREATE OR REPLACE FUNCTION rbac.grants_of(p_user_id text, p_tenant_id text)
RETURNS TABLE (kind text, name text) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE granted(role) AS (
        SELECT u.role FROM rbac.tb_user_role AS u
        WHERE u.user_id = p_user_id AND u.tenant_id IN ('', coalesce(p_tenant_id, ''))
              AND (u.expires_at IS NULL OR u.expires_at > now())
        UNION
        SELECT p.parent FROM rbac.tb_role_parent AS p JOIN granted AS g ON g.role = p.role
    )
    SELECT 'role', g.role FROM granted AS g
    UNION
    SELECT 'permission', p.permission
    FROM rbac.tb_role_permission AS p JOIN granted AS g ON g.role = p.role
$$;

-- For policies and functions: what the user of this transaction has.
CREATE OR REPLACE FUNCTION rbac.has_role(p_name text)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM rbac.grants_of(current_setting('app.user_id', true),
                                              current_setting('app.tenant_id', true)) AS g
                   WHERE g.kind = 'role' AND g.name = p_name)
$$;

CREATE OR REPLACE FUNCTION rbac.has_permission(p_name text)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM rbac.grants_of(current_setting('app.user_id', true),
                                              current_setting('app.tenant_id', true)) AS g
                   WHERE g.kind = 'permission' AND g.name = p_name)
$$;

CREATE OR REPLACE FUNCTION rbac.announce() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_notify('fraiseql_rbac', '');
    RETURN NULL;
END $$;

DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['tb_role', 'tb_permission', 'tb_role_parent',
                                   'tb_role_permission', 'tb_user_role'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE OR '
                       'TRUNCATE ON rbac.%I FOR EACH STATEMENT EXECUTE FUNCTION rbac.announce()',
                       v_table);
    END LOOP;
END $$;

-- Who has what is private: only who may call the function sees it.
REVOKE ALL ON FUNCTION rbac.grants_of FROM PUBLIC;
-- GRANT USAGE ON SCHEMA rbac TO the_server;
-- GRANT EXECUTE ON FUNCTION rbac.grants_of TO the_server;
