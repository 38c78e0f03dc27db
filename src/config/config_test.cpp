// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "config/settings_file.hpp"
#include "config/sources.hpp"

namespace fraiseql::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<Setting> kSettings = {{"workers", "FRAISEQL_WORKERS"},
                                        {"jwt-issuer", "FRAISEQL_JWT_ISSUER"},
                                        {"jwt-secret-file", "FRAISEQL_JWT_SECRET_FILE"},
                                        {"jwt-setting", ""},
                                        {"database", "DATABASE_URL"}};

Assignment find(const std::vector<Assignment>& all, const std::string& name) {
    for (const Assignment& each : all)
        if (each.name == name) return each;
    return {};
}

TEST(SettingsFile, TablesArePrefixesAndArraysAreSeveralValues) {
    const auto entries = read_settings(
        "workers = 3\n[jwt]\nissuer = \"https://id.example\"\nsetting = [\"a.b=c\", \"d.e=f\"]\n",
        "f.toml");
    ASSERT_TRUE(entries) << to_string(entries.error());
    const auto found = from_file(kSettings, *entries, "f.toml");
    ASSERT_TRUE(found) << to_string(found.error());
    EXPECT_THAT(find(*found, "workers").values, ElementsAre("3"));
    EXPECT_EQ(find(*found, "jwt-issuer").origin, "f.toml line 3");
    EXPECT_THAT(find(*found, "jwt-setting").values, ElementsAre("a.b=c", "d.e=f"));
}

TEST(SettingsFile, WhatIsNotTomlSaysWhere) {
    const auto entries = read_settings("workers = 3\nnonsense\n", "f.toml");
    ASSERT_FALSE(entries);
    EXPECT_THAT(entries.error().message, HasSubstr("f.toml, line 2, column"));
}

TEST(SettingsFile, RefusesValuesThatNoOptionTakes) {
    EXPECT_THAT(read_settings("workers = 1979-05-27\n", "f").error().message,
                HasSubstr("neither text, a number nor a boolean"));
    EXPECT_THAT(read_settings("workers = \"\"\n", "f").error().message, HasSubstr("is empty"));
    EXPECT_FALSE(read_settings("a = [[1]]\n", "f"));
    EXPECT_FALSE(read_settings("a = [{b = 1}]\n", "f"));
    EXPECT_FALSE(read_settings("a.b.c.d.e.f.g.h.i.j = 1\n", "f"));
}

TEST(SettingsFile, RefusesUnknownKeysWithASuggestion) {
    const auto found = from_file(kSettings, {{"worker", {"1"}, 7}}, "f.toml");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().message, "f.toml, line 7: \"worker\" is no setting.");
    EXPECT_THAT(found.error().hint, HasSubstr("\"workers\""));
}

TEST(SettingsFile, RefusesAKeyThatIsThereInTwoSpellings) {
    const auto entries = read_settings("jwt-issuer = \"a\"\n[jwt]\nissuer = \"b\"\n", "f.toml");
    ASSERT_TRUE(entries);
    const auto found = from_file(kSettings, *entries, "f.toml");
    ASSERT_FALSE(found);
    EXPECT_THAT(found.error().message, HasSubstr("there twice"));
}

TEST(Environment, VariablesAreSettings) {
    const auto found = from_environment(
        kSettings, {"FRAISEQL_WORKERS=4", "DATABASE_URL=postgres:///x", "HOME=/", "FRAISEQL_Y="},
        {});
    ASSERT_TRUE(found) << to_string(found.error());
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ((*found)[0].origin, "FRAISEQL_WORKERS");
    EXPECT_THAT((*found)[1].values, ElementsAre("postgres:///x"));
}

TEST(Environment, RefusesUnknownVariablesWithASuggestion) {
    const auto found = from_environment(kSettings, {"FRAISEQL_WORKER=4"}, {});
    ASSERT_FALSE(found);
    EXPECT_THAT(found.error().message, HasSubstr("FRAISEQL_WORKER,"));
    EXPECT_THAT(found.error().hint, HasSubstr("FRAISEQL_WORKERS"));
    EXPECT_TRUE(from_environment(kSettings, {"FRAISEQL_OTHER=4"}, {"FRAISEQL_OTHER"}));
}

TEST(Environment, KubernetesMayHaveAServiceOfThatName) {
    const auto found =
        from_environment(kSettings,
                         {"FRAISEQL_SERVICE_HOST=10.0.0.1", "FRAISEQL_SERVICE_PORT=80",
                          "FRAISEQL_PORT=tcp://10.0.0.1:80", "FRAISEQL_PORT_80_TCP_ADDR=10.0.0.1"},
                         {});
    ASSERT_TRUE(found) << to_string(found.error());
    EXPECT_THAT(*found, IsEmpty());
    EXPECT_FALSE(from_environment(kSettings, {"FRAISEQL_PORT=80"}, {}));
}

TEST(Environment, AFileHoldsTheValue) {
    const std::string path = testing::TempDir() + "fraiseql_config_test_secret";
    std::ofstream(path) << "postgres:///secret\n";
    const auto found = from_environment(kSettings, {"DATABASE_URL_FILE=" + path}, {});
    std::filesystem::remove(path);
    ASSERT_TRUE(found) << to_string(found.error());
    ASSERT_EQ(found->size(), 1U);
    EXPECT_THAT((*found)[0].values, ElementsAre("postgres:///secret"));
    EXPECT_EQ((*found)[0].origin, "DATABASE_URL_FILE");
}

TEST(Environment, AFileThatIsAwayOrBesideTheVariableIsAnError) {
    EXPECT_FALSE(from_environment(kSettings, {"DATABASE_URL_FILE=/nowhere/at/all"}, {}));
    EXPECT_FALSE(from_environment(kSettings, {"DATABASE_URL_FILE=/"}, {}));
    const auto both = from_environment(kSettings, {"DATABASE_URL=a", "DATABASE_URL_FILE=b"}, {});
    ASSERT_FALSE(both);
    EXPECT_THAT(both.error().message, HasSubstr("both set"));
}

TEST(Environment, AnOptionThatNamesAFileIsNotReadAsOne) {
    const auto found =
        from_environment(kSettings, {"FRAISEQL_JWT_SECRET_FILE=/nowhere"}, {"FRAISEQL_JWT_SECRET"});
    ASSERT_TRUE(found) << to_string(found.error());
    EXPECT_THAT((*found)[0].values, ElementsAre("/nowhere"));
}

}  // namespace
}  // namespace fraiseql::config
