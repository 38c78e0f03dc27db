-- Two bounded contexts in one database: ordering takes orders, shipping sends parcels. Neither reads
-- the other's tables; they talk through the outbox. `fraiseql db install events` comes first.

CREATE SCHEMA ordering;
CREATE TABLE ordering.tb_order (
    id       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    item     text NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    status   text NOT NULL DEFAULT 'placed'
);
CREATE VIEW ordering.v_order AS
SELECT o.id, o.status, jsonb_build_object(
    'id', o.id, 'item', o.item, 'quantity', o.quantity, 'status', o.status) AS data
FROM ordering.tb_order o;
COMMENT ON VIEW ordering.v_order IS 'What a customer has ordered.
@name Order';

CREATE SCHEMA shipping;
CREATE TABLE shipping.tb_order (
    id       uuid PRIMARY KEY,
    parcels  integer NOT NULL,
    shipped  boolean NOT NULL DEFAULT false
);
COMMENT ON COLUMN shipping.tb_order.id IS 'The id that ordering gave it; no foreign key across contexts.';
CREATE VIEW shipping.v_order AS
SELECT o.id, o.shipped, jsonb_build_object(
    'id', o.id, 'parcels', o.parcels, 'shipped', o.shipped) AS data
FROM shipping.tb_order o;
COMMENT ON VIEW shipping.v_order IS 'An order as the warehouse sees it.
@name Shipment';

CREATE FUNCTION ordering.fn_place_order(p_item text, p_quantity integer) RETURNS uuid
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_id uuid;
BEGIN
    INSERT INTO ordering.tb_order (item, quantity) VALUES (p_item, p_quantity) RETURNING id INTO v_id;
    PERFORM events.publish('order_placed', jsonb_build_object('id', v_id, 'quantity', p_quantity),
                           v_id::text);
    RETURN v_id;
END $$;
COMMENT ON FUNCTION ordering.fn_place_order IS 'Takes an order.
@returns Order';

-- Takes what ordering has published. A message that fails is tried again later, alone.
CREATE FUNCTION shipping.fn_receive_orders() RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_message events.outbox;
    v_count   integer := 0;
BEGIN
    FOR v_message IN SELECT * FROM events.claim('order_placed', 'shipping', 100) LOOP
        BEGIN
            INSERT INTO shipping.tb_order (id, parcels)
            VALUES ((v_message.payload->>'id')::uuid,
                    ceil((v_message.payload->>'quantity')::int / 10.0));
            PERFORM events.acknowledge(v_message.id, 'shipping');
            v_count := v_count + 1;
        EXCEPTION WHEN OTHERS THEN
            PERFORM events.fail(v_message.id, 'shipping', SQLERRM);
        END;
    END LOOP;
    RETURN v_count;
END $$;

CREATE FUNCTION shipping.fn_ship_order(p_order_id uuid) RETURNS uuid
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE shipping.tb_order SET shipped = true WHERE id = p_order_id AND NOT shipped;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no such order to ship.' USING COLUMN = 'p_order_id';
    END IF;
    PERFORM events.publish('order_shipped', jsonb_build_object('id', p_order_id), p_order_id::text);
    RETURN p_order_id;
END $$;
COMMENT ON FUNCTION shipping.fn_ship_order IS 'Hands an order to the carrier.
@returns Shipment';

CREATE FUNCTION ordering.fn_receive_shipments() RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_message events.outbox;
    v_count   integer := 0;
BEGIN
    FOR v_message IN SELECT * FROM events.claim('order_shipped', 'ordering', 100) LOOP
        UPDATE ordering.tb_order SET status = 'shipped' WHERE id = (v_message.payload->>'id')::uuid;
        PERFORM events.acknowledge(v_message.id, 'ordering');
        v_count := v_count + 1;
    END LOOP;
    RETURN v_count;
END $$;
