-- Rate limits that several servers share: `fraiseql db install limits`, then
-- `fraiseql serve --rate-limit-store database` (docs/security.md). Running it again changes nothing.

CREATE SCHEMA IF NOT EXISTS limits;

-- Unlogged: after a crash all clients start anew, and a request costs no flush of the log.
CREATE UNLOGGED TABLE IF NOT EXISTS limits.tb_cell (
    key         text PRIMARY KEY,
    time        bigint NOT NULL DEFAULT 0,
    current     bigint NOT NULL DEFAULT 0,
    previous    bigint NOT NULL DEFAULT 0,
    forgettable bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
COMMENT ON TABLE limits.tb_cell IS
    'What a rule remembers of a client: times in microseconds since 1970. A token bucket has the '
    'time at which it is full again; a sliding window the start and count of its period, and the '
    'count of the one before.';
CREATE INDEX IF NOT EXISTS tb_cell_forgettable ON limits.tb_cell (forgettable);

-- From the start of a period: until `previous` weighs so little that one more fits on `current`.
CREATE OR REPLACE FUNCTION limits.until_room(
    p_count bigint, p_period bigint, p_previous bigint, p_current bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN p_previous = 0 THEN 0 ELSE round(p_period * least(1, greatest(0,
        1 - (p_count - 1 - p_current)::float8 / p_previous)))::bigint + 1 END
$$;

-- Counts one request for every charge of a take, or for none where one of them is refused; answers
-- the charges of each take up to that one. p_takes: [[{"key", "sliding", "count", "period",
-- "burst"}, …], …].
CREATE OR REPLACE FUNCTION limits.take(p_takes jsonb)
RETURNS TABLE (take int, allowed boolean, remaining bigint, reset bigint, retry_after bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_keys text[];
    v_now bigint;
    v_take jsonb;
    v_charge jsonb;
    v_cell limits.tb_cell;
    v_cells limits.tb_cell[];
    v_count bigint;
    v_period bigint;
    v_used float8;
BEGIN
    SET LOCAL synchronous_commit = off;
    SELECT array_agg(DISTINCT c->>'key' ORDER BY c->>'key') INTO v_keys
    FROM jsonb_array_elements(p_takes) AS t, jsonb_array_elements(t) AS c;
    -- In one order everywhere: two servers never wait for each other.
    INSERT INTO limits.tb_cell (key) SELECT unnest(v_keys) ON CONFLICT DO NOTHING;
    PERFORM 1 FROM limits.tb_cell WHERE key = ANY (v_keys) ORDER BY key FOR UPDATE;
    v_now := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    take := -1;
    FOR v_take IN SELECT value FROM jsonb_array_elements(p_takes) LOOP
        take := take + 1;
        v_cells := '{}';
        FOR v_charge IN SELECT value FROM jsonb_array_elements(v_take) LOOP
            SELECT * INTO v_cell FROM limits.tb_cell WHERE key = v_charge->>'key';
            v_count := v_charge->'count';
            v_period := v_charge->'period';
            retry_after := 0;
            IF (v_charge->'sliding')::boolean THEN
                IF v_now - v_cell.time >= 2 * v_period THEN
                    v_cell.time := v_now; v_cell.current := 0; v_cell.previous := 0;
                ELSIF v_now - v_cell.time >= v_period THEN
                    v_cell.time := v_cell.time + v_period;
                    v_cell.previous := v_cell.current; v_cell.current := 0;
                END IF;
                v_used := v_cell.current + v_cell.previous
                          * greatest(0, 1 - (v_now - v_cell.time)::float8 / v_period);
                allowed := v_used + 1 <= v_count;
                IF allowed THEN
                    v_cell.current := v_cell.current + 1;
                ELSIF v_cell.current + 1 <= v_count THEN
                    retry_after := greatest(1, v_cell.time - v_now + limits.until_room(
                        v_count, v_period, v_cell.previous, v_cell.current));
                ELSE
                    retry_after := greatest(1, v_cell.time + v_period - v_now + limits.until_room(
                        v_count, v_period, v_cell.current, 0));
                END IF;
                remaining := greatest(0, floor(v_count - v_used - allowed::int));
                v_cell.forgettable := v_cell.time + v_period
                                      + CASE WHEN v_cell.current > 0 THEN v_period ELSE 0 END;
            ELSE
                v_period := v_period / v_count;
                v_count := v_charge->'burst';
                v_cell.time := greatest(v_cell.time, v_now);
                allowed := v_cell.time + v_period - v_now <= v_period * v_count;
                IF allowed THEN
                    v_cell.time := v_cell.time + v_period;
                ELSE
                    retry_after := v_cell.time + v_period - v_period * v_count - v_now;
                END IF;
                remaining := (v_period * v_count - (v_cell.time - v_now)) / v_period;
                v_cell.forgettable := v_cell.time;
            END IF;
            reset := v_cell.forgettable - v_now;
            RETURN NEXT;
            EXIT WHEN NOT allowed;
            v_cells := v_cells || v_cell;
        END LOOP;
        CONTINUE WHEN NOT coalesce(allowed, true);
        UPDATE limits.tb_cell AS t
        SET time = c.time, current = c.current, previous = c.previous, forgettable = c.forgettable
        FROM unnest(v_cells) AS c WHERE t.key = c.key;
    END LOOP;
    -- Now and then somebody has to sweep; nobody waits for it.
    IF random() < 0.01 THEN
        DELETE FROM limits.tb_cell WHERE key IN (
            SELECT key FROM limits.tb_cell WHERE forgettable < v_now LIMIT 1000
            FOR UPDATE SKIP LOCKED);
    END IF;
END
$$;

-- Only servers count: whoever may call this can use up anybody's limit.
REVOKE ALL ON FUNCTION limits.take, limits.until_room FROM PUBLIC;
-- GRANT USAGE ON SCHEMA limits TO the_server;
-- GRANT EXECUTE ON FUNCTION limits.take TO the_server;
