// SPDX-License-Identifier: MIT
#include "explain/table_facts.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "json/value.hpp"
#include "json/writer.hpp"

namespace fraiseql::explain {
namespace {

using json::Value;

constexpr std::string_view kSql = R"(
SELECT coalesce(json_agg(json_build_object(
    'schema', n.nspname,
    'name', c.relname,
    'owner', (SELECT format('%I.%I', rn.nspname, r.relname)
              FROM pg_class r JOIN pg_namespace rn ON rn.oid = r.relnamespace
              WHERE r.oid = coalesce(pg_partition_root(c.oid), c.oid)),
    'partitioned', c.relispartition OR c.relkind = 'p',
    'kind', c.relkind,
    'rows', c.reltuples,
    'pages', pg_relation_size(c.oid) / current_setting('block_size')::int8,
    'changed', coalesce(s.n_mod_since_analyze, 0),
    'analyzed', s.last_analyze IS NOT NULL OR s.last_autoanalyze IS NOT NULL
                OR EXISTS (SELECT FROM pg_stats p
                           WHERE p.schemaname = n.nspname AND p.tablename = c.relname),
    'indexes', (
        SELECT coalesce(json_agg(json_build_object(
            'method', am.amname,
            'keys', (SELECT json_agg(pg_get_indexdef(i.indexrelid, k, false) ORDER BY k)
                     FROM generate_series(1, i.indnkeyatts) AS k),
            'classes', (SELECT json_agg(oc.opcname ORDER BY k)
                        FROM generate_series(1, i.indnkeyatts) AS k
                        JOIN pg_opclass oc ON oc.oid = i.indclass[k - 1]))), '[]')
        FROM pg_index i
        JOIN pg_class ic ON ic.oid = i.indexrelid
        JOIN pg_am am ON am.oid = ic.relam
        WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL))), '[]')
FROM json_array_elements($1::json) AS t
JOIN pg_namespace n ON n.nspname = t->>0
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t->>1
LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
)";

std::string text_of(const Value& value, std::string_view name) {
    const Value* found = value.find(name);
    return found != nullptr ? std::string(found->text) : std::string();
}

double number_of(const Value& value, std::string_view name) {
    const std::string text = text_of(value, name);
    double number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

bool is_true(const Value& value, std::string_view name) {
    const Value* found = value.find(name);
    return found != nullptr && found->kind == Value::Kind::True;
}

std::vector<std::string> texts_of(const Value& value, std::string_view name) {
    std::vector<std::string> out;
    if (const Value* found = value.find(name))
        for (const Value& item : found->items)
            out.emplace_back(item.text);
    return out;
}

TableFacts read_table(const Value& value) {
    TableFacts out{.schema = text_of(value, "schema"), .name = text_of(value, "name")};
    out.owner = text_of(value, "owner");
    out.partitioned = is_true(value, "partitioned");
    if (const std::string kind = text_of(value, "kind"); !kind.empty()) out.kind = kind.front();
    out.rows = number_of(value, "rows");
    out.pages = number_of(value, "pages");
    out.changed = number_of(value, "changed");
    out.ever_analyzed = is_true(value, "analyzed");
    if (const Value* indexes = value.find("indexes"))
        for (const Value& index : indexes->items)
            out.indexes.push_back(
                {text_of(index, "method"), texts_of(index, "keys"), texts_of(index, "classes")});
    return out;
}

void collect(const PlanNode& node, std::set<std::pair<std::string, std::string>>& names) {
    if (!node.relation.empty()) names.emplace(node.schema, node.relation);
    for (const PlanNode& child : node.children)
        collect(child, names);
}

}  // namespace

std::string_view table_facts_sql() { return kSql; }

std::string table_names(const std::vector<const PlanNode*>& plans) {
    std::set<std::pair<std::string, std::string>> names;
    for (const PlanNode* plan : plans)
        collect(*plan, names);
    std::string out = "[";
    for (const auto& [schema, name] : names) {
        out += out.size() == 1 ? "[" : ",[";
        json::write_string(out, schema);
        out += ',';
        json::write_string(out, name);
        out += ']';
    }
    return out + ']';
}

Result<std::vector<TableFacts>> read_table_facts(std::string_view json) {
    Arena arena;
    FRAISEQL_TRY(const Value tables, json::read(json, arena));
    std::vector<TableFacts> out;
    for (const Value& table : tables.items)
        out.push_back(read_table(table));
    return out;
}

const TableFacts* facts_of(const std::vector<TableFacts>& tables, const PlanNode& node) {
    const auto found = std::find_if(tables.begin(), tables.end(), [&](const TableFacts& table) {
        return table.schema == node.schema && table.name == node.relation;
    });
    return node.relation.empty() || found == tables.end() ? nullptr : &*found;
}

}  // namespace fraiseql::explain
