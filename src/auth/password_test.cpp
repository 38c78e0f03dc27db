// SPDX-License-Identifier: MIT
#include "auth/password.hpp"

#include <gtest/gtest.h>

namespace fraiseql::auth {
namespace {

constexpr PasswordCost kCheap{.memory = 64, .iterations = 1, .lanes = 1};
constexpr std::string_view kSalt = "0123456789abcdef";

TEST(Password, IsRecognizedByItsHashAlone) {
    const auto hash = hash_password("correct horse", kSalt, kCheap);
    ASSERT_TRUE(hash);
    EXPECT_TRUE(is_password("correct horse", *hash));
    EXPECT_FALSE(is_password("correct horse ", *hash));
    EXPECT_FALSE(is_password("", *hash));
    EXPECT_NE(*hash, hash_password("correct horse", "fedcba9876543210", kCheap).value());
}

TEST(Password, BytesAfterAZeroCount) {
    using namespace std::string_view_literals;
    const auto hash = hash_password("a\0b"sv, kSalt, kCheap);
    ASSERT_TRUE(hash);
    EXPECT_FALSE(is_password("a\0c"sv, *hash));
    EXPECT_FALSE(is_password("a"sv, *hash));
}

// From the reference implementation's tests (version 0x13, t=2, m=2^16, p=1).
TEST(Password, IsArgon2id) {
    EXPECT_TRUE(is_password("password",
                            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$"
                            "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"));
}

TEST(Password, AHashTellsItsCost) {
    const PasswordCost cost{.memory = 128, .iterations = 3, .lanes = 2};
    EXPECT_EQ(cost_of(hash_password("x", kSalt, cost).value()), cost);
    for (const char* text :
         {"", "x", "$argon2i$v=19$m=64,t=1,p=1$x$y", "$argon2id$v=16$m=64,t=1,p=1$x$y",
          "$argon2id$v=19$m=0,t=1,p=1$x$y", "$argon2id$v=19$m=4194305,t=1,p=1$x$y",
          "$argon2id$v=19$m=64,t=101,p=1$x$y", "$argon2id$v=19$m=64,t=1,p=65$x$y",
          "$argon2id$v=19$m=64,t=1$x$y", "$2b$12$abc"})
        EXPECT_FALSE(cost_of(text)) << text;
    EXPECT_FALSE(is_password("x", "$argon2id$v=19$m=4194305,t=1,p=1$x$y"));
}

}  // namespace
}  // namespace fraiseql::auth
