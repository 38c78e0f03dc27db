SELECT json_build_object('id', r."id", 'name', r."name", 'email', r."email")
FROM (SELECT t."id", t."name", t."email" FROM "public"."v_user" AS t WHERE t."id" = $1::uuid LIMIT 1) AS r;
