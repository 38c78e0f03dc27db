-- generate_blog(users, posts, comments): believable rows, the same ones each time. It only exists
-- until demo.sql or scale.sql has called it.

CREATE FUNCTION generate_blog(p_users int, p_posts int, p_comments int) RETURNS void
LANGUAGE plpgsql
AS $generate$
DECLARE
    first_names text[] := ARRAY[
        'Amara', 'Bastien', 'Chiara', 'Dmitri', 'Elif', 'Farah', 'Goran', 'Hana', 'Ibrahim',
        'Jolanta', 'Kenji', 'Leïla', 'Mateo', 'Ngozi', 'Oskar', 'Priya', 'Quentin', 'Rosa',
        'Søren', 'Tamar', 'Ursula', 'Viktor', 'Wanjiru', 'Ximena', 'Yusuf', 'Zofia'];
    last_names text[] := ARRAY[
        'Adeyemi', 'Bergström', 'Castillo', 'Dubois', 'Eriksen', 'Fischer', 'García', 'Hoffmann',
        'Ivanova', 'Jansen', 'Kowalska', 'Lefèvre', 'Moretti', 'Nakamura', 'O''Brien', 'Petrov',
        'Rahman', 'Silva', 'Tanaka', 'Ueda', 'Varga', 'Weber', 'Yılmaz'];
    bios text[] := ARRAY[
        'Database engineer. Reads plans before breakfast.',
        'Backend developer who likes boring technology.',
        'Runs a small hosting company and its one large table.',
        'Teaches SQL to people who were told they would not need it.',
        'Former analyst, now on call for the things I used to query.',
        'Writes about data models, gardens and bicycles.',
        NULL];
    subjects text[] := ARRAY[
        'partial indexes', 'row-level security', 'LATERAL joins', 'JSONB aggregation',
        'materialized views', 'advisory locks', 'window functions', 'logical replication',
        'connection pooling', 'generated columns', 'recursive queries', 'foreign keys',
        'partitioned tables', 'EXPLAIN output', 'autovacuum', 'full-text search',
        'exclusion constraints', 'LISTEN and NOTIFY', 'prepared statements', 'schema migrations'];
    titles text[] := ARRAY[
        '%s: a field guide', '%s, explained with one table', 'Ten minutes with %s',
        'What I got wrong about %s', '%s on a small server', 'Debugging %s at three in the morning',
        '%s for the impatient', 'A short history of %s', '%s without the folklore',
        'Teaching %s to a team', '%s: the parts worth knowing', 'Measuring %s',
        '%s in a review checklist', 'Notes on %s', 'A year of living with %s'];
    openings text[] := ARRAY[
        'Everybody has an opinion about %s; fewer have looked at the plan.',
        'We came to %s late, after two quarters of working around the problem in code.',
        'This started as a comment in a review and grew into a post about %s.',
        'Most of what I knew about %s turned out to be about an older version.',
        'A colleague asked why we rely on %s, and I had no good answer. Now I have one.',
        'If your tables fit in memory, %s may look like a detail. Ours stopped fitting in March.',
        'There is a chapter about %s in the manual. It is better than this post; read it first.'];
    middles text[] := ARRAY[
        'The first attempt was slower than what it replaced, because the statistics were stale.',
        'One table, 40 million rows, and a query that nobody had touched since 2019.',
        'The planner was right and we were wrong, which is how these stories usually end.',
        'What helped was writing down what we expected before running anything.',
        'We measured on a copy of production, with the cache cold and then warm.',
        'It took an afternoon to set up and a week to understand.',
        'The documentation says "may"; in our case it meant "always".',
        'Locks were held for milliseconds, but by every request.',
        'The index was half the size of the table and answered a tenth of the queries.',
        'Constraints found three kinds of bad data that no test had.',
        'Two of us read the source to be sure, and it is surprisingly readable.'];
    closings text[] := ARRAY[
        'Total time for the report went from nine seconds to 80 milliseconds.',
        'I would do it again, but with the migration split in two.',
        'The pull request removed more lines than it added.',
        'If you remember one thing: look at the rows removed by the filter.',
        'Questions and corrections are welcome below.',
        'Next month I will write about what it does to backups.'];
    remarks text[] := ARRAY[
        'Thank you, this is the clearest explanation I have seen.',
        'How large was the table when you measured this?',
        'We saw the opposite on version 13. Did you try it there?',
        'Small correction: the lock is released at commit, not at the end of the statement.',
        'I tried it this morning and our slowest endpoint is now the second slowest.',
        'Does this still hold when the connection goes through a pooler?',
        'Bookmarked. The part about statistics alone is worth it.',
        'Have you compared it with a plain B-tree?',
        'The chart would be easier to read on a logarithmic scale.',
        'We use the same approach, with a nightly job that checks the assumption.',
        'I disagree with the conclusion, but the measurements are convincing.',
        'Could you share the schema? I would like to reproduce the numbers.',
        '"It depends" is the honest answer, and you say on what. Well done.',
        'This saved our Friday. Merci !',
        'Would a covering index not do the same with less machinery?',
        'I wish the manual had this example.',
        'Reading this twice was faster than making the mistake once.'];
    n_titles int := cardinality(subjects) * cardinality(titles);
BEGIN
    INSERT INTO users (id, email, name, bio, status, created_at)
    SELECT
        md5('user:' || i)::uuid,
        format('%s.%s@example.com', lower(translate(first, 'ïø', 'io')), i),
        first || ' ' || last_names[1 + (i * 7) % cardinality(last_names)],
        bios[1 + (i * 3) % cardinality(bios)],
        CASE WHEN i % 17 = 0 THEN 'suspended' WHEN i % 13 = 0 THEN 'invited' ELSE 'active'
        END::user_status,
        timestamptz '2024-01-08 09:00+00' + i * interval '7 hours 13 minutes'
    FROM generate_series(1, p_users) i
    CROSS JOIN LATERAL (SELECT first_names[1 + i % cardinality(first_names)] AS first) f;

    INSERT INTO posts (id, user_id, title, content, tags, status, created_at, updated_at)
    SELECT
        md5('post:' || i)::uuid,
        -- Half of the posts come from a tenth of the people, as on any blog.
        md5('user:' || CASE WHEN i % 2 = 0 THEN 1 + (i::bigint * 7919) % p_users
                            ELSE 1 + (i::bigint * 104729) % GREATEST(p_users / 10, 1) END)::uuid,
        upper(left(title, 1)) || substr(title, 2)
            || CASE WHEN i > n_titles THEN ', part ' || 1 + (i - 1) / n_titles ELSE '' END,
        concat_ws(E'\n\n',
            format(openings[1 + i % cardinality(openings)], subject),
            middles[1 + (i * 5) % cardinality(middles)] || ' '
                || middles[1 + (i * 5 + 1 + i % 3) % cardinality(middles)],
            middles[1 + (i * 5 + 4 + i % 2) % cardinality(middles)] || ' '
                || closings[1 + i % cardinality(closings)]),
        ARRAY['postgresql', replace(lower(subject), ' ', '-')],
        CASE WHEN i % 11 = 0 THEN 'draft' WHEN i % 19 = 0 THEN 'archived' ELSE 'published'
        END::post_status,
        written_at,
        written_at + (i % 9) * interval '40 minutes'
    FROM generate_series(1, p_posts) i
    CROSS JOIN LATERAL (
        SELECT
            subjects[1 + i % cardinality(subjects)] AS subject,
            -- Spread over a year and a half, whatever the number of posts.
            timestamptz '2024-06-03 08:30+00'
                + (i::bigint * 7919 % p_posts) * (interval '540 days' / p_posts) AS written_at
    ) s
    CROSS JOIN LATERAL (
        SELECT format(titles[1 + (i / cardinality(subjects)) % cardinality(titles)], subject)
            AS title
    ) t;

    INSERT INTO comments (id, post_id, user_id, content, created_at)
    SELECT
        md5('comment:' || i)::uuid,
        p.id,
        md5('user:' || 1 + (i::bigint * 15485863) % p_users)::uuid,
        remarks[1 + (i + i / cardinality(remarks)) % cardinality(remarks)],
        p.created_at + (1 + i % 40) * interval '3 hours 17 minutes'
    FROM generate_series(1, p_comments) i
    CROSS JOIN LATERAL (SELECT 1 + (i::bigint * 6700417) % p_posts AS number) n
    -- Every eleventh post is a draft, which nobody comments on.
    JOIN posts p ON p.id = md5('post:' || n.number - (n.number % 11 = 0)::int)::uuid;

    INSERT INTO events (aggregate_id, aggregate_type, event_type, payload, created_at)
    SELECT p.id, 'post', 'post_created',
           jsonb_build_object('user_id', p.user_id, 'title', p.title, 'tags', p.tags),
           p.created_at
    FROM posts p
    ORDER BY p.created_at, p.id;

    INSERT INTO cache_versions (context, version)
    VALUES ('comments', p_comments), ('posts', p_posts), ('users', p_users);

    REFRESH MATERIALIZED VIEW mv_dashboard_stats;
END;
$generate$;
