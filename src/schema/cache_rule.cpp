// SPDX-License-Identifier: MIT
#include "schema/cache_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "catalog/annotation.hpp"
#include "schema/dependencies.hpp"

namespace fraiseql::schema {
namespace {

using catalog::Relation;
using std::chrono::milliseconds;

constexpr std::string_view kTables = "tables";
constexpr std::string_view kDefinitions = "ddl";
constexpr const char* kHint =
    "Write '@cache', '@cache ttl 5m', '@cache history 90d', '@cache context orders,tables', or "
    "several of them in one line.";

struct Words {
    std::optional<milliseconds> ttl = {};
    std::optional<milliseconds> history = {};
    std::vector<std::string> contexts = {};
};

std::optional<milliseconds> read_span(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    constexpr std::int64_t kDay = 86'400'000;
    const std::int64_t factor = unit == "ms"                   ? 1
                                : unit == "s"                  ? 1000
                                : unit == "m" || unit == "min" ? 60'000
                                : unit == "h"                  ? 3'600'000
                                : unit == "d"                  ? kDay
                                                               : 0;
    if (error != std::errc() || factor == 0 || number <= 0 || number > 36'500 * kDay / factor)
        return std::nullopt;
    return milliseconds(number * factor);
}

bool is_context(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '.' || c == '-';
    };
    // Digits alone are a table's.
    const bool number = std::all_of(name.begin(), name.end(), [](char c) { return c <= '9'; });
    return !name.empty() && name.size() <= 63 && !number && name != kDefinitions &&
           std::all_of(name.begin(), name.end(), allowed);
}

tl::unexpected<Error> wrong(std::string message) {
    return fail(ErrorCode::Configuration, std::move(message), kHint);
}

Result<void> read_contexts(std::string_view list, std::vector<std::string>& out) {
    while (true) {
        const std::size_t comma = list.find(',');
        const std::string_view name = list.substr(0, comma);
        if (!is_context(name)) return wrong(fmt::format("\"{}\" is no name of a context.", name));
        out.emplace_back(name);
        if (comma == std::string_view::npos) return {};
        list.remove_prefix(comma + 1);
    }
}

Result<Words> read_words(std::string_view arguments) {
    Words out;
    const std::vector<std::string> words = catalog::split_arguments(arguments);
    for (std::size_t i = 0; i < words.size(); i += 2) {
        const std::string& word = words[i];
        if (i + 1 == words.size()) return wrong(fmt::format("'@cache {}' lacks a value.", word));
        const std::string& value = words[i + 1];
        if (word == "context") {
            if (auto read = read_contexts(value, out.contexts); !read)
                return tl::unexpected(read.error());
            continue;
        }
        if (word != "ttl" && word != "history")
            return wrong(fmt::format("'@cache {}' is not understood.", word));
        const auto span = read_span(value);
        if (!span) return wrong(fmt::format("\"{}\" is no span of time.", value));
        (word == "ttl" ? out.ttl : out.history) = span;
    }
    return out;
}

std::string list_of(const std::set<std::string>& names) {
    std::string out;
    for (const std::string& name : names)
        out += (out.empty() ? "" : ", ") + name;
    return out;
}

bool has_parent(const catalog::Catalog& catalog, const Relation& relation, catalog::Oid wanted,
                int depth = 0) {
    for (const catalog::Oid parent : relation.parents) {
        if (parent == wanted) return true;
        const Relation* next = catalog.relation(parent);
        if (next != nullptr && depth < 32 && has_parent(catalog, *next, wanted, depth + 1))
            return true;
    }
    return false;
}

/// Whether every way to change the rows of `table` is seen.
bool is_tracked(const catalog::Catalog& catalog, const Relation& table) {
    if (!table.versioned) return false;
    return std::all_of(
        catalog.relations().begin(), catalog.relations().end(), [&](const Relation& each) {
            return each.versioned || each.parents.empty() || !has_parent(catalog, each, table.oid);
        });
}

std::string name_of(const Relation& relation) { return relation.schema + "." + relation.name; }

void rely_on_tables(const catalog::Catalog& catalog, const Dependencies& found, CacheRule& rule) {
    std::set<std::string> without;
    std::set<std::string> impossible;
    for (const catalog::Oid oid : found.tables) {
        const Relation& table = *catalog.relation(oid);
        rule.contexts.push_back(std::to_string(oid));
        if (is_tracked(catalog, table)) continue;
        const bool possible =
            table.kind == Relation::Kind::Table || table.kind == Relation::Kind::PartitionedTable;
        (possible ? without : impossible).insert(name_of(table));
        if (possible) rule.untracked.push_back(&table);
    }
    if (!without.empty()) {
        rule.problem = "nothing tells when " + list_of(without) + " changes.";
        rule.remedy = "Run `fraiseql db install cache`: it adds triggers that do.";
    }
    if (!impossible.empty()) {
        rule.problem = "nothing can tell when " + list_of(impossible) + " changes.";
        rule.remedy =
            "Give the annotation a `ttl` or `context`s of your own. (Materialized views are "
            "watched where a superuser ran `fraiseql db install cache`.)";
    }
}

/// Earlier versions of the module also took the contexts.
bool is_current(const catalog::Function& function) {
    return function.name != "cache_find" ||
           std::count_if(function.arguments.begin(), function.arguments.end(),
                         [](const auto& each) { return each.is_input(); }) == 1;
}

void check_functions(const catalog::Catalog& catalog, CacheRule& rule) {
    for (const std::string_view name :
         {"versions", "cache_find", "cache_store", "cache_as_of", "cache_upkeep"}) {
        const auto found = catalog.functions("turbo", name);
        if (found.empty()) {
            rule.problem = "the database has no place for answers.";
            rule.remedy = "Run `fraiseql db install cache`.";
        } else if (!is_current(*found.front())) {
            rule.problem = "turbo.cache_find is that of an earlier version.";
            rule.remedy = "Run `fraiseql db install cache` again, with --role for each role.";
        } else if (!found.front()->can_execute) {
            const std::string& role = catalog.current_user().name;
            rule.problem = fmt::format("the role \"{}\" may not call turbo.{}.", role, name);
            rule.remedy = fmt::format("Run `fraiseql db install cache --role {}`.", role);
        }
    }
}

}  // namespace

Result<CacheRule> read_cache_rule(const catalog::Catalog& catalog, const Relation& relation,
                                  std::string_view arguments) {
    FRAISEQL_TRY(Words words, read_words(arguments));
    const Dependencies found = dependencies_of(catalog, relation);
    CacheRule rule{.contexts = std::move(words.contexts),
                   .per_principal = found.on_reader,
                   .ttl = words.ttl.value_or(milliseconds(0)),
                   .history = words.history.value_or(milliseconds(0))};
    const bool declared = !rule.contexts.empty();
    const bool tables = std::erase(rule.contexts, kTables) > 0 || !declared;
    if (!found.on_time.empty() && !words.ttl) {
        rule.problem = "it changes by itself: " + list_of(found.on_time) + ".";
        rule.remedy = "Say for how long an answer is good: '@cache ttl 1m'.";
    } else if (!found.unknown.empty() && !words.ttl && !declared) {
        rule.problem = "nobody knows what it depends on: " + list_of(found.unknown) + ".";
        rule.remedy =
            "Declare the function IMMUTABLE where it is, or give the annotation a `ttl` or "
            "`context`s of your own.";
    }
    // With nothing but a time to live, versions are taken from the tables that have them.
    if (tables && rule.problem.empty()) {
        rely_on_tables(catalog, found, rule);
        if (words.ttl && rule.untracked.empty()) rule.problem.clear();
    }
    const Relation* bumped = catalog.visible_relation("cache_versions");
    if (rule.problem.empty() && declared && bumped != nullptr && !bumped->versioned) {
        rule.problem = "nothing tells when " + name_of(*bumped) + " changes.";
        rule.remedy = "Run `fraiseql db install cache`: it adds triggers that do.";
    }
    if (rule.problem.empty()) check_functions(catalog, rule);
    rule.contexts.emplace_back(kDefinitions);
    std::sort(rule.contexts.begin(), rule.contexts.end());
    rule.contexts.erase(std::unique(rule.contexts.begin(), rule.contexts.end()),
                        rule.contexts.end());
    return rule;
}

}  // namespace fraiseql::schema
