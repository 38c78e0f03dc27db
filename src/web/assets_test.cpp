// SPDX-License-Identifier: MIT
#include "web/assets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

namespace fraiseql::web {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Page : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, Page, ::testing::Values("/", "/admin"));

TEST_P(Page, IsThereWithWhatItRefersTo) {
    const Asset* page = find_asset(GetParam());
    ASSERT_NE(page, nullptr);
    EXPECT_THAT(std::string(page->body), StartsWith("<!doctype html>"));
    EXPECT_THAT(std::string(page->body), EndsWith("</html>\n"));
    const std::string html(page->body);
    const std::regex reference(R"re((?:href|src)="([^"]+)")re");
    std::set<std::string> found;
    for (auto at = std::sregex_iterator(html.begin(), html.end(), reference);
         at != std::sregex_iterator(); ++at) {
        EXPECT_NE(find_asset("/" + (*at)[1].str()), nullptr) << (*at)[1];
        found.insert((*at)[1].str());
    }
    EXPECT_GE(found.size(), 3U);
}

TEST(Assets, AreCompleteAndCompressed) {
    for (const Asset& asset : assets()) {
        EXPECT_THAT(std::string(asset.path), StartsWith("/"));
        EXPECT_THAT(std::string(asset.etag), ::testing::MatchesRegex("\"[0-9a-f]{16}\""));
        EXPECT_FALSE(asset.content_type.empty());
        EXPECT_THAT(std::string(asset.gzip_body), StartsWith("\x1f\x8b"));
        EXPECT_LT(asset.gzip_body.size(), asset.body.size());
    }
}

TEST(Assets, LetTheBrowserTalkToTheirOwnServerOnly) {
    const std::string page(find_asset("/")->body);
    EXPECT_THAT(page, HasSubstr("default-src 'none'"));
    EXPECT_THAT(page, HasSubstr("connect-src 'self'"));
    EXPECT_EQ(find_asset("/assets/app.css")->body.find("url(http"), std::string_view::npos);
}

TEST(Assets, OfTheAdminPageAskNobodyElse) {
    for (const char* path : {"/admin/admin.css", "/admin/admin.js"}) {
        const Asset* asset = find_asset(path);
        ASSERT_NE(asset, nullptr);
        EXPECT_EQ(asset->body.find("url(http"), std::string_view::npos);
        EXPECT_EQ(asset->body.find("@import"), std::string_view::npos);
    }
}

TEST(Assets, AreNothingElse) {
    EXPECT_EQ(find_asset(""), nullptr);
    EXPECT_EQ(find_asset("/assets/../index.html"), nullptr);
}

}  // namespace
}  // namespace fraiseql::web
