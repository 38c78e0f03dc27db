// SPDX-License-Identifier: MIT
// Constants: the bytes PostgreSQL keeps, and bytes that it would never keep.
#include "lineage/constant.hpp"

#include <gmock/gmock.h>

#include <random>

#include "lineage/combine.hpp"
#include "lineage/json_constant.hpp"

namespace fraiseql::lineage {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

class ConstantTest : public ::testing::Test {
  protected:
    Node read(const std::string& text) {
        auto node = read_node(arena_.copy(std::string_view(text)), arena_);
        EXPECT_TRUE(node) << to_string(node.error());
        return node ? *node : Node{};
    }

    Node constant(int type, const std::string& bytes) {
        return read("{CONST :consttype " + std::to_string(type) +
                    " :constisnull false :constvalue 9 [ " + bytes + " ]}");
    }

    Arena arena_;
};

TEST_F(ConstantTest, ReadsText) {
    EXPECT_THAT(constant_text(constant(25, "24 0 0 0 105 100")), Optional(std::string("id")));
    EXPECT_THAT(constant_text(constant(25, "7 105 100")), Optional(std::string("id")));
    EXPECT_THAT(constant_text(constant(25, "16 0 0 0")), Optional(std::string()));
    EXPECT_THAT(constant_text(constant(705, "105 100 0")), Optional(std::string("id")));
    EXPECT_THAT(constant_text(constant(25, "28 0 0 0 -61 -87 33")), Optional(std::string("é!")));
    EXPECT_THAT(constant_text(read("{RELABELTYPE :arg {CONST :consttype 1043 :constisnull false "
                                   ":constvalue 6 [ 24 0 0 0 105 100 ]}}")),
                Optional(std::string("id")));
}

TEST_F(ConstantTest, ReadsIntegers) {
    EXPECT_THAT(constant_integer(constant(23, "-2 -1 -1 -1 -1 -1 -1 -1")), Optional(-2));
    EXPECT_THAT(constant_integer(constant(20, "0 0 0 0 1 0 0 0")), Optional(4294967296));
    EXPECT_THAT(constant_text(constant(21, "7 0 0 0 0 0 0 0")), Optional(std::string("7")));
    EXPECT_EQ(constant_integer(constant(25, "16 0 0 0")), std::nullopt);
}

TEST_F(ConstantTest, RefusesWhatDoesNotFit) {
    EXPECT_EQ(constant_text(constant(25, "40 0 0 0 105")), std::nullopt);  // longer than its bytes
    EXPECT_EQ(constant_text(constant(25, "26 0 0 0 105 100")), std::nullopt);  // compressed
    EXPECT_EQ(constant_text(constant(25, "1 1 1 1")), std::nullopt);           // out of line
    EXPECT_EQ(constant_text(constant(25, "")), std::nullopt);
    EXPECT_EQ(constant_text(constant(16, "1")), std::nullopt);
    EXPECT_EQ(constant_text(read("{CONST :consttype 25 :constisnull true :constvalue <>}")),
              std::nullopt);
    EXPECT_TRUE(is_null_constant(read("{COERCEVIAIO :arg {CONST :constisnull true}}")));
}

TEST_F(ConstantTest, ReadsTextArrays) {
    // '{a,bc}'::text[]: header, one dimension, no nulls, text, two elements from 1.
    EXPECT_THAT(constant_texts(constant(1009,
                                        "-104 0 0 0 1 0 0 0 0 0 0 0 25 0 0 0 2 0 0 0 1 0 0 0 "
                                        "20 0 0 0 97 0 0 0 24 0 0 0 98 99")),
                Optional(ElementsAre("a", "bc")));
    EXPECT_THAT(constant_texts(constant(1009, "64 0 0 0 0 0 0 0 0 0 0 0 25 0 0 0")),
                Optional(ElementsAre()));
}

TEST_F(ConstantTest, SurvivesAnyBytes) {
    std::mt19937 random(7);
    for (int round = 0; round < 20'000; ++round) {
        std::vector<std::uint8_t> bytes(random() % 48);
        for (auto& byte : bytes)
            byte = static_cast<std::uint8_t>(random() % 4 ? random() % 8 : random());
        if (bytes.size() > 3 && round % 2 == 0) bytes[3] = round % 4 ? 0x20 : 0x40;
        EXPECT_NE(jsonb_shape(bytes), nullptr);
        std::string text(bytes.begin(), bytes.end());
        EXPECT_NE(json_text_shape(text), nullptr);
    }
}

}  // namespace
}  // namespace fraiseql::lineage
