SELECT json_build_object('result', CASE jsonb_typeof(c.result) WHEN 'object' THEN json_build_object('results', (SELECT coalesce(json_agg(json_build_object('id', e0.value->>'id', 'success', e0.value->'success') ORDER BY e0.ordinality), '[]'::json) FROM jsonb_array_elements(c.result->'results') WITH ORDINALITY AS e0(value, ordinality)), 'total', c.result->'total', 'successful', c.result->'successful') END),
CASE WHEN CASE WHEN jsonb_typeof(c.result) = 'object' THEN EXISTS (
  SELECT FROM jsonb_each_text(c.result) AS m(key, value)
  WHERE lower(replace(m.key, '_', '')) IN ('success', 'issuccess', 'succeeded', 'ok')
        AND lower(coalesce(m.value, '')) NOT IN ('true', 't', '1', 'yes')
     OR m.key = 'type' AND lower(m.value) IN ('error', 'failure')) END THEN coalesce(c.result->>'message', c.result->>'error', 'The function reported a failure.') END, c.result->>'code'
FROM (SELECT coalesce(to_jsonb(('fraiseql: ' || CASE
    WHEN coalesce(jsonb_typeof(x.result), 'null') = 'null' THEN NULL
    WHEN coalesce(jsonb_typeof(x.result), 'null') NOT IN ('object', 'null')
    THEN 'the result must be object or null, not ' || coalesce(jsonb_typeof(x.result), 'null')
    WHEN coalesce(jsonb_typeof(x.result->'results'), 'null') NOT IN ('array')
    THEN 'results must be array, not ' || coalesce(jsonb_typeof(x.result->'results'), 'null')
    WHEN jsonb_path_exists(x.result, 'strict $."results"[*] ? (!(@.type() == "object"))', silent => true)
    THEN 'results[] must be object'
    WHEN jsonb_path_exists(x.result, 'strict $."results"[*] ? (@.type() == "object") ? (!(@."id".type() == "number" || @."id".type() == "string" || @."id".type() == "null"))', silent => true)
    THEN 'results[].id must be number or string or null'
    WHEN jsonb_path_exists(x.result, 'strict $."results"[*] ? (@.type() == "object") ? (!(@."success".type() == "boolean") || (@."success".type() == "boolean") is unknown)', silent => true)
    THEN 'results[].success must be boolean'
    WHEN coalesce(jsonb_typeof(x.result->'total'), 'null') NOT IN ('number')
    THEN 'total must be number, not ' || coalesce(jsonb_typeof(x.result->'total'), 'null')
    WHEN coalesce(jsonb_typeof(x.result->'successful'), 'null') NOT IN ('number')
    THEN 'successful must be number, not ' || coalesce(jsonb_typeof(x.result->'successful'), 'null') END)::int4), x.result) AS result
  FROM (SELECT to_jsonb("public"."fn_batch_tickets"("p_updates" => $1::jsonb[])) AS result OFFSET 0) AS x OFFSET 0) AS c;
SELECT to_json(c.result) FROM (SELECT "public"."fn_import_rows"("p_rows" => $1::jsonb) AS result OFFSET 0) AS c;
