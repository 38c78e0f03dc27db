SELECT json_build_object('result', c.result),
CASE WHEN CASE WHEN jsonb_typeof(c.result) = 'object' THEN EXISTS (
  SELECT FROM jsonb_each_text(c.result) AS m(key, value)
  WHERE lower(replace(m.key, '_', '')) IN ('success', 'issuccess', 'succeeded', 'ok')
        AND lower(coalesce(m.value, '')) NOT IN ('true', 't', '1', 'yes')
     OR m.key = 'type' AND lower(m.value) IN ('error', 'failure')) END THEN coalesce(c.result->>'message', c.result->>'error', 'The function reported a failure.') END, c.result->>'code'
FROM (SELECT to_jsonb("public"."fn_batch_update_posts"("p_updates" => $1::jsonb[])) AS result OFFSET 0) AS c;
