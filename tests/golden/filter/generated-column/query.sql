SELECT (SELECT coalesce(json_agg(json_build_object('name', r."data"->'name')), '[]'::json)
FROM (SELECT t."data" FROM "public"."tv_writer" AS t WHERE t."Its name" LIKE $1::text ORDER BY t."Its name" DESC, t."id" DESC LIMIT 2) AS r),
       (SELECT coalesce(json_agg(json_build_object('keys', json_build_object('name', r.c0))), '[]'::json)
FROM (SELECT t."Its name" AS c0 FROM "public"."tv_writer" AS t GROUP BY t."Its name" ORDER BY t."Its name" LIMIT $2::int8) AS r);
