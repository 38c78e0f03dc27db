// SPDX-License-Identifier: MIT
#include "schema/refresh.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "catalog/annotation.hpp"
#include "schema/draft.hpp"

namespace fraiseql::schema {
namespace {

using catalog::Relation;

constexpr std::chrono::seconds kLongest = std::chrono::hours(24 * 7);

/// `every 30s`, `every 15m`, `every 2h`, `every 1d`.
std::optional<std::chrono::seconds> read_interval(const std::string& text) {
    const std::vector<std::string> words = catalog::split_arguments(text);
    if (words.size() != 2 || words[0] != "every") return std::nullopt;
    const std::string& given = words[1];
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), number);
    const std::string_view unit(end, static_cast<std::size_t>(given.data() + given.size() - end));
    const std::int64_t factor = unit == "s"   ? 1
                                : unit == "m" ? 60
                                : unit == "h" ? 3600
                                : unit == "d" ? 86'400
                                              : 0;
    if (error != std::errc() || factor == 0 || number < 1 || number > kLongest.count())
        return std::nullopt;
    const std::chrono::seconds every(number * factor);
    return every > kLongest ? std::nullopt : std::optional(every);
}

/// What PostgreSQL requires of the index: unique, valid, without WHERE and without expressions.
bool has_covering_unique_index(const Relation& view) {
    return std::any_of(view.indexes.begin(), view.indexes.end(), [](const auto& index) {
        return index.unique && index.valid && index.predicate.empty() && !index.has_expressions;
    });
}

}  // namespace

Result<std::vector<Refresh>> read_refreshes(const catalog::Catalog& catalog) {
    std::vector<Refresh> out;
    for (const Relation& relation : catalog.relations()) {
        const catalog::Annotations annotations = catalog::read_annotations(relation.comment);
        const catalog::Annotation* line = annotations.find("refresh");
        if (line == nullptr || relation.from_extension) continue;
        if (relation.kind != Relation::Kind::MaterializedView)
            return fail(ErrorCode::Configuration,
                        subject_of(relation) + ": only a materialized view can be refreshed.",
                        "Remove the '@refresh' line of its comment.");
        const auto every = read_interval(line->arguments);
        if (!every)
            return fail(ErrorCode::Configuration,
                        fmt::format("{}, line {} of its comment: '@refresh {}' is not understood.",
                                    subject_of(relation), line->line, line->arguments),
                        "Write e.g. '@refresh every 30s', '@refresh every 15m' or '@refresh every "
                        "6h'; a week is the longest.");
        out.push_back({.view = &relation,
                       .every = *every,
                       .concurrently = has_covering_unique_index(relation)});
    }
    return out;
}

std::optional<Finding> find_obstacle(const catalog::Catalog& catalog, const Refresh& refresh) {
    const catalog::Role& user = catalog.current_user();
    const Relation& view = *refresh.view;
    if (!user.superuser && view.owner.oid != user.oid)
        return Finding{subject_of(view),
                       fmt::format("can only be refreshed by {}, who owns it.", view.owner.name),
                       fmt::format("GRANT {} TO {};", view.owner.name, user.name)};
    if (!refresh.concurrently)
        return Finding{subject_of(view),
                       "is refreshed without CONCURRENTLY: who reads it waits meanwhile.",
                       fmt::format("CREATE UNIQUE INDEX ON {}.{}, on columns and without WHERE.",
                                   view.schema, view.name)};
    return std::nullopt;
}

}  // namespace fraiseql::schema
