SELECT coalesce(json_agg(json_build_object('contact', r."contact", 'port', r."port")), '[]'::json)
FROM (SELECT t."contact", t."port" FROM "public"."v_service" AS t WHERE t."contact" LIKE $1::text ORDER BY t."id" LIMIT 100) AS r;
