// SPDX-License-Identifier: MIT
#include "cli/manifest.hpp"

#include <string>

#include "base/arena.hpp"
#include "json/value.hpp"

namespace fraiseql::cli {
namespace {

tl::unexpected<Error> not_a_manifest(const std::string& why) {
    return fail(ErrorCode::Configuration, "This is no manifest of operations: " + why,
                "Import what Apollo's or Relay's tools write, or a folder of GraphQL files.");
}

Result<turbo::Registered> read_operation(const json::Value& operation) {
    const json::Value* id = operation.find("id");
    const json::Value* body = operation.find("body");
    if (id == nullptr || !id->is_string() || body == nullptr || !body->is_string())
        return not_a_manifest("an operation lacks \"id\" or \"body\"");
    return turbo::Registered{.id = std::string(id->text), .text = std::string(body->text)};
}

}  // namespace

Result<std::vector<turbo::Registered>> read_manifest(std::string_view json) {
    Arena arena;
    FRAISEQL_TRY(const json::Value manifest, json::read(json, arena));
    if (!manifest.is_object()) return not_a_manifest("it is not a JSON object");
    std::vector<turbo::Registered> out;
    if (const json::Value* format = manifest.find("format")) {
        const json::Value* operations = manifest.find("operations");
        if (format->text != "apollo-persisted-query-manifest" || operations == nullptr)
            return not_a_manifest("its format is \"" + std::string(format->text) + "\"");
        for (const json::Value& operation : operations->items) {
            FRAISEQL_TRY(turbo::Registered entry, read_operation(operation));
            out.push_back(std::move(entry));
        }
        return out;
    }
    for (const json::Member& member : manifest.members) {
        if (!member.value.is_string())
            return not_a_manifest("\"" + std::string(member.name) + "\" is not a text");
        out.push_back({.id = std::string(member.name), .text = std::string(member.value.text)});
    }
    return out;
}

}  // namespace fraiseql::cli
