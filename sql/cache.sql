-- FraiseQL: the lazy cache (docs/cache.md).
-- `fraiseql db install cache` runs this file in one transaction, then tracks the tables behind the
-- views that have @cache; running it again changes nothing.
--
-- The role that the server runs as needs USAGE on the schema turbo, and EXECUTE on versions,
-- cache_find, cache_store, cache_as_of and cache_upkeep: `--role` grants that.

CREATE SCHEMA IF NOT EXISTS turbo;

-- Versions ---------------------------------------------------------------------------------------

-- The version of a context is the sum of its bumps, as a snapshot sees them: it grows with each
-- commit, and no two writers meet in a row. Bumps are random, so that a history that was lost (a
-- failover, a backup) and the one that takes its place do not arrive at the same numbers.
CREATE TABLE IF NOT EXISTS turbo.tb_version_bump (
    context text COLLATE "C" NOT NULL,
    n       numeric NOT NULL CHECK (n > 0)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 2000,
        autovacuum_vacuum_cost_delay = 0);
CREATE INDEX IF NOT EXISTS ix_version_bump_context ON turbo.tb_version_bump (context) INCLUDE (n);
COMMENT ON TABLE turbo.tb_version_bump IS
    'What was changed and how often: a context is the oid of a table, a name of your own, or ddl.';

-- Every name is qualified instead of a search_path being set, here and where requests wait: that
-- would cost each write more than the rest of the function.
CREATE OR REPLACE FUNCTION turbo.bump(p_context text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    v_setting pg_catalog.text := 'turbo.bumped_' OPERATOR(pg_catalog.||) pg_catalog.md5(p_context);
    v_transaction pg_catalog.text := pg_catalog.pg_current_xact_id()::pg_catalog.text;
BEGIN
    -- Once for each transaction; undone by ROLLBACK TO SAVEPOINT like the bump itself.
    IF pg_catalog.current_setting(v_setting, true) OPERATOR(pg_catalog.=) v_transaction THEN
        RETURN;
    END IF;
    INSERT INTO turbo.tb_version_bump (context, n)
    VALUES (p_context, pg_catalog.floor(pg_catalog.random() OPERATOR(pg_catalog.*) 2147483648)
                       OPERATOR(pg_catalog.+) 1);
    v_setting := pg_catalog.set_config(v_setting, v_transaction, true);
END $$;
COMMENT ON FUNCTION turbo.bump IS 'Says that what depends on the context is stale.';

-- PL/pgSQL, here and where requests wait: it keeps its plans, and a function in SQL is planned anew
-- by each statement that calls it.
CREATE OR REPLACE FUNCTION turbo.versions(p_contexts text[]) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
BEGIN
    RETURN (
        SELECT pg_catalog.string_agg(
            COALESCE((SELECT pg_catalog.sum(b.n) FROM turbo.tb_version_bump AS b
                      WHERE b.context OPERATOR(pg_catalog.=) c.context), 0)::pg_catalog.text,
            ',' ORDER BY c.position)
        FROM pg_catalog.unnest(p_contexts) WITH ORDINALITY AS c(context, position));
END $$;
COMMENT ON FUNCTION turbo.versions IS 'The versions of the contexts, in their order; 0 where none.';

-- Adds up the bumps of each context. One statement: any snapshot sees the same sum.
CREATE OR REPLACE FUNCTION turbo.fold_versions() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (
        DELETE FROM turbo.tb_version_bump WHERE context IN (
            SELECT context FROM turbo.tb_version_bump GROUP BY context HAVING count(*) > 1)
        RETURNING context, n
    ), folded AS (
        INSERT INTO turbo.tb_version_bump (context, n)
        SELECT context, sum(n) FROM gone GROUP BY context
    )
    SELECT count(*) FROM gone;
$$;

-- Tables -----------------------------------------------------------------------------------------

-- The parents too: who reads those reads this table. Like bump, but without another call for each
-- statement: that is what writers pay.
CREATE OR REPLACE FUNCTION turbo.bump_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    v_setting pg_catalog.text := 'turbo.bumped_' OPERATOR(pg_catalog.||) TG_RELID::pg_catalog.text;
    v_transaction pg_catalog.text := pg_catalog.pg_current_xact_id()::pg_catalog.text;
BEGIN
    IF pg_catalog.current_setting(v_setting, true) OPERATOR(pg_catalog.=) v_transaction THEN
        RETURN NULL;
    END IF;
    INSERT INTO turbo.tb_version_bump (context, n)
    VALUES (TG_RELID::pg_catalog.text,
            pg_catalog.floor(pg_catalog.random() OPERATOR(pg_catalog.*) 2147483648)
            OPERATOR(pg_catalog.+) 1);
    IF EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE inhrelid OPERATOR(pg_catalog.=) TG_RELID) THEN
        PERFORM turbo.bump_parents(TG_RELID);
    END IF;
    v_setting := pg_catalog.set_config(v_setting, v_transaction, true);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION turbo.bump_parents(p_relation oid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE parents AS (
        SELECT inhparent FROM pg_inherits WHERE inhrelid = p_relation
        UNION
        SELECT i.inhparent FROM pg_inherits AS i JOIN parents AS p ON i.inhrelid = p.inhparent
    ) SELECT turbo.bump(inhparent::text) FROM parents;
$$;

CREATE OR REPLACE FUNCTION turbo.is_tracked(p_relation oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT COALESCE(bit_or(tgtype) & 60 = 60, false) FROM pg_trigger
    WHERE tgrelid = p_relation AND tgfoid = 'turbo.bump_version'::regproc
      AND tgenabled = 'A' AND tgqual IS NULL;
$$;

-- Has writes to a table, and to those that inherit from it, bump its version; returns the tables
-- that are tracked now and were not before. The caller must own them.
CREATE OR REPLACE FUNCTION turbo.track(p_relation regclass) RETURNS SETOF regclass
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_table regclass;
BEGIN
    FOR v_table IN
        WITH RECURSIVE tree AS (
            SELECT p_relation::oid AS oid
            UNION
            SELECT i.inhrelid FROM pg_inherits AS i JOIN tree AS t ON i.inhparent = t.oid
        ) SELECT c.oid FROM tree JOIN pg_class AS c USING (oid)
          WHERE c.relkind IN ('r', 'p') AND NOT turbo.is_tracked(c.oid)
    LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER bump_version AFTER INSERT OR UPDATE OR DELETE OR '
                       'TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION turbo.bump_version()',
                       v_table);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER bump_version', v_table);
        PERFORM turbo.bump(v_table::oid::text);
        RETURN NEXT v_table;
    END LOOP;
END $$;

-- A table of versions that functions bump by hand: cache_versions (context, version).
CREATE OR REPLACE FUNCTION turbo.bump_contexts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        PERFORM turbo.bump(context) FROM new_rows;
    END IF;
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        PERFORM turbo.bump(context) FROM old_rows;
    END IF;
    IF TG_OP = 'TRUNCATE' THEN
        PERFORM turbo.bump('ddl');
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION turbo.track_contexts(p_relation regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_event text[];
BEGIN
    FOREACH v_event SLICE 1 IN ARRAY ARRAY[
        ['insert', 'REFERENCING NEW TABLE AS new_rows'],
        ['update', 'REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows'],
        ['delete', 'REFERENCING OLD TABLE AS old_rows'],
        ['truncate', '']]
    LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER bump_contexts_%s AFTER %s ON %s %s '
                       'FOR EACH STATEMENT EXECUTE FUNCTION turbo.bump_contexts()',
                       v_event[1], upper(v_event[1]), p_relation, v_event[2]);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER bump_contexts_%s', p_relation,
                       v_event[1]);
    END LOOP;
END $$;

-- Definitions ------------------------------------------------------------------------------------

-- The context ddl is behind every answer. Partitions that are added to a tracked table are tracked
-- with it, and a materialized view that is refreshed has changed.
CREATE OR REPLACE FUNCTION turbo.note_ddl() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_command record;
    v_root oid;
BEGIN
    FOR v_command IN SELECT * FROM pg_event_trigger_ddl_commands() LOOP
        CONTINUE WHEN v_command.schema_name = 'pg_temp'
            OR v_command.command_tag IN ('COMMENT', 'CREATE INDEX', 'REINDEX', 'CREATE STATISTICS');
        IF v_command.command_tag = 'REFRESH MATERIALIZED VIEW' THEN
            PERFORM turbo.bump(v_command.objid::text);
            CONTINUE;
        END IF;
        PERFORM turbo.bump('ddl');
        IF v_command.command_tag IN ('CREATE TABLE', 'ALTER TABLE') THEN
            FOR v_root IN
                WITH RECURSIVE parents AS (
                    SELECT v_command.objid AS oid
                    UNION
                    SELECT i.inhparent FROM pg_inherits AS i JOIN parents AS p ON i.inhrelid = p.oid
                ) SELECT oid FROM parents WHERE turbo.is_tracked(oid)
            LOOP
                PERFORM turbo.track(v_root);
            END LOOP;
        END IF;
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION turbo.note_drop() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_event_trigger_dropped_objects() WHERE NOT is_temporary)
       AND to_regprocedure('turbo.bump(text)') IS NOT NULL THEN
        PERFORM turbo.bump('ddl');
    END IF;
END $$;

-- Only a superuser may create event triggers. Without them: restart the servers after changing a
-- definition; and materialized views have no versions.
DO $$
BEGIN
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        DROP EVENT TRIGGER IF EXISTS fraiseql_cache_ddl;
        DROP EVENT TRIGGER IF EXISTS fraiseql_cache_drop;
        CREATE EVENT TRIGGER fraiseql_cache_ddl ON ddl_command_end
            EXECUTE FUNCTION turbo.note_ddl();
        CREATE EVENT TRIGGER fraiseql_cache_drop ON sql_drop
            EXECUTE FUNCTION turbo.note_drop();
        ALTER EVENT TRIGGER fraiseql_cache_ddl ENABLE ALWAYS;
        ALTER EVENT TRIGGER fraiseql_cache_drop ENABLE ALWAYS;
    END IF;
END $$;

-- Answers ----------------------------------------------------------------------------------------

-- Unlogged: gone after a crash, which costs time and no data. The key is a SHA-256 of the
-- statement, its parameters and whom row-level security takes the client for.
CREATE UNLOGGED TABLE IF NOT EXISTS turbo.tb_graphql_cache (
    key        bytea PRIMARY KEY,
    operation  text NOT NULL,
    versions   text NOT NULL,
    response   text NOT NULL,
    bytes      integer NOT NULL,
    build_ms   real NOT NULL,
    built_at   timestamptz NOT NULL,
    expires_at timestamptz
);
-- Reading an answer costs a fraction with lz4; PostgreSQL may have been built without it.
DO $$
BEGIN
    ALTER TABLE turbo.tb_graphql_cache ALTER COLUMN response SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported OR syntax_error THEN
    NULL;
END $$;
CREATE INDEX IF NOT EXISTS ix_graphql_cache_built_at ON turbo.tb_graphql_cache (built_at);
COMMENT ON TABLE turbo.tb_graphql_cache IS
    'The latest answer to each cached operation; fresh while the versions are those of today.';

-- What was answered, for @asOf; under the same keys.
CREATE TABLE IF NOT EXISTS turbo.tb_graphql_cache_history (
    version    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key        bytea NOT NULL,
    operation  text NOT NULL,
    response   text NOT NULL,
    bytes      integer NOT NULL,
    built_at   timestamptz NOT NULL,
    keep_until timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS ix_graphql_cache_history_key
    ON turbo.tb_graphql_cache_history (key, built_at);
CREATE INDEX IF NOT EXISTS ix_graphql_cache_history_keep_until
    ON turbo.tb_graphql_cache_history (keep_until);

-- The answer, where one has not expired. It is fresh while `versions` are those of now, which the
-- server asks for itself, once for many requests: adding them up here costs as much as the rest.
DROP FUNCTION IF EXISTS turbo.cache_find(bytea, text[]);
CREATE OR REPLACE FUNCTION turbo.cache_find(
    p_key bytea, OUT versions text, OUT response text, OUT age_ms double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
BEGIN
    SELECT c.versions, c.response,
           GREATEST(pg_catalog.date_part('epoch', pg_catalog.statement_timestamp()
                                                  OPERATOR(pg_catalog.-) c.built_at)
                    OPERATOR(pg_catalog.*) 1000, 0)
    INTO versions, response, age_ms
    FROM turbo.tb_graphql_cache AS c
    WHERE c.key OPERATOR(pg_catalog.=) p_key
      AND (c.expires_at IS NULL
           OR c.expires_at OPERATOR(pg_catalog.>) pg_catalog.statement_timestamp());
END $$;

-- Keeps an answer that was built after `p_versions` were read; false where another session is
-- keeping one under the same key at this moment.
CREATE OR REPLACE FUNCTION turbo.cache_store(
    p_key bytea, p_operation text, p_versions text, p_response text, p_build_ms real,
    p_ttl_ms bigint, p_history_ms bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_built_at timestamptz := statement_timestamp() - make_interval(secs => p_build_ms / 1000);
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended(encode(p_key, 'hex'), 7283)) THEN
        RETURN false;
    END IF;
    INSERT INTO turbo.tb_graphql_cache AS c
        (key, operation, versions, response, bytes, build_ms, built_at, expires_at)
    VALUES (p_key, p_operation, p_versions, p_response, octet_length(p_response), p_build_ms,
            v_built_at, v_built_at + make_interval(secs => p_ttl_ms / 1000.0))
    ON CONFLICT (key) DO UPDATE SET operation = excluded.operation, versions = excluded.versions,
        response = excluded.response, bytes = excluded.bytes, build_ms = excluded.build_ms,
        built_at = excluded.built_at, expires_at = excluded.expires_at;
    IF p_history_ms IS NOT NULL AND p_response IS DISTINCT FROM (
        SELECT h.response FROM turbo.tb_graphql_cache_history AS h
        WHERE h.key = p_key ORDER BY h.built_at DESC LIMIT 1) THEN
        INSERT INTO turbo.tb_graphql_cache_history
            (key, operation, response, bytes, built_at, keep_until)
        VALUES (p_key, p_operation, p_response, octet_length(p_response), v_built_at,
                v_built_at + make_interval(secs => p_history_ms / 1000.0));
    END IF;
    RETURN true;
END $$;

-- The answer that was kept last before `p_time`, or the one of that version.
CREATE OR REPLACE FUNCTION turbo.cache_as_of(p_key bytea, p_time timestamptz, p_version bigint)
RETURNS TABLE (response text, version bigint, built_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT h.response, h.version, h.built_at FROM turbo.tb_graphql_cache_history AS h
    WHERE h.key = p_key AND h.keep_until > statement_timestamp()
      AND CASE WHEN p_version IS NOT NULL THEN h.version = p_version ELSE h.built_at <= p_time END
    ORDER BY h.built_at DESC LIMIT 1;
$$;

-- Folds versions and removes what has expired; then the oldest answers until `p_max_bytes` are
-- left. Servers call it now and then, one at a time.
CREATE OR REPLACE FUNCTION turbo.cache_upkeep(p_max_bytes bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('turbo.cache_upkeep', 7283)) THEN
        RETURN;
    END IF;
    PERFORM turbo.fold_versions();
    DELETE FROM turbo.tb_graphql_cache WHERE expires_at <= statement_timestamp();
    DELETE FROM turbo.tb_graphql_cache_history WHERE keep_until <= statement_timestamp();
    IF (SELECT COALESCE(sum(bytes + 200), 0) FROM turbo.tb_graphql_cache) > p_max_bytes THEN
        DELETE FROM turbo.tb_graphql_cache WHERE key IN (
            SELECT key FROM (SELECT key, sum(bytes + 200) OVER (ORDER BY built_at DESC, key) AS total
                             FROM turbo.tb_graphql_cache) AS newest
            WHERE total > p_max_bytes * 0.9);
    END IF;
END $$;

-- Answers are private: only who may call the functions sees them.
REVOKE ALL ON FUNCTION turbo.versions, turbo.cache_find, turbo.cache_store,
    turbo.cache_as_of, turbo.cache_upkeep, turbo.bump, turbo.fold_versions,
    turbo.bump_version, turbo.bump_parents, turbo.is_tracked, turbo.track, turbo.bump_contexts,
    turbo.track_contexts, turbo.note_ddl, turbo.note_drop FROM PUBLIC;
