// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "turbo/persisted_query.hpp"
#include "turbo/persisted_texts.hpp"
#include "turbo/registry.hpp"
#include "turbo/sha256.hpp"

namespace fraiseql::turbo {
namespace {

constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256, MatchesTheExampleOfTheStandard) { EXPECT_EQ(sha256_hex("abc"), kAbc); }

Result<std::optional<std::string_view>> read(std::string_view text, Arena& arena) {
    return read_persisted_hash(arena.make<json::Value>(json::read(text, arena).value()));
}

TEST(PersistedQuery, ReadsTheHashOfVersionOne) {
    Arena arena;
    const auto hash = read(
        std::string(R"({"persistedQuery":{"version":1,"sha256Hash":")") + kAbc + R"("}})", arena);
    EXPECT_EQ(hash.value(), kAbc);
}

TEST(PersistedQuery, IsAbsentFromOtherExtensions) {
    Arena arena;
    EXPECT_EQ(read_persisted_hash(nullptr).value(), std::nullopt);
    EXPECT_EQ(read("{}", arena).value(), std::nullopt);
    EXPECT_EQ(read(R"({"persistedQuery":null})", arena).value(), std::nullopt);
}

TEST(PersistedQuery, RefusesWhatItCannotRead) {
    Arena arena;
    for (const char* text : {R"({"persistedQuery":1})", R"({"persistedQuery":{}})",
                             R"({"persistedQuery":{"version":2,"sha256Hash":"00"}})",
                             R"({"persistedQuery":{"version":"1","sha256Hash":"00"}})",
                             R"({"persistedQuery":{"version":1}})",
                             R"({"persistedQuery":{"version":1,"sha256Hash":"abc"}})",
                             R"({"persistedQuery":{"version":1,"sha256Hash":7}})"}) {
        const auto hash = read(text, arena);
        ASSERT_FALSE(hash.has_value()) << text;
        EXPECT_EQ(hash.error().code, ErrorCode::BadRequest) << text;
    }
}

TEST(PersistedTexts, StayWithinTheirBytes) {
    PersistedTexts texts(100'000);
    for (int i = 0; i < 1'000; ++i) {
        const std::string text = "{ a" + std::to_string(i) + " }";
        texts.insert(sha256_hex(text), text);
    }
    EXPECT_EQ(texts.find(sha256_hex("{ a0 }")), "{ a0 }");
    EXPECT_EQ(texts.find(sha256_hex("{ a999 }")), std::nullopt);
    EXPECT_EQ(texts.find("unknown"), std::nullopt);
}

TEST(Registry, FindsByIdHashAndText) {
    std::vector<std::string> problems;
    const auto registry =
        Registry::build({{.id = "letters", .text = "abc", .hashes = {"relay-1"}}}, problems);
    EXPECT_TRUE(problems.empty());
    EXPECT_EQ(registry->find_name("letters"), 0U);
    EXPECT_EQ(registry->find_name("relay-1"), 0U);
    EXPECT_EQ(registry->find_name(kAbc), 0U);
    EXPECT_EQ(registry->find_name(std::string("sha256:") + kAbc), 0U);
    EXPECT_EQ(registry->find_text("abc"), 0U);
    EXPECT_EQ(registry->find_text("abc "), std::nullopt);
    EXPECT_EQ(registry->find_name("sha256:letters2"), std::nullopt);
}

TEST(Registry, TakesNoLineEndsFromFiles) {
    EXPECT_EQ(text_of_file("{ a }\r\n\n"), "{ a }");
    EXPECT_EQ(text_of_file("\n"), "");
}

TEST(Registry, LeavesOutWhatIsThereAlready) {
    std::vector<std::string> problems;
    const auto registry = Registry::build({{.id = "one", .text = "{ a }", .hashes = {"x"}},
                                           {.id = "one", .text = "{ b }"},
                                           {.id = "two", .text = "{ a }"},
                                           {.id = "three", .text = "{ c }", .hashes = {"x"}}},
                                          problems);
    EXPECT_EQ(problems.size(), 3U);
    EXPECT_EQ(registry->find_name("one"), 0U);
    EXPECT_EQ(registry->find_name("two"), std::nullopt);
    EXPECT_EQ(registry->find_text("{ b }"), std::nullopt);
    EXPECT_EQ(registry->find_name("x"), 0U);
    EXPECT_EQ(registry->find_name("three"), 3U);
}

}  // namespace
}  // namespace fraiseql::turbo
