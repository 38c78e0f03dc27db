// SPDX-License-Identifier: MIT
#include "server/registered_rows.hpp"

#include <map>
#include <optional>

#include "json/writer.hpp"

namespace fraiseql::server {
namespace {

constexpr std::string_view kInstalled =
    "SELECT 1 WHERE to_regclass('turbo.tb_turbo_query') IS NOT NULL";

// Columns that came later are read through the row: an older version of the module does not have
// them. Of the maps, the table has the path of a variable first and its parameter second.
constexpr std::string_view kOperations =
    "SELECT identifier, graphql_query, json_build_object(\n"
    "           'hashes', hashes, 'adaptive', q -> 'is_adaptive', 'sql', q ->> 'sql_template',\n"
    "           'variables', q -> 'param_mapping', 'context', q -> 'context_params',\n"
    "           'samples', q -> 'samples')\n"
    "FROM (SELECT *, to_jsonb(t) AS q FROM turbo.tb_turbo_query t) t\n"
    "WHERE is_active\n"
    "ORDER BY pk_turbo_query";

using Map = std::map<std::string, std::string, std::less<>>;

/// From parameters to what they stand for.
Map read_map(const json::Value* object) {
    Map out;
    if (object != nullptr)
        for (const json::Member& member : object->members)
            out.emplace(member.value.text, member.name);
    return out;
}

std::string text_of(const json::Value* value) {
    std::string out;
    if (value != nullptr && !value->is_null()) json::write(out, *value);
    return out;
}

std::optional<turbo::SqlTemplate> read_template(const json::Value& row) {
    const json::Value* sql = row.find("sql");
    if (sql == nullptr || !sql->is_string()) return std::nullopt;
    turbo::SqlTemplate out{.sql = std::string(sql->text),
                           .variables = read_map(row.find("variables")),
                           .context = read_map(row.find("context"))};
    if (const json::Value* samples = row.find("samples"))
        for (const json::Value& sample : samples->items)
            out.samples.push_back({.variables = text_of(sample.find("variables")),
                                   .claims = text_of(sample.find("claims"))});
    return out;
}

}  // namespace

std::string_view registered_installed_sql() noexcept { return kInstalled; }

std::string_view registered_rows_sql() noexcept { return kOperations; }

std::vector<turbo::Registered> read_registered(const pg::Rows& rows) {
    std::vector<turbo::Registered> out;
    for (std::size_t row = 0; row < rows.row_count(); ++row) {
        turbo::Registered& entry = out.emplace_back();
        entry.id = rows.get(row, 0);
        entry.text = rows.get(row, 1);
        entry.origin = "turbo.tb_turbo_query";
        Arena arena;
        const auto more = json::read(rows.get(row, 2), arena);
        if (!more) continue;
        for (const json::Value& hash : more->find("hashes")->items)
            entry.hashes.emplace_back(hash.text);
        entry.adaptive = more->find("adaptive")->kind == json::Value::Kind::True;
        entry.sql_template = read_template(*more);
    }
    return out;
}

}  // namespace fraiseql::server
