SELECT (SELECT coalesce(json_agg(json_build_object('word', c.result->'word', 'wordCount', c.result->'word_count')), '[]'::json)
FROM (SELECT to_jsonb(r) AS result FROM "public"."fn_words"("p_text" => $1::text) AS r WHERE ((r."word_count" >= $2::int4) OR (r."word" LIKE $3::text)) ORDER BY r."word_count" DESC, result LIMIT 100) AS c),
       (SELECT coalesce(json_agg(json_build_object('title', r."title", 'author', json_build_object('name', r."data"->'author'->'name'))), '[]'::json)
FROM (SELECT * FROM "public"."fn_search_posts"("p_text" => $5::text) AS f WHERE NOT f IS NULL AND f."status" = $6::"public"."post_status" AND (f."data"->'author'->>'name')::text LIKE $7::text ORDER BY (f."data"->'author'->>'name')::text, f."created_at" DESC, f."id" DESC LIMIT 2 OFFSET $4::int8) AS r),
       (SELECT coalesce(json_agg(json_build_object('id', r."id"::text, 'title', r."title")), '[]'::json)
FROM (SELECT t."id", t."title"
FROM (SELECT r."pk_ticket" AS key, row_number() OVER () AS n FROM "public"."fn_ticket_rows"() AS r) AS f
JOIN "public"."v_ticket" AS t ON t."id" = f.key WHERE t."priority" = ANY($8::"public"."priority"[]) ORDER BY t."title", t."id" LIMIT 100) AS r),
       (SELECT coalesce(json_agg(json_build_object('id', r."id"::text)), '[]'::json)
FROM (SELECT t."id"
FROM (SELECT r."pk_ticket" AS key, row_number() OVER () AS n FROM "public"."fn_ticket_rows"() AS r) AS f
JOIN "public"."v_ticket" AS t ON t."id" = f.key WHERE t."title" IS NOT NULL ORDER BY f.n LIMIT 100) AS r),
       (SELECT coalesce(json_agg(json_build_object('id', c.result->>'id', 'address', CASE jsonb_typeof(c.result->'address') WHEN 'object' THEN json_build_object('street', c.result->'address'->'street') END, 'sentAt', c.result->'sent_at')), '[]'::json)
FROM (SELECT to_jsonb(r) AS result FROM "public"."fn_shipments"() AS r WHERE (to_jsonb(r."address")->>'zip_code')::text <> $9::text AND r."tags" @> ARRAY[$10::text] AND nullif((r."notes")::jsonb, 'null') ? $11::text ORDER BY (to_jsonb(r."address")->>'street')::text NULLS FIRST, r."id" DESC, result LIMIT 100) AS c),
       (SELECT coalesce(json_agg(CASE jsonb_typeof(c.result) WHEN 'object' THEN json_build_object('place', c.result->'place', 'at', c.result->'at') END), '[]'::json)
FROM (SELECT r.result FROM (SELECT coalesce(to_jsonb(('fraiseql: ' || CASE
    WHEN coalesce(jsonb_typeof(x.result), 'null') = 'null' THEN NULL
    WHEN coalesce(jsonb_typeof(x.result), 'null') NOT IN ('object', 'null')
    THEN 'the result must be object or null, not ' || coalesce(jsonb_typeof(x.result), 'null')
    WHEN coalesce(jsonb_typeof(x.result->'place'), 'null') NOT IN ('string', 'null')
    THEN 'place must be string or null, not ' || coalesce(jsonb_typeof(x.result->'place'), 'null')
    WHEN coalesce(jsonb_typeof(x.result->'at'), 'null') NOT IN ('string', 'null')
    THEN 'at must be string or null, not ' || coalesce(jsonb_typeof(x.result->'at'), 'null') END)::int4), x.result) AS result
  FROM (SELECT to_jsonb(r) AS result FROM "public"."fn_stops"() AS r) AS x OFFSET 0) AS r WHERE (r.result->>'place')::text = $12::text AND (r.result->>'at')::date < $13::date ORDER BY (r.result->>'at')::date DESC, result LIMIT 100) AS c);
