-- The functions of the blog: the only way to write. Each is one mutation and one transaction.
-- SECURITY DEFINER lets a role write through them that may not touch the tables; such a function
-- has to fix its search_path, or its caller could put objects of their own in its way.

CREATE FUNCTION bump_cache_version(p_context text) RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO cache_versions AS v (context, version)
    VALUES (p_context, 1)
    ON CONFLICT (context) DO UPDATE SET version = v.version + 1;
$$;

CREATE FUNCTION fn_create_post(
    p_user_id uuid,
    p_title   text,
    p_content text,
    p_tags    text[] DEFAULT '{}'
) RETURNS uuid
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_post_id uuid;
BEGIN
    IF NOT EXISTS (SELECT FROM users WHERE id = p_user_id AND status = 'active') THEN
        RAISE EXCEPTION 'The user does not exist or is not active.'
            USING ERRCODE = 'P0001', HINT = 'Only active users can write posts.';
    END IF;
    IF length(trim(p_title)) < 3 THEN
        RAISE EXCEPTION 'The title is too short.'
            USING ERRCODE = 'P0002', HINT = 'Use three characters at least.', COLUMN = 'title';
    END IF;

    INSERT INTO posts (user_id, title, content, tags)
    VALUES (p_user_id, trim(p_title), p_content, p_tags)
    RETURNING id INTO v_post_id;

    INSERT INTO events (aggregate_id, aggregate_type, event_type, payload)
    VALUES (v_post_id, 'post', 'post_created',
            jsonb_build_object('user_id', p_user_id, 'title', trim(p_title), 'tags', p_tags));
    PERFORM bump_cache_version('posts');
    RETURN v_post_id;
END;
$$;
COMMENT ON FUNCTION fn_create_post IS 'Writes a post as a draft.';

CREATE FUNCTION fn_publish_post(p_post_id uuid) RETURNS uuid
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    UPDATE posts
    SET status = 'published', updated_at = now()
    WHERE id = p_post_id AND status = 'draft';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no draft with this id.' USING ERRCODE = 'P0001';
    END IF;

    INSERT INTO events (aggregate_id, aggregate_type, event_type, payload)
    VALUES (p_post_id, 'post', 'post_published', '{}');
    PERFORM bump_cache_version('posts');
    RETURN p_post_id;
END;
$$;
COMMENT ON FUNCTION fn_publish_post IS 'Shows a draft to everybody.';

CREATE FUNCTION fn_create_comment(p_post_id uuid, p_user_id uuid, p_content text) RETURNS uuid
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_comment_id uuid;
BEGIN
    IF NOT EXISTS (SELECT FROM posts WHERE id = p_post_id AND status = 'published') THEN
        RAISE EXCEPTION 'Only published posts take comments.' USING ERRCODE = 'P0001';
    END IF;

    INSERT INTO comments (post_id, user_id, content)
    VALUES (p_post_id, p_user_id, p_content)
    RETURNING id INTO v_comment_id;

    INSERT INTO events (aggregate_id, aggregate_type, event_type, payload)
    VALUES (v_comment_id, 'comment', 'comment_created',
            jsonb_build_object('post_id', p_post_id, 'user_id', p_user_id));
    PERFORM bump_cache_version('comments');
    RETURN v_comment_id;
END;
$$;
COMMENT ON FUNCTION fn_create_comment IS 'Adds a comment to a published post.';

-- One bad update does not undo the good ones: each runs in a sub-transaction of its own, and the
-- report says how each went. Only errors in the data are caught; anything else ends the batch.
CREATE FUNCTION fn_batch_update_posts(p_updates jsonb[]) RETURNS jsonb
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_update     jsonb;
    v_results    jsonb := '[]';
    v_successful int := 0;
BEGIN
    FOREACH v_update IN ARRAY COALESCE(p_updates, '{}') LOOP
        BEGIN
            UPDATE posts
            SET title = COALESCE(v_update ->> 'title', title),
                content = COALESCE(v_update ->> 'content', content),
                updated_at = now()
            WHERE id = (v_update ->> 'id')::uuid;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'There is no post with this id.' USING ERRCODE = 'P0001';
            END IF;
            v_successful := v_successful + 1;
            v_results := v_results || jsonb_build_object('id', v_update -> 'id', 'success', true);
        EXCEPTION
            WHEN data_exception OR integrity_constraint_violation OR raise_exception THEN
                v_results := v_results || jsonb_build_object(
                    'id', v_update -> 'id', 'success', false, 'error', SQLERRM);
        END;
    END LOOP;

    IF v_successful > 0 THEN
        PERFORM bump_cache_version('posts');
    END IF;
    RETURN jsonb_build_object(
        'results', v_results,
        'total', cardinality(COALESCE(p_updates, '{}')),
        'successful', v_successful);
END;
$$;
COMMENT ON FUNCTION fn_batch_update_posts IS
    'Changes title and content of many posts; the result says how each update went.';

CREATE FUNCTION refresh_dashboard_stats() RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    REFRESH MATERIALIZED VIEW CONCURRENTLY mv_dashboard_stats;
END;
$$;
COMMENT ON FUNCTION refresh_dashboard_stats IS 'Brings the dashboard up to date; run it hourly.';
