// SPDX-License-Identifier: MIT
#include "projection/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "projection/generate.hpp"
#include "projection/naming.hpp"

namespace fraiseql::projection {
namespace {

using namespace catalog;

/// Built-in types with `=` and an order.
constexpr std::array kOrdered = {kBool,     kInt8,   kInt2,    kInt4,      kText,
                                 kOid,      kFloat4, kFloat8,  kBpchar,    kVarchar,
                                 kDate,     kTime,   kNumeric, kTimestamp, kTimestamptz,
                                 kInterval, kTimetz, kUuid,    kName,      kMoney};

bool is_ordered(const Catalog& catalog, const Column& column) {
    const Oid base = catalog.base_type(column.type);
    if (std::find(kOrdered.begin(), kOrdered.end(), base) != kOrdered.end()) return true;
    const Type* type = catalog.type(base);
    return type != nullptr && type->kind == Type::Kind::Enum;
}

bool is_document(const Column& column) { return column.name == "data" && is_json(column.type); }

}  // namespace

Table::Table(const Catalog& catalog_, const Relation& view_, const Column& key_)
    : catalog(catalog_),
      view(view_),
      key(key_),
      name(table_name(view_.name)),
      sql_name(qualified(view_.schema, name)),
      sql_view(qualified(view_.schema, view_.name)),
      sql_key(quoted(key_.name)),
      stamp("updated_at") {
    while (view.column(stamp) != nullptr)
        stamp = stamp == "updated_at" ? "synced_at" : "_" + stamp;
}

std::string Table::function(std::string_view suffix) const {
    return qualified(view.schema, fitting(fmt::format("sync_{}{}", name, suffix)));
}

std::string Table::type_of(const Column& column) const {
    return is_document(column) ? "jsonb" : type_name(catalog, column.type);
}

std::string Table::stored(const Column& column) const {
    const std::string value = "v." + quoted(column.name);
    return is_document(column) && column.type == kJson ? value + "::jsonb" : value;
}

std::string Table::comparable(const Column& column, std::string_view alias) const {
    const std::string value = fmt::format("{}.{}", alias, quoted(column.name));
    if (is_document(column)) return column.type == kJson ? value + "::jsonb" : value;
    return is_ordered(catalog, column) || column.type == kJsonb ? value : value + "::text";
}

std::vector<const Column*> Table::others() const {
    std::vector<const Column*> out;
    for (const Column& column : view.columns)
        if (&column != &key) out.push_back(&column);
    return out;
}

std::string write_table(const Table& table, bool row_security) {
    std::string out = fmt::format("CREATE TABLE IF NOT EXISTS {} (\n    {} {} PRIMARY KEY\n",
                                  table.sql_name, table.sql_key, table.type_of(table.key));
    // Documents stay in their row, uncompressed: reading a key of one costs a fifth of what it does
    // in PostgreSQL's default storage.
    out += ") WITH (toast_tuple_target = 8160);\n";
    std::string indexes;
    for (const Column* column : table.others()) {
        out += fmt::format("ALTER TABLE {} ADD COLUMN IF NOT EXISTS {} {};\n", table.sql_name,
                           quoted(column->name), table.type_of(*column));
        if (is_document(*column))
            out += fmt::format("ALTER TABLE {} ALTER COLUMN {} SET STORAGE EXTERNAL;\n",
                               table.sql_name, quoted(column->name));
        if (is_ordered(table.catalog, *column))
            indexes += fmt::format("CREATE INDEX IF NOT EXISTS {} ON {} ({});\n",
                                   quoted(fitting(table.name + "_" + column->name)), table.sql_name,
                                   quoted(column->name));
    }
    out += fmt::format(
        "ALTER TABLE {} ADD COLUMN IF NOT EXISTS {} timestamptz NOT NULL DEFAULT now();\n{}",
        table.sql_name, quoted(table.stamp), indexes);
    if (row_security)
        out += fmt::format(
            "-- The view reads tables with row-level security, of which nothing is left in a "
            "copy:\n-- until policies of its own say otherwise, nobody reads it.\n"
            "ALTER TABLE {} ENABLE ROW LEVEL SECURITY;\n",
            table.sql_name);
    return out;
}

std::string write_comparison(const Catalog& catalog, const Relation& view, const Column& key,
                             int limit) {
    const Table table(catalog, view, key);
    std::string mine = "t." + table.sql_key;
    std::string theirs = "v." + table.sql_key;
    for (const Column* column : table.others()) {
        mine += ", " + table.comparable(*column, "t");
        theirs += ", " + table.comparable(*column, "v");
    }
    return fmt::format(R"(SELECT d.difference, d.key, d.total
FROM (SELECT c.difference, c.key, count(*) OVER (PARTITION BY c.difference) AS total,
             row_number() OVER (PARTITION BY c.difference ORDER BY c.key) AS place
      FROM (SELECT CASE WHEN t.{0} IS NULL THEN 'missing' WHEN v.{0} IS NULL THEN 'extra'
                        ELSE 'different' END AS difference,
                   coalesce(v.{0}, t.{0})::text AS key
            FROM {1} AS t FULL JOIN {2} AS v ON v.{0} = t.{0}
            WHERE t.{0} IS NULL OR v.{0} IS NULL
               OR ({3}) IS DISTINCT FROM ({4})) AS c) AS d
WHERE d.place <= {5}
ORDER BY d.difference DESC, d.place;
)",
                       table.sql_key, table.sql_name, table.sql_view, "ROW(" + mine + ")",
                       "ROW(" + theirs + ")", limit);
}

}  // namespace fraiseql::projection
