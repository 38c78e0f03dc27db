SELECT set_config('fraiseql.result', c.result::text, true)
FROM (SELECT coalesce(to_jsonb(('fraiseql: ' || CASE
    WHEN coalesce(jsonb_typeof(x.result), 'null') NOT IN ('object')
    THEN 'the result must be object, not ' || coalesce(jsonb_typeof(x.result), 'null')
    WHEN coalesce(jsonb_typeof(x.result->'success'), 'null') NOT IN ('boolean')
    THEN 'success must be boolean, not ' || coalesce(jsonb_typeof(x.result->'success'), 'null')
    WHEN coalesce(lower(x.result->>'success') = 'true', false) AND coalesce(jsonb_typeof(x.result->'ticket_id'), 'null') NOT IN ('number', 'string', 'null')
    THEN 'ticket_id must be number or string or null, not ' || coalesce(jsonb_typeof(x.result->'ticket_id'), 'null')
    WHEN coalesce(lower(x.result->>'success') = 'true', false) AND coalesce(jsonb_typeof(x.result->'message'), 'null') NOT IN ('string', 'null')
    THEN 'message must be string or null, not ' || coalesce(jsonb_typeof(x.result->'message'), 'null') END)::int4), x.result) AS result
  FROM (SELECT to_jsonb("public"."fn_open_ticket"("p_title" => $1::text)) AS result OFFSET 0) AS x OFFSET 0) AS c;
SELECT CASE WHEN coalesce(lower(c.result->>'success') = 'true', false)
     THEN json_build_object('__typename', 'OpenTicketSuccess', 'message', coalesce(c.result->>'message', ''), 'ticketId', c.result->>'ticket_id', 'ticket', (SELECT json_build_object('id', r."id"::text, 'title', r."title")
FROM (SELECT t."id", t."title" FROM "public"."v_ticket" AS t WHERE t."id" = (c.result->>'ticket_id')::int4 LIMIT 1) AS r))
     ELSE json_build_object('__typename', 'OpenTicketError', 'message', coalesce(c.result->>'message', c.result->>'error', 'The function reported a failure.'), 'code', coalesce(c.result->>'code', 'BUSINESS_RULE_VIOLATION')) END
FROM (SELECT nullif(current_setting('fraiseql.result'), '')::jsonb AS result OFFSET 0) AS c;
SELECT set_config('fraiseql.result', c.result::text, true)
FROM (SELECT coalesce(to_jsonb(('fraiseql: ' || CASE
    WHEN coalesce(jsonb_typeof(x.result), 'null') NOT IN ('object')
    THEN 'the result must be object, not ' || coalesce(jsonb_typeof(x.result), 'null')
    WHEN coalesce(jsonb_typeof(x.result->'success'), 'null') NOT IN ('boolean')
    THEN 'success must be boolean, not ' || coalesce(jsonb_typeof(x.result->'success'), 'null')
    WHEN coalesce(lower(x.result->>'success') = 'true', false) AND coalesce(jsonb_typeof(x.result->'ticket_id'), 'null') NOT IN ('number', 'string', 'null')
    THEN 'ticket_id must be number or string or null, not ' || coalesce(jsonb_typeof(x.result->'ticket_id'), 'null')
    WHEN coalesce(lower(x.result->>'success') = 'true', false) AND coalesce(jsonb_typeof(x.result->'message'), 'null') NOT IN ('string', 'null')
    THEN 'message must be string or null, not ' || coalesce(jsonb_typeof(x.result->'message'), 'null') END)::int4), x.result) AS result
  FROM (SELECT to_jsonb("public"."fn_open_ticket"("p_title" => $1::text)) AS result OFFSET 0) AS x OFFSET 0) AS c;
SELECT CASE WHEN coalesce(lower(c.result->>'success') = 'true', false)
     THEN json_build_object('ticket', (SELECT json_build_object('id', r."id"::text)
FROM (SELECT t."id" FROM "public"."v_ticket" AS t WHERE t."id" = (c.result->>'ticket_id')::int4 LIMIT 1) AS r))
     ELSE json_build_object('__typename', 'OpenTicketError', 'message', coalesce(c.result->>'message', c.result->>'error', 'The function reported a failure.'), 'code', coalesce(c.result->>'code', 'BUSINESS_RULE_VIOLATION'), 'fieldErrors', (SELECT coalesce(json_agg(json_build_object('field', e0.value->'field', 'message', e0.value->'message') ORDER BY e0.ordinality), '[]'::json) FROM jsonb_array_elements((SELECT coalesce(jsonb_agg(jsonb_build_object('field', coalesce(jsonb_build_object('p_title', 'title')->>f.field, f.field, ''), 'message', coalesce(f.message, ''))), '[]')
FROM (SELECT coalesce(c.result->'field_errors', c.result->'fieldErrors', c.result->'errors', c.result->'extra_metadata'->'field_errors') AS list) AS g
CROSS JOIN LATERAL (
  SELECT m.key, m.value FROM jsonb_each_text(CASE jsonb_typeof(g.list) WHEN 'object' THEN g.list END) AS m
  UNION ALL SELECT e->>'field', coalesce(e->>'message', e#>>'{}') FROM jsonb_array_elements(CASE jsonb_typeof(g.list) WHEN 'array' THEN g.list END) AS e) AS f(field, message))) WITH ORDINALITY AS e0(value, ordinality)), 'details', nullif(CASE jsonb_typeof(c.result) WHEN 'object' THEN c.result - ARRAY['message', 'error', 'code', 'field_errors', 'fieldErrors', 'errors', 'success'] END, '{}'::jsonb)) END
FROM (SELECT nullif(current_setting('fraiseql.result'), '')::jsonb AS result OFFSET 0) AS c;
SELECT CASE WHEN coalesce(lower(c.result->>'success') = 'true', false)
     THEN json_build_object('__typename', 'CheckStockSuccess', 'message', coalesce(c.result->>'message', ''), 'leftOver', c.result->'data'->'left_over', 'data', c.result->'data')
     ELSE json_build_object('__typename', 'CheckStockError', 'message', coalesce(c.result->>'message', c.result->>'error', 'The function reported a failure.'), 'code', coalesce(c.result->>'code', 'BUSINESS_RULE_VIOLATION'), 'details', nullif(CASE jsonb_typeof(c.result) WHEN 'object' THEN c.result - ARRAY['message', 'error', 'code', 'field_errors', 'fieldErrors', 'errors', 'success'] END, '{}'::jsonb)) END
FROM (SELECT coalesce(to_jsonb(('fraiseql: ' || CASE
    WHEN coalesce(jsonb_typeof(x.result), 'null') NOT IN ('object')
    THEN 'the result must be object, not ' || coalesce(jsonb_typeof(x.result), 'null')
    WHEN coalesce(jsonb_typeof(x.result->'success'), 'null') NOT IN ('boolean')
    THEN 'success must be boolean, not ' || coalesce(jsonb_typeof(x.result->'success'), 'null') END)::int4), x.result) AS result
  FROM (SELECT to_jsonb("public"."fn_check_stock"("p_amount" => $1::int4)) AS result OFFSET 0) AS x OFFSET 0) AS c;
SELECT CASE WHEN coalesce(lower(c.result->>'success') = 'true', false)
     THEN json_build_object('__typename', 'CheckStockSuccess', 'message', coalesce(c.result->>'message', ''), 'leftOver', c.result->'data'->'left_over', 'data', c.result->'data')
     ELSE json_build_object('__typename', 'CheckStockError', 'message', coalesce(c.result->>'message', c.result->>'error', 'The function reported a failure.'), 'code', coalesce(c.result->>'code', 'BUSINESS_RULE_VIOLATION'), 'details', nullif(CASE jsonb_typeof(c.result) WHEN 'object' THEN c.result - ARRAY['message', 'error', 'code', 'field_errors', 'fieldErrors', 'errors', 'success'] END, '{}'::jsonb)) END
FROM (SELECT coalesce(to_jsonb(('fraiseql: ' || CASE
    WHEN coalesce(jsonb_typeof(x.result), 'null') NOT IN ('object')
    THEN 'the result must be object, not ' || coalesce(jsonb_typeof(x.result), 'null')
    WHEN coalesce(jsonb_typeof(x.result->'success'), 'null') NOT IN ('boolean')
    THEN 'success must be boolean, not ' || coalesce(jsonb_typeof(x.result->'success'), 'null') END)::int4), x.result) AS result
  FROM (SELECT to_jsonb("public"."fn_check_stock"("p_amount" => $1::int4)) AS result OFFSET 0) AS x OFFSET 0) AS c;
SELECT set_config('fraiseql.result', c.result::text, true)
FROM (SELECT coalesce(to_jsonb(('fraiseql: ' || CASE
    WHEN coalesce(jsonb_typeof(x.result), 'null') NOT IN ('object')
    THEN 'the result must be object, not ' || coalesce(jsonb_typeof(x.result), 'null')
    WHEN coalesce(jsonb_typeof(x.result->'status'), 'null') NOT IN ('string')
    THEN 'status must be string, not ' || coalesce(jsonb_typeof(x.result->'status'), 'null') END)::int4), x.result) AS result
  FROM (SELECT to_jsonb("public"."fn_change_ticket"("p_id" => $1::int4, "p_title" => $2::text)) AS result OFFSET 0) AS x OFFSET 0) AS c;
SELECT CASE WHEN coalesce(split_part(lower(c.result->>'status'), ':', 1) IN ('success', 'completed', 'ok', 'done', 'new', 'existing', 'created', 'updated', 'deleted', 'cancelled', 'synced'), false)
     THEN json_build_object('__typename', 'ChangeTicketSuccess', 'status', c.result->'status', 'message', coalesce(c.result->>'message', ''), 'updatedFields', CASE jsonb_typeof(c.result->'updated_fields') WHEN 'array' THEN (SELECT coalesce(json_agg(e0.value ORDER BY e0.ordinality), '[]'::json) FROM jsonb_array_elements(c.result->'updated_fields') WITH ORDINALITY AS e0(value, ordinality)) END, 'ticket', (SELECT json_build_object('id', r."id"::text, 'title', r."title")
FROM (SELECT t."id", t."title" FROM "public"."v_ticket" AS t WHERE t."id" = (coalesce(c.result->>'id', c.result->'object_data'->>'id'))::int4 LIMIT 1) AS r))
     ELSE json_build_object('__typename', 'ChangeTicketError', 'status', c.result->'status', 'message', coalesce(c.result->>'message', c.result->>'error', c.result->>'status', 'The function reported a failure.'), 'code', coalesce(c.result->>'code', c.result->'extra_metadata'->>'code', upper(regexp_replace(coalesce(nullif(split_part(c.result->>'status', ':', 2), ''), c.result->>'status'), '\W+', '_', 'g')), 'BUSINESS_RULE_VIOLATION'), 'fieldErrors', (SELECT coalesce(json_agg(json_build_object('field', e0.value->'field') ORDER BY e0.ordinality), '[]'::json) FROM jsonb_array_elements((SELECT coalesce(jsonb_agg(jsonb_build_object('field', coalesce(jsonb_build_object('p_id', 'id', 'p_title', 'title')->>f.field, f.field, ''), 'message', coalesce(f.message, ''))), '[]')
FROM (SELECT coalesce(c.result->'field_errors', c.result->'fieldErrors', c.result->'errors', c.result->'extra_metadata'->'field_errors') AS list) AS g
CROSS JOIN LATERAL (
  SELECT m.key, m.value FROM jsonb_each_text(CASE jsonb_typeof(g.list) WHEN 'object' THEN g.list END) AS m
  UNION ALL SELECT e->>'field', coalesce(e->>'message', e#>>'{}') FROM jsonb_array_elements(CASE jsonb_typeof(g.list) WHEN 'array' THEN g.list END) AS e) AS f(field, message))) WITH ORDINALITY AS e0(value, ordinality)), 'details', nullif(c.result->'extra_metadata', 'null'::jsonb)) END
FROM (SELECT nullif(current_setting('fraiseql.result'), '')::jsonb AS result OFFSET 0) AS c;
SELECT set_config('fraiseql.result', c.result::text, true)
FROM (SELECT coalesce(to_jsonb(('fraiseql: ' || CASE
    WHEN coalesce(jsonb_typeof(x.result), 'null') NOT IN ('object')
    THEN 'the result must be object, not ' || coalesce(jsonb_typeof(x.result), 'null')
    WHEN coalesce(jsonb_typeof(x.result->'status'), 'null') NOT IN ('string')
    THEN 'status must be string, not ' || coalesce(jsonb_typeof(x.result->'status'), 'null') END)::int4), x.result) AS result
  FROM (SELECT to_jsonb("public"."fn_change_ticket"("p_id" => $1::int4, "p_title" => $2::text)) AS result OFFSET 0) AS x OFFSET 0) AS c;
SELECT CASE WHEN coalesce(split_part(lower(c.result->>'status'), ':', 1) IN ('success', 'completed', 'ok', 'done', 'new', 'existing', 'created', 'updated', 'deleted', 'cancelled', 'synced'), false)
     THEN json_build_object('__typename', 'ChangeTicketSuccess', 'status', c.result->'status', 'message', coalesce(c.result->>'message', ''), 'updatedFields', CASE jsonb_typeof(c.result->'updated_fields') WHEN 'array' THEN (SELECT coalesce(json_agg(e0.value ORDER BY e0.ordinality), '[]'::json) FROM jsonb_array_elements(c.result->'updated_fields') WITH ORDINALITY AS e0(value, ordinality)) END, 'ticket', (SELECT json_build_object('id', r."id"::text, 'title', r."title")
FROM (SELECT t."id", t."title" FROM "public"."v_ticket" AS t WHERE t."id" = (coalesce(c.result->>'id', c.result->'object_data'->>'id'))::int4 LIMIT 1) AS r))
     ELSE json_build_object('__typename', 'ChangeTicketError', 'status', c.result->'status', 'message', coalesce(c.result->>'message', c.result->>'error', c.result->>'status', 'The function reported a failure.'), 'code', coalesce(c.result->>'code', c.result->'extra_metadata'->>'code', upper(regexp_replace(coalesce(nullif(split_part(c.result->>'status', ':', 2), ''), c.result->>'status'), '\W+', '_', 'g')), 'BUSINESS_RULE_VIOLATION'), 'fieldErrors', (SELECT coalesce(json_agg(json_build_object('field', e0.value->'field') ORDER BY e0.ordinality), '[]'::json) FROM jsonb_array_elements((SELECT coalesce(jsonb_agg(jsonb_build_object('field', coalesce(jsonb_build_object('p_id', 'id', 'p_title', 'title')->>f.field, f.field, ''), 'message', coalesce(f.message, ''))), '[]')
FROM (SELECT coalesce(c.result->'field_errors', c.result->'fieldErrors', c.result->'errors', c.result->'extra_metadata'->'field_errors') AS list) AS g
CROSS JOIN LATERAL (
  SELECT m.key, m.value FROM jsonb_each_text(CASE jsonb_typeof(g.list) WHEN 'object' THEN g.list END) AS m
  UNION ALL SELECT e->>'field', coalesce(e->>'message', e#>>'{}') FROM jsonb_array_elements(CASE jsonb_typeof(g.list) WHEN 'array' THEN g.list END) AS e) AS f(field, message))) WITH ORDINALITY AS e0(value, ordinality)), 'details', nullif(c.result->'extra_metadata', 'null'::jsonb)) END
FROM (SELECT nullif(current_setting('fraiseql.result'), '')::jsonb AS result OFFSET 0) AS c;
SELECT CASE WHEN coalesce(lower(c.result->>'type') = 'success', false)
     THEN json_build_object('__typename', 'ShipSuccess', 'tracking', c.result->'tracking')
     ELSE json_build_object('__typename', 'ShipError', 'message', coalesce(c.result->>'message', c.result->>'error', 'The function reported a failure.'), 'code', coalesce(c.result->>'code', 'BUSINESS_RULE_VIOLATION'), 'details', nullif(CASE jsonb_typeof(c.result) WHEN 'object' THEN c.result - ARRAY['message', 'error', 'code', 'field_errors', 'fieldErrors', 'errors', 'type'] END, '{}'::jsonb)) END
FROM (SELECT coalesce(to_jsonb(('fraiseql: ' || CASE
    WHEN coalesce(jsonb_typeof(x.result), 'null') NOT IN ('object')
    THEN 'the result must be object, not ' || coalesce(jsonb_typeof(x.result), 'null')
    WHEN coalesce(jsonb_typeof(x.result->'type'), 'null') NOT IN ('string')
    THEN 'type must be string, not ' || coalesce(jsonb_typeof(x.result->'type'), 'null')
    WHEN coalesce(lower(x.result->>'type') = 'success', false) AND coalesce(jsonb_typeof(x.result->'tracking'), 'null') NOT IN ('string', 'null')
    THEN 'tracking must be string or null, not ' || coalesce(jsonb_typeof(x.result->'tracking'), 'null')
    WHEN coalesce(lower(x.result->>'type') = 'success', false) AND coalesce(jsonb_typeof(x.result->'message'), 'null') NOT IN ('string', 'null')
    THEN 'message must be string or null, not ' || coalesce(jsonb_typeof(x.result->'message'), 'null') END)::int4), x.result) AS result
  FROM (SELECT to_jsonb("public"."fn_ship"("p_weight" => $1::int4)) AS result OFFSET 0) AS x OFFSET 0) AS c;
SELECT CASE WHEN coalesce(lower(c.result->>'type') = 'success', false)
     THEN json_build_object('__typename', 'ShipSuccess', 'tracking', c.result->'tracking')
     ELSE json_build_object('__typename', 'ShipError', 'message', coalesce(c.result->>'message', c.result->>'error', 'The function reported a failure.'), 'code', coalesce(c.result->>'code', 'BUSINESS_RULE_VIOLATION'), 'details', nullif(CASE jsonb_typeof(c.result) WHEN 'object' THEN c.result - ARRAY['message', 'error', 'code', 'field_errors', 'fieldErrors', 'errors', 'type'] END, '{}'::jsonb)) END
FROM (SELECT coalesce(to_jsonb(('fraiseql: ' || CASE
    WHEN coalesce(jsonb_typeof(x.result), 'null') NOT IN ('object')
    THEN 'the result must be object, not ' || coalesce(jsonb_typeof(x.result), 'null')
    WHEN coalesce(jsonb_typeof(x.result->'type'), 'null') NOT IN ('string')
    THEN 'type must be string, not ' || coalesce(jsonb_typeof(x.result->'type'), 'null')
    WHEN coalesce(lower(x.result->>'type') = 'success', false) AND coalesce(jsonb_typeof(x.result->'tracking'), 'null') NOT IN ('string', 'null')
    THEN 'tracking must be string or null, not ' || coalesce(jsonb_typeof(x.result->'tracking'), 'null')
    WHEN coalesce(lower(x.result->>'type') = 'success', false) AND coalesce(jsonb_typeof(x.result->'message'), 'null') NOT IN ('string', 'null')
    THEN 'message must be string or null, not ' || coalesce(jsonb_typeof(x.result->'message'), 'null') END)::int4), x.result) AS result
  FROM (SELECT to_jsonb("public"."fn_ship"("p_weight" => $1::int4)) AS result OFFSET 0) AS x OFFSET 0) AS c;
