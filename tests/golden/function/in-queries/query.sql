SELECT (SELECT c.result
FROM (SELECT to_jsonb("public"."fn_add"("p_a" => $1::int4, "p_b" => $2::int4)) AS result OFFSET 0) AS c),
       (SELECT coalesce(json_agg(json_build_object('title', r."title", 'author', json_build_object('name', r."data"->'author'->'name'))), '[]'::json)
FROM (SELECT * FROM "public"."fn_search_posts"("p_text" => $3::text) AS f WHERE NOT f IS NULL LIMIT 2) AS r),
       (SELECT json_build_object('id', r."id"::text, 'title', r."title", 'priority', r."priority")
FROM (SELECT * FROM "public"."fn_first_ticket"() AS f WHERE NOT f IS NULL) AS r),
       (SELECT coalesce(json_agg(json_build_object('id', r."id"::text, 'title', r."title")), '[]'::json)
FROM (SELECT t."id", t."title"
FROM (SELECT r."pk_ticket" AS key, row_number() OVER () AS n FROM "public"."fn_ticket_rows"() AS r LIMIT 100 OFFSET $4::int8) AS f
JOIN "public"."v_ticket" AS t ON t."id" = f.key ORDER BY f.n) AS r),
       (SELECT coalesce(json_agg(c.result), '[]'::json)
FROM (SELECT to_jsonb(r) AS result FROM "public"."fn_split"("p_text" => $5::text) AS r LIMIT 2) AS c),
       (SELECT CASE jsonb_typeof(c.result) WHEN 'object' THEN json_build_object('street', c.result->'street', 'zipCode', c.result->'zip_code') END
FROM (SELECT to_jsonb("public"."fn_locate"("p_zip" => $6::text)) AS result OFFSET 0) AS c),
       (SELECT CASE jsonb_typeof(c.result) WHEN 'object' THEN json_build_object('street', c.result->'street') END
FROM (SELECT to_jsonb("public"."fn_locate"("p_zip" => $7::text)) AS result OFFSET 0) AS c),
       (SELECT (SELECT json_build_object('id', r."id"::text, 'title', r."title")
FROM (SELECT t."id", t."title" FROM "public"."v_ticket" AS t WHERE t."id" = (c.result#>>'{}')::int4 LIMIT 1) AS r)
FROM (SELECT to_jsonb("public"."fn_newest_ticket"()) AS result OFFSET 0) AS c),
       (SELECT c.result
FROM (SELECT to_jsonb("public"."fn_find"("p_id" => $8::int4)) AS result OFFSET 0) AS c),
       (SELECT c.result
FROM (SELECT to_jsonb("public"."fn_find"("p_name" => $9::text)) AS result OFFSET 0) AS c);
