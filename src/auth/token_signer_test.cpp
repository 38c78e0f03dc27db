// SPDX-License-Identifier: MIT
#include "auth/token_signer.hpp"

#include <gtest/gtest.h>

#include "auth/jwt.hpp"
#include "auth/testing_keys.hpp"

namespace fraiseql::auth {
namespace {

// openssl genpkey -algorithm ed25519
constexpr std::string_view kPem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";
constexpr std::string_view kSecret = "a secret of thirty-two bytes, or more";

Policy strict() { return {.issuers = {"https://id.example"}, .audiences = {"api"}}; }

TEST(TokenSigner, WhatItSignsIsVerifiedAsItsOwn) {
    for (const std::string_view text : {kPem, kSecret}) {
        const auto signer = TokenSigner::make(text);
        ASSERT_TRUE(signer) << to_string(signer.error());
        const std::string token = signer->sign(R"({"sub":"ann","exp":1000})");
        const Keys keys{signer->key()};
        const auto claims = verify_token(token, keys, strict(), 900);
        ASSERT_TRUE(claims) << claims.error().message;
        EXPECT_TRUE((*claims)->own);
        EXPECT_FALSE(verify_token(token, keys, strict(), 2000));
        EXPECT_FALSE(verify_token(token + 'A', keys, strict(), 900));
    }
}

TEST(TokenSigner, KeysOfAnotherDoNotVouch) {
    const auto one = TokenSigner::make(kSecret);
    const auto two = TokenSigner::make("another secret of thirty-two bytes or more");
    const std::string token = one->sign(R"({"sub":"ann","exp":1000})");
    const auto refused = verify_token(token, Keys{two->key()}, {}, 900);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, Refusal::Reason::UnknownKey);
}

TEST(TokenSigner, WeakAndOtherKeysAreRefused) {
    EXPECT_FALSE(TokenSigner::make("short"));
    EXPECT_FALSE(TokenSigner::make(""));
    EXPECT_FALSE(TokenSigner::make("-----BEGIN PRIVATE KEY-----\nxx\n-----END PRIVATE KEY-----\n"));
}

}  // namespace
}  // namespace fraiseql::auth
