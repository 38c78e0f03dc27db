-- Security events as rows: `fraiseql db install audit`, then `fraiseql serve --audit-rows`
-- (docs/security.md). Running it again changes nothing. Rows are added and read, never changed:
-- old ones go with SELECT audit.purge('90 days').

CREATE SCHEMA IF NOT EXISTS audit;

CREATE TABLE IF NOT EXISTS audit.tb_event (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    occurred_at timestamptz NOT NULL,
    event       text NOT NULL,
    request_id  text,
    address     text,
    user_id     text,
    tenant_id   text,
    detail      text
);
COMMENT ON TABLE audit.tb_event IS 'What concerned security: sign-ins, refusals, limits, revocations.';
CREATE INDEX IF NOT EXISTS tb_event_occurred_at ON audit.tb_event (occurred_at);
CREATE INDEX IF NOT EXISTS tb_event_user_id ON audit.tb_event (user_id, occurred_at);

-- Adds the events of an array.
CREATE OR REPLACE FUNCTION audit.record(p_events jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO audit.tb_event (occurred_at, event, request_id, address, user_id, tenant_id, detail)
    SELECT (e->>'time')::timestamptz, e->>'event', e->>'request_id', e->>'address', e->>'user',
           e->>'tenant', e->>'detail'
    FROM jsonb_array_elements(p_events) AS e
$$;

CREATE OR REPLACE FUNCTION audit.purge(p_older_than interval) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (
        DELETE FROM audit.tb_event WHERE occurred_at < now() - p_older_than RETURNING 1
    ) SELECT count(*) FROM gone
$$;

-- Only who may call the functions adds events, or removes them.
REVOKE ALL ON FUNCTION audit.record, audit.purge FROM PUBLIC;
-- GRANT USAGE ON SCHEMA audit TO the_server;
-- GRANT EXECUTE ON FUNCTION audit.record TO the_server;
