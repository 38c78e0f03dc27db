SELECT set_config('fraiseql.result', c.result::text, true)
FROM (SELECT to_jsonb("public"."fn_rename_ticket"("p_id" => $1::int4, "p_title" => $2::text)) AS result OFFSET 0) AS c;
SELECT json_build_object('ticket', (SELECT json_build_object('id', r."id"::text, 'title', r."title", 'watchers', r."watchers")
FROM (SELECT t."id", t."title", t."watchers" FROM "public"."v_ticket" AS t WHERE t."id" = (c.result->>'pk_ticket')::int4 LIMIT 1) AS r))
FROM (SELECT nullif(current_setting('fraiseql.result'), '')::jsonb AS result OFFSET 0) AS c;
SELECT set_config('fraiseql.result', c.result::text, true)
FROM (SELECT to_jsonb("public"."fn_rename_ticket"("p_id" => $1::int4, "p_title" => $2::text)) AS result OFFSET 0) AS c;
SELECT json_build_object('ticket', (SELECT json_build_object('id', r."id"::text)
FROM (SELECT t."id" FROM "public"."v_ticket" AS t WHERE t."id" = (c.result->>'pk_ticket')::int4 LIMIT 1) AS r))
FROM (SELECT nullif(current_setting('fraiseql.result'), '')::jsonb AS result OFFSET 0) AS c;
SELECT set_config('fraiseql.result', c.result::text, true)
FROM (SELECT coalesce(jsonb_agg(s.result), '[]') AS result FROM (SELECT to_jsonb(r) AS result FROM "public"."fn_raise_tickets"("p_by" => $1::numeric) AS r) AS s) AS c;
SELECT json_build_object('tickets', (SELECT coalesce(json_agg(k.row ORDER BY k.n), '[]'::json) FROM (SELECT (SELECT json_build_object('id', r."id"::text, 'estimate', r."estimate")
FROM (SELECT t."id", t."estimate" FROM "public"."v_ticket" AS t WHERE t."id" = (e.value->>'pk_ticket')::int4 LIMIT 1) AS r) AS row, e.n FROM jsonb_array_elements(c.result) WITH ORDINALITY AS e(value, n)) AS k WHERE k.row IS NOT NULL), '__typename', 'RaiseTicketsPayload')
FROM (SELECT nullif(current_setting('fraiseql.result'), '')::jsonb AS result OFFSET 0) AS c;
SELECT set_config('fraiseql.result', c.result::text, true)
FROM (SELECT coalesce(jsonb_agg(s.result), '[]') AS result FROM (SELECT to_jsonb(r::text) AS result FROM "public"."fn_close_tickets"("p_ids" => $1::int4[]) AS r) AS s) AS c;
SELECT json_build_object('ids', CASE jsonb_typeof(c.result) WHEN 'array' THEN (SELECT coalesce(json_agg(e0.value ORDER BY e0.ordinality), '[]'::json) FROM jsonb_array_elements(c.result) WITH ORDINALITY AS e0(value, ordinality)) END, 'tickets', (SELECT coalesce(json_agg(k.row ORDER BY k.n), '[]'::json) FROM (SELECT (SELECT json_build_object('id', r."id"::text, 'priority', r."priority")
FROM (SELECT t."id", t."priority" FROM "public"."v_ticket" AS t WHERE t."id" = (e.value#>>'{}')::int4 LIMIT 1) AS r) AS row, e.n FROM jsonb_array_elements(c.result) WITH ORDINALITY AS e(value, n)) AS k WHERE k.row IS NOT NULL))
FROM (SELECT nullif(current_setting('fraiseql.result'), '')::jsonb AS result OFFSET 0) AS c;
