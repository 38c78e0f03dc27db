// SPDX-License-Identifier: MIT
// From a new document to statements on the example database, step by step, and what a document
// costs that is known already. Starts a private PostgreSQL for the catalog only.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <iostream>

#include "catalog/read_snapshot.hpp"
#include "catalog/snapshot_sql.hpp"
#include "cluster/private_cluster.hpp"
#include "demo/blog.hpp"
#include "engine/prepared.hpp"
#include "graphql/operation.hpp"
#include "pg/session.hpp"

namespace {

using namespace fraiseql;

/// About 1 kB, with what clients send: fragments, variables, filters, nesting.
constexpr std::string_view kQuery = R"(
query Front($author: String!, $since: DateTime!, $details: Boolean = true, $size: Int = 10) {
  posts(
    where: {
      status: {in: [published, archived]}
      createdAt: {gte: $since}
      OR: [{author: {name: {icontains: $author}}}, {tags: {has: "postgresql"}}]
    }
    orderBy: [{createdAt: DESC}, {title: ASC}]
    limit: $size
  ) { ...Post }
  people: userWithStatsList(limit: 5, orderBy: [{createdAt: DESC}]) {
    id name email
    stats @include(if: $details) { postCount commentCount lastActivity }
    recentPosts { id title createdAt }
  }
  talk: postWithCommentsList(where: {comments: {some: {content: {contains: "index"}}}}, limit: 3) {
    id title commentCount
    author { ...Person }
    comments @include(if: $details) { id content createdAt author { ...Person } }
  }
  postsAggregate(groupBy: [{status: VALUE}]) { keys { status } count max { createdAt } }
}
fragment Post on Post { id title content status tags createdAt updatedAt author { ...Person } }
fragment Person on User { id name email status }
)";
constexpr std::string_view kVariables = R"({"author": "a", "since": "2025-01-01T00:00:00Z"})";

template <class T>
T must(Result<T> result) {
    if (result) return std::move(*result);
    std::cerr << to_string(result.error()) << '\n';
    std::exit(1);
}

const std::shared_ptr<const schema::Model>& model() {
    static const auto built = [] {
        const auto cluster = must(cluster::PrivateCluster::start());
        const std::string url = must(cluster.create_database("blog"));
        for (const demo::SqlFile& file : demo::blog_files())
            if (auto done = cluster::run_sql(url, std::string(file.text)); !done)
                must(Result<int>(fail(done.error())));
        const auto snapshot = pg::query_once(url, std::string(catalog::snapshot_sql()));
        if (!snapshot) {
            std::cerr << snapshot.error().message << '\n';
            std::exit(1);
        }
        return must(schema::build_model(must(catalog::read_snapshot(*snapshot))));
    }();
    return built;
}

engine::Request request() {
    static Arena arena;
    static const json::Value variables = must(json::read(kVariables, arena));
    return {.query = kQuery, .variables = &variables};
}

const engine::Settings kSettings;

std::shared_ptr<engine::PreparedDocument> document() {
    return engine::prepare_document(model(), kQuery, kSettings.parse);
}

void prepare(const std::shared_ptr<engine::PreparedDocument>& prepared) {
    const auto done = engine::prepare_request(prepared, request(), kSettings);
    if (done) return;
    for (const Error& error : done.error())
        std::cerr << to_string(error) << '\n';
    std::exit(1);
}

void parse_and_validate(benchmark::State& state) {
    for (auto round : state)
        benchmark::DoNotOptimize(document());
}
BENCHMARK(parse_and_validate);

void plan(benchmark::State& state) {
    const auto prepared = document();
    const auto* operation = must(graphql::select_operation(prepared->document, {}));
    const graphql::Condition everything = [](const graphql::Value&) { return true; };
    for (auto round : state)
        benchmark::DoNotOptimize(
            plan::plan_operation(*model(), prepared->document, *operation, everything).value());
}
BENCHMARK(plan);

/// Parse, validate, coerce, plan and compile to SQL.
void new_document(benchmark::State& state) {
    for (auto round : state)
        prepare(document());
}
BENCHMARK(new_document);

/// Coerce the variables and find the statements again.
void known_document(benchmark::State& state) {
    const auto prepared = document();
    prepare(prepared);
    for (auto round : state)
        prepare(prepared);
}
BENCHMARK(known_document);

}  // namespace

BENCHMARK_MAIN();
