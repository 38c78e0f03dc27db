// SPDX-License-Identifier: MIT
// The statement behind every snapshot: each part is one pass over one catalog table, joined by
// hash, so that ten thousand views cost seconds. Columns newer than PostgreSQL 13 are read through
// to_jsonb. pg_get_viewdef leaves out the schemas that the search path finds: so that a definition
// means the same under any, it is printed while the path holds nothing but pg_catalog.
#include "catalog/snapshot_sql.hpp"

namespace fraiseql::catalog {

std::string_view snapshot_sql() noexcept {
    return R"sql(
WITH namespaces AS MATERIALIZED (
  SELECT oid, nspname, has_schema_privilege(oid, 'USAGE') AS usable
  FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), relations AS MATERIALIZED (
  SELECT c.oid, c.relname, c.relkind, c.relowner, c.reltype, c.reloptions, c.relrowsecurity,
    c.relforcerowsecurity, c.relispartition, c.relispopulated, c.reltuples, n.nspname,
    n.usable AND has_table_privilege(c.oid, 'SELECT') AS can_select, n.usable
  FROM pg_class c JOIN namespaces n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
), extension_members AS MATERIALIZED (
  SELECT classid, objid FROM pg_depend
  WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass AND objsubid = 0
), columns AS MATERIALIZED (
  SELECT a.attrelid, json_agg(json_build_object(
    'number', a.attnum, 'name', a.attname, 'type', a.atttypid::int8, 'typmod', a.atttypmod,
    'not_null', a.attnotnull, 'has_default', a.atthasdef, 'generated', a.attgenerated <> '',
    'generated_as', CASE WHEN a.attgenerated = 's' AND a.attcollation = t.typcollation
                         THEN pg_get_expr(f.adbin, f.adrelid) END,
    'identity', a.attidentity, 'compressed', a.attstorage IN ('x', 'm'),
    'can_select', r.can_select OR (r.usable AND r.relkind <> 'c'
                                   AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')),
    'comment', d.description) ORDER BY a.attnum) AS list
  FROM pg_attribute a JOIN relations r ON r.oid = a.attrelid
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef f ON a.attgenerated = 's' AND f.adrelid = a.attrelid AND f.adnum = a.attnum
  LEFT JOIN pg_description d
    ON d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid AND d.objsubid = a.attnum
  WHERE a.attnum > 0 AND NOT a.attisdropped GROUP BY a.attrelid
), indexes AS MATERIALIZED (
  SELECT i.indrelid, json_agg(json_build_object(
    'oid', i.indexrelid::int8, 'name', c.relname, 'method', m.amname, 'unique', i.indisunique,
    'primary', i.indisprimary, 'valid', i.indisvalid AND i.indisready,
    'nulls_not_distinct',
      CASE WHEN i.indisunique THEN (to_jsonb(i) ->> 'indnullsnotdistinct')::boolean END,
    'columns', (i.indkey::int2[])[0:i.indnkeyatts - 1],
    'has_expressions', i.indexprs IS NOT NULL,
    'predicate', CASE WHEN i.indpred IS NOT NULL THEN pg_get_expr(i.indpred, i.indrelid) END)
    ORDER BY c.relname) AS list
  FROM pg_index i JOIN relations r ON r.oid = i.indrelid JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_am m ON m.oid = c.relam GROUP BY i.indrelid
), foreign_keys AS MATERIALIZED (
  SELECT k.conrelid, json_agg(json_build_object(
    'oid', k.oid::int8, 'name', k.conname, 'columns', k.conkey, 'target', k.confrelid::int8,
    'target_columns', k.confkey, 'validated', k.convalidated) ORDER BY k.conname, k.oid) AS list
  FROM pg_constraint k JOIN relations r ON r.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
  WHERE k.contype = 'f' AND NOT (k.conparentid <> 0 AND t.relispartition)
  GROUP BY k.conrelid
), constraints AS MATERIALIZED (
  SELECT k.conrelid, json_agg(json_build_object(
    'name', k.conname, 'kind', k.contype, 'columns', k.conkey,
    'definition', CASE WHEN k.contype IN ('c', 'x') THEN pg_get_constraintdef(k.oid) END)
    ORDER BY k.conname) AS list
  FROM pg_constraint k JOIN relations r ON r.oid = k.conrelid
  WHERE k.contype IN ('p', 'u', 'c', 'x') GROUP BY k.conrelid
), roles AS MATERIALIZED (
  SELECT oid, json_build_object('oid', oid::int8, 'name', rolname, 'superuser', rolsuper,
                                'bypasses_rls', rolbypassrls) AS role
  FROM pg_roles
), rules AS MATERIALIZED (
  SELECT w.ev_class, w.ev_action::text AS action
  FROM pg_rewrite w JOIN relations r ON r.oid = w.ev_class AND r.relkind IN ('v', 'm')
  WHERE w.rulename = '_RETURN'
), parents AS MATERIALIZED (
  SELECT inhrelid, json_agg(inhparent::int8 ORDER BY inhseqno) AS list
  FROM pg_inherits GROUP BY inhrelid
), read_policies AS MATERIALIZED (
  SELECT polrelid, json_agg(polqual::text ORDER BY polname) AS list
  FROM pg_policy WHERE polcmd IN ('r', '*') AND polqual IS NOT NULL GROUP BY polrelid
), version_functions AS MATERIALIZED (
  SELECT p.oid, p.proname FROM pg_proc p JOIN namespaces n ON n.oid = p.pronamespace
  WHERE n.nspname = 'turbo' AND p.proname IN ('bump_version', 'bump_contexts', 'note_ddl')
), versioned AS MATERIALIZED (
  SELECT t.tgrelid AS oid FROM pg_trigger t JOIN version_functions f ON f.oid = t.tgfoid
  WHERE t.tgenabled = 'A' AND t.tgqual IS NULL
  GROUP BY t.tgrelid HAVING bit_or(t.tgtype::int) & 60 = 60
  UNION
  SELECT r.oid FROM relations r WHERE r.relkind = 'm'
    AND EXISTS (SELECT FROM pg_event_trigger e JOIN version_functions f ON f.oid = e.evtfoid
                WHERE e.evtenabled = 'A')
), search_path AS MATERIALIZED (
  SELECT current_schemas(false) AS schemas, current_setting('search_path') AS setting
), no_path AS MATERIALIZED (
  SELECT set_config('search_path', 'pg_catalog', true) AS setting FROM search_path
), definitions AS MATERIALIZED (
  SELECT r.oid, pg_get_viewdef(CASE WHEN n.setting IS NOT NULL THEN r.oid END) AS definition
  FROM no_path n CROSS JOIN relations r WHERE r.relkind IN ('v', 'm')
), old_path AS MATERIALIZED (
  SELECT set_config('search_path', s.setting, true) AS setting
  FROM search_path s CROSS JOIN (SELECT count(definition) AS count FROM definitions) d
  WHERE d.count >= 0
), readers AS (
  SELECT definition AS source FROM definitions
  UNION ALL SELECT pg_get_expr(polqual, polrelid) FROM pg_policy
  UNION ALL SELECT description FROM pg_description WHERE classoid = 'pg_class'::regclass
  UNION ALL SELECT prosrc FROM pg_proc WHERE oid >= 16384
), read_settings AS (
  SELECT DISTINCT found[1] AS name FROM readers CROSS JOIN LATERAL regexp_matches(
    -- Without backslashes, which mean something else without standard_conforming_strings.
    source,
    'current_setting[[:space:]]*[(][[:space:]]*''([A-Za-z_][[:alnum:]_]*[.][[:alnum:]_]+)''', 'g'
  ) AS found
  WHERE source LIKE '%current_setting%'
), session_settings AS (
  SELECT concat(name, '=', setting) AS entry FROM pg_settings
  WHERE source <> 'default' AND (strpos(name, '.') > 0 OR name IN (
    'DateStyle', 'IntervalStyle', 'array_nulls', 'bytea_output', 'default_text_search_config',
    'extra_float_digits', 'lc_monetary', 'lc_numeric', 'lc_time', 'row_security', 'TimeZone',
    'timezone_abbreviations', 'transform_null_equals', 'xmlbinary', 'xmloption'))
  UNION SELECT concat('search_path=', setting) FROM search_path
  UNION SELECT concat(name, '=', current_setting(name, true)) FROM read_settings
  UNION SELECT concat('app.user_id=', current_setting('app.user_id', true))
), relation_list AS (
  SELECT json_agg(json_build_object(
    'oid', r.oid::int8, 'schema', r.nspname, 'name', r.relname, 'kind', r.relkind,
    'comment', d.description, 'columns', COALESCE(c.list, '[]'::json), 'rule', w.action,
    'definition', v.definition,
    'owner', o.role, 'row_type', r.reltype::int8,
    'security_invoker', (SELECT option_value::boolean FROM pg_options_to_table(r.reloptions)
                         WHERE option_name = 'security_invoker'),
    'security_barrier', (SELECT option_value::boolean FROM pg_options_to_table(r.reloptions)
                         WHERE option_name = 'security_barrier'),
    'row_security', r.relrowsecurity, 'force_row_security', r.relforcerowsecurity,
    'is_partition', r.relispartition, 'from_extension', x.objid IS NOT NULL,
    'populated', r.relispopulated, 'estimated_rows', r.reltuples, 'can_select', r.can_select,
    'indexes', COALESCE(i.list, '[]'::json), 'foreign_keys', COALESCE(f.list, '[]'::json),
    'constraints', COALESCE(k.list, '[]'::json), 'parents', h.list, 'read_policies', p.list,
    'versioned', e.oid IS NOT NULL) ORDER BY r.nspname, r.relname) AS list
  FROM relations r
  LEFT JOIN columns c ON c.attrelid = r.oid LEFT JOIN indexes i ON i.indrelid = r.oid
  LEFT JOIN foreign_keys f ON f.conrelid = r.oid LEFT JOIN constraints k ON k.conrelid = r.oid
  LEFT JOIN rules w ON w.ev_class = r.oid LEFT JOIN definitions v ON v.oid = r.oid
  LEFT JOIN roles o ON o.oid = r.relowner LEFT JOIN parents h ON h.inhrelid = r.oid
  LEFT JOIN read_policies p ON p.polrelid = r.oid LEFT JOIN versioned e ON e.oid = r.oid
  LEFT JOIN extension_members x ON x.classid = 'pg_class'::regclass AND x.objid = r.oid
  LEFT JOIN pg_description d
    ON d.classoid = 'pg_class'::regclass AND d.objoid = r.oid AND d.objsubid = 0
  WHERE r.relkind <> 'c'
), labels AS MATERIALIZED (
  SELECT enumtypid, json_agg(enumlabel ORDER BY enumsortorder) AS list
  FROM pg_enum GROUP BY enumtypid
), checks AS MATERIALIZED (
  SELECT contypid, json_agg(pg_get_constraintdef(oid) ORDER BY conname) AS list
  FROM pg_constraint WHERE contypid <> 0 AND contype = 'c' GROUP BY contypid
), ranges AS MATERIALIZED (
  SELECT rngtypid AS oid, rngsubtype AS subtype FROM pg_range
  UNION ALL
  SELECT (to_jsonb(g) ->> 'rngmultitypid')::oid, rngsubtype FROM pg_range g
  WHERE to_jsonb(g) ->> 'rngmultitypid' IS NOT NULL
), type_list AS (
  SELECT json_agg(json_build_object(
    'oid', t.oid::int8, 'schema', n.nspname, 'name', t.typname, 'kind', t.typtype,
    'category', t.typcategory, 'comment', d.description, 'labels', l.list,
    'base', t.typbasetype::int8, 'base_typmod', t.typtypmod, 'not_null', t.typnotnull,
    'checks', h.list, 'element', COALESCE(g.subtype, t.typelem)::int8, 'array', t.typarray::int8,
    'relation', CASE WHEN c.relkind <> 'c' THEN t.typrelid::int8 ELSE 0 END,
    'attributes', CASE WHEN c.relkind = 'c' THEN a.list END,
    'from_extension', x.objid IS NOT NULL) ORDER BY n.nspname, t.typname) AS list
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_type e ON e.oid = t.typelem
  LEFT JOIN pg_class c ON c.oid = t.typrelid LEFT JOIN labels l ON l.enumtypid = t.oid
  LEFT JOIN checks h ON h.contypid = t.oid LEFT JOIN ranges g ON g.oid = t.oid
  LEFT JOIN columns a ON a.attrelid = t.typrelid
  LEFT JOIN extension_members x ON x.classid = 'pg_type'::regclass AND x.objid = t.oid
  LEFT JOIN pg_description d
    ON d.classoid = 'pg_type'::regclass AND d.objoid = t.oid AND d.objsubid = 0
  WHERE n.nspname !~ '^pg_(toast|temp)'
    AND NOT (n.nspname IN ('pg_catalog', 'information_schema')
             AND (t.typtype = 'c' OR COALESCE(e.typtype = 'c', false)))
), code AS (
  -- What functions do, without comments and without what ends with the transaction.
  SELECT p.oid, regexp_replace(regexp_replace(regexp_replace(regexp_replace(
      -- BEGIN ATOMIC has no source but its tree.
      CASE WHEN p.prosrc = '' AND p.prokind IN ('f', 'p') THEN pg_get_functiondef(p.oid)
           ELSE p.prosrc END,
      '--[^' || chr(10) || ']*', '', 'g'),
      '/[*]([^*]|[*][^/])*[*]/', '', 'g'),
      'set_config[[:space:]]*[(]([^();]|[(][^()]*[)])*,[[:space:]]*true[[:space:]]*[)]', '', 'gi'),
      'temp(orary)?[[:space:]]+table[^;]*on[[:space:]]+commit[[:space:]]+drop', '', 'gi') AS text
  FROM pg_proc p JOIN namespaces n ON n.oid = p.pronamespace
  JOIN pg_language g ON g.oid = p.prolang WHERE g.lanname NOT IN ('c', 'internal')
), session_changers AS (
  SELECT oid FROM code WHERE text ~* concat(
    '[[:<:]](set_config|pg_(try_)?advisory_lock(_shared)?)[[:>:]]',
    '|[[:<:]](with[[:space:]]+hold|create[[:space:]]+(local[[:space:]]+|global[[:space:]]+)?'
      'temp(orary)?)[[:>:]]',
    '|(^|;|>>|[[:<:]](begin|then|else|loop)[[:>:]]'
      '|[[:<:]]execute[[:space:]]+(format[[:space:]]*[(][[:space:]]*)?'')[[:space:]]*'
      '((reset|listen|discard)[[:>:]](?![[:space:]]*:?=)'
      '|set[[:>:]](?![[:space:]]+(local|transaction|constraints)[[:>:]]))')
), function_list AS (
  SELECT json_agg(json_build_object(
    'oid', p.oid::int8, 'schema', n.nspname, 'name', p.proname, 'kind', p.prokind,
    'argument_types', COALESCE(p.proallargtypes, p.proargtypes::oid[])::int8[],
    'argument_names', p.proargnames, 'argument_modes', p.proargmodes,
    'defaults', p.pronargdefaults, 'return_type', p.prorettype::int8,
    'returns_set', p.proretset, 'volatility', p.provolatile, 'strict', p.proisstrict,
    'leakproof', p.proleakproof, 'security_definer', p.prosecdef, 'config', p.proconfig,
    'comment', d.description, 'language', g.lanname, 'owner', o.role,
    'changes_session', s.oid IS NOT NULL, 'from_extension', x.objid IS NOT NULL,
    'can_execute', n.usable AND has_function_privilege(p.oid, 'EXECUTE'))
    ORDER BY n.nspname, p.proname, p.oid) AS list
  FROM pg_proc p JOIN namespaces n ON n.oid = p.pronamespace
  JOIN pg_language g ON g.oid = p.prolang LEFT JOIN roles o ON o.oid = p.proowner
  LEFT JOIN session_changers s ON s.oid = p.oid
  LEFT JOIN extension_members x ON x.classid = 'pg_proc'::regclass AND x.objid = p.oid
  LEFT JOIN pg_description d
    ON d.classoid = 'pg_proc'::regclass AND d.objoid = p.oid AND d.objsubid = 0
), builtin_list AS (
  SELECT json_agg(json_build_array(oid::int8, proname, prokind, prorettype::int8, proretset,
                                   provolatile, proisstrict, proleakproof)) AS list
  FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
)
SELECT json_build_object(
  'server_version', current_setting('server_version_num')::int,
  'database', current_database(),
  'current_user', (SELECT role FROM roles WHERE oid = current_user::regrole),
  'search_path', (SELECT to_json(p.schemas) FROM search_path p, old_path),
  'session_settings', (SELECT md5(string_agg(entry, ';' ORDER BY entry)) FROM session_settings),
  'relations', COALESCE((SELECT list FROM relation_list), '[]'::json),
  'types', COALESCE((SELECT list FROM type_list), '[]'::json),
  'functions', COALESCE((SELECT list FROM function_list), '[]'::json),
  'builtin_functions', COALESCE((SELECT list FROM builtin_list), '[]'::json))
)sql";
}

// Every DDL statement writes new versions of catalog rows: their xmin tells. Cheap enough to ask
// every few seconds, unlike the catalog itself. Temporary tables come and go and are left out.
std::string_view fingerprint_sql() noexcept {
    return R"sql(
WITH relation AS (
    SELECT oid, xmin FROM pg_catalog.pg_class
    WHERE oid >= 16384 AND relpersistence <> 't' AND relkind IN ('r', 'p', 'v', 'm', 'f', 'c'))
SELECT pg_catalog.concat_ws(' ',
    pg_catalog.current_setting('server_version_num'), pg_catalog.current_database(), current_user,
    pg_catalog.current_schemas(true),
    (SELECT count(*) || ':' || sum(xmin::text::bigint) FROM relation),
    (SELECT count(*) || ':' || sum(a.xmin::text::bigint) FROM pg_catalog.pg_attribute a
     JOIN relation r ON r.oid = a.attrelid WHERE a.attnum > 0),
    (SELECT count(*) || ':' || sum(w.xmin::text::bigint) FROM pg_catalog.pg_rewrite w
     JOIN relation r ON r.oid = w.ev_class),
    (SELECT count(*) || ':' || sum(i.xmin::text::bigint) FROM pg_catalog.pg_index i
     JOIN relation r ON r.oid = i.indrelid),
    (SELECT count(*) || ':' || sum(xmin::text::bigint) FROM pg_catalog.pg_constraint),
    (SELECT count(*) || ':' || sum(xmin::text::bigint) FROM pg_catalog.pg_proc
     WHERE oid >= 16384),
    (SELECT count(*) || ':' || sum(xmin::text::bigint) FROM pg_catalog.pg_type
     WHERE oid >= 16384 AND typtype IN ('d', 'e', 'r', 'm')),
    (SELECT count(*) || ':' || sum(xmin::text::bigint) FROM pg_catalog.pg_enum),
    (SELECT count(*) || ':' || sum(xmin::text::bigint) FROM pg_catalog.pg_policy),
    (SELECT count(*) || ':' || sum(xmin::text::bigint) FROM pg_catalog.pg_inherits),
    (SELECT count(*) || ':' || sum(xmin::text::bigint) FROM pg_catalog.pg_trigger
     WHERE NOT tgisinternal),
    (SELECT count(*) || ':' || sum(xmin::text::bigint) FROM pg_catalog.pg_event_trigger),
    (SELECT count(*) || ':' || sum(xmin::text::bigint) FROM pg_catalog.pg_namespace
     WHERE nspname NOT LIKE 'pg\_%temp\_%'),
    (SELECT count(*) || ':' || sum(xmin::text::bigint) FROM pg_catalog.pg_description
     WHERE objoid >= 16384),
    (SELECT count(*) || ':' || sum(xmin::text::bigint) FROM pg_catalog.pg_auth_members),
    (SELECT pg_catalog.md5(pg_catalog.string_agg(r::text, ',' ORDER BY oid))
     FROM pg_catalog.pg_roles r))
)sql";
}

}  // namespace fraiseql::catalog
