SELECT json_build_object('id', r."id")
FROM (SELECT t."id" FROM "public"."v_user" AS t WHERE t."id" = $1::uuid LIMIT 1) AS r;
