SELECT json_build_object('result', CASE jsonb_typeof(c.result) WHEN 'object' THEN json_build_object('email', c.result->'email', 'address', CASE jsonb_typeof(c.result->'address') WHEN 'object' THEN json_build_object('zipCode', c.result->'address'->'zip_code') END, 'phones', CASE jsonb_typeof(c.result->'phones') WHEN 'array' THEN (SELECT coalesce(json_agg(json_build_object('phone1', e0.value->'phone_1') ORDER BY e0.ordinality), '[]'::json) FROM jsonb_array_elements(c.result->'phones') WITH ORDINALITY AS e0(value, ordinality)) END, 'level', c.result->'level', 'line', CASE jsonb_typeof(c.result->'line') WHEN 'object' THEN json_build_object('s3Key', c.result->'line'->'s3_key', 'dns1Id', c.result->'line'->>'dns_1_id') END) END),
CASE WHEN CASE WHEN jsonb_typeof(c.result) = 'object' THEN EXISTS (
  SELECT FROM jsonb_each_text(c.result) AS m(key, value)
  WHERE lower(replace(m.key, '_', '')) IN ('success', 'issuccess', 'succeeded', 'ok')
        AND lower(coalesce(m.value, '')) NOT IN ('true', 't', '1', 'yes')
     OR m.key = 'type' AND lower(m.value) IN ('error', 'failure')) END THEN coalesce(c.result->>'message', c.result->>'error', 'The function reported a failure.') END, c.result->>'code'
FROM (SELECT coalesce(to_jsonb(('fraiseql: ' || CASE
    WHEN coalesce(jsonb_typeof(x.result), 'null') = 'null' THEN NULL
    WHEN coalesce(jsonb_typeof(x.result), 'null') NOT IN ('object', 'null')
    THEN 'the result must be object or null, not ' || coalesce(jsonb_typeof(x.result), 'null')
    WHEN coalesce(jsonb_typeof(x.result->'email'), 'null') NOT IN ('string', 'null')
    THEN 'email must be string or null, not ' || coalesce(jsonb_typeof(x.result->'email'), 'null')
    WHEN coalesce(jsonb_typeof(x.result->'address'), 'null') NOT IN ('object', 'null')
    THEN 'address must be object or null, not ' || coalesce(jsonb_typeof(x.result->'address'), 'null')
    WHEN coalesce(jsonb_typeof(x.result->'address'), 'null') = 'object' AND coalesce(jsonb_typeof(x.result->'address'->'zip_code'), 'null') NOT IN ('string', 'null')
    THEN 'address.zip_code must be string or null, not ' || coalesce(jsonb_typeof(x.result->'address'->'zip_code'), 'null')
    WHEN coalesce(jsonb_typeof(x.result->'phones'), 'null') NOT IN ('array', 'null')
    THEN 'phones must be array or null, not ' || coalesce(jsonb_typeof(x.result->'phones'), 'null')
    WHEN jsonb_path_exists(x.result, 'strict $."phones"[*] ? (!(@.type() == "object"))', silent => true)
    THEN 'phones[] must be object'
    WHEN jsonb_path_exists(x.result, 'strict $."phones"[*] ? (@.type() == "object") ? (!(@."phone_1".type() == "string" || @."phone_1".type() == "null"))', silent => true)
    THEN 'phones[].phone_1 must be string or null'
    WHEN coalesce(jsonb_typeof(x.result->'level'), 'null') NOT IN ('string', 'null')
    THEN 'level must be string or null, not ' || coalesce(jsonb_typeof(x.result->'level'), 'null')
    WHEN coalesce(jsonb_typeof(x.result->'line'), 'null') NOT IN ('object', 'null')
    THEN 'line must be object or null, not ' || coalesce(jsonb_typeof(x.result->'line'), 'null')
    WHEN coalesce(jsonb_typeof(x.result->'line'), 'null') = 'object' AND coalesce(jsonb_typeof(x.result->'line'->'s3_key'), 'null') NOT IN ('string', 'null')
    THEN 'line.s3_key must be string or null, not ' || coalesce(jsonb_typeof(x.result->'line'->'s3_key'), 'null')
    WHEN coalesce(jsonb_typeof(x.result->'line'), 'null') = 'object' AND coalesce(jsonb_typeof(x.result->'line'->'dns_1_id'), 'null') NOT IN ('number', 'string', 'null')
    THEN 'line.dns_1_id must be number or string or null, not ' || coalesce(jsonb_typeof(x.result->'line'->'dns_1_id'), 'null')
    WHEN coalesce(jsonb_typeof(x.result->'line'), 'null') = 'object' AND coalesce(jsonb_typeof(x.result->'line'->'price'), 'null') NOT IN ('number', 'string', 'null')
    THEN 'line.price must be number or string or null, not ' || coalesce(jsonb_typeof(x.result->'line'->'price'), 'null') END)::int4), x.result) AS result
  FROM (SELECT to_jsonb("public"."fn_register"("input" => $1::jsonb)) AS result OFFSET 0) AS x OFFSET 0) AS c;
SELECT json_build_object('result', c.result),
CASE WHEN CASE WHEN jsonb_typeof(c.result) = 'object' THEN EXISTS (
  SELECT FROM jsonb_each_text(c.result) AS m(key, value)
  WHERE lower(replace(m.key, '_', '')) IN ('success', 'issuccess', 'succeeded', 'ok')
        AND lower(coalesce(m.value, '')) NOT IN ('true', 't', '1', 'yes')
     OR m.key = 'type' AND lower(m.value) IN ('error', 'failure')) END THEN coalesce(c.result->>'message', c.result->>'error', 'The function reported a failure.') END, c.result->>'code'
FROM (SELECT to_jsonb("public"."fn_echo"($1::jsonb)) AS result OFFSET 0) AS c;
