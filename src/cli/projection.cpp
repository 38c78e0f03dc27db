// SPDX-License-Identifier: MIT
// `fraiseql db install tv` and `fraiseql db verify`: tables that hold what a view shows.
#include <fmt/format.h>

#include <cstdio>

#include "base/suggest.hpp"
#include "catalog/read_snapshot.hpp"
#include "catalog/snapshot_sql.hpp"
#include "cli/commands.hpp"
#include "pg/session.hpp"
#include "projection/generate.hpp"
#include "projection/naming.hpp"

namespace fraiseql::cli {
namespace {

using catalog::Catalog;
using catalog::Relation;

/// At most so many rows of each kind are shown.
constexpr int kShown = 20;

Result<Catalog> load_catalog(const Options& options) {
    auto snapshot = pg::query_once(options.database, std::string(catalog::snapshot_sql()));
    if (!snapshot) return fail(connection_error(snapshot.error()));
    return catalog::read_snapshot(*snapshot);
}

Result<const Relation*> find_relation(const Catalog& catalog, std::string_view name) {
    const std::size_t dot = name.find('.');
    const Relation* found = dot == std::string_view::npos
                                ? catalog.visible_relation(name)
                                : catalog.relation(name.substr(0, dot), name.substr(dot + 1));
    if (found != nullptr) return found;
    std::vector<std::string> names;
    for (const Relation& relation : catalog.relations())
        names.push_back(catalog.display_name(relation));
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    return fail(ErrorCode::NotFound, fmt::format("There is no view or table \"{}\".", name),
                did_you_mean(name, candidates));
}

Result<const catalog::Column*> find_key(const Catalog& catalog, const Relation& view,
                                        const std::string& name) {
    if (const catalog::Column* key = view.column(name)) return key;
    return fail(ErrorCode::BadRequest,
                fmt::format("{} has no column \"{}\" to be the key of the table.",
                            catalog.display_name(view), name),
                "Name the column that is different in each row: --key COLUMN.");
}

Result<std::string> write_script(const Options& options) {
    if (options.view.empty())
        return fail(ErrorCode::BadRequest, "The view to store is missing.",
                    "fraiseql db install tv v_post");
    FRAISEQL_TRY(const Catalog catalog, load_catalog(options));
    FRAISEQL_TRY(const Relation* view, find_relation(catalog, options.view));
    if (view->kind != Relation::Kind::View)
        return fail(ErrorCode::BadRequest,
                    fmt::format("{} is a {}, not a view.", options.view, describe(view->kind)),
                    "Name the view whose rows are to be stored.");
    FRAISEQL_TRY(const catalog::Column* key, find_key(catalog, *view, options.key));
    if (options.without_triggers) return projection::write_unfed_projection(catalog, *view, *key);
    FRAISEQL_TRY(const projection::Feeds feeds, projection::find_feeds(catalog, *view, *key));
    return projection::write_projection(catalog, feeds);
}

struct Pair {
    const Relation* table = nullptr;
    const Relation* view = nullptr;
    const catalog::Column* key = nullptr;
};

Result<Pair> find_pair(const Catalog& catalog, const std::string& name) {
    FRAISEQL_TRY(const Relation* named, find_relation(catalog, name));
    for (const Relation& view : catalog.relations()) {
        if (view.kind != Relation::Kind::View || view.schema != named->schema) continue;
        const Relation* table = catalog.relation(view.schema, projection::table_name(view.name));
        if (table == nullptr || (named != table && named != &view)) continue;
        const catalog::Index* primary = table->primary_key();
        if (primary == nullptr || primary->columns.size() != 1) continue;
        const std::string& key = table->column(primary->columns[0])->name;
        FRAISEQL_TRY(const catalog::Column* column, find_key(catalog, view, key));
        return Pair{table, &view, column};
    }
    return fail(
        ErrorCode::NotFound, fmt::format("{} is no table that holds what a view shows.", name),
        "Tables made by `fraiseql db install tv v_x` are called tv_x and stand beside v_x.");
}

}  // namespace

int install_projection(const Options& options) {
    const Result<std::string> script = write_script(options);
    if (!script) return complain(script.error());
    if (options.print_only) {
        fmt::print("{}", *script);
        return 0;
    }
    auto session = pg::Session::open(options.database);
    if (!session) return complain(connection_error(session.error()));
    // One message is one transaction: all of it or nothing.
    if (auto done = session->run_script(*script); !done)
        return complain(connection_error(done.error()));
    fmt::print("Installed {}.\n",
               projection::table_name(options.view.substr(options.view.find('.') + 1)));
    return 0;
}

int verify_projection(const Options& options) {
    const Result<Catalog> catalog = load_catalog(options);
    if (!catalog) return complain(catalog.error());
    const Result<Pair> pair = find_pair(*catalog, options.view);
    if (!pair) return complain(pair.error());
    auto session = pg::Session::open(options.database);
    if (!session) return complain(connection_error(session.error()));
    // As the functions that write the table do: JSON shows times in the session's time zone.
    if (auto done = session->run_script("SET timezone = 'UTC'"); !done)
        return complain(connection_error(done.error()));
    const auto rows =
        session->query(projection::write_comparison(*catalog, *pair->view, *pair->key, kShown));
    if (!rows) return complain(connection_error(rows.error()));
    std::string_view shown;
    for (std::size_t i = 0; i < rows->row_count(); ++i) {
        if (rows->get(i, 0) != shown) fmt::print("{} ({}):\n", rows->get(i, 0), rows->get(i, 2));
        shown = rows->get(i, 0);
        fmt::print("  {}\n", rows->is_null(i, 1) ? "NULL" : rows->get(i, 1));
    }
    if (rows->row_count() == 0)
        fmt::print("{} holds exactly what {} shows.\n", catalog->display_name(*pair->table),
                   catalog->display_name(*pair->view));
    return rows->row_count() == 0 ? 0 : 1;
}

}  // namespace fraiseql::cli
