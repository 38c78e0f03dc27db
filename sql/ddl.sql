-- Changes of the catalog: `fraiseql db install ddl`. Tells the servers of each, at once. Event triggers
-- need a superuser; without them servers look for changes every few seconds (--schema-poll).

CREATE SCHEMA IF NOT EXISTS fraiseql;

CREATE OR REPLACE FUNCTION fraiseql.fn_notify_ddl() RETURNS event_trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_notify('fraiseql_ddl', '');
END
$$;

DROP EVENT TRIGGER IF EXISTS fraiseql_ddl_end;
CREATE EVENT TRIGGER fraiseql_ddl_end ON ddl_command_end
    WHEN TAG IN ('ALTER FUNCTION', 'ALTER MATERIALIZED VIEW', 'ALTER POLICY', 'ALTER PROCEDURE',
                 'ALTER SCHEMA', 'ALTER TABLE', 'ALTER TYPE', 'ALTER DOMAIN', 'ALTER VIEW',
                 'COMMENT', 'CREATE DOMAIN', 'CREATE FUNCTION', 'CREATE INDEX',
                 'CREATE MATERIALIZED VIEW', 'CREATE POLICY', 'CREATE PROCEDURE', 'CREATE SCHEMA',
                 'CREATE TABLE', 'CREATE TABLE AS', 'CREATE TYPE', 'CREATE VIEW', 'GRANT', 'REVOKE')
    EXECUTE FUNCTION fraiseql.fn_notify_ddl();
DROP EVENT TRIGGER IF EXISTS fraiseql_ddl_drop;
CREATE EVENT TRIGGER fraiseql_ddl_drop ON sql_drop EXECUTE FUNCTION fraiseql.fn_notify_ddl();
