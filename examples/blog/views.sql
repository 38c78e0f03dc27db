-- The views of the blog: what clients read. Each carries a document in `data`, from whose
-- definition FraiseQL infers the GraphQL type, beside the plain columns to filter and order by.

CREATE VIEW v_user AS
SELECT
    u.id,
    u.email,
    u.name,
    u.status,
    u.created_at,
    jsonb_build_object(
        'id', u.id,
        'email', u.email,
        'name', u.name,
        'bio', u.bio,
        'status', u.status,
        'created_at', u.created_at
    ) AS data
FROM users u;
COMMENT ON VIEW v_user IS 'A person who writes or comments.';

-- 'author' is the document of another view: in GraphQL it becomes a relation to User.
CREATE VIEW v_post AS
SELECT
    p.id,
    p.user_id,
    p.title,
    p.status,
    p.tags,
    p.created_at,
    p.updated_at,
    jsonb_build_object(
        'id', p.id,
        'title', p.title,
        'content', p.content,
        'tags', p.tags,
        'status', p.status,
        'created_at', p.created_at,
        'updated_at', p.updated_at,
        'author', author.data
    ) AS data
FROM posts p
JOIN v_user author ON author.id = p.user_id;
COMMENT ON VIEW v_post IS 'Something that a person wrote.';

CREATE VIEW v_comment AS
SELECT
    c.id,
    c.post_id,
    c.user_id,
    c.created_at,
    jsonb_build_object(
        'id', c.id,
        'post_id', c.post_id,
        'content', c.content,
        'created_at', c.created_at,
        'author', author.data
    ) AS data
FROM comments c
JOIN v_user author ON author.id = c.user_id;
COMMENT ON VIEW v_comment IS 'What a reader said about a post.';

-- A list of another view's documents becomes a list of its type.
CREATE VIEW v_post_with_comments AS
SELECT
    p.id,
    p.user_id,
    p.status,
    p.created_at,
    jsonb_build_object(
        'id', p.id,
        'title', p.title,
        'created_at', p.created_at,
        'author', author.data,
        'comment_count', (SELECT count(*) FROM comments c WHERE c.post_id = p.id),
        'comments', COALESCE(
            (SELECT jsonb_agg(c.data ORDER BY c.created_at, c.id)
             FROM v_comment c
             WHERE c.post_id = p.id),
            '[]'::jsonb)
    ) AS data
FROM posts p
JOIN v_user author ON author.id = p.user_id;
COMMENT ON VIEW v_post_with_comments IS 'A post together with the conversation below it.';

-- Each count has a sub-select of its own: joining posts and comments to the user and counting
-- DISTINCT gives the same numbers from their product, at three times the cost.
CREATE VIEW v_user_with_stats AS
SELECT
    u.id,
    u.email,
    u.status,
    u.created_at,
    jsonb_build_object(
        'id', u.id,
        'email', u.email,
        'name', u.name,
        'stats', jsonb_build_object(
            'post_count', written.posts,
            'comment_count', said.comments,
            'last_activity', GREATEST(written.latest, said.latest)
        ),
        'recent_posts', COALESCE(
            (SELECT jsonb_agg(
                        jsonb_build_object(
                            'id', recent.id,
                            'title', recent.title,
                            'created_at', recent.created_at)
                        ORDER BY recent.created_at DESC, recent.id)
             FROM (SELECT p.id, p.title, p.created_at
                   FROM posts p
                   WHERE p.user_id = u.id
                   ORDER BY p.created_at DESC, p.id
                   LIMIT 5) recent),
            '[]'::jsonb)
    ) AS data
FROM users u
CROSS JOIN LATERAL (
    SELECT count(*) AS posts, max(p.created_at) AS latest FROM posts p WHERE p.user_id = u.id
) written
CROSS JOIN LATERAL (
    SELECT count(*) AS comments, max(c.created_at) AS latest
    FROM comments c
    WHERE c.user_id = u.id
) said;
COMMENT ON VIEW v_user_with_stats IS 'A person with what they did lately.';

-- Too costly to compute for every reader: refreshed by refresh_dashboard_stats().
CREATE MATERIALIZED VIEW mv_dashboard_stats AS
SELECT
    day.date,
    jsonb_build_object(
        'date', day.date,
        'total_users', count(DISTINCT day.user_id),
        'total_posts', count(*),
        'total_comments', sum(day.comments),
        'avg_comments_per_post', avg(day.comments)::numeric(10, 2)
    ) AS data
FROM (
    SELECT
        (p.created_at AT TIME ZONE 'UTC')::date AS date,
        p.user_id,
        (SELECT count(*) FROM comments c WHERE c.post_id = p.id) AS comments
    FROM posts p
) day
GROUP BY day.date;
COMMENT ON MATERIALIZED VIEW mv_dashboard_stats IS 'What was written on a day (UTC).';

-- REFRESH … CONCURRENTLY, which lets readers read on, needs a unique index.
CREATE UNIQUE INDEX idx_dashboard_stats_date ON mv_dashboard_stats (date);
