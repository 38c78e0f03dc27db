// SPDX-License-Identifier: MIT
#include "auth/authenticator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "auth/testing_keys.hpp"
#include "json/writer.hpp"

namespace fraiseql::auth {
namespace {

using testing::ElementsAre;
using testing::Pair;
using Reason = Refusal::Reason;

constexpr std::int64_t kNow = 1'700'000'000;
const SigningKey kSigner = make_signing_key(KeyKind::Secret);

std::string token(std::string_view claims) {
    return sign_token(kSigner, Algorithm::HS256, R"({"alg":"HS256"})",
                      R"({"exp":1700000600,)" + std::string(claims) + '}');
}

std::string bearer(std::string_view claims) { return "Bearer " + token(claims); }

Authenticator make(Settings settings = {}) {
    settings.claims = complete(settings.claims).value();
    return {std::make_shared<const Keys>(Keys{kSigner.key}), settings};
}

std::shared_ptr<const Principal> principal_of(const ClaimMap& map, std::string_view claims) {
    return make({.claims = map}).authenticate(bearer(claims), kNow).value();
}

TEST(Authenticator, AnonymousHasEmptySettings) {
    Authenticator optional = make();
    const auto anonymous = optional.authenticate(std::nullopt, kNow);
    ASSERT_TRUE(anonymous);
    EXPECT_FALSE((*anonymous)->authenticated);
    EXPECT_THAT((*anonymous)->settings,
                ElementsAre(Pair("app.user_id", ""), Pair("app.tenant_id", "")));
    EXPECT_TRUE((*anonymous)->context.members.empty());
}

TEST(Authenticator, RequiredRefusesAMissingToken) {
    Authenticator required = make({.required = true});
    EXPECT_EQ(required.authenticate(std::nullopt, kNow).error().reason, Reason::Missing);
    EXPECT_TRUE(required.authenticate(bearer(R"("sub":"u")"), kNow));
}

TEST(Authenticator, NeverIgnoresAHeader) {
    Authenticator optional = make();
    for (const std::string_view header :
         {"", "Bearer", "Bearer ", "Basic dTpw", "Bearer a.b.c", "Token x", "bearertoken x"})
        EXPECT_FALSE(optional.authenticate(header, kNow)) << header;
    EXPECT_TRUE(optional.authenticate("bEARER  " + token(R"("sub":"u")"), kNow));
}

TEST(Authenticator, RemembersUntilTheTokenExpires) {
    Authenticator authenticator = make();
    const std::string header = bearer(R"("sub":"u")");
    const auto first = authenticator.authenticate(header, kNow);
    const auto second = authenticator.authenticate(header, kNow + 1);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(*first, *second);
    EXPECT_EQ(authenticator.authenticate(header, kNow + 700).error().reason, Reason::Expired);
    EXPECT_EQ(authenticator.authenticate(header, kNow + 700).error().reason, Reason::Expired);
}

TEST(Authenticator, ForgetsWithItsKeys) {
    Authenticator authenticator = make();
    const std::string header = bearer(R"("sub":"u")");
    ASSERT_TRUE(authenticator.authenticate(header, kNow));
    Key other = kSigner.key;
    other.secret += '!';
    authenticator.replace_keys(std::make_shared<const Keys>(Keys{other}));
    EXPECT_EQ(authenticator.authenticate(header, kNow).error().reason, Reason::Signature);
}

TEST(Authenticator, KeepsNoMoreThanItMay) {
    Authenticator authenticator = make({.max_cached = 2});
    const auto first = authenticator.authenticate(bearer(R"("sub":"0")"), kNow);
    for (const char* user : {"1", "2", "3"})
        ASSERT_TRUE(
            authenticator.authenticate(bearer(R"("sub":")" + std::string(user) + '"'), kNow));
    const auto again = authenticator.authenticate(bearer(R"("sub":"0")"), kNow);
    ASSERT_TRUE(again);
    EXPECT_NE(*first, *again);
    EXPECT_EQ((*again)->subject, "0");
}

TEST(ClaimMap, ReadsRolesPermissionsAndTenantOfEachProvider) {
    struct Case {
        const char* preset;
        const char* claims;
    };
    for (const Case& each :
         {Case{"auth0", R"("api/roles":["b","a"],"permissions":["w"],"scope":"r","org_id":"t")"},
          Case{"keycloak",
               R"("realm_access":{"roles":["a"]},"resource_access":{"api":{"roles":["b"]}},
                              "scope":"r w","tenant_id":"t")"},
          Case{"cognito", R"("cognito:groups":["a","b"],"scope":"w r","custom:tenant_id":"t")"},
          Case{"supabase", R"("role":"a","app_metadata":{"roles":["b"],"permissions":["r","w"],
                              "tenant_id":"t"},"user_metadata":{"roles":["admin"]})"}}) {
        const auto principal = principal_of(claim_preset(each.preset, "api").value(), each.claims);
        EXPECT_THAT(principal->roles, ElementsAre("a", "b")) << each.preset;
        EXPECT_THAT(principal->permissions, ElementsAre("r", "w")) << each.preset;
        EXPECT_EQ(principal->tenant, "t") << each.preset;
        EXPECT_TRUE(principal->has_role("a"));
        EXPECT_FALSE(principal->has_role("admin"));
    }
    EXPECT_EQ(claim_preset("keycloack", "").error().hint, "Did you mean \"keycloak\"?");
}

TEST(ClaimMap, SetsWhatClaimsSay) {
    ClaimMap map{.settings = {read_setting_rule("app.org=org.id").value(),
                              read_setting_rule("app.flags=flags").value()},
                 .claims_setting = "request.jwt.claims"};
    const auto principal =
        principal_of(map, R"("sub":"u'1","tenant_id":7,"org":{"id":true},"flags":["x"])");
    EXPECT_THAT(
        principal->settings,
        ElementsAre(Pair("app.org", "true"), Pair("app.flags", R"(["x"])"),
                    Pair("app.user_id", "u'1"), Pair("app.tenant_id", "7"),
                    Pair("request.jwt.claims", testing::HasSubstr(R"("org":{"id":true})"))));
    std::string context;
    json::write(context, principal->context);
    EXPECT_THAT(
        context,
        testing::StartsWith(
            R"({"user_id":"u'1","tenant_id":"7","roles":[],"permissions":[],"org":"true")"));
}

TEST(ClaimMap, OnlySettingsOfTheApplicationCanBeReached) {
    for (const char* text : {"role=r", "row_security=x", "search_path=s", "app.x", "app.x=", "=sub",
                             "app.=sub", ".x=sub", "app.x y=sub", "App.X=sub", "app.'x=sub"})
        EXPECT_FALSE(read_setting_rule(text)) << text;
    EXPECT_TRUE(read_setting_rule("my.own.setting_1=a.b"));
    EXPECT_FALSE(complete({.settings = {{"app.a", {"x"}}, {"app.a", {"y"}}}}));
    EXPECT_FALSE(complete({.claims_setting = "role"}));
    EXPECT_FALSE(complete({.database_role = {"role"}}));
}

TEST(ClaimMap, DatabaseRolesAreThoseOfTheListOnly) {
    const ClaimMap map{
        .database_role = {"role"}, .database_roles = {"web_user"}, .anonymous_role = "web_anon"};
    EXPECT_THAT(principal_of(map, R"("role":"web_user")")->settings,
                testing::Contains(Pair("role", "web_user")));
    EXPECT_THAT(principal_of(map, R"("sub":"u")")->settings,
                testing::Contains(Pair("role", "web_anon")));
    Authenticator authenticator = make({.claims = map});
    for (const char* role : {"postgres", "none", "", "web_anon", "WEB_USER", "web_user "})
        EXPECT_FALSE(
            authenticator.authenticate(bearer(R"("role":")" + std::string(role) + '"'), kNow))
            << role;
    const auto anonymous = authenticator.authenticate(std::nullopt, kNow);
    EXPECT_THAT((*anonymous)->settings, testing::Contains(Pair("role", "web_anon")));
}

TEST(ClaimMap, TextThatPostgresqlCannotHoldIsRefused) {
    Authenticator authenticator = make();
    EXPECT_EQ(authenticator.authenticate(bearer(R"("sub":"a\u0000b")"), kNow).error().reason,
              Reason::Claim);
}

TEST(Principal, ClassesDifferWhereAnythingDiffers) {
    const std::vector<const char*> claims = {R"("sub":"a")",
                                             R"("sub":"b")",
                                             R"("sub":"a","roles":"x")",
                                             R"("sub":"a","permissions":"x")",
                                             R"("sub":"a","roles":["x","y"])",
                                             R"("sub":"a","roles":["x y"])",
                                             R"("sub":"a","tenant_id":"t")",
                                             R"("sub":"a 1:t")"};
    std::set<std::string> classes = {make_anonymous(*complete({}))->cache_class};
    for (const char* each : claims)
        classes.insert(principal_of({}, each)->cache_class);
    EXPECT_EQ(classes.size(), claims.size() + 1);
    EXPECT_EQ(principal_of({}, R"("sub":"a","jti":"1")")->cache_class,
              principal_of({}, R"("jti":"2","sub":"a")")->cache_class);
}

}  // namespace
}  // namespace fraiseql::auth
