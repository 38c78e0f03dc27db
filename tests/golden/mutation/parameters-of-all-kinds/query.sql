SELECT to_json(c.result) FROM (SELECT "public"."fn_divide"($1::int4, $2::int4) AS result OFFSET 0) AS c;
SELECT to_json(c.result) FROM (SELECT "public"."fn_divide"($1::int4, $2::int4, "p_scale" => $3::int4) AS result OFFSET 0) AS c;
SELECT to_json(c.result) FROM (SELECT "public"."fn_total"(VARIADIC "p_numbers" => $1::int4[]) AS result OFFSET 0) AS c;
SELECT to_json(c.result) FROM (SELECT "public"."fn_total"(VARIADIC "p_numbers" => '{}'::int4[]) AS result OFFSET 0) AS c;
SELECT json_build_object('result', CASE jsonb_typeof(c.result) WHEN 'object' THEN json_build_object('lowest', c.result->'lowest', 'highest', c.result->'highest') END)
FROM (SELECT to_jsonb(r) AS result FROM "public"."fn_min_max"("p_numbers" => $1::int4[]) AS r) AS c;
SELECT json_build_object('result', CASE jsonb_typeof(c.result) WHEN 'array' THEN (SELECT coalesce(json_agg(json_build_object('word', e0.value->'word', 'wordCount', e0.value->'word_count') ORDER BY e0.ordinality), '[]'::json) FROM jsonb_array_elements(c.result) WITH ORDINALITY AS e0(value, ordinality)) END)
FROM (SELECT coalesce(jsonb_agg(s.result), '[]') AS result FROM (SELECT to_jsonb(r) AS result FROM "public"."fn_count_words"("p_text" => $1::text) AS r) AS s) AS c;
SELECT json_build_object('result', CASE jsonb_typeof(c.result) WHEN 'array' THEN (SELECT coalesce(json_agg(e0.value ORDER BY e0.ordinality), '[]'::json) FROM jsonb_array_elements(c.result) WITH ORDINALITY AS e0(value, ordinality)) END)
FROM (SELECT coalesce(jsonb_agg(s.result), '[]') AS result FROM (SELECT to_jsonb(r) AS result FROM "public"."fn_make_numbers"("p_count" => $1::int4) AS r) AS s) AS c;
SELECT json_build_object('result', c.result),
CASE WHEN CASE WHEN jsonb_typeof(c.result) = 'object' THEN EXISTS (
  SELECT FROM jsonb_each_text(c.result) AS m(key, value)
  WHERE lower(replace(m.key, '_', '')) IN ('success', 'issuccess', 'succeeded', 'ok')
        AND lower(coalesce(m.value, '')) NOT IN ('true', 't', '1', 'yes')
     OR m.key = 'type' AND lower(m.value) IN ('error', 'failure')) END THEN coalesce(c.result->>'message', c.result->>'error', 'The function reported a failure.') END, c.result->>'code'
FROM (SELECT to_jsonb("public"."fn_with_context"("input" => $1::jsonb, "p_context" => $2::jsonb)) AS result OFFSET 0) AS c;
CALL "public"."fn_retitle"("p_id" => $1::int4, "p_title" => $2::text);
