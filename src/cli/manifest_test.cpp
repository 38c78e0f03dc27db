// SPDX-License-Identifier: MIT
#include "cli/manifest.hpp"

#include <gtest/gtest.h>

namespace fraiseql::cli {
namespace {

TEST(Manifest, ReadsApollos) {
    const auto entries = read_manifest(
        R"({"format":"apollo-persisted-query-manifest","version":1,"operations":[
            {"id":"a1","name":"Posts","type":"query","body":"query Posts { posts { id } }"}]})");
    ASSERT_EQ(entries.value().size(), 1U);
    EXPECT_EQ(entries->front().id, "a1");
    EXPECT_EQ(entries->front().text, "query Posts { posts { id } }");
}

TEST(Manifest, ReadsRelays) {
    const auto entries = read_manifest(R"({"00ff":"{ posts { id } }","01":"{ users { id } }"})");
    ASSERT_EQ(entries.value().size(), 2U);
    EXPECT_EQ(entries->back().id, "01");
    EXPECT_EQ(entries->back().text, "{ users { id } }");
}

TEST(Manifest, RefusesWhatIsNone) {
    for (const char* text :
         {"[]", "nothing", R"({"a":1})", R"({"format":"other","operations":[]})",
          R"({"format":"apollo-persisted-query-manifest"})",
          R"({"format":"apollo-persisted-query-manifest","operations":[{"id":"a"}]})"})
        EXPECT_FALSE(read_manifest(text).has_value()) << text;
}

}  // namespace
}  // namespace fraiseql::cli
