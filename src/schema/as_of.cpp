// SPDX-License-Identifier: MIT
// `@asOf`: the directive that asks for an answer of the past, where views keep theirs.
#include <algorithm>

#include "graphql/scalars.hpp"
#include "schema/draft.hpp"

namespace fraiseql::schema {

void build_as_of(Draft& draft) {
    const auto& entities = draft.model.entities;
    const bool kept = std::any_of(entities.begin(), entities.end(), [](const Entity& entity) {
        return entity.cache != nullptr && entity.cache->usable() &&
               entity.cache->history.count() > 0;
    });
    if (!kept) return;
    if (draft.type_names.insert("DateTime").second)
        draft.builder.add_scalar(*graphql::find_scalar("DateTime"));
    graphql::DirectiveSpec& spec = draft.builder.directives.emplace_back();
    spec.name = "asOf";
    spec.description =
        "Answers as this server, or another one of the same database, did in the past. Give a time "
        "or a version; `extensions.asOf` says which answer it is.";
    spec.args = {{.name = "time",
                  .type = "DateTime",
                  .description = "The answer that was the latest one at that time."},
                 {.name = "version", .type = "ID", .description = "The answer of that version."}};
    spec.locations = {graphql::DirectiveLocation::Query};
}

}  // namespace fraiseql::schema
