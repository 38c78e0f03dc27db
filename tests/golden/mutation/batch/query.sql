SELECT to_json(c.result) FROM (SELECT "public"."fn_batch_update_posts"("p_updates" => $1::jsonb[]) AS result OFFSET 0) AS c;
