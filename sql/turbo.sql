-- FraiseQL: registered and persisted operations in the database, and what they cost (docs/turbo.md).
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

ALTER TABLE turbo.tb_turbo_query
    ADD COLUMN IF NOT EXISTS is_adaptive boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS sql_template text,
    ADD COLUMN IF NOT EXISTS param_mapping jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS context_params jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS samples jsonb NOT NULL DEFAULT '[]';

COMMENT ON COLUMN turbo.tb_turbo_query.is_adaptive IS
    'A server registered it by itself, since it took much time (--adaptive-operations).';

COMMENT ON COLUMN turbo.tb_turbo_query.sql_template IS
    'SQL to run in place of the compiled statement, with parameters like :author. Servers use it
once it answers like the operation for all samples.';
COMMENT ON COLUMN turbo.tb_turbo_query.param_mapping IS
    'Paths of variables and the parameters that stand for them: {"input.authorId": "author"}.
Other parameters stand for the variables of their names.';
COMMENT ON COLUMN turbo.tb_turbo_query.context_params IS
    'What is known of who asks, and the parameters that stand for it: {"tenant_id": "tenant"}.';
COMMENT ON COLUMN turbo.tb_turbo_query.samples IS
    'Requests that the template is tried with: [{"variables": {…}, "claims": {…}}].';

CREATE OR REPLACE FUNCTION turbo.fn_announce_queries() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('fraiseql_turbo', '');
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER announce_queries
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON turbo.tb_turbo_query
    FOR EACH STATEMENT EXECUTE FUNCTION turbo.fn_announce_queries();

-- Automatic persisted queries: what a client has sent to one server, all of them know.

CREATE TABLE IF NOT EXISTS turbo.tb_persisted_query (
    sha256         text PRIMARY KEY,
    graphql_query  text NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    last_sent_at   timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX IF NOT EXISTS tb_persisted_query_last_sent_at
    ON turbo.tb_persisted_query (last_sent_at);

COMMENT ON TABLE turbo.tb_persisted_query IS
    'Queries that clients have persisted by their SHA-256 (automatic persisted queries).';
COMMENT ON COLUMN turbo.tb_persisted_query.last_sent_at IS
    'When a client last sent the text; those of long ago go first.';

CREATE TABLE IF NOT EXISTS turbo.tb_persisted_limit (
    only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    max_rows   bigint NOT NULL DEFAULT 10000 CHECK (max_rows > 0),
    max_bytes  bigint NOT NULL DEFAULT 67108864 CHECK (max_bytes > 0),
    max_age    interval NOT NULL DEFAULT '90 days'
);

INSERT INTO turbo.tb_persisted_limit DEFAULT VALUES ON CONFLICT DO NOTHING;

COMMENT ON TABLE turbo.tb_persisted_limit IS
    'How much turbo.tb_persisted_query may hold: change the row.';

-- Keeps the text under its hash, and drops the oldest where there would be too much. With the
-- rights of its owner, so that a server can do nothing else to the table.
CREATE OR REPLACE FUNCTION turbo.fn_persist_query(p_sha256 text, p_query text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_limit turbo.tb_persisted_limit;
BEGIN
    IF p_sha256 IS DISTINCT FROM encode(sha256(convert_to(p_query, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'The hash is not that of the query.' USING ERRCODE = '22023';
    END IF;
    -- Touching a row at each request would cost more than it tells.
    UPDATE turbo.tb_persisted_query SET last_sent_at = now()
    WHERE sha256 = p_sha256 AND last_sent_at < now() - interval '1 hour';
    IF EXISTS (SELECT FROM turbo.tb_persisted_query WHERE sha256 = p_sha256) THEN
        RETURN;
    END IF;
    -- One at a time: the bounds hold also where many servers persist at once.
    SELECT * INTO v_limit FROM turbo.tb_persisted_limit FOR UPDATE;
    IF octet_length(p_query) > v_limit.max_bytes THEN
        RETURN;
    END IF;
    INSERT INTO turbo.tb_persisted_query (sha256, graphql_query) VALUES (p_sha256, p_query)
    ON CONFLICT DO NOTHING;
    DELETE FROM turbo.tb_persisted_query WHERE last_sent_at < now() - v_limit.max_age;
    -- Counted from the youngest on, the new one first of all.
    DELETE FROM turbo.tb_persisted_query
    WHERE sha256 IN (
        SELECT sha256
        FROM (SELECT sha256, row_number() OVER youngest AS number,
                     sum(octet_length(graphql_query)) OVER youngest AS bytes
              FROM turbo.tb_persisted_query
              WINDOW youngest AS (ORDER BY sha256 <> p_sha256, last_sent_at DESC, sha256)) counted
        WHERE number > v_limit.max_rows OR bytes > v_limit.max_bytes);
END $$;

-- What registered operations cost. Servers add to it every few seconds, in one statement.

CREATE TABLE IF NOT EXISTS turbo.tb_turbo_statistics (
    identifier       text PRIMARY KEY,
    calls            bigint NOT NULL,
    plan_hits        bigint NOT NULL,
    errors           bigint NOT NULL,
    rows             bigint NOT NULL,
    bytes            bigint NOT NULL,
    microseconds     bigint NOT NULL,
    longest          bigint NOT NULL,
    histogram        bigint[] NOT NULL,
    first_called_at  timestamptz NOT NULL DEFAULT now(),
    last_called_at   timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE turbo.tb_turbo_statistics IS
    'What registered operations cost, on all servers: `fraiseql turbo list` and `show` print it.';
COMMENT ON COLUMN turbo.tb_turbo_statistics.plan_hits IS 'Calls that found their plan.';
COMMENT ON COLUMN turbo.tb_turbo_statistics.rows IS 'Rows that PostgreSQL sent.';
COMMENT ON COLUMN turbo.tb_turbo_statistics.longest IS 'Microseconds of the longest call.';
COMMENT ON COLUMN turbo.tb_turbo_statistics.histogram IS
    'Calls of at most 100, 250, 500 microseconds, 1, 2.5, 5, 10, 25, 50, 100, 250, 500
milliseconds, 1, 2.5, 5 seconds, and longer ones; each call counts once.';

-- Whether a server registered the operation by itself, and nobody has called it for an hour.
CREATE OR REPLACE FUNCTION turbo.fn_is_cold(p_query turbo.tb_turbo_query) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p_query.is_adaptive AND p_query.created_at < now() - interval '1 hour'
       AND NOT EXISTS (SELECT FROM turbo.tb_turbo_statistics AS s
                       WHERE s.identifier = p_query.identifier
                         AND s.last_called_at > now() - interval '1 hour')
$$;

-- Adds what a server has counted; registers `p_candidates`, its operations that took the most time,
-- while there are fewer than `p_adaptive` of that kind; and drops those that nobody calls any more.
-- With the rights of its owner, so that a server can do nothing else to the tables.
CREATE OR REPLACE FUNCTION turbo.fn_add_statistics(
    p_statistics jsonb, p_candidates jsonb DEFAULT '[]', p_adaptive integer DEFAULT 0)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_free integer;
BEGIN
    INSERT INTO turbo.tb_turbo_statistics AS kept
        (identifier, calls, plan_hits, errors, rows, bytes, microseconds, longest, histogram)
    SELECT s.id, s.calls, s.hits, s.errors, s.rows, s.bytes, s.microseconds, s.longest,
           ARRAY(SELECT jsonb_array_elements_text(s.histogram)::bigint)
    FROM jsonb_to_recordset(p_statistics) AS s(
        id text, calls bigint, hits bigint, errors bigint, rows bigint, bytes bigint,
        microseconds bigint, longest bigint, histogram jsonb)
    -- In one order, so that two servers do not wait for each other.
    ORDER BY s.id
    ON CONFLICT (identifier) DO UPDATE SET
        calls = kept.calls + excluded.calls,
        plan_hits = kept.plan_hits + excluded.plan_hits,
        errors = kept.errors + excluded.errors,
        rows = kept.rows + excluded.rows,
        bytes = kept.bytes + excluded.bytes,
        microseconds = kept.microseconds + excluded.microseconds,
        longest = greatest(kept.longest, excluded.longest),
        histogram = ARRAY(SELECT coalesce(a, 0) + coalesce(b, 0)
                          FROM unnest(kept.histogram, excluded.histogram) AS bucket(a, b)),
        last_called_at = now();
    DELETE FROM turbo.tb_turbo_statistics WHERE last_called_at < now() - interval '90 days';
    IF p_adaptive <= 0 THEN
        RETURN;
    END IF;
    -- One server at a time, so that the bound holds.
    PERFORM pg_advisory_xact_lock(hashtext('turbo.tb_turbo_query.is_adaptive'));
    IF EXISTS (SELECT FROM turbo.tb_turbo_query AS q WHERE turbo.fn_is_cold(q)) THEN
        DELETE FROM turbo.tb_turbo_query AS q WHERE turbo.fn_is_cold(q);
    END IF;
    SELECT p_adaptive - count(*) INTO v_free FROM turbo.tb_turbo_query WHERE is_adaptive;
    IF v_free > 0 AND jsonb_array_length(p_candidates) > 0 THEN
        INSERT INTO turbo.tb_turbo_query (identifier, graphql_query, is_adaptive)
        SELECT 'adaptive/' || left(encode(sha256(convert_to(c.query, 'UTF8')), 'hex'), 16),
               c.query, true
        FROM jsonb_to_recordset(p_candidates) AS c(query text, microseconds bigint)
        WHERE NOT EXISTS (SELECT FROM turbo.tb_turbo_query AS q
                          WHERE q.graphql_query = c.query)
        ORDER BY c.microseconds DESC
        LIMIT v_free
        ON CONFLICT DO NOTHING;
    END IF;
END $$;

-- Which operations send which statements: what pg_stat_statements counts of a query id, operations
-- spend (`fraiseql top`).

CREATE TABLE IF NOT EXISTS turbo.tb_statement (
    query_id      bigint,
    operation     text,
    statement     text NOT NULL,
    last_seen_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (query_id, operation)
);

CREATE INDEX IF NOT EXISTS tb_statement_last_seen_at ON turbo.tb_statement (last_seen_at);

COMMENT ON TABLE turbo.tb_statement IS
    'Operations and the statements that servers send for them; the 10,000 seen last.';
COMMENT ON COLUMN turbo.tb_statement.query_id IS 'As pg_stat_statements.queryid has it.';
COMMENT ON COLUMN turbo.tb_statement.operation IS
    'The id of a registered operation; of all others the name and a part of the SHA-256.';

CREATE OR REPLACE FUNCTION turbo.fn_add_statements(p_statements jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO turbo.tb_statement AS kept (query_id, operation, statement)
    SELECT DISTINCT ON (s.query_id, s.operation) s.query_id, s.operation, s.statement
    FROM jsonb_to_recordset(p_statements) AS s(query_id bigint, operation text, statement text)
    -- In one order, so that two servers do not wait for each other.
    ORDER BY s.query_id, s.operation
    ON CONFLICT (query_id, operation) DO UPDATE SET
        statement = excluded.statement, last_seen_at = now();
    DELETE FROM turbo.tb_statement
    WHERE (query_id, operation) IN (
        SELECT query_id, operation FROM turbo.tb_statement
        ORDER BY last_seen_at DESC, query_id, operation OFFSET 10000);
END $$;

REVOKE ALL ON FUNCTION turbo.fn_persist_query, turbo.fn_add_statistics, turbo.fn_add_statements
    FROM PUBLIC;

-- Servers that run already look again.
SELECT pg_notify('fraiseql_turbo', '');
