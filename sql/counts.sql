-- Counts by the planner: `fraiseql db install counts`. Connections then have plannedCount: about so
-- many rows the filter lets through, as EXPLAIN says, without reading them.
--
-- The role that the server runs as needs what the GRANTs at the end say, and so does each role that
-- a token may switch to.

CREATE SCHEMA IF NOT EXISTS fraiseql;

-- Everything is planned as the caller: under his row-level security, and with no more statistics
-- than his own EXPLAIN uses. `statement` refers to `parameters` as $1[1], $1[2], …
-- VOLATILE, since EXPLAIN is allowed in no other function.
CREATE OR REPLACE FUNCTION fraiseql.planned_rows(statement text, parameters text[])
RETURNS bigint LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || statement INTO plan USING parameters;
    RETURN (plan->0->'Plan'->>'Plan Rows')::bigint;
END;
$$;
COMMENT ON FUNCTION fraiseql.planned_rows IS 'How many rows the planner expects of a statement.';

REVOKE ALL ON FUNCTION fraiseql.planned_rows FROM PUBLIC;
-- GRANT USAGE ON SCHEMA fraiseql TO the_server;
-- GRANT EXECUTE ON FUNCTION fraiseql.planned_rows TO the_server;
