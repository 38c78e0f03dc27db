// SPDX-License-Identifier: MIT
// The functions that bring rows of the table up to date: some of them, or all.
#include <fmt/format.h>

#include "projection/naming.hpp"
#include "projection/table.hpp"

namespace fraiseql::projection {
namespace {

struct Columns {
    std::string names;
    std::string stored;
    std::string excluded;
    std::string old_values;
    std::string new_values;
};

Columns columns_of(const Table& table) {
    Columns out{.names = table.sql_key, .stored = "v." + table.sql_key};
    for (const catalog::Column* column : table.others()) {
        const std::string name = quoted(column->name);
        const char* comma = out.excluded.empty() ? "" : ", ";
        out.names += ", " + name;
        out.stored += ", " + table.stored(*column);
        out.excluded += fmt::format("{}{} = excluded.{}", comma, name, name);
        out.old_values += comma + table.comparable(*column, "t");
        out.new_values += comma + table.comparable(*column, "excluded");
    }
    return out;
}

/// DELETE and INSERT of the rows that `of_table` and `of_view` (conditions, or nothing) leave.
std::string statements(const Table& table, std::string_view of_table, std::string_view of_view) {
    const Columns columns = columns_of(table);
    const std::string update =
        columns.excluded.empty()
            ? " DO NOTHING"
            : fmt::format(
                  " DO UPDATE\n    SET {}, {} = now()\n    WHERE ROW({}) IS DISTINCT FROM ROW({})",
                  columns.excluded, quoted(table.stamp), columns.old_values, columns.new_values);
    return fmt::format(R"(    DELETE FROM {0} AS t WHERE t.{1} = ANY (ARRAY(
        SELECT o.{1} FROM {0} AS o{5} EXCEPT
        SELECT v.{1} FROM {2} AS v{6}));
    INSERT INTO {0} AS t ({3})
    SELECT {4} FROM {2} AS v{6}
    ON CONFLICT ({1}){7};
)",
                       table.sql_name, table.sql_key, table.sql_view, columns.names, columns.stored,
                       of_table, of_view, update);
}

}  // namespace

std::string write_sync(const Table& table, bool fed) {
    const std::string settings =
        "LANGUAGE plpgsql SECURITY DEFINER\n"
        "SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $sync$\n";
    const std::string every_lock =
        fed ? fmt::format("    PERFORM pg_advisory_xact_lock(hashtext({}), -1);\n",
                          literal(table.sql_name))
            : "";
    return fmt::format(
        "\n-- Brings the rows with these keys up to date.\n"
        "CREATE OR REPLACE FUNCTION {0}(keys {1}[]) RETURNS void {2}BEGIN\n{3}END $sync$;\n"
        "\n-- Brings all rows up to date.\n"
        "CREATE OR REPLACE FUNCTION {4}() RETURNS void {2}BEGIN\n{5}{6}END $sync$;\n"
        "REVOKE ALL ON FUNCTION {0}, {4} FROM PUBLIC;\n",
        table.function(""), table.type_of(table.key), settings,
        statements(table, fmt::format(" WHERE o.{} = ANY (keys)", table.sql_key),
                   fmt::format(" WHERE v.{} = ANY (keys)", table.sql_key)),
        table.function("_all"), every_lock, statements(table, "", ""));
}

}  // namespace fraiseql::projection
