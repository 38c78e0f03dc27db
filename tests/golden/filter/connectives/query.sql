SELECT coalesce(json_agg(json_build_object('title', r."title", 'status', r."status")), '[]'::json)
FROM (SELECT t."title", t."status" FROM "public"."v_post" AS t WHERE ((t."title" LIKE $1::text) OR (NOT (t."status" = $2::"public"."post_status")) OR ((((t."data"->'author'->>'name')::text LIKE $3::text) AND ($4::text = ANY(t."tags"))))) ORDER BY t."id" LIMIT 3) AS r;
