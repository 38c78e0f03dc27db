SELECT coalesce(json_agg(json_build_object('title', r."title", 'status', r."status", 'heading', r."title", 'author', json_build_object('__typename', 'User', 'who', r."data"->'author'->'name', 'email', r."data"->'author'->'email'))), '[]'::json)
FROM (SELECT t."title", t."status", t."data" FROM "public"."v_post" AS t ORDER BY t."id" LIMIT 1) AS r;
