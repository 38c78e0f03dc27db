-- An event store: `fraiseql db install events` (docs/events.md). Streams of events with optimistic
-- concurrency, a global order that readers can follow without missing anything, snapshots,
-- projections and an outbox. Running the file again brings an older version up to date and keeps
-- all rows. DROP SCHEMA events CASCADE removes it.
--
-- Everything runs with the rights of the caller; the GRANTs at the end are what callers need.

CREATE SCHEMA IF NOT EXISTS events;
COMMENT ON SCHEMA events IS 'FraiseQL event store, version 1';

-- Streams of different tenants never meet. Without the setting there is one tenant: ''.
CREATE OR REPLACE FUNCTION events.tenant() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(current_setting('app.tenant_id', true), '');

-- Streams and events ------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS events.stream (
    tenant_id text NOT NULL DEFAULT events.tenant(),
    stream    text NOT NULL CHECK (stream <> ''),
    version   bigint NOT NULL CHECK (version > 0),
    PRIMARY KEY (tenant_id, stream)
);
COMMENT ON TABLE events.stream IS 'How far each stream is. Its row is what appends wait for.';

CREATE TABLE IF NOT EXISTS events.event (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    position   bigint UNIQUE,
    tenant_id  text NOT NULL DEFAULT events.tenant(),
    stream     text NOT NULL,
    version    bigint NOT NULL,
    type       text NOT NULL CHECK (type <> ''),
    data       jsonb NOT NULL,
    metadata   jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    created_by text NOT NULL DEFAULT coalesce(nullif(current_setting('app.user_id', true), ''),
                                              current_user),
    UNIQUE (tenant_id, stream, version),
    FOREIGN KEY (tenant_id, stream) REFERENCES events.stream
);
COMMENT ON TABLE events.event IS 'What has happened. Rows are only ever added.';
COMMENT ON COLUMN events.event.version IS 'Place in the stream, from 1 and without gaps.';
COMMENT ON COLUMN events.event.position IS
    'Place among all events: given after the commit by number_events, so that whoever has read up '
    'to a position never finds an older one later. May have gaps.';
CREATE INDEX IF NOT EXISTS event_unnumbered ON events.event (id) WHERE position IS NULL;
CREATE SEQUENCE IF NOT EXISTS events.event_position OWNED BY events.event.position;

CREATE OR REPLACE FUNCTION events.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'Events are never changed or deleted.'
        USING ERRCODE = '55000', HINT = 'Append an event that corrects the other one.';
END $$;

CREATE OR REPLACE TRIGGER only_append BEFORE DELETE OR TRUNCATE ON events.event
    FOR EACH STATEMENT EXECUTE FUNCTION events.refuse_change();

-- The one change there is: a position where there was none.
CREATE OR REPLACE TRIGGER only_number BEFORE UPDATE ON events.event
    FOR EACH ROW WHEN (
        old.position IS NOT NULL OR new.position IS NULL
        OR (old.id, old.tenant_id, old.stream, old.version, old.type, old.data, old.metadata,
            old.created_at, old.created_by)
        IS DISTINCT FROM
           (new.id, new.tenant_id, new.stream, new.version, new.type, new.data, new.metadata,
            new.created_at, new.created_by))
    EXECUTE FUNCTION events.refuse_change();

CREATE OR REPLACE TRIGGER only_append BEFORE DELETE OR TRUNCATE ON events.stream
    FOR EACH STATEMENT EXECUTE FUNCTION events.refuse_change();

CREATE OR REPLACE TRIGGER only_forward BEFORE UPDATE ON events.stream
    FOR EACH ROW WHEN (new.version <= old.version OR new.stream <> old.stream
                       OR new.tenant_id <> old.tenant_id)
    EXECUTE FUNCTION events.refuse_change();

-- Appends events, a JSON array of {"type", "data", "metadata"}, and returns the stream's version
-- after the last. p_expected is the version that the caller decided upon: 0 for a new stream, NULL
-- to append whatever the version is. Where it is another by now, FQ003 (CONFLICT) is raised.
CREATE OR REPLACE FUNCTION events.append_all(p_stream text, p_events jsonb,
                                             p_expected bigint DEFAULT NULL)
RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_count   bigint;
    v_version bigint;
BEGIN
    IF jsonb_typeof(p_events) IS DISTINCT FROM 'array' OR p_events = '[]' THEN
        RAISE EXCEPTION 'There is nothing to append to the stream "%".', p_stream
            USING ERRCODE = '22023', HINT = 'Pass a JSON array of {"type", "data", "metadata"}.';
    END IF;
    v_count := jsonb_array_length(p_events);
    IF p_expected = 0 THEN
        INSERT INTO events.stream AS s (stream, version) VALUES (p_stream, v_count)
        ON CONFLICT DO NOTHING RETURNING s.version INTO v_version;
    ELSIF p_expected IS NULL THEN
        INSERT INTO events.stream AS s (stream, version) VALUES (p_stream, v_count)
        ON CONFLICT (tenant_id, stream) DO UPDATE SET version = s.version + v_count
        RETURNING s.version INTO v_version;
    ELSE
        UPDATE events.stream AS s SET version = s.version + v_count
        WHERE s.tenant_id = events.tenant() AND s.stream = p_stream AND s.version = p_expected
        RETURNING s.version INTO v_version;
    END IF;
    IF v_version IS NULL THEN
        RAISE EXCEPTION 'The stream "%" is at version %, not %.', p_stream,
            coalesce((SELECT s.version FROM events.stream AS s
                      WHERE s.tenant_id = events.tenant() AND s.stream = p_stream), 0), p_expected
            USING ERRCODE = 'FQ003', HINT = 'Read the stream again, and decide again.';
    END IF;
    INSERT INTO events.event (stream, version, type, data, metadata)
    SELECT p_stream, v_version - v_count + e.ordinality, e.item->>'type',
           coalesce(e.item->'data', '{}'), coalesce(e.item->'metadata', '{}')
    FROM jsonb_array_elements(p_events) WITH ORDINALITY AS e (item, ordinality)
    ORDER BY e.ordinality;
    RETURN v_version;
END $$;

-- Appends one event.
CREATE OR REPLACE FUNCTION events.append(p_stream text, p_type text, p_data jsonb DEFAULT '{}',
                                         p_expected bigint DEFAULT NULL,
                                         p_metadata jsonb DEFAULT '{}')
RETURNS bigint LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT events.append_all(p_stream, jsonb_build_array(jsonb_build_object(
        'type', p_type, 'data', p_data, 'metadata', p_metadata)), p_expected);
$$;

-- Returns the version of a stream; 0 where there is no such stream.
CREATE OR REPLACE FUNCTION events.stream_version(p_stream text)
RETURNS bigint LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT s.version FROM events.stream AS s
                     WHERE s.tenant_id = events.tenant() AND s.stream = p_stream), 0);
$$;

-- Returns a stream's events in order: those after a version, up to a version, up to a time.
CREATE OR REPLACE FUNCTION events.read_stream(p_stream text, p_after bigint DEFAULT 0,
                                              p_version bigint DEFAULT NULL,
                                              p_at timestamptz DEFAULT NULL)
RETURNS SETOF events.event LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT * FROM events.event AS e
    WHERE e.tenant_id = events.tenant() AND e.stream = p_stream AND e.version > p_after
      AND (p_version IS NULL OR e.version <= p_version)
      AND (p_at IS NULL OR e.created_at <= p_at)
    ORDER BY e.version;
$$;

-- Gives positions to the events that are committed and have none yet. Only one transaction does
-- so at a time; another one goes on with what is numbered.
CREATE OR REPLACE FUNCTION events.number_events()
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM events.event AS e WHERE e.position IS NULL)
       AND pg_try_advisory_xact_lock(hashtextextended('fraiseql.events.number_events', 0)) THEN
        -- A statement of its own: it sees what the last one to hold the lock has numbered.
        UPDATE events.event AS e SET position = n.position
        FROM (SELECT u.id, nextval('events.event_position') AS position
              FROM (SELECT id FROM events.event WHERE position IS NULL ORDER BY id) AS u) AS n
        WHERE e.id = n.id;
    END IF;
END $$;

-- Returns events of all streams after a position, in order. Whoever goes on after the last position
-- that this returned misses none, whatever is being committed meanwhile.
CREATE OR REPLACE FUNCTION events.read_all(p_after bigint DEFAULT 0, p_limit integer DEFAULT 1000)
RETURNS SETOF events.event LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM events.number_events();
    RETURN QUERY SELECT * FROM events.event AS e
                 WHERE e.position > p_after ORDER BY e.position LIMIT p_limit;
END $$;

-- Snapshots and time travel -----------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS events.snapshot (
    tenant_id  text NOT NULL DEFAULT events.tenant(),
    stream     text NOT NULL,
    version    bigint NOT NULL,
    fold       text NOT NULL,
    state      jsonb NOT NULL,
    as_of      timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, stream, fold, version),
    FOREIGN KEY (tenant_id, stream, version) REFERENCES events.event (tenant_id, stream, version)
);
COMMENT ON TABLE events.snapshot IS
    'States of streams, to start from instead of the first event. All of it can be deleted.';

-- Returns what p_fold makes of a stream: fold(state jsonb, event events.event) RETURNS jsonb is
-- called for each event in order, first with NULL. With p_version or p_at: as it was then. NULL
-- where there are no events. Starts from the newest snapshot that is old enough.
CREATE OR REPLACE FUNCTION events.state(p_stream text, p_fold regproc,
                                        p_version bigint DEFAULT NULL,
                                        p_at timestamptz DEFAULT NULL)
RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_state   jsonb;
    v_version bigint;
    v_event   events.event;
    v_call    text := format('SELECT %s($1, $2)', p_fold);
BEGIN
    SELECT s.state, s.version INTO v_state, v_version FROM events.snapshot AS s
    WHERE s.tenant_id = events.tenant() AND s.stream = p_stream AND s.fold = p_fold::text
      AND (p_version IS NULL OR s.version <= p_version) AND (p_at IS NULL OR s.as_of <= p_at)
    ORDER BY s.version DESC LIMIT 1;
    FOR v_event IN SELECT * FROM events.read_stream(p_stream, coalesce(v_version, 0), p_version, p_at)
    LOOP
        EXECUTE v_call INTO v_state USING v_state, v_event;
    END LOOP;
    RETURN v_state;
END $$;

-- Stores the state of a stream as it is now, keeps the newest p_keep, and returns its version.
CREATE OR REPLACE FUNCTION events.save_snapshot(p_stream text, p_fold regproc,
                                                p_keep integer DEFAULT 3)
RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_version bigint := events.stream_version(p_stream);
BEGIN
    IF v_version = 0 THEN
        RAISE EXCEPTION 'There is no stream "%".', p_stream USING ERRCODE = 'P0002';
    END IF;
    INSERT INTO events.snapshot (stream, version, fold, state, as_of)
    SELECT p_stream, e.version, p_fold::text, events.state(p_stream, p_fold, e.version), e.created_at
    FROM events.event AS e
    WHERE e.tenant_id = events.tenant() AND e.stream = p_stream AND e.version = v_version
    ON CONFLICT DO NOTHING;
    DELETE FROM events.snapshot AS s
    WHERE s.tenant_id = events.tenant() AND s.stream = p_stream AND s.fold = p_fold::text
      AND s.version NOT IN (SELECT k.version FROM events.snapshot AS k
                            WHERE k.tenant_id = events.tenant() AND k.stream = p_stream
                              AND k.fold = p_fold::text
                            ORDER BY k.version DESC LIMIT greatest(p_keep, 1));
    RETURN v_version;
END $$;

-- Projections -------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS events.projection (
    name       text PRIMARY KEY CHECK (name <> ''),
    apply      text NOT NULL,
    position   bigint NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE events.projection IS 'How far each projection has applied the events.';
COMMENT ON COLUMN events.projection.apply IS 'The function that takes one events.event.';

-- Adds a projection, or gives it another function; it keeps its position.
CREATE OR REPLACE FUNCTION events.add_projection(p_name text, p_apply regproc)
RETURNS void LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO events.projection (name, apply) VALUES (p_name, p_apply::text)
    ON CONFLICT (name) DO UPDATE SET apply = excluded.apply;
$$;

-- Applies the next events to a projection and returns how many; 0 where there are none, or where
-- another session is doing it. What was applied and the position are committed together: each
-- event counts once.
CREATE OR REPLACE FUNCTION events.catch_up(p_name text, p_limit integer DEFAULT 1000)
RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_projection events.projection;
    v_event      events.event;
    v_call       text;
    v_count      integer := 0;
BEGIN
    SELECT * INTO v_projection FROM events.projection AS p WHERE p.name = p_name
    FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        IF EXISTS (SELECT FROM events.projection AS p WHERE p.name = p_name) THEN RETURN 0; END IF;
        RAISE EXCEPTION 'There is no projection "%".', p_name
            USING ERRCODE = 'P0002', HINT = 'Add it with events.add_projection.';
    END IF;
    v_call := format('SELECT %s($1)', v_projection.apply::regproc);
    FOR v_event IN SELECT * FROM events.read_all(v_projection.position, p_limit) LOOP
        EXECUTE v_call USING v_event;
        v_projection.position := v_event.position;
        v_count := v_count + 1;
    END LOOP;
    UPDATE events.projection AS p SET position = v_projection.position, updated_at = clock_timestamp()
    WHERE p.name = p_name AND v_count > 0;
    RETURN v_count;
END $$;

-- Lets a projection begin again. Empty its tables in the same transaction.
CREATE OR REPLACE FUNCTION events.restart_projection(p_name text)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE events.projection AS p SET position = 0, updated_at = clock_timestamp()
    WHERE p.name = p_name;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no projection "%".', p_name
            USING ERRCODE = 'P0002', HINT = 'Add it with events.add_projection.';
    END IF;
END $$;

-- Outbox ------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS events.outbox (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id     text NOT NULL DEFAULT events.tenant(),
    topic         text NOT NULL CHECK (topic <> ''),
    key           text,
    payload       jsonb NOT NULL,
    attempts      integer NOT NULL DEFAULT 0,
    available_at  timestamptz NOT NULL DEFAULT now(),
    claimed_by    text,
    error         text,
    created_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE events.outbox IS 'Messages that are still to be delivered.';
COMMENT ON COLUMN events.outbox.key IS 'Messages of a topic with one key are delivered in order.';
COMMENT ON COLUMN events.outbox.available_at IS
    'Not before then: the end of a claim, or of the pause after a failure.';
CREATE INDEX IF NOT EXISTS outbox_next ON events.outbox (topic, id);
CREATE INDEX IF NOT EXISTS outbox_key ON events.outbox (topic, tenant_id, key, id)
    WHERE key IS NOT NULL;

CREATE TABLE IF NOT EXISTS events.dead_letter (
    LIKE events.outbox,
    died_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id)
);
COMMENT ON TABLE events.dead_letter IS 'Messages that failed too often.';

-- Leaves a message for the consumers of a topic; it is there if the transaction commits.
CREATE OR REPLACE FUNCTION events.publish(p_topic text, p_payload jsonb, p_key text DEFAULT NULL)
RETURNS bigint LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO events.outbox (topic, key, payload) VALUES (p_topic, p_key, p_payload) RETURNING id;
$$;

-- Claims messages that are due for a consumer, oldest first, and returns them. Until p_lease is over
-- nobody else gets them; then they are due again. A message waits for older ones of its key. What
-- was claimed p_attempts times without an end goes to the dead letters.
CREATE OR REPLACE FUNCTION events.claim(p_topic text, p_consumer text, p_limit integer DEFAULT 10,
                                        p_lease interval DEFAULT '30 seconds',
                                        p_attempts integer DEFAULT 10)
RETURNS SETOF events.outbox LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    WITH worn_out AS (
        SELECT o.id FROM events.outbox AS o
        WHERE o.topic = p_topic AND o.available_at <= clock_timestamp() AND o.attempts >= p_attempts
        FOR UPDATE SKIP LOCKED
    ), dead AS (
        DELETE FROM events.outbox AS o USING worn_out WHERE o.id = worn_out.id RETURNING o.*
    ), buried AS (
        INSERT INTO events.dead_letter SELECT dead.*, clock_timestamp() FROM dead
    ), due AS (
        SELECT o.id FROM events.outbox AS o
        WHERE o.topic = p_topic AND o.available_at <= clock_timestamp() AND o.attempts < p_attempts
          AND (o.key IS NULL OR NOT EXISTS (
              SELECT FROM events.outbox AS older
              WHERE older.topic = o.topic AND older.tenant_id = o.tenant_id
                AND older.key = o.key AND older.id < o.id))
        ORDER BY o.id LIMIT p_limit
        FOR UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE events.outbox AS o
        SET attempts = o.attempts + 1, claimed_by = p_consumer,
            available_at = clock_timestamp() + p_lease
        FROM due WHERE o.id = due.id
        RETURNING o.*
    )
    SELECT * FROM claimed ORDER BY id;
$$;

-- Says that a message was delivered. False where the claim is no longer the consumer's.
CREATE OR REPLACE FUNCTION events.acknowledge(p_id bigint, p_consumer text)
RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM events.outbox AS o WHERE o.id = p_id AND o.claimed_by = p_consumer;
    RETURN FOUND;
END $$;

-- Says that a message could not be delivered: it is due again after 1, 2, 4, … seconds, at most an
-- hour, and goes to the dead letters after p_attempts. False where the claim is another's.
CREATE OR REPLACE FUNCTION events.fail(p_id bigint, p_consumer text, p_error text,
                                       p_attempts integer DEFAULT 10)
RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE events.outbox AS o
    SET claimed_by = NULL, error = left(p_error, 2000),
        available_at = clock_timestamp()
                       + least(interval '1 hour', interval '1 second' * 2 ^ least(o.attempts - 1, 12))
    WHERE o.id = p_id AND o.claimed_by = p_consumer;
    IF NOT FOUND THEN RETURN false; END IF;
    WITH dead AS (
        DELETE FROM events.outbox AS o WHERE o.id = p_id AND o.attempts >= p_attempts RETURNING o.*
    ) INSERT INTO events.dead_letter SELECT dead.*, clock_timestamp() FROM dead;
    RETURN true;
END $$;

-- Puts a dead letter back into the outbox.
CREATE OR REPLACE FUNCTION events.revive(p_id bigint)
RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    WITH dead AS (DELETE FROM events.dead_letter AS d WHERE d.id = p_id RETURNING d.*)
    INSERT INTO events.outbox (id, tenant_id, topic, key, payload, created_at, error)
    OVERRIDING SYSTEM VALUE
    SELECT id, tenant_id, topic, key, payload, created_at, error FROM dead;
    RETURN FOUND;
END $$;

-- Rights ------------------------------------------------------------------------------------------

REVOKE ALL ON ALL TABLES IN SCHEMA events FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA events FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA events FROM PUBLIC;
-- Whoever reads streams and past states:
-- GRANT USAGE ON SCHEMA events TO reader;
-- GRANT SELECT ON events.stream, events.event, events.snapshot TO reader;
-- GRANT EXECUTE ON FUNCTION events.tenant, events.stream_version, events.read_stream, events.state
--     TO reader;
-- Commands, which append and publish, as well:
-- GRANT INSERT, UPDATE (version) ON events.stream TO writer;
-- GRANT INSERT ON events.event, events.outbox TO writer;
-- GRANT SELECT (id) ON events.outbox TO writer;
-- GRANT EXECUTE ON FUNCTION events.append, events.append_all, events.publish TO writer;
-- What catches up with events and delivers messages, beside what a reader has:
-- GRANT SELECT, UPDATE (position, updated_at) ON events.projection TO worker;
-- GRANT UPDATE (position) ON events.event TO worker;
-- GRANT USAGE ON SEQUENCE events.event_position TO worker;
-- GRANT SELECT, INSERT, UPDATE, DELETE ON events.outbox, events.dead_letter TO worker;
-- GRANT INSERT, DELETE ON events.snapshot TO worker;
-- GRANT EXECUTE ON FUNCTION events.number_events, events.read_all, events.catch_up,
--     events.save_snapshot, events.claim, events.acknowledge, events.fail, events.revive TO worker;
