-- FraiseQL: registered operations in the database (docs/turbo.md).
-- `fraiseql db install turbo` runs this file in one transaction; running it again changes nothing.

CREATE SCHEMA IF NOT EXISTS turbo;

CREATE TABLE IF NOT EXISTS turbo.tb_turbo_query (
    pk_turbo_query bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    identifier     text NOT NULL UNIQUE CHECK (identifier <> ''),
    graphql_query  text NOT NULL UNIQUE CHECK (graphql_query <> ''),
    hashes         text[] NOT NULL DEFAULT '{}',
    is_active      boolean NOT NULL DEFAULT true,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE turbo.tb_turbo_query IS
    'Operations that every FraiseQL server of this database knows by name.';
COMMENT ON COLUMN turbo.tb_turbo_query.identifier IS
    'What clients send as documentId.';
COMMENT ON COLUMN turbo.tb_turbo_query.hashes IS
    'Further names, such as hashes that client tools made. The SHA-256 of the text always counts.';

CREATE OR REPLACE FUNCTION turbo.fn_announce_queries() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('fraiseql_turbo', '');
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER announce_queries
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON turbo.tb_turbo_query
    FOR EACH STATEMENT EXECUTE FUNCTION turbo.fn_announce_queries();

-- Servers that run already look again.
SELECT pg_notify('fraiseql_turbo', '');
