-- app.tv_x: what app.v_x shows, stored, and kept in step by triggers.
-- `fraiseql db install tv app.v_x` wrote this; run it again when the view has changed.
CREATE TABLE IF NOT EXISTS app.tv_x (
    id int4 PRIMARY KEY
) WITH (toast_tuple_target = 8160);
ALTER TABLE app.tv_x ADD COLUMN IF NOT EXISTS title text;
ALTER TABLE app.tv_x ADD COLUMN IF NOT EXISTS person_id int4;
ALTER TABLE app.tv_x ADD COLUMN IF NOT EXISTS data jsonb;
ALTER TABLE app.tv_x ALTER COLUMN data SET STORAGE EXTERNAL;
ALTER TABLE app.tv_x ADD COLUMN IF NOT EXISTS updated_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX IF NOT EXISTS tv_x_title ON app.tv_x (title);
CREATE INDEX IF NOT EXISTS tv_x_person_id ON app.tv_x (person_id);

-- Brings the rows with these keys up to date.
CREATE OR REPLACE FUNCTION app.sync_tv_x(keys int4[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $sync$
BEGIN
    DELETE FROM app.tv_x AS t WHERE t.id = ANY (ARRAY(
        SELECT o.id FROM app.tv_x AS o WHERE o.id = ANY (keys) EXCEPT
        SELECT v.id FROM app.v_x AS v WHERE v.id = ANY (keys)));
    INSERT INTO app.tv_x AS t (id, title, person_id, data)
    SELECT v.id, v.title, v.person_id, v.data FROM app.v_x AS v WHERE v.id = ANY (keys)
    ON CONFLICT (id) DO UPDATE
    SET title = excluded.title, person_id = excluded.person_id, data = excluded.data, updated_at = now()
    WHERE ROW(t.title, t.person_id, t.data) IS DISTINCT FROM ROW(excluded.title, excluded.person_id, excluded.data);
END $sync$;

-- Brings all rows up to date.
CREATE OR REPLACE FUNCTION app.sync_tv_x_all() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $sync$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('app.tv_x'), -1);
    DELETE FROM app.tv_x AS t WHERE t.id = ANY (ARRAY(
        SELECT o.id FROM app.tv_x AS o EXCEPT
        SELECT v.id FROM app.v_x AS v));
    INSERT INTO app.tv_x AS t (id, title, person_id, data)
    SELECT v.id, v.title, v.person_id, v.data FROM app.v_x AS v
    ON CONFLICT (id) DO UPDATE
    SET title = excluded.title, person_id = excluded.person_id, data = excluded.data, updated_at = now()
    WHERE ROW(t.title, t.person_id, t.data) IS DISTINCT FROM ROW(excluded.title, excluded.person_id, excluded.data);
END $sync$;
REVOKE ALL ON FUNCTION app.sync_tv_x, app.sync_tv_x_all FROM PUBLIC;

-- Triggers of an earlier version of the view.
DO $drop$
DECLARE
    t record;
BEGIN
    FOR t IN SELECT g.tgname, g.tgrelid::regclass AS name FROM pg_trigger AS g
             JOIN pg_proc AS p ON p.oid = g.tgfoid JOIN pg_namespace AS n ON n.oid = p.pronamespace
             WHERE NOT g.tgisinternal AND n.nspname = 'app' AND g.tgname = ANY (ARRAY['sync_tv_x_insert', 'sync_tv_x_update', 'sync_tv_x_delete', 'sync_tv_x_truncate'])
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.name);
    END LOOP;
END $drop$;

CREATE OR REPLACE FUNCTION app.sync_tv_x_from_post() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $sync$
<<it>>
DECLARE
    c_id int4[];
    c_person_id int4[];
    keys int4[];
    wanted integer[];
    held integer[] := '{}';
BEGIN
    IF current_setting('transaction_isolation') NOT LIKE 'read %' THEN
        RAISE EXCEPTION 'tv_x is kept in step under READ COMMITTED only.'
            USING ERRCODE = '0A000', HINT = 'Run the transaction under READ COMMITTED.';
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(r.id), array_agg(r.person_id) INTO it.c_id, it.c_person_id FROM new_rows AS r;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(r.id), array_agg(r.person_id) INTO it.c_id, it.c_person_id FROM old_rows AS r;
    ELSE
        SELECT array_agg(r.id), array_agg(r.person_id) INTO it.c_id, it.c_person_id FROM (
            SELECT o.id, o.person_id FROM old_rows AS o UNION SELECT n.id, n.person_id FROM new_rows AS n) AS r;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtext('app.tv_x'), -1);
    -- Who has changed rows that these are joined to, and has not committed yet, holds a lock on
    -- the common value. When it is free again, there may be other keys.
    LOOP
        SELECT array_agg(DISTINCT f.key) FILTER (WHERE f.key IS NOT NULL),
               array_agg(DISTINCT l.lock) FILTER (WHERE l.lock IS NOT NULL)
        INTO it.keys, it.wanted
        FROM (
            SELECT changed.id,
                ARRAY[256 + (hashtext(changed.person_id::text) & 127),
                      384 + (hashtext(changed.id::text) & 127),
                      512 + (hashtext(changed.id::text) & 127),
                      0 + (hashtext(changed.id::text) & 127)]
            FROM unnest(it.c_id, it.c_person_id) AS changed (id, person_id)
        ) AS f (key, locks) CROSS JOIN unnest(f.locks) AS l (lock);
        EXIT WHEN it.wanted IS NULL OR it.wanted <@ it.held;
        PERFORM pg_advisory_xact_lock(hashtext('app.tv_x'), w.lock)
        FROM (SELECT unnest(it.wanted) EXCEPT SELECT unnest(it.held) ORDER BY 1) AS w (lock);
        it.held := it.held || it.wanted;
    END LOOP;
    IF it.keys IS NOT NULL THEN PERFORM app.sync_tv_x(it.keys); END IF;
    RETURN NULL;
END $sync$;
REVOKE ALL ON FUNCTION app.sync_tv_x_from_post FROM PUBLIC;
CREATE TRIGGER sync_tv_x_insert AFTER INSERT ON app.post
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION app.sync_tv_x_from_post();
CREATE TRIGGER sync_tv_x_update AFTER UPDATE ON app.post
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION app.sync_tv_x_from_post();
CREATE TRIGGER sync_tv_x_delete AFTER DELETE ON app.post
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION app.sync_tv_x_from_post();

CREATE OR REPLACE FUNCTION app.sync_tv_x_from_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $sync$
<<it>>
DECLARE
    c_id int4[];
    keys int4[];
    wanted integer[];
    held integer[] := '{}';
BEGIN
    IF current_setting('transaction_isolation') NOT LIKE 'read %' THEN
        RAISE EXCEPTION 'tv_x is kept in step under READ COMMITTED only.'
            USING ERRCODE = '0A000', HINT = 'Run the transaction under READ COMMITTED.';
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(r.id) INTO it.c_id FROM new_rows AS r;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(r.id) INTO it.c_id FROM old_rows AS r;
    ELSE
        SELECT array_agg(r.id) INTO it.c_id FROM (
            SELECT o.id FROM old_rows AS o UNION SELECT n.id FROM new_rows AS n) AS r;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtext('app.tv_x'), -1);
    -- Who has changed rows that these are joined to, and has not committed yet, holds a lock on
    -- the common value. When it is free again, there may be other keys.
    LOOP
        SELECT array_agg(DISTINCT f.key) FILTER (WHERE f.key IS NOT NULL),
               array_agg(DISTINCT l.lock) FILTER (WHERE l.lock IS NOT NULL)
        INTO it.keys, it.wanted
        FROM (
            SELECT p.id,
                ARRAY[256 + (hashtext(changed.id::text) & 127),
                      0 + (hashtext(p.id::text) & 127)]
            FROM unnest(it.c_id) AS changed (id)
                LEFT JOIN app.post AS p ON p.person_id = changed.id
            UNION ALL
            SELECT i.post_id,
                ARRAY[640 + (hashtext(changed.id::text) & 127),
                      512 + (hashtext(i.post_id::text) & 127),
                      0 + (hashtext(i.post_id::text) & 127)]
            FROM unnest(it.c_id) AS changed (id)
                LEFT JOIN app.comment AS i ON i.person_id = changed.id
        ) AS f (key, locks) CROSS JOIN unnest(f.locks) AS l (lock);
        EXIT WHEN it.wanted IS NULL OR it.wanted <@ it.held;
        PERFORM pg_advisory_xact_lock(hashtext('app.tv_x'), w.lock)
        FROM (SELECT unnest(it.wanted) EXCEPT SELECT unnest(it.held) ORDER BY 1) AS w (lock);
        it.held := it.held || it.wanted;
    END LOOP;
    IF it.keys IS NOT NULL THEN PERFORM app.sync_tv_x(it.keys); END IF;
    RETURN NULL;
END $sync$;
REVOKE ALL ON FUNCTION app.sync_tv_x_from_person FROM PUBLIC;
CREATE TRIGGER sync_tv_x_insert AFTER INSERT ON app.person
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION app.sync_tv_x_from_person();
CREATE TRIGGER sync_tv_x_update AFTER UPDATE ON app.person
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION app.sync_tv_x_from_person();
CREATE TRIGGER sync_tv_x_delete AFTER DELETE ON app.person
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION app.sync_tv_x_from_person();

CREATE OR REPLACE FUNCTION app.sync_tv_x_from_tag() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $sync$
<<it>>
DECLARE
    c_post_id int8[];
    keys int4[];
    wanted integer[];
    held integer[] := '{}';
BEGIN
    IF current_setting('transaction_isolation') NOT LIKE 'read %' THEN
        RAISE EXCEPTION 'tv_x is kept in step under READ COMMITTED only.'
            USING ERRCODE = '0A000', HINT = 'Run the transaction under READ COMMITTED.';
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(r.post_id) INTO it.c_post_id FROM new_rows AS r;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(r.post_id) INTO it.c_post_id FROM old_rows AS r;
    ELSE
        SELECT array_agg(r.post_id) INTO it.c_post_id FROM (
            SELECT o.post_id FROM old_rows AS o UNION SELECT n.post_id FROM new_rows AS n) AS r;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtext('app.tv_x'), -1);
    -- Who has changed rows that these are joined to, and has not committed yet, holds a lock on
    -- the common value. When it is free again, there may be other keys.
    LOOP
        SELECT array_agg(DISTINCT f.key) FILTER (WHERE f.key IS NOT NULL),
               array_agg(DISTINCT l.lock) FILTER (WHERE l.lock IS NOT NULL)
        INTO it.keys, it.wanted
        FROM (
            SELECT changed.post_id::int4,
                ARRAY[384 + (hashtext(changed.post_id::text) & 127),
                      0 + (hashtext(changed.post_id::int4::text) & 127)]
            FROM unnest(it.c_post_id) AS changed (post_id)
        ) AS f (key, locks) CROSS JOIN unnest(f.locks) AS l (lock);
        EXIT WHEN it.wanted IS NULL OR it.wanted <@ it.held;
        PERFORM pg_advisory_xact_lock(hashtext('app.tv_x'), w.lock)
        FROM (SELECT unnest(it.wanted) EXCEPT SELECT unnest(it.held) ORDER BY 1) AS w (lock);
        it.held := it.held || it.wanted;
    END LOOP;
    IF it.keys IS NOT NULL THEN PERFORM app.sync_tv_x(it.keys); END IF;
    RETURN NULL;
END $sync$;
REVOKE ALL ON FUNCTION app.sync_tv_x_from_tag FROM PUBLIC;
CREATE TRIGGER sync_tv_x_insert AFTER INSERT ON app.tag
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION app.sync_tv_x_from_tag();
CREATE TRIGGER sync_tv_x_update AFTER UPDATE ON app.tag
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION app.sync_tv_x_from_tag();
CREATE TRIGGER sync_tv_x_delete AFTER DELETE ON app.tag
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION app.sync_tv_x_from_tag();

CREATE OR REPLACE FUNCTION app.sync_tv_x_from_comment() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $sync$
<<it>>
DECLARE
    c_post_id int4[];
    c_person_id int4[];
    keys int4[];
    wanted integer[];
    held integer[] := '{}';
BEGIN
    IF current_setting('transaction_isolation') NOT LIKE 'read %' THEN
        RAISE EXCEPTION 'tv_x is kept in step under READ COMMITTED only.'
            USING ERRCODE = '0A000', HINT = 'Run the transaction under READ COMMITTED.';
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(r.post_id), array_agg(r.person_id) INTO it.c_post_id, it.c_person_id FROM new_rows AS r;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(r.post_id), array_agg(r.person_id) INTO it.c_post_id, it.c_person_id FROM old_rows AS r;
    ELSE
        SELECT array_agg(r.post_id), array_agg(r.person_id) INTO it.c_post_id, it.c_person_id FROM (
            SELECT o.post_id, o.person_id FROM old_rows AS o UNION SELECT n.post_id, n.person_id FROM new_rows AS n) AS r;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtext('app.tv_x'), -1);
    -- Who has changed rows that these are joined to, and has not committed yet, holds a lock on
    -- the common value. When it is free again, there may be other keys.
    LOOP
        SELECT array_agg(DISTINCT f.key) FILTER (WHERE f.key IS NOT NULL),
               array_agg(DISTINCT l.lock) FILTER (WHERE l.lock IS NOT NULL)
        INTO it.keys, it.wanted
        FROM (
            SELECT changed.post_id,
                ARRAY[640 + (hashtext(changed.person_id::text) & 127),
                      512 + (hashtext(changed.post_id::text) & 127),
                      0 + (hashtext(changed.post_id::text) & 127)]
            FROM unnest(it.c_post_id, it.c_person_id) AS changed (post_id, person_id)
        ) AS f (key, locks) CROSS JOIN unnest(f.locks) AS l (lock);
        EXIT WHEN it.wanted IS NULL OR it.wanted <@ it.held;
        PERFORM pg_advisory_xact_lock(hashtext('app.tv_x'), w.lock)
        FROM (SELECT unnest(it.wanted) EXCEPT SELECT unnest(it.held) ORDER BY 1) AS w (lock);
        it.held := it.held || it.wanted;
    END LOOP;
    IF it.keys IS NOT NULL THEN PERFORM app.sync_tv_x(it.keys); END IF;
    RETURN NULL;
END $sync$;
REVOKE ALL ON FUNCTION app.sync_tv_x_from_comment FROM PUBLIC;
CREATE TRIGGER sync_tv_x_insert AFTER INSERT ON app.comment
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION app.sync_tv_x_from_comment();
CREATE TRIGGER sync_tv_x_update AFTER UPDATE ON app.comment
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION app.sync_tv_x_from_comment();
CREATE TRIGGER sync_tv_x_delete AFTER DELETE ON app.comment
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION app.sync_tv_x_from_comment();

CREATE OR REPLACE FUNCTION app.sync_tv_x_truncated() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sync$
BEGIN
    PERFORM app.sync_tv_x_all();
    RETURN NULL;
END $sync$;
REVOKE ALL ON FUNCTION app.sync_tv_x_truncated FROM PUBLIC;
CREATE TRIGGER sync_tv_x_truncate AFTER TRUNCATE ON app.post
    FOR EACH STATEMENT EXECUTE FUNCTION app.sync_tv_x_truncated();
CREATE TRIGGER sync_tv_x_truncate AFTER TRUNCATE ON app.person
    FOR EACH STATEMENT EXECUTE FUNCTION app.sync_tv_x_truncated();
CREATE TRIGGER sync_tv_x_truncate AFTER TRUNCATE ON app.tag
    FOR EACH STATEMENT EXECUTE FUNCTION app.sync_tv_x_truncated();
CREATE TRIGGER sync_tv_x_truncate AFTER TRUNCATE ON app.comment
    FOR EACH STATEMENT EXECUTE FUNCTION app.sync_tv_x_truncated();

SELECT app.sync_tv_x_all();
