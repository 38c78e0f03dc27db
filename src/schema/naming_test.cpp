// SPDX-License-Identifier: MIT
#include "schema/naming.hpp"

#include <gtest/gtest.h>

namespace fraiseql::schema {
namespace {

TEST(Naming, CamelCaseKeepsDigitsWhereTheyAre) {
    EXPECT_EQ(camel_case("created_at"), "createdAt");
    EXPECT_EQ(camel_case("dns_1_id"), "dns1Id");
    EXPECT_EQ(camel_case("s3_key"), "s3Key");
    EXPECT_EQ(camel_case("street1"), "street1");
    EXPECT_EQ(camel_case("alreadyCamel"), "alreadyCamel");
    EXPECT_EQ(camel_case("URL"), "uRL");
    EXPECT_EQ(camel_case("2fa"), "_2fa");
    EXPECT_EQ(camel_case("odd-name here"), "oddNameHere");
}

TEST(Naming, PascalCase) {
    EXPECT_EQ(pascal_case("user_with_stats"), "UserWithStats");
    EXPECT_EQ(pascal_case("recentPosts"), "RecentPosts");
}

TEST(Naming, PluralOfTheLastWord) {
    EXPECT_EQ(plural("user"), "users");
    EXPECT_EQ(plural("blog_category"), "blog_categories");
    EXPECT_EQ(plural("address"), "addresses");
    EXPECT_EQ(plural("status"), "statuses");
    EXPECT_EQ(plural("day"), "days");
    EXPECT_EQ(plural("box"), "boxes");
    EXPECT_EQ(plural("analysis"), "analyses");
    EXPECT_EQ(plural("person"), "people");
    EXPECT_EQ(plural("users"), "users");
    EXPECT_EQ(plural("user_with_stats"), "user_with_stats");
    EXPECT_EQ(plural("post_with_comments"), "post_with_comments");
}

TEST(Naming, SingularUndoesPlural) {
    for (const char* word : {"user", "category", "address", "status", "day", "box", "person"})
        EXPECT_EQ(singular(plural(word)), word);
    EXPECT_EQ(singular("recent_posts"), "recent_post");
    EXPECT_EQ(singular("stats"), "stats");
}

TEST(Naming, DropsPrefixes) {
    EXPECT_EQ(entity_name("v_user"), "user");
    EXPECT_EQ(entity_name("tv_user_profile"), "user_profile");
    EXPECT_EQ(entity_name("mv_dashboard_stats"), "dashboard_stats");
    EXPECT_EQ(entity_name("v_"), "v_");
    EXPECT_EQ(bare_parameter("p_title"), "title");
    EXPECT_EQ(bare_parameter("price"), "price");
    EXPECT_EQ(bare_column("pk_user"), "user");
    EXPECT_EQ(bare_column("fk_user"), "user");
    EXPECT_EQ(bare_column("p_value"), "p_value");
}

}  // namespace
}  // namespace fraiseql::schema
