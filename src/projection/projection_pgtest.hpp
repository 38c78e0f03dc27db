// SPDX-License-Identifier: MIT
// A database with views to store, and the projections of them.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "catalog/read_snapshot.hpp"
#include "catalog/snapshot_sql.hpp"
#include "projection/generate.hpp"
#include "testing/cluster.hpp"
#include "testing/connection.hpp"

namespace fraiseql::projection {

/// Tables of people, groups, posts, comments and tags, and a view `v_x` of each test's own.
class Projection : public ::testing::Test {
  protected:
    void SetUp() override { connection_.run(kTables); }

    /// Creates the view and returns the script of its projection.
    std::string script(const std::string& view) {
        connection_.run("CREATE VIEW app.v_x AS " + view);
        read_catalog();
        const Result<Feeds> feeds = find_feeds(*catalog_, view_x(), *view_x().column("id"));
        EXPECT_TRUE(feeds.has_value()) << (feeds ? "" : feeds.error().message);
        return feeds ? write_projection(*catalog_, *feeds) : "";
    }

    /// Returns why there can be no triggers; empty where there can.
    std::string refusal(const std::string& view) {
        connection_.run("CREATE OR REPLACE VIEW app.v_x AS " + view);
        read_catalog();
        const Result<Feeds> feeds = find_feeds(*catalog_, view_x(), *view_x().column("id"));
        return feeds ? "" : feeds.error().message;
    }

    void install(const std::string& view) { connection_.run(script(view)); }

    /// Returns the rows in which table and view differ.
    std::string differences() {
        return connection_.run(write_comparison(*catalog_, view_x(), *view_x().column("id"), 10));
    }

    void read_catalog() {
        auto read = catalog::read_snapshot(connection_.run(std::string(catalog::snapshot_sql())));
        ASSERT_TRUE(read.has_value()) << read.error().message;
        catalog_.emplace(std::move(*read));
    }

    const catalog::Relation& view_x() const { return *catalog_->relation("app", "v_x"); }

    const std::string url_ = testing::Cluster::shared().create_database("projection");
    testing::Connection connection_{url_};
    std::optional<catalog::Catalog> catalog_;

    static constexpr const char* kTables = R"(
        CREATE SCHEMA app;
        CREATE TABLE app.person (id int PRIMARY KEY, name text, mood text);
        CREATE TABLE app.post (id int PRIMARY KEY, person_id int, title text, at int);
        CREATE TABLE app.comment (id int PRIMARY KEY, post_id int, person_id int, body text);
        CREATE TABLE app.tag (post_id bigint, name text);
        INSERT INTO app.person SELECT i, 'p' || i, 'fine' FROM generate_series(1, 6) AS i;
        INSERT INTO app.post SELECT i, i % 7, 't' || i, i FROM generate_series(1, 12) AS i;
        INSERT INTO app.comment SELECT i, i % 13, i % 7, 'c' || i FROM generate_series(1, 30) AS i;
        INSERT INTO app.tag SELECT i % 13, 'tag' || i % 4 FROM generate_series(1, 20) AS i;)";

    /// A post with its author, its tags, the newest comments and the names of those who wrote them.
    static constexpr const char* kPosts = R"(
        SELECT p.id, p.title, p.person_id, jsonb_build_object(
            'id', p.id, 'title', p.title, 'author', jsonb_build_object('name', a.name),
            'tags', (SELECT jsonb_agg(t.name ORDER BY t.name) FROM app.tag t
                     WHERE t.post_id = p.id),
            'comments', COALESCE((
                SELECT jsonb_agg(jsonb_build_object('body', c.body, 'by', w.name) ORDER BY c.id)
                FROM (SELECT * FROM app.comment i WHERE i.post_id = p.id
                      ORDER BY i.id DESC LIMIT 3) c
                LEFT JOIN app.person w ON w.id = c.person_id), '[]')) AS data
        FROM app.post p LEFT JOIN app.person a ON a.id = p.person_id)";
};

}  // namespace fraiseql::projection
