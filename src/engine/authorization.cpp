// SPDX-License-Identifier: MIT
#include "engine/authorization.hpp"

#include <algorithm>

#include "schema/authorizer.hpp"
#include "schema/rule_line.hpp"

namespace fraiseql::engine {
namespace {

bool grants(const schema::Rule& rule, const auth::Principal* principal) {
    if (principal == nullptr) return false;
    // What the application grants, it may grant to those without a token.
    const auto has = [&](const std::string& role) {
        const bool counts = principal->authenticated || role.starts_with(schema::kAuthorizerPrefix);
        return counts && principal->has_role(role);
    };
    if (std::any_of(rule.roles.begin(), rule.roles.end(), has)) return true;
    if (!principal->authenticated) return false;
    return rule.authenticated ||
           std::any_of(rule.permissions.begin(), rule.permissions.end(),
                       [&](const std::string& name) { return principal->has_permission(name); });
}

/// Whether asking for what `guard` protects is refused, rather than answered with less.
bool refuses(const schema::Guard* guard, const plan::Denied& denied, bool in_rows) {
    if (guard == nullptr) return false;
    return std::any_of(guard->rules.begin(), guard->rules.end(), [&](const schema::Rule* rule) {
        return denied[rule->id] && !(in_rows && rule->narrows());
    });
}

bool is_visible(const schema::Model& model, const plan::Denied& denied,
                const graphql::FieldDef& field) {
    const schema::RootBinding& root = model.root(field);
    if (root.function != nullptr && refuses(root.function->guard, denied, false)) return false;
    if (refuses(root.guard, denied, false)) return false;
    if (root.entity != nullptr && refuses(root.entity->guard, denied, true)) return false;
    const schema::FieldBinding& binding = model.field(field);
    if (refuses(binding.guard, denied, true)) return false;
    const schema::Entity* inside = model.entity_of_type[field.type->named->id];
    return binding.key.empty() || inside == nullptr || !refuses(inside->guard, denied, false);
}

}  // namespace

bool may(std::string_view line, const auth::Principal* principal) {
    if (line.empty()) return true;
    const auto read = schema::read_rule_line(line);
    return read && grants(read->rule, principal);
}

plan::Denied denied_rules(const schema::Model& model, const auth::Principal* principal) {
    plan::Denied denied(model.rules.size());
    for (const schema::Rule& rule : model.rules)
        denied[rule.id] = !grants(rule, principal);
    return denied;
}

graphql::Visibility visibility(const schema::Model& model, const plan::Denied& denied) {
    return {.field =
                [&](const graphql::FieldDef& field) {
                    return field.id >= model.fields.size() || is_visible(model, denied, field);
                },
            .input =
                [&](const graphql::NamedType& type, std::string_view member) {
                    const schema::InputBinding* binding =
                        model.input(std::string(type.name), member);
                    return binding == nullptr || !refuses(binding->value.guard, denied, false);
                }};
}

}  // namespace fraiseql::engine
