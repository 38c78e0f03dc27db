SELECT (SELECT coalesce(json_agg(json_build_object('name', r."data"->'name', 'depth', r."depth", 'path', r."data"->'path', 'parent', CASE jsonb_typeof(r."data"->'parent') WHEN 'object' THEN json_build_object('name', r."data"->'parent'->'name') END)), '[]'::json)
FROM (SELECT t."data", t."depth" FROM "public"."v_category" AS t WHERE t."depth" > $1::int4 AND (t."data"->>'path')::text LIKE $2::text ORDER BY t."depth" DESC, (t."data"->>'name')::text, t."id" LIMIT 100) AS r),
       (SELECT json_build_object('name', r."data"->'name', 'parent', CASE jsonb_typeof(r."data"->'parent') WHEN 'object' THEN json_build_object('name', r."data"->'parent'->'name') END)
FROM (SELECT t."data" FROM "public"."v_category" AS t WHERE t."id" = $3::int4 LIMIT 1) AS r);
