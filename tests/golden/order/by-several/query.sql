SELECT coalesce(json_agg(json_build_object('status', r."status", 'author', json_build_object('name', r."data"->'author'->'name'), 'createdAt', r."created_at")), '[]'::json)
FROM (SELECT t."status", t."created_at", t."data" FROM "public"."v_post" AS t ORDER BY t."status" DESC, (t."data"->'author'->>'name')::text, t."created_at" DESC NULLS LAST, t."id" DESC LIMIT 3) AS r;
