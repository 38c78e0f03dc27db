// SPDX-License-Identifier: MIT
#include "check/isolation_operations.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "json/writer.hpp"

namespace fraiseql::check {
namespace {

using graphql::FieldDef;
using graphql::NamedType;
using schema::RootBinding;

constexpr int kLevels = 3;

bool needs_argument(const FieldDef& field) {
    return std::any_of(field.args.begin(), field.args.end(),
                       [](const auto& argument) { return argument.is_required(); });
}

/// What only groups have, and a query without groupBy may not ask for.
constexpr std::string_view kKeysOfGroups = "keys";

/// All fields of a type, as deep as `levels`; empty where nothing is left to select.
std::string selection(const NamedType& type, int levels, std::string_view without = {}) {
    std::string out;
    if (type.is_abstract())
        for (const NamedType* possible : type.possible_types) {
            const std::string inner = selection(*possible, levels);
            // Two types may have one field with different types: aliases keep them apart.
            if (!inner.empty()) out += fmt::format(" ... on {} {}", possible->name, inner);
        }
    else
        for (const FieldDef& field : type.fields) {
            if (needs_argument(field) || field.name == without) continue;
            const NamedType& inner = *field.type->named;
            const std::string name = fmt::format("{}_{}: {}", type.name, field.name, field.name);
            if (inner.is_leaf()) out += ' ' + name;
            if (!inner.is_composite() || levels == 1) continue;
            const std::string below = selection(inner, levels - 1);
            if (!below.empty()) out += ' ' + name + below;
        }
    return out.empty() ? out : " {" + out + " }";
}

std::string query(const FieldDef& field, const std::string& arguments, int levels = kLevels,
                  std::string_view without = {}) {
    const NamedType& type = *field.type->named;
    const std::string below = type.is_leaf() ? "" : selection(type, levels, without);
    if (!type.is_leaf() && below.empty()) return {};
    return fmt::format("{{ {}{}{} }}", field.name, arguments, below);
}

template <class Use>
void for_each_root(const schema::Model& model, const Use& use) {
    for (const FieldDef& field : model.schema->query()->fields)
        use(field, model.root(field));
}

const FieldDef* root_of(const schema::Model& model, const schema::Entity& entity,
                        RootBinding::Kind kind) {
    const FieldDef* found = nullptr;
    for_each_root(model, [&](const FieldDef& field, const RootBinding& binding) {
        if (binding.entity == &entity && binding.kind == kind) found = &field;
    });
    return found;
}

std::string quoted(const std::string& text) {
    std::string out;
    json::write_string(out, text);
    return out;
}

}  // namespace

std::vector<Probe> blind_probes(const schema::Model& model) {
    std::vector<Probe> out;
    for_each_root(model, [&](const FieldDef& field, const RootBinding& binding) {
        if (binding.kind == RootBinding::Kind::One || needs_argument(field)) return;
        // Code of an application may do anything: it is not asked for the sake of a check.
        if (binding.kind == RootBinding::Kind::Resolver) return;
        const bool pages = binding.kind == RootBinding::Kind::Connection;
        const schema::Entity* entity = binding.kind == RootBinding::Kind::Function
                                           ? binding.function->result.entity
                                           : binding.entity;
        // Of a connection, the row is two levels further down.
        const bool groups = binding.kind == RootBinding::Kind::Aggregate;
        std::string text = query(field, pages ? "(first: 1)" : "", pages ? kLevels + 2 : kLevels,
                                 groups ? kKeysOfGroups : std::string_view());
        if (!text.empty()) out.push_back({std::string(field.name), std::move(text), entity});
    });
    return out;
}

std::vector<Probe> call_probes(const schema::Model& model) {
    std::vector<Probe> out;
    const auto add = [&](const FieldDef& field, const char* kind) {
        const RootBinding& binding = model.root(field);
        // What the server does in a function's place, signing in, needs a server.
        if (binding.kind != RootBinding::Kind::Function || !binding.function->session.empty())
            return;
        std::string variables;
        std::string arguments;
        for (const auto& argument : field.args) {
            const std::string_view type = argument.type->named->name;
            if (!argument.is_required() && type != "ID" && type != "UUID") continue;
            const char* comma = variables.empty() ? "" : ", ";
            variables += fmt::format("{}${}: {}", comma, argument.name, to_string(*argument.type));
            arguments += fmt::format("{}{}: ${}", comma, argument.name, argument.name);
        }
        const auto enclosed = [](const std::string& text) {
            return text.empty() ? text : '(' + text + ')';
        };
        const std::string text = query(field, enclosed(arguments));
        if (!text.empty())
            out.push_back({std::string(field.name), kind + enclosed(variables) + ' ' + text,
                           binding.function->result.entity});
    };
    for (const FieldDef& field : model.schema->query()->fields)
        if (needs_argument(field)) add(field, "query");
    if (model.schema->mutation() != nullptr)
        for (const FieldDef& field : model.schema->mutation()->fields)
            add(field, "mutation");
    return out;
}

std::vector<Probe> informed_probes(const schema::Model& model,
                                   const std::vector<Foreign>& foreign) {
    std::vector<Probe> out;
    for (const Foreign& each : foreign) {
        if (const FieldDef* one = root_of(model, *each.entity, RootBinding::Kind::One))
            for (const std::string& key : each.keys)
                out.push_back(
                    {fmt::format("{}({}: {})", one->name, one->args.front().name, key),
                     query(*one, fmt::format("({}: {})", one->args.front().name, quoted(key))),
                     each.entity});
        if (const FieldDef* pages = root_of(model, *each.entity, RootBinding::Kind::Connection))
            for (std::size_t i = 0; i < each.cursors.size(); ++i)
                for (const char* way : {"first: 5, after", "last: 5, before"})
                    out.push_back(
                        {fmt::format("{}({}: cursor {})", pages->name, way, i + 1),
                         query(*pages, fmt::format("({}: {})", way, quoted(each.cursors[i])),
                               kLevels + 2),
                         each.entity});
    }
    return out;
}

std::string keys_query(const schema::Model& model, const schema::Entity& entity) {
    const FieldDef* many = root_of(model, entity, RootBinding::Kind::Many);
    const FieldDef* one = root_of(model, entity, RootBinding::Kind::One);
    if (many == nullptr || one == nullptr || one->args.empty()) return {};
    const NamedType& type = *many->type->named;
    const FieldDef* key = type.is_abstract() ? nullptr : type.field(one->args.front().name);
    if (key == nullptr || !key->type->named->is_leaf()) return {};
    return fmt::format("{{ {}(limit: 2) {{ key: {} }} }}", many->name, key->name);
}

std::string cursors_query(const schema::Model& model, const schema::Entity& entity) {
    const FieldDef* pages = root_of(model, entity, RootBinding::Kind::Connection);
    return pages == nullptr
               ? std::string()
               : fmt::format("{{ {}(first: 2) {{ edges {{ cursor }} }} }}", pages->name);
}

}  // namespace fraiseql::check
