SELECT (SELECT coalesce(json_agg(json_build_object('id', r."id"::text, 'priority', r."priority")), '[]'::json)
FROM (SELECT t."id", t."priority" FROM "public"."v_ticket" AS t ORDER BY t."id" LIMIT 100) AS r),
       (SELECT coalesce(json_agg(json_build_object('id', r."id"::text, 'buyer', r."buyer", 'priority', r."priority")), '[]'::json)
FROM (SELECT t."id", t."buyer", t."priority" FROM "sales"."v_ticket" AS t WHERE t."priority" = $1::"sales"."priority" ORDER BY t."priority" DESC, t."id" DESC LIMIT 100) AS r),
       (SELECT json_build_object('name', r."name", 'kind', r."kind")
FROM (SELECT t."name", t."kind" FROM "public"."v_region" AS t WHERE t."id" = $2::int4 LIMIT 1) AS r);
