// SPDX-License-Identifier: MIT
// The node tree reader: its syntax, its limits, and what it answers to text that is no tree.
#include <gmock/gmock.h>

#include <string>

#include "lineage/node.hpp"

namespace fraiseql::lineage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class NodeReaderTest : public testing::Test {
  protected:
    Node read(std::string_view text) {
        auto node = read_node(text, arena_);
        EXPECT_TRUE(node) << to_string(node.error());
        return node ? *node : Node{};
    }

    std::string error_of(std::string_view text) {
        auto node = read_node(text, arena_);
        return node ? "no error" : node.error().message;
    }

    Arena arena_;
};

TEST_F(NodeReaderTest, ReadsRecordsListsAndAtoms) {
    Node node = read("({VAR :varno 3 :vartype 25 :varnullingrels (b 1 2) :name <> :ok true})");
    ASSERT_EQ(node.items.size(), 1U);
    const Node& var = node.items[0];
    EXPECT_TRUE(var.is("VAR"));
    EXPECT_EQ(var.number("varno"), 3);
    EXPECT_EQ(var.list("varnullingrels").size(), 2U);
    EXPECT_TRUE(var["name"].is_null());
    EXPECT_TRUE(var["missing"].is_null());
    EXPECT_TRUE(var.flag("ok"));
    EXPECT_EQ(var.number("missing", -1), -1);
}

TEST_F(NodeReaderTest, ReadsNamesWithEscapes) {
    Node node = read(R"({ALIAS :aliasname a\ b\(\) :colnames ("id" "\"x\ y" "" "i")})");
    EXPECT_EQ(node["aliasname"].text, "a b()");
    auto names = node.list("colnames");
    ASSERT_EQ(names.size(), 4U);
    EXPECT_EQ(names[1].text, "\"x y");
    EXPECT_EQ(names[2].text, "");
    EXPECT_EQ(names[3].text, "i");
    EXPECT_EQ(names[3].kind, Node::Kind::String);
}

TEST_F(NodeReaderTest, ReadsTheBytesOfConstants) {
    Node node = read("{CONST :constlen -1 :location 9 :constvalue 6 [ 24 0 0 0 105 -61 ]}");
    EXPECT_EQ(node["constvalue"].kind, Node::Kind::Bytes);
    EXPECT_THAT(node["constvalue"].bytes, ElementsAre(24, 0, 0, 0, 105, 195));
    EXPECT_EQ(node.number("constlen"), -1);
}

TEST_F(NodeReaderTest, ComparesWithoutLocations) {
    Node a = read("{VAR :varno 1 :location 9}");
    Node b = read("{VAR :varno 1 :location 77}");
    Node c = read("{VAR :varno 2 :location 9}");
    EXPECT_TRUE(same_expression(a, b));
    EXPECT_FALSE(same_expression(a, c));
}

TEST_F(NodeReaderTest, SaysWhereTheTextIsNoTree) {
    EXPECT_EQ(error_of("(1 2"), "Not a node tree at byte 4: a list does not end.");
    EXPECT_THAT(error_of("{VAR varno 1}"), HasSubstr("a field name is missing"));
    EXPECT_THAT(error_of("{VAR :varno"), HasSubstr("a value is missing"));
    EXPECT_THAT(error_of("{C :v 1 [ x ]}"), HasSubstr("a byte is not a number"));
    EXPECT_THAT(error_of("1 2"), HasSubstr("text after the end"));
    EXPECT_THAT(error_of("\"abc"), HasSubstr("a string does not end"));
    EXPECT_THAT(error_of(""), HasSubstr("a value is missing"));
    EXPECT_THAT(error_of("abc\\"), testing::Ne(""));
}

TEST_F(NodeReaderTest, BoundsItsDepth) {
    EXPECT_THAT(error_of(std::string(100'000, '(')), HasSubstr("too deeply nested"));
}

TEST_F(NodeReaderTest, SurvivesEveryTruncation) {
    std::string text = R"(({A :a (i 1 2) :b "x\ y" :c 4 [ 1 0 ] :d <> :e {B :f 1}}))";
    for (std::size_t n = 0; n < text.size(); ++n) {
        EXPECT_NE(error_of(text.substr(0, n)), "no error") << n;
    }
}

}  // namespace
}  // namespace fraiseql::lineage
