-- Idempotency keys: `fraiseql db install idempotency`. A mutation that comes with an
-- Idempotency-Key claims it, and stores its answer, in the transaction that does the work: either
-- both are there or neither. The same request under the same key gets the stored answer.
--
-- The role that the server runs as needs what the GRANTs at the end say. Old keys go with
-- SELECT fraiseql.idempotency_purge('24 hours').

CREATE SCHEMA IF NOT EXISTS fraiseql;

CREATE TABLE IF NOT EXISTS fraiseql.idempotency_key (
    scope        text NOT NULL,
    key          text NOT NULL,
    request_hash bytea NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope, key)
);
COMMENT ON TABLE fraiseql.idempotency_key IS 'Keys of clients, and the request that each stands for.';
CREATE INDEX IF NOT EXISTS idempotency_key_created_at ON fraiseql.idempotency_key (created_at);

CREATE TABLE IF NOT EXISTS fraiseql.idempotency_claim (
    scope text NOT NULL,
    key   text NOT NULL,
    field integer NOT NULL,
    PRIMARY KEY (scope, key, field),
    FOREIGN KEY (scope, key) REFERENCES fraiseql.idempotency_key ON DELETE CASCADE
);
COMMENT ON TABLE fraiseql.idempotency_claim IS 'Fields of the request that are done: each is a transaction.';

CREATE TABLE IF NOT EXISTS fraiseql.idempotency_answer (
    scope     text NOT NULL,
    key       text NOT NULL,
    field     integer NOT NULL,
    statement integer NOT NULL,
    columns   text[] NOT NULL,
    PRIMARY KEY (scope, key, field, statement),
    FOREIGN KEY (scope, key, field) REFERENCES fraiseql.idempotency_claim ON DELETE CASCADE
);
COMMENT ON TABLE fraiseql.idempotency_answer IS 'What each statement of a field returned.';

-- Claims a field of a request. Two requests with one key wait for each other here: the second one
-- goes on when the first has committed (and finds it done) or rolled back (and does it).
CREATE OR REPLACE FUNCTION fraiseql.idempotency_claim(p_scope text, p_key text, p_field integer, p_request text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_hash bytea := sha256(convert_to(p_request, 'UTF8'));
BEGIN
    INSERT INTO fraiseql.idempotency_key (scope, key, request_hash)
    VALUES (p_scope, p_key, v_hash) ON CONFLICT DO NOTHING;
    IF NOT EXISTS (SELECT FROM fraiseql.idempotency_key AS k
                   WHERE k.scope = p_scope AND k.key = p_key AND k.request_hash = v_hash) THEN
        RAISE EXCEPTION 'The Idempotency-Key was used for another request.'
            USING ERRCODE = 'FQ002', HINT = 'Use a new key for a new request.';
    END IF;
    INSERT INTO fraiseql.idempotency_claim (scope, key, field)
    VALUES (p_scope, p_key, p_field) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'The request is done: its answer is stored.' USING ERRCODE = 'FQ001';
    END IF;
END;
$$;

CREATE OR REPLACE FUNCTION fraiseql.idempotency_store(p_scope text, p_key text, p_field integer,
                                                      p_statement integer, p_columns text[])
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO fraiseql.idempotency_answer (scope, key, field, statement, columns)
    VALUES (p_scope, p_key, p_field, p_statement, p_columns);
$$;

CREATE OR REPLACE FUNCTION fraiseql.idempotency_replay(p_scope text, p_key text, p_field integer,
                                                       p_statement integer)
RETURNS SETOF text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT columns FROM fraiseql.idempotency_answer
    WHERE scope = p_scope AND key = p_key AND field = p_field AND statement = p_statement;
$$;

CREATE OR REPLACE FUNCTION fraiseql.idempotency_purge(p_older_than interval)
RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (
        DELETE FROM fraiseql.idempotency_key WHERE created_at < now() - p_older_than RETURNING 1
    ) SELECT count(*) FROM gone;
$$;

-- Answers are private: only who may call the functions sees them.
REVOKE ALL ON FUNCTION fraiseql.idempotency_claim, fraiseql.idempotency_store,
    fraiseql.idempotency_replay, fraiseql.idempotency_purge FROM PUBLIC;
-- GRANT USAGE ON SCHEMA fraiseql TO the_server;
-- GRANT EXECUTE ON FUNCTION fraiseql.idempotency_claim, fraiseql.idempotency_store,
--     fraiseql.idempotency_replay TO the_server;
