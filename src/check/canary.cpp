// SPDX-License-Identifier: MIT
#include "check/canary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "sql/fragment.hpp"

namespace fraiseql::check {
namespace {

std::string identifier(std::string_view name) {
    return sql::Fragment().identifier(std::string(name)).text();
}

/// A text of ours as a literal.
std::string literal(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'') out += '\'';
        out += c;
    }
    return out + '\'';
}

const CanaryTable* find(const std::vector<CanaryTable>& tables, std::string_view name) {
    const auto found = std::find_if(tables.begin(), tables.end(),
                                    [&](const auto& each) { return each.name == name; });
    return found == tables.end() ? nullptr : &*found;
}

/// A number that differs by tenant, table, column and row, small enough for any integer type.
int number_of(std::string_view mark) {
    return 20'000 + static_cast<int>(std::hash<std::string_view>()(mark) % 12'000);
}

std::string value_of(const CanaryColumn& column, std::string_view mark) {
    const std::string& type = column.type;
    if (!column.label.empty()) return literal(column.label);
    if (type == "uuid") return fmt::format("md5({})::uuid", literal(mark));
    if (type == "text" || type == "varchar" || type == "bpchar" || type == "citext" ||
        type == "name") {
        // The end of the mark tells rows apart.
        const std::size_t most = column.length > 0 ? static_cast<std::size_t>(column.length) : 60;
        return literal(mark.size() > most ? mark.substr(mark.size() - most) : mark);
    }
    if (type == "int2" || type == "int4" || type == "int8") return std::to_string(number_of(mark));
    if (type == "numeric" || type == "float4" || type == "float8" || type == "money") return "7";
    if (type == "bool") return "true";
    if (type == "date") return "date '2001-02-03'";
    if (type == "timestamp" || type == "timestamptz") return "timestamptz '2001-02-03 04:05:06Z'";
    if (type == "time" || type == "timetz") return "'04:05:06'";
    if (type == "interval") return "interval '1 day'";
    if (type == "json" || type == "jsonb")
        return literal(fmt::format(R"({{"canary": "{}"}})", mark));
    if (type == "bytea") return "'\\x00'";
    if (type == "inet" || type == "cidr") return "'192.0.2.1'";
    if (type == "ltree" || type == "tsvector") return "'canary'";
    if (type.starts_with('_')) return "'{}'";
    if (type.ends_with("range")) return "'empty'";
    return "NULL";
}

/// The value of a column of the same tenant's n-th row there, or else of its first.
std::string reference(const CanaryColumn& column, const CanaryTable& target,
                      std::string_view tenant, int n) {
    const std::string wanted = identifier(column.target_column);
    const std::string whose = target.tenant_column.empty()
                                  ? ""
                                  : fmt::format(" WHERE {}::text = {}",
                                                identifier(target.tenant_column), literal(tenant));
    return fmt::format(
        "coalesce((SELECT {0} FROM {1}{2} ORDER BY ctid LIMIT 1 OFFSET {3}), "
        "(SELECT {0} FROM {1}{2} ORDER BY ctid LIMIT 1))",
        wanted, target.name, whose, n - 1);
}

}  // namespace

std::string_view canary_columns_sql() noexcept {
    return R"(
SELECT format('%I.%I', n.nspname, c.relname), a.attname, coalesce(b.typname, t.typname),
       coalesce((SELECT e.enumlabel FROM pg_enum AS e
                 WHERE e.enumtypid = coalesce(b.oid, t.oid) ORDER BY e.enumsortorder LIMIT 1), ''),
       a.attnotnull OR t.typnotnull,
       a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> '' OR t.typdefault IS NOT NULL,
       coalesce(f.target, ''), coalesce(f.target_column, ''),
       CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN a.atttypmod - 4
            WHEN b.typname IN ('varchar', 'bpchar') AND t.typtypmod > 4 THEN t.typtypmod - 4
            ELSE 0 END, c.oid
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_type AS b ON t.typtype = 'd' AND b.oid = t.typbasetype
LEFT JOIN LATERAL (
    SELECT format('%I.%I', fn.nspname, fc.relname) AS target, fa.attname AS target_column
    FROM pg_constraint AS k
    JOIN pg_class AS fc ON fc.oid = k.confrelid
    JOIN pg_namespace AS fn ON fn.oid = fc.relnamespace
    JOIN pg_attribute AS fa ON fa.attrelid = k.confrelid
                            AND fa.attnum = k.confkey[array_position(k.conkey, a.attnum)]
    WHERE k.contype = 'f' AND k.conrelid = c.oid AND a.attnum = ANY (k.conkey)
    ORDER BY array_length(k.conkey, 1), k.oid LIMIT 1) AS f ON true
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'
ORDER BY c.oid, a.attnum)";
}

std::vector<CanaryTable> canary_tables(const std::vector<CanaryTable>& all,
                                       std::string_view tenant_column) {
    std::vector<CanaryTable> out;
    const auto add = [&](const CanaryTable& table, std::string_view column) {
        CanaryTable* known = nullptr;
        for (CanaryTable& each : out)
            if (each.name == table.name) known = &each;
        if (known == nullptr) known = &out.emplace_back(table);
        if (known->tenant_column.empty()) known->tenant_column = column;
    };
    for (const CanaryTable& table : all)
        for (const CanaryColumn& column : table.columns)
            if (column.name == tenant_column) {
                add(table, tenant_column);
                // The table of tenants itself.
                if (const CanaryTable* target = find(all, column.target))
                    add(*target, column.target_column);
            }
    for (std::size_t i = 0; i < out.size(); ++i)
        for (const CanaryColumn& column : std::vector<CanaryColumn>(out[i].columns))
            if (const CanaryTable* target = find(all, column.target)) add(*target, "");
    return out;
}

std::string insert_canary(const CanaryTable& table, const std::vector<CanaryTable>& tables,
                          std::string_view tenant, int n, bool only_required) {
    std::string names;
    std::string values;
    for (const CanaryColumn& column : table.columns) {
        const bool whose = !table.tenant_column.empty() && column.name == table.tenant_column;
        if (!whose && (column.filled || (only_required && !column.required))) continue;
        const CanaryTable* target = find(tables, column.target);
        const std::string mark = fmt::format("{} {} {} {}", table.name, column.name, tenant, n);
        const std::string value = whose               ? literal(tenant)
                                  : target != nullptr ? reference(column, *target, tenant, n)
                                                      : value_of(column, mark);
        names += (names.empty() ? "" : ", ") + identifier(column.name);
        values += (values.empty() ? "" : ", ") + value;
    }
    if (names.empty()) return fmt::format("INSERT INTO {} DEFAULT VALUES", table.name);
    return fmt::format("INSERT INTO {} ({}) VALUES ({})", table.name, names, values);
}

}  // namespace fraiseql::check
