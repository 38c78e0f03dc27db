SELECT coalesce(json_agg(json_build_object('title', r."title", 'author', json_build_object('name', r."data"->'author'->'name'), 'tags', r."tags")), '[]'::json)
FROM (SELECT t."title", t."tags", t."data" FROM "public"."v_post" AS t ORDER BY t."id" LIMIT 2 OFFSET $1::int8) AS r;
