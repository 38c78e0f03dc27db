// SPDX-License-Identifier: MIT
#include "check/database_checks.hpp"

#include <array>

namespace fraiseql::check {
namespace {

using enum Severity;

constexpr std::array kChecks = {
    DatabaseCheck{"superuser", Error, R"(
SELECT 'role ' || rolname,
       'It is a superuser: nothing that the database protects is protected from the server.',
       'Connect as a role of its own: CREATE ROLE api LOGIN; GRANT … TO api;'
FROM pg_roles WHERE rolname = current_user AND rolsuper)"},

    DatabaseCheck{"unsafe-setting", Error, R"(
SELECT 'setting ' || s.name, u.message, format('ALTER SYSTEM RESET %I;', s.name)
FROM pg_settings s JOIN (VALUES
    ('fsync', 'off', 'A crash of the machine can destroy the database.'),
    ('full_page_writes', 'off', 'A crash of the machine can leave torn pages.'),
    ('autovacuum', 'off', 'Dead rows stay, statistics go stale, and transaction ids run out.'),
    ('track_counts', 'off', 'Autovacuum does not know what to do without it.'))
    AS u(name, setting, message) USING (name, setting))"},

    DatabaseCheck{"risky-setting", Warning, R"(
SELECT 'setting ' || s.name, u.message, u.hint
FROM pg_settings s JOIN (VALUES
    ('synchronous_commit', 'off',
     'A crash loses writes of the last moments although clients were told that they are done.',
     'ALTER SYSTEM RESET synchronous_commit; where speed counts more, SET LOCAL it in a function.'),
    ('password_encryption', 'md5', 'Passwords are stored in a form that can be replayed.',
     'ALTER SYSTEM RESET password_encryption; then set the passwords again.'),
    ('idle_in_transaction_session_timeout', '0',
     'A session that forgets its transaction holds locks and dead rows for ever.',
     'ALTER SYSTEM SET idle_in_transaction_session_timeout = ''5min'';'))
    AS u(name, setting, message, hint) USING (name, setting)
UNION ALL
SELECT 'setting ssl', 'The server listens on the network, and nothing is encrypted.',
       'ALTER SYSTEM SET ssl = on; with ssl_cert_file and ssl_key_file.'
WHERE current_setting('ssl') = 'off'
  AND current_setting('listen_addresses') NOT IN ('', 'localhost', '127.0.0.1', '::1'))"},

    DatabaseCheck{"default-setting", Note, R"(
SELECT 'setting ' || s.name, u.message, u.hint
FROM pg_settings s JOIN (VALUES
    ('shared_buffers', '16384', 'It has its default of 128 MB, and the database is larger.',
     'A quarter of the memory is usual.'),
    ('random_page_cost', '4', 'It has its default, which is meant for turning disks.',
     'ALTER SYSTEM SET random_page_cost = 1.1; on solid-state disks.'))
    AS u(name, setting, message, hint) USING (name, setting)
WHERE pg_database_size(current_database()) > 134217728)"},

    DatabaseCheck{"connections", Warning, R"(
SELECT 'setting max_connections',
       format('%s of %s connections are in use.', u.used, m.allowed),
       'Fewer connections for each server (fraiseql needs few), or PgBouncer in between.'
FROM (SELECT count(*) AS used FROM pg_stat_activity WHERE backend_type = 'client backend') u,
     (SELECT current_setting('max_connections')::int
             - current_setting('superuser_reserved_connections')::int AS allowed) m
WHERE u.used > 0.8 * m.allowed)"},

    DatabaseCheck{"transaction-ids", Error, R"(
SELECT 'database ' || datname,
       format('Its oldest row is %s transactions old; at 2 billion nothing can be written.',
              age(datfrozenxid)),
       'VACUUM (FREEZE) the tables with the greatest age(relfrozenxid); find what holds them back.'
FROM pg_database WHERE datname = current_database() AND age(datfrozenxid) > 1000000000)"},

    DatabaseCheck{"long-transaction", Warning, R"(
SELECT format('session %s of %s', pid, usename),
       format('Its transaction began %s ago: no row that was deleted since can be removed.',
              date_trunc('second', now() - xact_start)),
       format('SELECT pg_terminate_backend(%s); if nobody needs it.', pid)
FROM pg_stat_activity
WHERE backend_type = 'client backend' AND xact_start < now() - interval '1 hour')"},

    DatabaseCheck{"unlogged-table", Warning, R"(
SELECT c.oid::regclass::text, 'It is unlogged: a crash empties it, and replicas do not have it.',
       format('ALTER TABLE %s SET LOGGED;', c.oid::regclass)
FROM pg_class c WHERE c.oid = ANY($1::oid[]) AND c.relpersistence = 'u')"},

    DatabaseCheck{"invalid-index", Warning, R"(
SELECT i.indexrelid::regclass::text,
       'It is written to and never read: its CREATE INDEX CONCURRENTLY failed.',
       format('REINDEX INDEX CONCURRENTLY %s;', i.indexrelid::regclass)
FROM pg_index i WHERE i.indrelid = ANY($1::oid[]) AND NOT i.indisvalid)"},

    DatabaseCheck{"foreign-key-without-index", Warning, R"(
SELECT k.conrelid::regclass::text,
       format('Its foreign key (%s) has no index: joins from %s, and deletions there, read it all.',
              c.names, k.confrelid::regclass),
       format('CREATE INDEX CONCURRENTLY ON %s (%s);', k.conrelid::regclass, c.names)
FROM pg_constraint k
JOIN pg_class t ON t.oid = k.conrelid AND t.reltuples >= 1000
CROSS JOIN LATERAL (
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY u.n) AS names
    FROM unnest(k.conkey) WITH ORDINALITY AS u(number, n)
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number) c
WHERE k.contype = 'f' AND k.conrelid = ANY($1::oid[])
  AND NOT EXISTS (
      SELECT FROM pg_index i
      WHERE i.indrelid = k.conrelid AND i.indisvalid AND i.indpred IS NULL
        AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey))"},

    DatabaseCheck{"sequential-scans", Warning, R"(
SELECT s.relid::regclass::text,
       format('It was read from end to end %s times, %s rows each, and by an index %s times.',
              s.seq_scan, s.seq_tup_read / s.seq_scan, coalesce(s.idx_scan, 0)),
       'fraiseql explain names the index that an operation lacks; pg_stat_statements shows which.'
FROM pg_stat_user_tables s
WHERE s.relid = ANY($1::oid[]) AND s.seq_scan > 100 AND s.seq_tup_read / s.seq_scan > 10000
  AND s.seq_scan > coalesce(s.idx_scan, 0) / 10)"},

    DatabaseCheck{"unused-index", Note, R"(
SELECT s.indexrelid::regclass::text,
       format('Nothing has read it since %s, and it takes %s.', d.since::date,
              pg_size_pretty(pg_relation_size(s.indexrelid))),
       format('DROP INDEX CONCURRENTLY %s; if replicas do not use it either.',
              s.indexrelid::regclass)
FROM pg_stat_user_indexes s
JOIN pg_index i USING (indexrelid)
CROSS JOIN (SELECT coalesce(stats_reset, pg_postmaster_start_time()) AS since
            FROM pg_stat_database WHERE datname = current_database()) d
WHERE s.relid = ANY($1::oid[]) AND s.idx_scan = 0 AND NOT i.indisunique AND NOT i.indisexclusion
  AND pg_relation_size(s.indexrelid) > 1048576 AND d.since < now() - interval '7 days')"},

    DatabaseCheck{"stale-statistics", Warning, R"(
SELECT s.relid::regclass::text,
       CASE WHEN c.reltuples < 0 THEN 'It has never been analyzed: plans for it are guesses.'
            ELSE format('%s of its rows changed since it was analyzed: plans for it are guesses.',
                        s.n_mod_since_analyze) END,
       format('ANALYZE %s;', s.relid::regclass)
FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
WHERE s.relid = ANY($1::oid[]) AND s.n_mod_since_analyze > 1000 + 0.3 * greatest(c.reltuples, 0))"},

    DatabaseCheck{"dead-rows", Warning, R"(
SELECT s.relid::regclass::text,
       format('%s dead rows beside %s live ones.', s.n_dead_tup, s.n_live_tup),
       format('VACUUM %s; and see what holds vacuum back: long transactions, replication slots.',
              s.relid::regclass)
FROM pg_stat_user_tables s
WHERE s.relid = ANY($1::oid[]) AND s.n_dead_tup > 10000 + 0.4 * s.n_live_tup)"},

    DatabaseCheck{"not-populated", Error, R"(
SELECT c.oid::regclass::text, 'It has no rows to read: it was created WITH NO DATA.',
       format('REFRESH MATERIALIZED VIEW %s;', c.oid::regclass)
FROM pg_class c WHERE c.oid = ANY($1::oid[]) AND c.relkind = 'm' AND NOT c.relispopulated)"},

    DatabaseCheck{"refresh-blocks-readers", Warning, R"(
SELECT c.oid::regclass::text,
       'It has no unique index: while it is refreshed nobody can read it.',
       format('CREATE UNIQUE INDEX ON %s (id); then REFRESH … CONCURRENTLY works.', c.oid::regclass)
FROM pg_class c
WHERE c.oid = ANY($1::oid[]) AND c.relkind = 'm' AND NOT EXISTS (
    SELECT FROM pg_index i
    WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
      AND i.indexprs IS NULL))"},

    DatabaseCheck{"compressed-documents", Note, R"(
SELECT a.attrelid::regclass::text,
       format('Its rows take %s bytes on average, and long documents are compressed: each key that '
              'is read decompresses the whole.', pg_table_size(c.oid) / c.reltuples::bigint),
       format('ALTER TABLE %s ALTER COLUMN %I SET STORAGE EXTERNAL; it holds for new rows.',
              a.attrelid::regclass, a.attname)
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') AND c.relname LIKE 'tv\_%'
WHERE a.attrelid = ANY($1::oid[]) AND a.atttypid = 'jsonb'::regtype AND a.attstorage = 'x'
  AND c.reltuples >= 1 AND pg_table_size(c.oid) / c.reltuples > 1500)"},

    DatabaseCheck{"hot-version-row", Warning, R"(
SELECT c.oid::regclass::text,
       'Every write of a context updates the same row, so writers wait for each other.',
       'fraiseql db install cache tracks versions without such rows.'
FROM pg_class c
WHERE c.relname = 'cache_versions' AND c.relkind = 'r')"},

    DatabaseCheck{"replica-behind", Warning, R"(
SELECT format('replica %s', coalesce(nullif(application_name, ''), client_addr::text, pid::text)),
       format('It is %s behind, and %s.', coalesce(replay_lag, '0'), state),
       'Look at its disk, its network, and what it is asked.'
FROM pg_stat_replication
WHERE state <> 'streaming' OR replay_lag > interval '10 seconds')"},

    DatabaseCheck{"inactive-slot", Warning, R"(
SELECT 'replication slot ' || slot_name,
       'Nobody reads it, and PostgreSQL keeps all WAL since: the disk fills up.',
       format('SELECT pg_drop_replication_slot(%L); if its reader is gone.', slot_name)
FROM pg_replication_slots WHERE NOT active)"},

    DatabaseCheck{"archiving-fails", Error, R"(
SELECT 'archiver', format('Archiving WAL fails since %s: what changed since then has no backup.',
                          last_failed_time),
       'PostgreSQL''s log has the output of archive_command.'
FROM pg_stat_archiver WHERE last_failed_time > coalesce(last_archived_time, '-infinity'))"},

    DatabaseCheck{"no-archive", Note, R"(
SELECT 'setting archive_mode',
       'WAL is not archived: the database can be restored to its last base backup at best, unless '
       'something outside of PostgreSQL takes care.',
       'Set up pgBackRest, Barman or WAL-G, and restore once to see that it works.'
WHERE current_setting('archive_mode') = 'off')"},
};

}  // namespace

std::span<const DatabaseCheck> database_checks() noexcept { return kChecks; }

}  // namespace fraiseql::check
