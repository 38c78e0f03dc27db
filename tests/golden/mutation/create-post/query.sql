SELECT to_json(c.result), set_config('fraiseql.result', c.result::text, true) FROM (SELECT "public"."fn_create_post"("p_user_id" => $1::uuid, "p_title" => $2::text, "p_content" => $3::text) AS result OFFSET 0) AS c;
SELECT json_build_object('title', r."title", 'status', r."status", 'author', json_build_object('name', r."data"->'author'->'name'))
FROM (SELECT t."title", t."status", t."data" FROM "public"."v_post" AS t WHERE t."id" = nullif(current_setting('fraiseql.result'), '')::uuid LIMIT 1) AS r;
