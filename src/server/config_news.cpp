// SPDX-License-Identifier: MIT
#include "server/config_news.hpp"

#include <fmt/format.h>

#include <map>
#include <set>
#include <vector>

#include "graphql/changes.hpp"

namespace fraiseql::server {
namespace {

/// A record holds about that much.
constexpr std::size_t kMostNames = 12;

void add_names(std::string& out, std::string_view what, const std::vector<std::string>& names) {
    if (names.empty()) return;
    const std::size_t shown = std::min(names.size(), kMostNames);
    out += fmt::format(
        "{}{} {}", out.empty() ? "" : "; ", what,
        fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
    if (names.size() > shown) out += fmt::format(" and {} more", names.size() - shown);
}

/// The names that are in one of two maps only, and those that have another value in each.
template <class Value>
std::string compare(const std::map<std::string, Value>& before,
                    const std::map<std::string, Value>& after) {
    std::vector<std::string> added;
    std::vector<std::string> removed;
    std::vector<std::string> changed;
    for (const auto& [name, value] : after) {
        const auto old = before.find(name);
        if (old == before.end())
            added.push_back(name);
        else if (old->second != value)
            changed.push_back(name);
    }
    for (const auto& [name, value] : before)
        if (!after.contains(name)) removed.push_back(name);
    std::string out;
    add_names(out, "added", added);
    add_names(out, "removed", removed);
    add_names(out, "changed", changed);
    return out;
}

/// Whose a key is and what it is called; how many there are of one name.
std::map<std::string, int> names_of(const auth::Keys& keys) {
    std::map<std::string, int> out;
    for (const auth::Key& key : keys) {
        std::string name = key.id.empty() ? "(without kid)" : '"' + key.id + '"';
        if (!key.issuer.empty()) name += " of " + key.issuer;
        ++out[name];
    }
    return out;
}

}  // namespace

std::string describe_change(const auth::Keys& before, const auth::Keys& after) {
    std::string out = compare(names_of(before), names_of(after));
    // The same names with other keys.
    if (out.empty()) out = "the same names, but not the same keys";
    return fmt::format("keys of tokens: {}; {} in use", out, after.size());
}

std::string describe_change(const turbo::Registry& before, const turbo::Registry& after) {
    const auto entries_of = [](const turbo::Registry& registry) {
        std::map<std::string, turbo::Registered> out;
        for (turbo::Registered entry : registry.entries()) {
            // What was made of it is no change of it.
            entry.checked = nullptr;
            out.emplace(entry.id, std::move(entry));
        }
        return out;
    };
    const std::string out = compare(entries_of(before), entries_of(after));
    if (out.empty()) return out;
    return fmt::format("registered operations: {}; {} in all", out, after.entries().size());
}

std::string describe_change(const schema::Model& before, const schema::Model& after) {
    const auto changes = graphql::find_changes(*before.schema, *after.schema);
    if (changes.empty()) return "schema: read anew; clients see no difference";
    std::map<graphql::Impact, std::vector<std::string>> by_impact;
    for (const graphql::Change& change : changes)
        by_impact[change.impact].push_back(change.message);
    std::string out;
    for (const auto& [impact, messages] : by_impact)
        add_names(out, fmt::format("{} {}:", messages.size(), to_string(impact)), messages);
    return "schema: " + out;
}

}  // namespace fraiseql::server
