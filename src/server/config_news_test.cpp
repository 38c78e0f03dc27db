// SPDX-License-Identifier: MIT
#include "server/config_news.hpp"

#include <gtest/gtest.h>

namespace fraiseql::server {
namespace {

auth::Key key(std::string id, std::string issuer = {}) {
    auth::Key out;
    out.id = std::move(id);
    out.issuer = std::move(issuer);
    out.secret = "never shown";
    return out;
}

std::shared_ptr<const turbo::Registry> registry(std::vector<turbo::Registered> entries) {
    std::vector<std::string> problems;
    return turbo::Registry::build(std::move(entries), problems);
}

TEST(ConfigNews, KeysAreToldByTheirNames) {
    EXPECT_EQ(describe_change({key("a"), key("b", "https://x")}, {key("b", "https://x"), key("c")}),
              "keys of tokens: added \"c\"; removed \"a\"; 2 in use");
    EXPECT_EQ(describe_change({key("")}, {key("")}),
              "keys of tokens: the same names, but not the same keys; 1 in use");
    EXPECT_EQ(describe_change({key("a")}, {}), "keys of tokens: removed \"a\"; 0 in use");
}

TEST(ConfigNews, OperationsAreToldByTheirIds) {
    const auto before = registry({{"one", "{ a }"}, {"two", "{ b }"}});
    EXPECT_EQ(describe_change(*before, *before), "");
    EXPECT_EQ(describe_change(*before, *registry({{"two", "{ c }"}, {"three", "{ d }"}})),
              "registered operations: added three; removed one; changed two; 2 in all");
}

TEST(ConfigNews, WhatWasMadeOfATemplateIsNoChange) {
    turbo::Registered entry{"one", "{ a }"};
    entry.sql_template = turbo::SqlTemplate{.sql = "SELECT 1"};
    const auto before = registry({entry});
    entry.checked = std::make_shared<const turbo::CheckedTemplate>();
    EXPECT_EQ(describe_change(*before, *registry({entry})), "");
}

TEST(ConfigNews, ManyNamesAreCounted) {
    std::vector<turbo::Registered> many;
    for (int i = 0; i < 100; ++i)
        many.push_back({"operation" + std::to_string(i), "{ a" + std::to_string(i) + " }"});
    const std::string news = describe_change(*registry({}), *registry(many));
    EXPECT_NE(news.find(" and 88 more; 100 in all"), std::string::npos) << news;
}

}  // namespace
}  // namespace fraiseql::server
