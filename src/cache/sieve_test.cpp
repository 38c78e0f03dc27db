// SPDX-License-Identifier: MIT
#include "cache/sieve.hpp"

#include <gtest/gtest.h>

#include <set>

namespace fraiseql::cache {
namespace {

constexpr std::size_t kRoom = 100'000;

std::string text(int number) { return "{ field" + std::to_string(number) + " }"; }

TEST(KeyedHash, MatchesTheReferenceOfSipHash13) {
    // The key 00..0f and the input 00..0e of the SipHash paper, with one and three rounds.
    const HashKey key{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};
    std::string input;
    for (char byte = 0; byte < 15; ++byte)
        input += byte;
    EXPECT_EQ(keyed_hash(key, ""), 0xabac0158050fc4dcU);
    EXPECT_EQ(keyed_hash(key, input), 0xd320d86d2a519956U);
    EXPECT_NE(keyed_hash(key, "a"), keyed_hash({key.low, key.high + 1}, "a"));
}

TEST(KeyedHash, TellsTextsOfOneLengthApart) {
    const HashKey key = random_hash_key();
    std::set<std::uint64_t> hashes;
    for (int i = 100'000; i < 120'000; ++i)
        hashes.insert(keyed_hash(key, text(i)));
    EXPECT_EQ(hashes.size(), 20'000U);
}

TEST(Sieve, FindsWhatWasInserted) {
    Sieve<int> cache(kRoom);
    EXPECT_EQ(cache.find("a"), nullptr);
    EXPECT_TRUE(cache.insert("a", 1, 10));
    ASSERT_NE(cache.find("a"), nullptr);
    EXPECT_EQ(*cache.find("a"), 1);
    EXPECT_EQ(cache.find("b"), nullptr);
    EXPECT_EQ(cache.statistics().hits, 2U);
    EXPECT_EQ(cache.statistics().misses, 2U);
}

TEST(Sieve, KeepsTheFirstOfTwoValues) {
    Sieve<int> cache(kRoom);
    cache.insert("a", 1, 10);
    EXPECT_TRUE(cache.insert("a", 2, 10));
    EXPECT_EQ(*cache.find("a"), 1);
    EXPECT_EQ(cache.size(), 1U);
}

TEST(Sieve, NeverHoldsMoreThanItsBytes) {
    Sieve<int> cache(kRoom);
    for (int round = 0; round < 3; ++round)
        for (int i = 0; i < 5'000; ++i) {
            cache.insert(text(i % 700), i, static_cast<std::size_t>(i % 977));
            ASSERT_LE(cache.bytes(), kRoom);
        }
    EXPECT_GT(cache.statistics().evictions, 0U);
}

TEST(Sieve, SurvivesAFloodOfTextsThatComeOnce) {
    Sieve<int> cache(kRoom);
    for (int i = 0; i < 20; ++i)
        cache.insert(text(i), i, 1'000);
    for (int i = 1'000; i < 1'000'000; ++i)
        if (cache.find(text(i)) == nullptr) cache.insert(text(i), i, 1'000);
    for (int i = 0; i < 20; ++i)
        EXPECT_NE(cache.find(text(i)), nullptr) << i;
    EXPECT_LE(cache.bytes(), kRoom);
}

TEST(Sieve, KeepsHotTextsAmongTextsThatComeTwice) {
    Sieve<int> cache(kRoom);
    for (int i = 0; i < 20; ++i)
        cache.insert(text(i), i, 1'000);
    for (int i = 1'000; i < 20'000; ++i) {
        cache.insert(text(i), i, 1'000);
        cache.insert(text(i), i, 1'000);
        ASSERT_NE(cache.find(text(i % 20)), nullptr) << i;
    }
    EXPECT_GT(cache.statistics().evictions, 10'000U);
}

TEST(Sieve, RefusesWhatIsLargerThanAQuarter) {
    Sieve<int> cache(kRoom);
    EXPECT_FALSE(cache.insert("large", 1, kRoom / 4));
    EXPECT_EQ(cache.find("large"), nullptr);
    EXPECT_EQ(cache.bytes(), 0U);
}

TEST(Sieve, MakesRoomForAValueThatGrows) {
    Sieve<int> cache(kRoom);
    for (int i = 0; i < 90; ++i)
        cache.insert(text(i), i, 800);
    cache.find(text(5));
    cache.reweigh(text(5), 20'000);
    EXPECT_LE(cache.bytes(), kRoom);
    EXPECT_NE(cache.find(text(5)), nullptr);
    cache.reweigh(text(5), kRoom / 2);
    EXPECT_EQ(cache.find(text(5)), nullptr);
    cache.reweigh("never seen", 10);
}

TEST(Sieve, IsEmptyAfterClear) {
    Sieve<int> cache(kRoom);
    for (int i = 0; i < 500; ++i)
        cache.insert(text(i), i, 800);
    cache.clear();
    EXPECT_EQ(cache.size(), 0U);
    EXPECT_EQ(cache.bytes(), 0U);
    EXPECT_TRUE(cache.insert("a", 1, 1));
    EXPECT_EQ(*cache.find("a"), 1);
}

}  // namespace
}  // namespace fraiseql::cache
