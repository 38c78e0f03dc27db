-- What docs/observability.md stands on.
CREATE EXTENSION pg_stat_statements;
