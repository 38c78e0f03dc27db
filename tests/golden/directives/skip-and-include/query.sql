SELECT coalesce(json_agg(json_build_object('status', r."status")), '[]'::json)
FROM (SELECT t."status" FROM "public"."v_post" AS t ORDER BY t."id" LIMIT 1) AS r;
