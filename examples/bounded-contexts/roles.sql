-- A role for each context, with rights in its own schema and on the outbox only. A server that runs
-- as one of them serves that context and nothing else.

CREATE ROLE ordering_api LOGIN;
CREATE ROLE shipping_api LOGIN;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA ordering, shipping FROM PUBLIC;

GRANT USAGE ON SCHEMA ordering TO ordering_api;
GRANT SELECT, INSERT, UPDATE ON ordering.tb_order, ordering.v_order TO ordering_api;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ordering TO ordering_api;

GRANT USAGE ON SCHEMA shipping TO shipping_api;
GRANT SELECT, INSERT, UPDATE ON shipping.tb_order, shipping.v_order TO shipping_api;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA shipping TO shipping_api;

GRANT USAGE ON SCHEMA events TO ordering_api, shipping_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON events.outbox TO ordering_api, shipping_api;
GRANT INSERT ON events.dead_letter TO ordering_api, shipping_api;
GRANT EXECUTE ON FUNCTION events.tenant, events.publish, events.claim, events.acknowledge, events.fail
    TO ordering_api, shipping_api;
