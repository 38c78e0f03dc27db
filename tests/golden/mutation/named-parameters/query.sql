SELECT to_json(c.result) FROM (SELECT "app"."fn_describe"("p_email" => $1::"public"."email") AS result OFFSET 0) AS c;
SELECT to_json(c.result) FROM (SELECT "app"."fn_describe"("p_email" => $1::"public"."email", "p_level" => $2::"public"."priority", "p_note" => $3::text, "p_tags" => $4::text[]) AS result OFFSET 0) AS c;
