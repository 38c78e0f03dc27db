SELECT (SELECT coalesce(json_agg(json_build_object('id', r."id"::text, 'title', r."title", 'priority', r."priority", 'estimate', r."estimate", 'watchers', r."watchers")), '[]'::json)
FROM (SELECT t."id", t."title", t."priority", t."estimate", t."watchers" FROM "public"."v_ticket" AS t ORDER BY t."id" LIMIT 100) AS r),
       (SELECT json_build_object('title', r."title")
FROM (SELECT t."title" FROM "public"."v_ticket" AS t WHERE t."id" = $1::int4 LIMIT 1) AS r);
