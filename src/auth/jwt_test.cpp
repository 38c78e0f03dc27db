// SPDX-License-Identifier: MIT
#include "auth/jwt.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/hmac.h>

#include "auth/base64url.hpp"
#include "auth/openssl.hpp"
#include "auth/signature.hpp"
#include "auth/testing_keys.hpp"

namespace fraiseql::auth {
namespace {

using Reason = Refusal::Reason;

constexpr std::int64_t kNow = 1'700'000'000;
constexpr std::string_view kClaims =
    R"({"sub":"u1","iss":"https://issuer","aud":["api"],"exp":1700000600,"iat":1699999990})";

const Policy kPolicy{.issuers = {"https://issuer"}, .audiences = {"api"}};

const SigningKey& signer(KeyKind kind) {
    static const std::map<KeyKind, SigningKey> made = [] {
        std::map<KeyKind, SigningKey> keys;
        for (const KeyKind each : {KeyKind::Rsa, KeyKind::P256, KeyKind::P384, KeyKind::P521,
                                   KeyKind::Ed25519, KeyKind::Secret})
            keys.emplace(each, make_signing_key(each));
        return keys;
    }();
    return made.at(kind);
}

std::string token(Algorithm algorithm, std::string_view name, std::string_view claims = kClaims) {
    const std::string header = R"({"alg":")" + std::string(name) + R"(","typ":"JWT"})";
    return sign_token(signer(key_kind(algorithm)), algorithm, header, claims);
}

std::string rs256(std::string_view header, std::string_view claims = kClaims) {
    return sign_token(signer(KeyKind::Rsa), Algorithm::RS256, header, claims);
}

Keys keys_of(KeyKind kind, std::string id = {}) {
    Key key = signer(kind).key;
    key.id = std::move(id);
    return {key};
}

/// Returns why the token was refused; fails the test where it was not.
Reason reason(std::string_view token, const Keys& keys, const Policy& policy = kPolicy,
              std::int64_t now = kNow) {
    const auto result = verify_token(token, keys, policy, now);
    if (result) {
        ADD_FAILURE() << "accepted: " << token;
        return {};
    }
    return result.error().reason;
}

constexpr std::array kNames = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
                               "ES384", "ES512", "EdDSA", "HS256", "HS384", "HS512"};

TEST(Jwt, AcceptsEveryAlgorithmWithItsKeyAndNoOther) {
    for (const std::string_view name : kNames) {
        const Algorithm algorithm = *find_algorithm(name);
        const std::string signed_token = token(algorithm, name);
        for (const KeyKind kind : {KeyKind::Rsa, KeyKind::P256, KeyKind::P384, KeyKind::P521,
                                   KeyKind::Ed25519, KeyKind::Secret}) {
            const auto result = verify_token(signed_token, keys_of(kind), kPolicy, kNow);
            EXPECT_EQ(result.has_value(), kind == key_kind(algorithm)) << name;
            if (result) {
                EXPECT_EQ((*result)->value.find("sub")->text, "u1");
            }
        }
    }
}

TEST(Jwt, RefusesEveryChangedBitOfTheSignature) {
    for (const std::string_view name : {"RS256", "PS256", "ES256", "EdDSA", "HS256"}) {
        const Algorithm algorithm = *find_algorithm(name);
        const std::string good = token(algorithm, name);
        const std::size_t dot = good.rfind('.');
        std::string signature = *decode_base64url(std::string_view(good).substr(dot + 1));
        for (std::size_t i = 0; i < signature.size(); i += 7) {
            std::string changed = signature;
            changed[i] = static_cast<char>(changed[i] ^ 1);
            EXPECT_EQ(reason(good.substr(0, dot + 1) + encode_base64url(changed),
                             keys_of(key_kind(algorithm))),
                      Reason::Signature)
                << name << " byte " << i;
        }
    }
}

TEST(Jwt, RefusesChangedClaims) {
    const std::string good = token(Algorithm::RS256, "RS256");
    const std::size_t first = good.find('.');
    const std::size_t second = good.rfind('.');
    std::string forged = good.substr(0, first + 1) +
                         encode_base64url(R"({"sub":"admin","iss":"https://issuer","aud":"api",)"
                                          R"("exp":1700000600})") +
                         good.substr(second);
    EXPECT_EQ(reason(forged, keys_of(KeyKind::Rsa)), Reason::Signature);
}

TEST(JwtAttack, AlgorithmNone) {
    for (const std::string_view name : {"none", "None", "NONE", "nOnE", ""}) {
        const std::string head = encode_base64url(R"({"alg":")" + std::string(name) + R"("})") +
                                 '.' + encode_base64url(kClaims) + '.';
        EXPECT_EQ(reason(head, keys_of(KeyKind::Rsa)), Reason::Algorithm) << name;
        EXPECT_EQ(reason(head + "AAAA", keys_of(KeyKind::Secret)), Reason::Algorithm) << name;
    }
}

TEST(JwtAttack, PublicKeyAsHmacSecret) {
    // The attacker signs with HMAC, and everything that is public of the key is the secret.
    for (const std::string& secret : public_texts(signer(KeyKind::Rsa).key)) {
        SigningKey forger{.key = {.kind = KeyKind::Secret, .secret = secret}};
        const std::string forged =
            sign_token(forger, Algorithm::HS256, R"({"alg":"HS256"})", kClaims);
        EXPECT_EQ(reason(forged, keys_of(KeyKind::Rsa)), Reason::Algorithm);
    }
}

TEST(JwtAttack, AlgorithmOfAnotherKeyOfTheSet) {
    Keys keys = keys_of(KeyKind::Rsa, "a");
    keys.push_back(signer(KeyKind::Secret).key);
    keys.back().id = "b";
    const std::string forged = sign_token(signer(KeyKind::Secret), Algorithm::HS256,
                                          R"({"alg":"HS256","kid":"a"})", kClaims);
    EXPECT_EQ(reason(forged, keys), Reason::Algorithm);
}

TEST(JwtAttack, AlgorithmThatTheKeyRulesOut) {
    Keys keys = keys_of(KeyKind::Rsa);
    keys[0].only = Algorithm::RS512;
    EXPECT_EQ(reason(token(Algorithm::RS256, "RS256"), keys), Reason::Algorithm);
    EXPECT_EQ(reason(token(Algorithm::PS512, "PS512"), keys), Reason::Algorithm);
    EXPECT_TRUE(verify_token(token(Algorithm::RS512, "RS512"), keys, kPolicy, kNow));
}

TEST(JwtAttack, KeysInTheTokenAreNotLookedAt) {
    const SigningKey own = make_signing_key(KeyKind::Rsa);
    for (const std::string_view extra :
         {R"("jwk":{"kty":"RSA","n":"AQAB","e":"AQAB"})", R"("jku":"https://evil/jwks.json")",
          R"("x5u":"https://evil/x")", R"("x5c":["MIIB"])"}) {
        const std::string header = R"({"alg":"RS256",)" + std::string(extra) + '}';
        EXPECT_EQ(reason(sign_token(own, Algorithm::RS256, header, kClaims), keys_of(KeyKind::Rsa)),
                  Reason::Signature);
    }
}

TEST(JwtAttack, KeyIdsAreOnlyCompared) {
    for (const std::string_view id :
         {"../../dev/null", "' OR 1=1 --", "a\\u0000b", "", "K", "k ", "/etc/passwd|"}) {
        const std::string header = R"({"alg":"RS256","kid":")" + std::string(id) + R"("})";
        EXPECT_EQ(reason(rs256(header), keys_of(KeyKind::Rsa, "k")), Reason::UnknownKey) << id;
    }
    EXPECT_EQ(reason(rs256(R"({"alg":"RS256","kid":["k"]})"), keys_of(KeyKind::Rsa, "k")),
              Reason::Malformed);
    EXPECT_TRUE(verify_token(rs256(R"({"alg":"RS256","kid":"k"})"), keys_of(KeyKind::Rsa, "k"),
                             kPolicy, kNow));
}

TEST(JwtAttack, CriticalHeadersAreRefused) {
    EXPECT_EQ(reason(rs256(R"({"alg":"RS256","crit":["b64"],"b64":false})"), keys_of(KeyKind::Rsa)),
              Reason::CriticalHeader);
    EXPECT_EQ(reason(rs256(R"({"alg":"RS256","crit":[]})"), keys_of(KeyKind::Rsa)),
              Reason::CriticalHeader);
}

TEST(JwtAttack, MalformedTokens) {
    const std::string good = token(Algorithm::RS256, "RS256");
    const Keys keys = keys_of(KeyKind::Rsa);
    for (const std::string& text :
         {std::string(), std::string("."), std::string(".."), std::string("a.b.c"),
          std::string("a.b.c.d"), good + "=", good + ".", ' ' + good, good + '\n',
          std::string(64, '.'), good.substr(0, good.rfind('.')),
          encode_base64url(R"({"alg":"RS256","alg":"none"})") + "." + encode_base64url("{}") + ".",
          encode_base64url("[]") + "." + encode_base64url("{}") + ".AAAA"})
        EXPECT_EQ(reason(text, keys), Reason::Malformed) << text;
    EXPECT_EQ(reason(rs256(R"({"alg":"RS256"})", "[1]"), keys), Reason::Malformed);
    EXPECT_EQ(reason(rs256(R"({"alg":"RS256"})", "{\"sub\":1,\"sub\":2}"), keys),
              Reason::Malformed);
    EXPECT_EQ(reason(rs256(R"({"alg":"RS256"})", std::string(100, '[')), keys), Reason::Malformed);
}

TEST(JwtAttack, TrailingBitsOfBase64) {
    // The last character of a 256-byte signature carries four bits that nothing uses.
    std::string good = token(Algorithm::RS256, "RS256");
    ASSERT_THAT(good.back(), testing::AnyOf('A', 'Q', 'g', 'w'));
    good.back() = static_cast<char>(good.back() + 1);
    EXPECT_EQ(reason(good, keys_of(KeyKind::Rsa)), Reason::Malformed);
}

TEST(JwtAttack, OversizedTokens) {
    const std::string claims =
        R"({"sub":")" + std::string(20'000, 'x') + R"(","exp":1700000600,"aud":"api"})";
    EXPECT_EQ(reason(token(Algorithm::HS256, "HS256", claims), keys_of(KeyKind::Secret)),
              Reason::TooLong);
}

TEST(JwtAttack, EcdsaZeroSignature) {
    const std::string good = token(Algorithm::ES256, "ES256");
    const std::string head = good.substr(0, good.rfind('.') + 1);
    for (const std::size_t size : {0U, 32U, 63U, 64U, 65U, 132U})
        EXPECT_EQ(reason(head + encode_base64url(std::string(size, '\0')), keys_of(KeyKind::P256)),
                  Reason::Signature);
}

Reason with_claims(std::string_view claims, std::int64_t now = kNow) {
    return reason(token(Algorithm::HS256, "HS256", claims), keys_of(KeyKind::Secret), kPolicy, now);
}

TEST(JwtClaims, Dates) {
    const std::string good = token(Algorithm::HS256, "HS256");
    const Keys keys = keys_of(KeyKind::Secret);
    EXPECT_TRUE(verify_token(good, keys, kPolicy, 1'700'000'629));
    EXPECT_EQ(reason(good, keys, kPolicy, 1'700'000'630), Reason::Expired);
    EXPECT_EQ(reason(good, keys, kPolicy, 1'699'999'959), Reason::NotYetValid);
    EXPECT_TRUE(verify_token(good, keys, kPolicy, 1'699'999'960));
    const std::string start = R"({"iss":"https://issuer","aud":"api",)";
    EXPECT_EQ(with_claims(start + R"("nbf":1700000031,"exp":1700000600})"), Reason::NotYetValid);
    EXPECT_EQ(with_claims(start + R"("sub":"u"})"), Reason::Claim);
    for (const std::string_view date :
         {R"("1700000600")", "null", "true", "1e400", "1e30", "-1e30", "[]", "{}"})
        EXPECT_EQ(with_claims(start + R"("exp":)" + std::string(date) + '}'), Reason::Claim)
            << date;
    EXPECT_TRUE(verify_token(token(Algorithm::HS256, "HS256", start + R"("exp":1.7000006e9})"),
                             keys, kPolicy, kNow));
}

TEST(JwtClaims, IssuerAndAudience) {
    const std::string end = R"("exp":1700000600})";
    EXPECT_EQ(with_claims(R"({"iss":"https://other","aud":"api",)" + end), Reason::Issuer);
    EXPECT_EQ(with_claims(R"({"iss":["https://issuer"],"aud":"api",)" + end), Reason::Issuer);
    EXPECT_EQ(with_claims(R"({"aud":"api",)" + end), Reason::Issuer);
    const std::string issuer = R"({"iss":"https://issuer",)";
    EXPECT_EQ(with_claims(issuer + end), Reason::Audience);
    EXPECT_EQ(with_claims(issuer + R"("aud":"other",)" + end), Reason::Audience);
    EXPECT_EQ(with_claims(issuer + R"("aud":["x","API"],)" + end), Reason::Audience);
    EXPECT_EQ(with_claims(issuer + R"("aud":{"api":"api"},)" + end), Reason::Audience);
}

TEST(JwtClaims, ATokenForAnAudienceIsRefusedWhereNoneIsConfigured) {
    const Keys keys = keys_of(KeyKind::Secret);
    EXPECT_EQ(reason(token(Algorithm::HS256, "HS256"), keys, Policy{}), Reason::Audience);
    EXPECT_TRUE(verify_token(token(Algorithm::HS256, "HS256", R"({"exp":1700000600})"), keys,
                             Policy{}, kNow));
}

TEST(JwtClaims, AKeyOfOneIssuerDoesNotSpeakForAnother) {
    Keys keys = keys_of(KeyKind::Secret);
    keys[0].issuer = "https://second";
    const Policy both{.issuers = {"https://issuer", "https://second"}, .audiences = {"api"}};
    EXPECT_EQ(reason(token(Algorithm::HS256, "HS256"), keys, both), Reason::Issuer);
}

TEST(Jwt, Rfc7515ExampleA1) {
    const auto secret = decode_base64url(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
    const Keys keys = {*make_secret_key(*secret)};
    const std::string_view example =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cn"
        "Vl"
        "fQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const auto claims = verify_token(example, keys, Policy{.issuers = {"joe"}}, 1'300'819'300);
    ASSERT_TRUE(claims) << claims.error().message;
    EXPECT_EQ((*claims)->value.find("iss")->text, "joe");
    EXPECT_EQ(reason(example, keys, Policy{}), Reason::Expired);
}

TEST(Jwt, Rfc8037ExampleA4) {
    const auto keys = read_key_set(R"({"keys":[{"kty":"OKP","crv":"Ed25519",
        "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})");
    ASSERT_TRUE(keys);
    const std::string_view text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    const auto signature = decode_base64url(
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
    EXPECT_TRUE(is_signature(Algorithm::EdDSA, keys->front(), text, *signature));
    EXPECT_FALSE(is_signature(Algorithm::EdDSA, keys->front(), "other", *signature));
}

}  // namespace
}  // namespace fraiseql::auth
