// SPDX-License-Identifier: MIT
#include "schema/column_annotations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "catalog/annotation.hpp"

namespace fraiseql::schema {
namespace {

constexpr const char* kHint = "Columns have '@authorize …' only.";
/// What people may expect to work on a column, since it does on relations and functions.
constexpr std::array<std::string_view, 7> kElsewhere = {"name",    "expose", "hide", "field",
                                                        "refresh", "cost",   "cache"};

void check_column(Draft& draft, const catalog::Relation& relation, const catalog::Column& column,
                  bool exposed) {
    const std::string subject = fmt::format("column {} of {}", column.name, subject_of(relation));
    const catalog::Annotations annotations = catalog::read_annotations(column.comment);
    for (Error& error : catalog::unknown_annotations(annotations, subject, {"authorize"})) {
        const bool misspelt = !error.hint.empty();
        if (!misspelt) error.hint = kHint;
        if (exposed || misspelt) draft.errors.push_back(std::move(error));
    }
    if (exposed) return;
    // Behind views, comments may be those of other tools.
    for (const catalog::Annotation& item : annotations.items)
        if (std::find(kElsewhere.begin(), kElsewhere.end(), item.name) != kElsewhere.end())
            draft.find(
                subject,
                fmt::format("has '@{}' in its comment, which means nothing there.", item.name),
                kHint);
}

}  // namespace

void check_column_annotations(Draft& draft) {
    for (const catalog::Relation& relation : draft.model.catalog.relations()) {
        if (relation.from_extension) continue;
        const bool exposed = draft.by_relation.contains(relation.oid);
        for (const catalog::Column& column : relation.columns)
            if (column.comment.find('@') != std::string::npos)
                check_column(draft, relation, column, exposed);
    }
}

}  // namespace fraiseql::schema
