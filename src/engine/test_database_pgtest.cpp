// SPDX-License-Identifier: MIT
#include "engine/test_database_pgtest.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "catalog/read_snapshot.hpp"
#include "catalog/snapshot_sql.hpp"
#include "engine/assemble.hpp"
#include "engine/prepared.hpp"
#include "pg/session.hpp"
#include "respond/error_json.hpp"
#include "respond/sqlstate.hpp"
#include "testing/cluster.hpp"

namespace fraiseql::engine {

namespace {

std::shared_ptr<const schema::Model> model_of(const std::string& url,
                                              const schema::ModelOptions& options) {
    auto snapshot = pg::query_once(url, std::string(catalog::snapshot_sql()));
    return schema::build_model(catalog::read_snapshot(snapshot.value()).value(), options).value();
}

}  // namespace

TestDatabase TestDatabase::load(const std::string& name, std::initializer_list<const char*> files) {
    auto& cluster = testing::Cluster::shared();
    TestDatabase database{.url = cluster.create_database(name)};
    const std::string root = FRAISEQL_SOURCE_DIR;
    for (const char* file : files)
        cluster.run_file(database.url, root + '/' + file);
    database.model = model_of(database.url, {});
    database.session = std::make_shared<pg::Session>(pg::Session::open(database.url).value());
    EXPECT_TRUE(database.session->run_script("SET timezone = 'UTC'").has_value());
    return database;
}

TestDatabase TestDatabase::with(const schema::ModelOptions& options) const {
    return {url, model_of(url, options), session};
}

Outcome TestDatabase::run(const std::string& query, const std::string& variables_text,
                          bool see_through, bool columns) const {
    Arena arena;
    json::Value variables;
    if (!variables_text.empty()) variables = json::read(variables_text, arena).value();
    Settings settings;
    settings.compile.see_through = see_through;
    settings.compile.columns = columns;
    auto prepared = prepare_request(prepare_document(model, query, settings.parse),
                                    Request{.query = query, .variables = &variables}, settings);
    if (!prepared) return {"-- nothing is executed\n", respond::error_response(prepared.error())};

    Outcome outcome;
    std::vector<UnitResult> results;
    for (const CompiledUnit& unit : *prepared->units) {
        EXPECT_TRUE(session->run_script("BEGIN").has_value());
        UnitResult result{.unit = &unit.unit};
        std::optional<Error> refusal;
        for (const pg::Call& call : bind_unit(unit, *prepared).calls) {
            outcome.sql += call.statement->sql + ";\n";
            auto rows = session->query(call.statement->sql, call.params);
            if (!rows) {
                refusal = respond::to_error(rows.error(), /*expose_internal=*/true, "");
                break;
            }
            result.rows.push_back(std::move(*rows));
        }
        EXPECT_TRUE(session->run_script("ROLLBACK").has_value());
        if (refusal) {
            outcome.response = respond::error_response({std::move(*refusal)});
            return outcome;
        }
        results.push_back(std::move(result));
    }
    outcome.response = assemble(*prepared, results, {}, false).str();
    return outcome;
}

}  // namespace fraiseql::engine
