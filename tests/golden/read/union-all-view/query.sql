SELECT (SELECT coalesce(json_agg(json_build_object('kind', r."data"->'kind', 'name', r."data"->'name')), '[]'::json)
FROM (SELECT t."data" FROM "public"."v_contact" AS t WHERE (t."data"->>'kind')::text = $1::text AND (t."data"->>'name')::text ILIKE $2::text ORDER BY (t."data"->>'name')::text, t."id" LIMIT 3) AS r),
       (SELECT coalesce(json_agg(json_build_object('keys', json_build_object('kind', r.c0), 'count', r.c1)), '[]'::json)
FROM (SELECT (t."data"->>'kind')::text AS c0, count(*) AS c1 FROM "public"."v_contact" AS t GROUP BY (t."data"->>'kind')::text ORDER BY (t."data"->>'kind')::text LIMIT 100) AS r);
