-- Functions in every shape that an API may find: calling conventions and results.

CREATE SCHEMA app;

CREATE DOMAIN email AS text CHECK (VALUE ~ '^[^@]+@[^@]+$');
CREATE TYPE app.address AS (street text, zip_code text);
CREATE TYPE app.order_line AS (s3_key text, dns_1_id integer, price numeric(10, 2));
CREATE TYPE app.new_order AS (customer_id uuid, email email, priority priority,
                              address app.address, lines app.order_line[], tags text[]);

-- Named parameters: domain, enum, array, defaults; absent is not null.
CREATE FUNCTION app.fn_describe(p_email email, p_level priority DEFAULT 'high',
                                p_note text DEFAULT 'default', p_tags text[] DEFAULT '{a,b}')
RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws('|', p_email, p_level, coalesce(p_note, 'null'), array_to_string(p_tags, ','))
$$;

-- One composite parameter, with composites and arrays of composites inside.
CREATE FUNCTION app.fn_place_order(p_order app.new_order) RETURNS jsonb LANGUAGE sql AS $$
    SELECT to_jsonb(p_order)
$$;
CREATE FUNCTION app.fn_sum_lines(p_lines app.order_line[]) RETURNS numeric LANGUAGE sql AS $$
    SELECT sum(l.price) FROM unnest(p_lines) AS l
$$;

-- One JSON parameter, typed by its comment.
CREATE FUNCTION fn_register(input jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT input $$;
COMMENT ON FUNCTION fn_register IS 'Gives back what it got.
@input email text!
@input address.zip_code text
@input phones[].phone_1 text!
@input level priority
@input line app.order_line
@result email text
@result address.zip_code text
@result phones[].phone_1 text
@result level priority
@result line app.order_line';

-- One JSON parameter of which nothing is known.
CREATE FUNCTION fn_echo(jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT $1 $$;

-- Context, then JSON; and JSON, then context.
CREATE FUNCTION fn_in_tenant(p_tenant_id uuid, p_user text, input jsonb) RETURNS text
LANGUAGE sql AS $$ SELECT concat_ws('|', p_tenant_id, p_user, input) $$;
COMMENT ON FUNCTION fn_in_tenant IS '@context p_tenant_id tenant_id
@context p_user user_id';
CREATE FUNCTION fn_with_context(input jsonb, p_context jsonb DEFAULT '{}') RETURNS jsonb
LANGUAGE sql AS $$ SELECT jsonb_build_object('input', input, 'context', p_context) $$;

-- Batches: an array of JSON, and JSON that is an array.
CREATE FUNCTION fn_batch_tickets(p_updates jsonb[]) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object(
        'results', coalesce(jsonb_agg(jsonb_build_object('id', u->'ticket_id', 'success', true)), '[]'),
        'total', cardinality(p_updates), 'successful', count(*))
    FROM unnest(p_updates) AS u
$$;
COMMENT ON FUNCTION fn_batch_tickets IS '@input ticket_id int!
@input title text
@result results[]!.id int
@result results[]!.success bool!
@result total int!
@result successful int!';
CREATE FUNCTION fn_import_rows(p_rows jsonb) RETURNS integer LANGUAGE sql AS $$
    SELECT sum((r->>'row_size')::int)::int FROM jsonb_array_elements(p_rows) AS r
$$;
COMMENT ON FUNCTION fn_import_rows IS '@input [].row_size int!';

-- Unnamed parameters, VARIADIC, OUT, TABLE, SETOF.
CREATE FUNCTION fn_divide(integer, integer, p_scale integer DEFAULT 2) RETURNS numeric
LANGUAGE sql AS $$ SELECT round($1::numeric / $2, p_scale) $$;
CREATE FUNCTION fn_total(VARIADIC p_numbers integer[]) RETURNS bigint
LANGUAGE sql AS $$ SELECT coalesce(sum(n), 0) FROM unnest(p_numbers) AS n $$;
CREATE FUNCTION fn_min_max(p_numbers integer[], OUT lowest integer, OUT highest integer)
LANGUAGE sql AS $$ SELECT min(n), max(n) FROM unnest(p_numbers) AS n $$;
CREATE FUNCTION fn_count_words(p_text text) RETURNS TABLE (word text, word_count integer)
LANGUAGE sql AS $$
    SELECT w, count(*)::int FROM regexp_split_to_table(p_text, ' ') AS w GROUP BY w ORDER BY w
$$;
CREATE FUNCTION fn_make_numbers(p_count integer) RETURNS SETOF integer
LANGUAGE sql AS $$ SELECT generate_series(1, p_count) $$;
CREATE FUNCTION fn_raise_tickets(p_by numeric) RETURNS SETOF tb_ticket
LANGUAGE sql AS $$
    UPDATE tb_ticket SET estimate = coalesce(estimate, 0) + p_by RETURNING *
$$;
CREATE FUNCTION fn_rename_ticket(p_id integer, p_title text) RETURNS tb_ticket
LANGUAGE sql AS $$ UPDATE tb_ticket SET title = p_title WHERE pk_ticket = p_id RETURNING * $$;
CREATE FUNCTION fn_close_tickets(p_ids integer[]) RETURNS SETOF integer
LANGUAGE sql AS $$
    UPDATE tb_ticket SET priority = 'low' WHERE pk_ticket = ANY (p_ids) RETURNING pk_ticket
$$;
COMMENT ON FUNCTION fn_close_tickets IS '@returns Ticket';

CREATE PROCEDURE fn_retitle(p_id integer, p_title text)
LANGUAGE sql AS $$ UPDATE tb_ticket SET title = p_title WHERE pk_ticket = p_id $$;

-- Results that say whether they are one: {success, …}, a composite, a status, a type.
CREATE FUNCTION fn_open_ticket(p_title text) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    IF p_title = '' THEN
        RETURN jsonb_build_object('success', false, 'code', 'EMPTY_TITLE',
            'message', 'A title is needed.', 'field_errors', jsonb_build_object('p_title', 'is empty'));
    END IF;
    IF p_title = 'taken' THEN
        RAISE EXCEPTION 'That title is taken.' USING ERRCODE = '23505', COLUMN = 'title';
    END IF;
    INSERT INTO tb_ticket VALUES (100, p_title, 'low');
    RETURN jsonb_build_object('success', true, 'ticket_id', 100, 'message', 'Opened.');
END $$;
COMMENT ON FUNCTION fn_open_ticket IS '@result success bool!
@result ticket_id int
@result message text';

CREATE TYPE app.outcome AS (success boolean, message text, data jsonb);
CREATE FUNCTION fn_check_stock(p_amount integer) RETURNS app.outcome LANGUAGE sql AS $$
    SELECT ROW(p_amount <= 10, CASE WHEN p_amount > 10 THEN 'Not enough.' ELSE 'Reserved.' END,
               jsonb_build_object('left_over', 10 - p_amount))::app.outcome
$$;
COMMENT ON FUNCTION fn_check_stock IS '@result left_over int';

CREATE TYPE mutation_result AS (id integer, updated_fields text[], status text, message text,
                                object_data jsonb, extra_metadata jsonb);
CREATE FUNCTION fn_change_ticket(p_id integer, p_title text) RETURNS mutation_result
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tb_ticket SET title = p_title WHERE pk_ticket = p_id;
    IF NOT FOUND THEN
        RETURN ROW(NULL, NULL, 'noop:not_found', 'There is no such ticket.', NULL,
                   jsonb_build_object('asked', p_id))::mutation_result;
    END IF;
    RETURN ROW(p_id, '{title}', 'updated', 'Changed.', jsonb_build_object('id', p_id), NULL)::mutation_result;
END $$;

CREATE FUNCTION fn_ship(p_weight integer) RETURNS jsonb LANGUAGE sql AS $$
    SELECT CASE WHEN p_weight > 30
        THEN '{"type": "error", "code": "TOO_HEAVY", "message": "It is too heavy."}'::jsonb
        ELSE '{"type": "success", "tracking": "T-1"}'::jsonb END
$$;
COMMENT ON FUNCTION fn_ship IS '@result type text!
@result tracking text
@result message text';

-- JSON without a declared verdict that says it failed all the same.
CREATE FUNCTION fn_undeclared(p_ok text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('Is_Success', p_ok, 'message', 'Said so.', 'code', 'SAID_SO')
$$;

-- Functions that only read are fields of Query.
CREATE FUNCTION fn_search_posts(p_text text) RETURNS SETOF v_post LANGUAGE sql STABLE AS $$
    SELECT * FROM v_post WHERE title ILIKE '%' || p_text || '%' ORDER BY title, id
$$;
CREATE FUNCTION fn_first_ticket() RETURNS v_ticket LANGUAGE sql STABLE AS $$
    SELECT * FROM v_ticket ORDER BY id LIMIT 1
$$;
CREATE FUNCTION fn_ticket_rows() RETURNS SETOF tb_ticket LANGUAGE sql STABLE AS $$
    SELECT * FROM tb_ticket ORDER BY pk_ticket DESC
$$;
CREATE FUNCTION fn_add(p_a integer, p_b integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT p_a + p_b
$$;
CREATE FUNCTION fn_split(p_text text) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_split_to_table(p_text, ',')
$$;
CREATE FUNCTION fn_locate(p_zip text) RETURNS app.address LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN p_zip <> '' THEN ROW('Main street', p_zip)::app.address END
$$;
CREATE FUNCTION fn_newest_ticket() RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT max(pk_ticket) FROM tb_ticket
$$;
COMMENT ON FUNCTION fn_newest_ticket IS '@returns Ticket';

-- Overloads, told apart by their comments; and things that cannot be called.
CREATE FUNCTION fn_find(p_id integer) RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'by id' $$;
CREATE FUNCTION fn_find(p_name text) RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'by name' $$;
COMMENT ON FUNCTION fn_find(text) IS '@name findByName';
CREATE FUNCTION fn_rows() RETURNS SETOF record LANGUAGE sql AS $$ SELECT 1, 2 $$;
CREATE FUNCTION fn_any(p_value anyelement) RETURNS text LANGUAGE sql AS $$ SELECT 'any' $$;

CREATE FUNCTION fn_words(p_text text) RETURNS TABLE (word text, word_count integer)
LANGUAGE sql STABLE AS $$
    SELECT w, count(*)::int FROM regexp_split_to_table(p_text, ' ') AS w GROUP BY w ORDER BY w
$$;
-- Sets of rows that have objects, lists and documents in their columns; JSON described by lines.
CREATE FUNCTION fn_shipments() RETURNS TABLE (id integer, address app.address, tags text[],
                                              notes jsonb, sent_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT s.id, ROW(s.street, s.zip)::app.address, s.tags, s.notes, s.sent_at
    FROM (VALUES (1, 'Main street', '1', ARRAY['x', 'y'], '{"fragile": true}'::jsonb, timestamptz '2024-01-01 12:00Z'),
                 (2, 'Side street', '2', ARRAY['x'], '{"fragile": true}', NULL),
                 (3, NULL, '3', ARRAY['x'], '{"fragile": null}', NULL),
                 (4, 'Main street', '1', ARRAY['x'], '{"fragile": 1}', NULL),
                 (5, 'Back street', '1', ARRAY['y'], '{}', NULL)) AS s(id, street, zip, tags, notes, sent_at)
$$;
CREATE FUNCTION fn_stops() RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
    VALUES (jsonb_build_object('place', 'Lyon', 'at', '2024-01-01')),
           (jsonb_build_object('place', 'Lyon', 'at', '2024-01-02')),
           (jsonb_build_object('place', 'Lyon', 'at', '2024-01-03')),
           (jsonb_build_object('place', 'Nice', 'at', '2024-01-01')), (NULL)
$$;
COMMENT ON FUNCTION fn_stops IS '@result place text
@result at date';
