SELECT coalesce(json_agg(json_build_object('title', r."title", 'status', r."status")), '[]'::json)
FROM (SELECT t."title", t."status" FROM "public"."v_post" AS t WHERE t."title" ILIKE $1::text AND t."status" = ANY($2::"public"."post_status"[]) AND t."created_at" >= $3::timestamptz ORDER BY t."id" LIMIT 3) AS r;
