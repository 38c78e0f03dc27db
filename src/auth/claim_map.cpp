// SPDX-License-Identifier: MIT
#include "auth/claim_map.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/suggest.hpp"
#include "json/writer.hpp"

namespace fraiseql::auth {
namespace {

using json::Value;

const Value* find_claim(const Value& claims, std::string_view path) {
    if (const Value* whole = claims.find(path)) return whole;
    const Value* at = &claims;
    while (at != nullptr) {
        const std::size_t dot = path.find('.');
        at = at->find(path.substr(0, dot));
        if (dot == std::string_view::npos) return at;
        path.remove_prefix(dot + 1);
    }
    return nullptr;
}

const Value* find_first(const Value& claims, const ClaimPaths& paths) {
    for (const std::string& path : paths)
        if (const Value* found = find_claim(claims, path); found != nullptr && !found->is_null())
            return found;
    return nullptr;
}

/// A claim as the text of a setting; what is neither text, number nor boolean is JSON.
std::string text_of(const Value* value) {
    if (value == nullptr) return {};
    if (value->is_string() || value->is_number()) return std::string(value->text);
    std::string out;
    json::write(out, *value);
    return out;
}

void add_words(std::vector<std::string>& names, std::string_view text) {
    while (!text.empty()) {
        const std::size_t space = text.find(' ');
        if (space != 0) names.emplace_back(text.substr(0, space));
        if (space == std::string_view::npos) return;
        text.remove_prefix(space + 1);
    }
}

std::vector<std::string> names_at(const Value& claims, const ClaimPaths& paths) {
    std::vector<std::string> names;
    for (const std::string& path : paths) {
        const Value* found = find_claim(claims, path);
        if (found == nullptr) continue;
        if (found->is_string()) add_words(names, found->text);
        for (const Value& item : found->items)
            if (item.is_string()) names.emplace_back(item.text);
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

bool is_setting_name(std::string_view name) {
    const auto part_ok = [](std::string_view part) {
        return !part.empty() && (part[0] < '0' || part[0] > '9') &&
               std::all_of(part.begin(), part.end(), [](char c) {
                   return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
               });
    };
    if (name.find('.') == std::string_view::npos || name.size() > 128) return false;
    while (true) {
        const std::size_t dot = name.find('.');
        if (!part_ok(name.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        name.remove_prefix(dot + 1);
    }
}

tl::unexpected<Error> wrong(std::string message, std::string hint) {
    return fail(ErrorCode::Configuration, std::move(message), std::move(hint));
}

Value text_value(std::string_view text, Arena& arena) {
    return {.kind = Value::Kind::String, .text = arena.copy(text)};
}

Value list_value(const std::vector<std::string>& names, Arena& arena) {
    std::vector<Value> items;
    for (const std::string& name : names)
        items.push_back(text_value(name, arena));
    return {.kind = Value::Kind::Array, .items = arena.copy(items)};
}

Value make_context(const Principal& principal, Arena& arena) {
    std::vector<json::Member> members;
    if (!principal.subject.empty())
        members.push_back({"user_id", text_value(principal.subject, arena)});
    if (!principal.tenant.empty())
        members.push_back({"tenant_id", text_value(principal.tenant, arena)});
    members.push_back({"roles", list_value(principal.roles, arena)});
    members.push_back({"permissions", list_value(principal.permissions, arena)});
    for (const auto& [setting, value] : principal.settings) {
        const std::string_view name = std::string_view(setting).substr(setting.rfind('.') + 1);
        const bool taken = std::any_of(members.begin(), members.end(),
                                       [&](const auto& member) { return member.name == name; });
        // What is missing must be missing: a function that needs it is then refused.
        if (!taken && !value.empty() && setting != "role")
            members.push_back({arena.copy(name), text_value(value, arena)});
    }
    return {.kind = Value::Kind::Object, .members = arena.copy(members)};
}

/// Every part with its length in front, so that no two lists have the same text.
std::string class_of(const Principal& principal) {
    std::string out = principal.authenticated ? "user" : "anonymous";
    const auto add = [&](std::string_view text) {
        out += fmt::format(" {}:{}", text.size(), text);
    };
    add(principal.subject);
    add(principal.tenant);
    for (const auto* names : {&principal.roles, &principal.permissions}) {
        out += fmt::format(" {}", names->size());
        for (const std::string& name : *names)
            add(name);
    }
    for (const auto& [setting, value] : principal.settings) {
        add(setting);
        add(value);
    }
    return out;
}

void add_settings(Principal& principal, const ClaimMap& map, const Value& claims) {
    for (const SettingRule& rule : map.settings)
        principal.settings.emplace_back(rule.setting, text_of(find_first(claims, rule.paths)));
    if (!map.claims_setting.empty())
        principal.settings.emplace_back(map.claims_setting,
                                        principal.authenticated ? text_of(&claims) : std::string());
}

/// Both, sorted and without duplicates.
std::vector<std::string> joined(std::vector<std::string> names, std::vector<std::string> more) {
    names.insert(names.end(), std::make_move_iterator(more.begin()),
                 std::make_move_iterator(more.end()));
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

}  // namespace

bool Principal::has_role(std::string_view name) const {
    return std::binary_search(roles.begin(), roles.end(), name);
}

bool Principal::has_permission(std::string_view name) const {
    return std::binary_search(permissions.begin(), permissions.end(), name);
}

Result<ClaimMap> claim_preset(std::string_view name, std::string_view audience) {
    if (name == "auth0") {
        const std::string prefix(audience);
        return ClaimMap{.tenant = {prefix + "/tenant_id", "org_id"},
                        .roles = {prefix + "/roles"},
                        .permissions = {"permissions", "scope"}};
    }
    if (name == "keycloak")
        return ClaimMap{
            .roles = {"realm_access.roles", "resource_access." + std::string(audience) + ".roles"},
            .permissions = {"scope"}};
    if (name == "cognito")
        return ClaimMap{
            .tenant = {"custom:tenant_id"}, .roles = {"cognito:groups"}, .permissions = {"scope"}};
    // user_metadata is what users say of themselves: nothing is taken from there.
    if (name == "supabase")
        return ClaimMap{.tenant = {"app_metadata.tenant_id"},
                        .roles = {"role", "app_metadata.roles"},
                        .permissions = {"app_metadata.permissions"}};
    return wrong(fmt::format("There is no claim preset '{}'.", name),
                 did_you_mean(name, {"auth0", "keycloak", "cognito", "supabase"}));
}

Result<SettingRule> read_setting_rule(std::string_view text) {
    const std::size_t equals = text.find('=');
    const std::string_view setting = text.substr(0, equals);
    if (equals == std::string_view::npos || equals + 1 == text.size() || !is_setting_name(setting))
        return wrong(fmt::format("'{}' does not map a claim to a setting.", text),
                     "Write setting=claim, where the setting has a dot and lower-case letters, "
                     "e.g. app.org_id=org.id");
    return SettingRule{std::string(setting), {std::string(text.substr(equals + 1))}};
}

Result<ClaimMap> complete(ClaimMap map) {
    const auto has = [&](std::string_view setting) {
        return std::any_of(map.settings.begin(), map.settings.end(),
                           [&](const SettingRule& rule) { return rule.setting == setting; });
    };
    if (!has("app.user_id")) map.settings.push_back({"app.user_id", map.subject});
    if (!has("app.tenant_id")) map.settings.push_back({"app.tenant_id", map.tenant});
    if (!map.claims_setting.empty() && !is_setting_name(map.claims_setting))
        return wrong(fmt::format("'{}' is no setting that claims could go to.", map.claims_setting),
                     "It has a dot and lower-case letters, e.g. request.jwt.claims");
    for (std::size_t i = 0; i < map.settings.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (map.settings[i].setting == map.settings[j].setting)
                return wrong(
                    fmt::format("The setting {} is mapped twice.", map.settings[i].setting),
                    "Map each setting to one claim.");
    if (has(map.claims_setting))
        return wrong(fmt::format("The setting {} is mapped twice.", map.claims_setting),
                     "Map each setting to one claim.");
    if (map.database_role.empty() != map.database_roles.empty())
        return wrong(
            "A claim that names the database role needs the list of roles that it may "
            "name, and the list needs the claim.",
            "Give both --database-role-claim and --database-roles.");
    return map;
}

tl::expected<std::shared_ptr<const Principal>, Refusal> make_principal(const ClaimMap& map,
                                                                       const Claims& claims) {
    auto out = std::make_shared<Principal>();
    out->authenticated = true;
    out->subject = text_of(find_first(claims.value, map.subject));
    out->tenant = text_of(find_first(claims.value, map.tenant));
    out->roles = names_at(claims.value, map.roles);
    out->permissions = names_at(claims.value, map.permissions);
    if (claims.own) out->session = text_of(claims.value.find("sid"));
    out->valid_until = claims.valid_until;
    add_settings(*out, map, claims.value);
    for (const auto& [setting, value] : out->settings)
        if (value.find('\0') != std::string::npos)
            return tl::make_unexpected(Refusal{
                Refusal::Reason::Claim, "A claim of the token has a character that is not text."});
    if (!map.database_role.empty()) {
        const Value* claim = find_first(claims.value, map.database_role);
        const std::string role = claim != nullptr ? text_of(claim) : map.anonymous_role;
        if (claim != nullptr && std::find(map.database_roles.begin(), map.database_roles.end(),
                                          role) == map.database_roles.end())
            return tl::make_unexpected(Refusal{
                Refusal::Reason::Claim, "The token names a database role that is not allowed."});
        if (!role.empty()) out->settings.emplace_back("role", role);
    } else if (!map.anonymous_role.empty()) {
        // Without the claim, the one role that is named is everybody's.
        out->settings.emplace_back("role", map.anonymous_role);
    }
    out->context = make_context(*out, out->arena);
    out->cache_class = class_of(*out);
    return out;
}

namespace {

/// All but what follows from the rest, which finished() adds.
std::shared_ptr<Principal> copy_of(const Principal& base) {
    auto out = std::make_shared<Principal>();
    out->authenticated = base.authenticated;
    out->subject = base.subject;
    out->tenant = base.tenant;
    out->session = base.session;
    out->roles = base.roles;
    out->permissions = base.permissions;
    out->settings = base.settings;
    out->valid_until = base.valid_until;
    return out;
}

std::shared_ptr<const Principal> finished(std::shared_ptr<Principal> out) {
    out->context = make_context(*out, out->arena);
    out->cache_class = class_of(*out);
    return out;
}

}  // namespace

std::shared_ptr<const Principal> with_grants(const Principal& base, std::vector<std::string> roles,
                                             std::vector<std::string> permissions) {
    auto out = copy_of(base);
    out->roles = joined(base.roles, std::move(roles));
    out->permissions = joined(base.permissions, std::move(permissions));
    return finished(std::move(out));
}

std::shared_ptr<const Principal> with_tenant(const Principal& base, std::string tenant) {
    constexpr std::string_view kSetting = "app.tenant_id";
    auto out = copy_of(base);
    out->tenant = std::move(tenant);
    const auto setting = std::find_if(out->settings.begin(), out->settings.end(),
                                      [&](const auto& each) { return each.first == kSetting; });
    if (setting != out->settings.end())
        setting->second = out->tenant;
    else
        out->settings.emplace_back(kSetting, out->tenant);
    return finished(std::move(out));
}

std::shared_ptr<const Principal> with_roles(const Principal& base, std::string_view prefix,
                                            std::vector<std::string> granted) {
    auto out = copy_of(base);
    std::erase_if(out->roles, [&](const std::string& role) { return role.starts_with(prefix); });
    out->roles = joined(std::move(out->roles), std::move(granted));
    return finished(std::move(out));
}

std::shared_ptr<const Principal> make_anonymous(const ClaimMap& map) {
    auto out = std::make_shared<Principal>();
    add_settings(*out, map, Value{.kind = Value::Kind::Object});
    if (!map.anonymous_role.empty()) out->settings.emplace_back("role", map.anonymous_role);
    out->cache_class = class_of(*out);
    return out;
}

}  // namespace fraiseql::auth
