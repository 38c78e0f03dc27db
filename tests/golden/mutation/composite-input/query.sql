SELECT json_build_object('result', c.result),
CASE WHEN CASE WHEN jsonb_typeof(c.result) = 'object' THEN EXISTS (
  SELECT FROM jsonb_each_text(c.result) AS m(key, value)
  WHERE lower(replace(m.key, '_', '')) IN ('success', 'issuccess', 'succeeded', 'ok')
        AND lower(coalesce(m.value, '')) NOT IN ('true', 't', '1', 'yes')
     OR m.key = 'type' AND lower(m.value) IN ('error', 'failure')) END THEN coalesce(c.result->>'message', c.result->>'error', 'The function reported a failure.') END, c.result->>'code'
FROM (SELECT to_jsonb("app"."fn_place_order"("p_order" => jsonb_populate_record(NULL::"app"."new_order", $1::jsonb))) AS result OFFSET 0) AS c;
SELECT to_json(c.result) FROM (SELECT "app"."fn_sum_lines"("p_lines" => CASE WHEN $1::jsonb IS NOT NULL THEN ARRAY(SELECT jsonb_populate_record(NULL::"app"."order_line", e.value) FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS e(value, n) ORDER BY e.n) END) AS result OFFSET 0) AS c;
