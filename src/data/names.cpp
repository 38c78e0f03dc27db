// SPDX-License-Identifier: MIT
#include "data/names.hpp"

#include <fmt/format.h>

#include "base/suggest.hpp"

namespace fraiseql::data {
namespace {

using catalog::Catalog;

struct Name {
    std::string_view schema = {};
    std::string_view name;
};

Name split(std::string_view text) {
    const std::size_t dot = text.find('.');
    if (dot == text.npos) return {.name = text};
    return {text.substr(0, dot), text.substr(dot + 1)};
}

/// As code would write it: without the schema where the search_path finds it.
template <class Object>
std::string written(const Catalog& catalog, const Object& object) {
    for (const std::string& schema : catalog.search_path())
        if (schema == object.schema) return object.name;
    return object.schema + '.' + object.name;
}

tl::unexpected<Error> unknown(std::string_view what, std::string_view name,
                              const std::vector<std::string>& all) {
    const std::vector<std::string_view> known(all.begin(), all.end());
    return fail(ErrorCode::NotFound, fmt::format("There is no {} \"{}\".", what, name),
                did_you_mean(name, known));
}

const catalog::Relation* relation_called(const Catalog& catalog, std::string_view name) {
    const Name parts = split(name);
    return parts.schema.empty() ? catalog.visible_relation(parts.name)
                                : catalog.relation(parts.schema, parts.name);
}

}  // namespace

Result<const catalog::Relation*> find_table(const schema::Model& model, std::string_view name) {
    const Catalog& catalog = model.catalog;
    if (const catalog::Relation* relation = relation_called(catalog, name)) return relation;
    std::vector<std::string> all;
    for (const catalog::Relation& each : catalog.relations())
        all.push_back(written(catalog, each));
    return unknown("table", name, all);
}

Result<const schema::Entity*> find_relation(const schema::Model& model, std::string_view name) {
    if (model.relations == nullptr)
        return fail(ErrorCode::InternalServerError, "The model has no relations for code.");
    const Catalog& catalog = model.catalog;
    const catalog::Relation* relation = relation_called(catalog, name);
    if (relation == nullptr) {
        std::vector<std::string> all;
        for (const auto& [oid, entity] : model.relations->entities)
            all.push_back(written(catalog, *entity.relation));
        return unknown("relation", name, all);
    }
    const auto found = model.relations->entities.find(relation->oid);
    if (found == model.relations->entities.end())
        return fail(ErrorCode::Forbidden,
                    fmt::format("The role {} may not read {}.", catalog.current_user().name, name),
                    fmt::format("GRANT SELECT ON {}.{} TO {};", relation->schema, relation->name,
                                catalog.current_user().name));
    return &found->second;
}

Result<std::vector<const catalog::Function*>> find_functions(const schema::Model& model,
                                                             std::string_view name) {
    const Catalog& catalog = model.catalog;
    const Name parts = split(name);
    std::vector<const catalog::Function*> named;
    if (!parts.schema.empty()) {
        named = catalog.functions(parts.schema, parts.name);
    } else {
        for (const std::string& schema : catalog.search_path()) {
            named = catalog.functions(schema, parts.name);
            if (!named.empty()) break;
        }
    }
    std::vector<const catalog::Function*> out;
    for (const catalog::Function* function : named)
        if (function->can_execute && (function->kind == catalog::Function::Kind::Function))
            out.push_back(function);
    if (!out.empty()) return out;
    if (!named.empty())
        return fail(ErrorCode::Forbidden,
                    fmt::format("{} is no function that the role {} may call.", name,
                                catalog.current_user().name),
                    "GRANT EXECUTE on it; procedures and aggregates are for execute().");
    std::vector<std::string> all;
    for (const catalog::Function& function : catalog.functions())
        if (function.can_execute) all.push_back(written(catalog, function));
    return unknown("function", name, all);
}

}  // namespace fraiseql::data
