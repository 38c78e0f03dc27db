// SPDX-License-Identifier: MIT
#include "demo/blog.hpp"

#include <gtest/gtest.h>

#include <string>

#include "testing/cluster.hpp"

namespace fraiseql::demo {
namespace {

using fraiseql::testing::Cluster;

std::string load_blog() {
    const std::string url = Cluster::shared().create_database("blog");
    for (const SqlFile& file : blog_files())
        Cluster::shared().run_sql(url, std::string(file.text));
    return url;
}

TEST(Blog, LoadsIntoAnEmptyDatabase) {
    Cluster::shared().run_sql(load_blog(), R"(DO $$ BEGIN
        ASSERT (SELECT count(*) FROM v_user) = 50;
        ASSERT (SELECT count(*) FROM v_post) = 300;
        ASSERT (SELECT count(*) FROM v_comment) = 1200;
        ASSERT (SELECT count(*) FROM mv_dashboard_stats) > 100;
        ASSERT (SELECT bool_and(jsonb_array_length(data->'recent_posts') <= 5)
                FROM v_user_with_stats);
        ASSERT (SELECT sum((data->'stats'->>'post_count')::int) FROM v_user_with_stats) = 300;
    END $$)");
}

/// Runs `call` on a fresh blog and returns its SQLSTATE, empty where it went well.
std::string sqlstate_of(const std::string& call) {
    const auto result = cluster::run_sql(load_blog(), call);
    return result ? "" : result.error().extensions.at(0).second;
}

TEST(Blog, ChecksNewPosts) {
    const std::string user = "(SELECT id FROM users WHERE status = '";
    EXPECT_EQ(sqlstate_of("SELECT fn_create_post(" + user + "active' LIMIT 1), 'Hello', 'x')"), "");
    EXPECT_EQ(sqlstate_of("SELECT fn_create_post(" + user + "suspended' LIMIT 1), 'Hello', 'x')"),
              "P0001");
    EXPECT_EQ(sqlstate_of("SELECT fn_create_post(" + user + "active' LIMIT 1), 'Hi', 'x')"),
              "P0002");
}

TEST(Blog, WritesPostEventAndVersionTogether) {
    Cluster::shared().run_sql(load_blog(), R"(DO $$
        DECLARE
            v_id uuid;
            v_version bigint := (SELECT version FROM cache_versions WHERE context = 'posts');
        BEGIN
            v_id := fn_create_post((SELECT id FROM users WHERE status = 'active' LIMIT 1),
                                   'Hello', 'World', ARRAY['greeting']);
            ASSERT (SELECT data->>'title' FROM v_post WHERE id = v_id) = 'Hello';
            ASSERT (SELECT payload->'tags' FROM events WHERE aggregate_id = v_id) = '["greeting"]';
            ASSERT (SELECT version FROM cache_versions WHERE context = 'posts') = v_version + 1;
        END $$)");
}

TEST(Blog, ReportsEachUpdateOfABatch) {
    Cluster::shared().run_sql(load_blog(), R"(DO $$
        DECLARE
            v_id uuid := (SELECT id FROM posts LIMIT 1);
            v_report jsonb := fn_batch_update_posts(ARRAY[
                jsonb_build_object('id', v_id, 'title', 'Renamed'),
                jsonb_build_object('id', v_id, 'title', 'x'),
                jsonb_build_object('id', gen_random_uuid(), 'title', 'Nobody'),
                '{"id": "not an id"}']);
        BEGIN
            ASSERT v_report->'total' = '4';
            ASSERT v_report->'successful' = '1';
            ASSERT v_report #> '{results,0,success}' = 'true';
            ASSERT v_report #>> '{results,2,error}' = 'There is no post with this id.';
            ASSERT (SELECT title FROM posts WHERE id = v_id) = 'Renamed';
            ASSERT (fn_batch_update_posts('{}'))->'total' = '0';
        END $$)");
}

}  // namespace
}  // namespace fraiseql::demo
