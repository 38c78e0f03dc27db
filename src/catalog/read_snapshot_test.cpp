// SPDX-License-Identifier: MIT
// Snapshots from documents: what a broken one answers, and the lookups of a good one.
#include "catalog/read_snapshot.hpp"

#include <gmock/gmock.h>

namespace fraiseql::catalog {
namespace {

using testing::HasSubstr;

std::string snapshot(std::string_view types, std::string_view builtins = "") {
    std::string role = R"({"oid":10,"name":"me","superuser":false,"bypasses_rls":true})";
    return R"({"server_version":150017,"database":"shop","search_path":["app","public"],)"
           R"("session_settings":"6f1ed002ab5595859014ebf0951522d9",)"
           R"("current_user":)" +
           role + R"(,"relations":[],"functions":[],"types":[)" + std::string(types) +
           R"(],"builtin_functions":[)" + std::string(builtins) + "]}";
}

std::string domain(int oid, std::string_view name, int base) {
    return R"({"oid":)" + std::to_string(oid) + R"(,"schema":"app","name":")" + std::string(name) +
           R"(","kind":"d","category":"S","comment":null,"labels":null,"base":)" +
           std::to_string(base) +
           R"(,"base_typmod":-1,"not_null":true,"checks":["CHECK true"],"element":0,"array":0,)"
           R"("relation":0,"attributes":null,"from_extension":false})";
}

std::string error_of(std::string_view document) {
    auto read = read_snapshot(document);
    return read ? "no error" : to_string(read.error());
}

TEST(ReadSnapshot, ReadsServerAndUser) {
    auto read = read_snapshot(snapshot(""));
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(read->server_version(), 150017);
    EXPECT_EQ(read->current_user().name, "me");
    EXPECT_TRUE(read->current_user().bypasses_rls);
    EXPECT_EQ(read->search_path()[0], "app");
    EXPECT_EQ(read->session_settings(), "6f1ed002ab5595859014ebf0951522d9");
}

TEST(ReadSnapshot, ResolvesDomainsAndNamesTypes) {
    auto read = read_snapshot(snapshot(domain(90, "email", 91) + "," + domain(91, "word", 25)));
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(read->base_type(90), kText);
    EXPECT_EQ(read->type_name(90), "email");
    EXPECT_TRUE(read->type("app", "word")->not_null);
    EXPECT_EQ(read->type_name(4711), "type 4711");
}

TEST(ReadSnapshot, SurvivesACycleOfDomains) {
    auto read = read_snapshot(snapshot(domain(90, "a", 91) + "," + domain(91, "b", 90)));
    ASSERT_TRUE(read);
    EXPECT_NE(read->base_type(90), 0U);
}

TEST(ReadSnapshot, FindsBuiltinFunctionsByOid) {
    auto read = read_snapshot(snapshot("", R"([2147,"count","a",20,false,"i",false,false])"));
    ASSERT_TRUE(read) << to_string(read.error());
    ASSERT_NE(read->function(2147), nullptr);
    EXPECT_EQ(read->function(2147)->kind, Function::Kind::Aggregate);
    EXPECT_TRUE(read->functions().empty());
}

TEST(ReadSnapshot, SaysWhatIsWrong) {
    EXPECT_THAT(error_of("{"), HasSubstr("The catalog snapshot cannot be read"));
    EXPECT_THAT(error_of("{}"), HasSubstr("a snapshot has no \"server_version\""));
    EXPECT_THAT(error_of("[]"), HasSubstr("a snapshot is not an object"));
    EXPECT_THAT(error_of(snapshot("7")), HasSubstr("a type is not an object"));
    EXPECT_THAT(error_of(snapshot("", "[1]")), HasSubstr("not an array of eight"));
    EXPECT_THAT(error_of(snapshot(domain(-1, "x", 25))), HasSubstr("\"oid\" of a type is"));
}

}  // namespace
}  // namespace fraiseql::catalog
