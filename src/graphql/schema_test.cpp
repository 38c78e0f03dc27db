// SPDX-License-Identifier: MIT
#include "graphql/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "graphql/printer.hpp"
#include "json/writer.hpp"

namespace fraiseql::graphql {
namespace {

using testing::HasSubstr;

void expect_refused(std::string_view sdl, std::string_view message) {
    const auto schema = build_schema(sdl);
    ASSERT_FALSE(schema) << sdl;
    EXPECT_EQ(schema.error().code, ErrorCode::Configuration);
    EXPECT_THAT(schema.error().message, HasSubstr(message)) << sdl;
}

constexpr std::string_view kSdl = R"("""
The schema
of the test.
"""
schema {
  query: Root
}

"A directive."
directive @d(
  "Its argument."
  a: [Int!] = [1, 2]
  b: E
) repeatable on FIELD | QUERY

"""A thing."""
interface Node {
  id: ID!
}

type Root implements Node {
  id: ID!
  """About f."""
  f(x: Int = 1, i: I = {e: B}): [[Node!]!] @deprecated(reason: "Use g.")
  g: U
}

union U = Root | Other

type Other {
  when: DateTime
}

enum E {
  A
  B @deprecated
}

input I @oneOf {
  e: E
  s: String
}

scalar DateTime @specifiedBy(url: "https://example.com")
)";

TEST(Schema, PrintsWhatItWasBuiltOf) {
    const auto schema = build_schema(kSdl);
    ASSERT_TRUE(schema) << schema.error().message;
    const std::string printed = print_schema(**schema);
    const auto again = build_schema(printed);
    ASSERT_TRUE(again) << printed << again.error().message;
    EXPECT_EQ(print_schema(**again), printed);
    EXPECT_THAT(
        printed,
        HasSubstr("f(x: Int = 1, i: I = {e: B}): [[Node!]!] @deprecated(reason: \"Use g.\")"));
    EXPECT_THAT(printed, HasSubstr("directive @d("));
}

TEST(Schema, FindsEverythingByName) {
    const auto built = build_schema(kSdl);
    const Schema& schema = **built;
    const NamedType& root = *schema.type("Root");
    EXPECT_EQ(schema.query(), &root);
    EXPECT_EQ(schema.mutation(), nullptr);
    EXPECT_EQ(to_string(*root.field("f")->type), "[[Node!]!]");
    EXPECT_EQ(root.field("f")->arg("x")->default_value->text, "1");
    EXPECT_EQ(schema.field(root, "__typename"), &schema.typename_field());
    EXPECT_EQ(schema.field(root, "__schema"), &schema.schema_field());
    EXPECT_EQ(schema.field(*schema.type("Other"), "__schema"), nullptr);
    EXPECT_EQ(schema.field(*schema.type("U"), "__typename"), &schema.typename_field());
    EXPECT_TRUE(schema.type("U")->is_possible(root));
    EXPECT_FALSE(schema.type("Node")->is_possible(*schema.type("Other")));
    EXPECT_EQ(schema.type("Nothing"), nullptr);
    EXPECT_EQ(schema.type("Float"), nullptr) << "nothing refers to it";
    EXPECT_NE(schema.directive("skip"), nullptr);
    EXPECT_EQ(schema.type("DateTime")->scalar, find_scalar("DateTime"));
}

TEST(Schema, InternsTypesAndNumbersFields) {
    const auto built = build_schema("type Query { a: [Int!]!  b(x: [Int!]!): [Int!]!  c: Int }");
    const NamedType& query = *(*built)->query();
    EXPECT_EQ(query.field("a")->type, query.field("b")->type);
    EXPECT_EQ(query.field("a")->type, query.field("b")->args[0].type);
    EXPECT_NE(query.field("a")->type, query.field("c")->type);
    std::set<std::uint32_t> ids;
    for (const NamedType* type : (*built)->types()) {
        EXPECT_EQ((*built)->types()[type->id], type);
        for (const FieldDef& field : type->fields) {
            EXPECT_TRUE(ids.insert(field.id).second);
            EXPECT_EQ(field.parent, type);
            EXPECT_LT(field.id, (*built)->field_count());
        }
    }
}

TEST(SchemaBuilder, TakesTypesInAnyOrder) {
    SchemaBuilder builder;
    TypeSpec& query = builder.add(TypeKind::Object, "Query");
    query.fields.push_back({"users", "[User!]!", {{"where", "Where", "{age: 3}"}}});
    builder.add(TypeKind::Object, "User").fields.push_back({"born", "Date"});
    builder.add(TypeKind::InputObject, "Where").input_fields = {{"age", "Int! "},
                                                                {"n", "Int", "5"}};
    builder.add_scalar(*find_scalar("Date"));
    builder.add_scalar(*find_scalar("Date"));
    builder.query = "Query";
    const auto schema = builder.build();
    ASSERT_TRUE(schema) << schema.error().message;
    std::string value;
    json::write(value, *(*schema)->query()->field("users")->args[0].default_value);
    EXPECT_EQ(value, R"({"age":3,"n":5})") << "defaults within defaults are filled in";
}

TEST(SchemaBuilder, ReportsEverythingAtOnce) {
    SchemaBuilder builder;
    builder.query = "Query";
    builder.add(TypeKind::Object, "Query").fields = {{"a", "Usr"}, {"b", "[Int"}};
    builder.add(TypeKind::Object, "User");
    const std::string message = builder.build().error().message;
    EXPECT_THAT(message, HasSubstr("Unknown type \"Usr\" at Query.a. Did you mean \"User\"?"));
    EXPECT_THAT(message, HasSubstr("Query.b has a broken type \"[Int\""));
}

TEST(SchemaCheck, HoldsTypesToTheSpecification) {
    expect_refused("type Foo { a: Int }", "Query root type must be provided.");
    expect_refused("interface Query { a: Int }", "A root type must be an Object type");
    expect_refused("schema { query: Q mutation: Q } type Q { a: Int }",
                   "All root types must be different");
    expect_refused("type Query { __a: Int }", "must not begin with \"__\"");
    expect_refused("type Query { a: Int a: Int }", "\"a\" can only be defined once");
    expect_refused("type Query { a: I } input I { a: Int }", "must be Output Type but got: I");
    expect_refused("type Query { a(x: Query): Int }", "must be Input Type but got: Query");
    expect_refused("type Query { a: Int } type Query { b: Int }", "only one type named \"Query\"");
    expect_refused("type Query { a: E } enum E", "must define one or more values");
    expect_refused("type Query { a: U } union U = I interface I { a: Int }",
                   "can only include Object types");
    expect_refused("type Query { a: Int } type Empty",
                   "Type Empty must define one or more fields.");
    expect_refused("type Query { a(x: Int! @deprecated): Int }", "cannot be deprecated");
    expect_refused("type Query { a(x: Int = \"no\"): Int }", "has a default value of a wrong type");
    expect_refused("type Query { a(x: E = Z): Int } enum E { A }", "does not exist in \"E\" enum");
}

TEST(SchemaCheck, HoldsTypesToTheirInterfaces) {
    expect_refused("type Query implements N { a: Int } interface N { b: Int }",
                   "N.b expected but Query");
    expect_refused("type Query implements N { a: Int } interface N { a: String }",
                   "expects type String");
    expect_refused("type Query implements N { a: Int } interface N { a(x: Int): Int }",
                   "argument N.a(x:) expected");
    expect_refused("type Query implements N { a(y: Int!): Int } interface N { a: Int }",
                   "must not be required");
    expect_refused(
        "type Query implements M { a: Int } interface N { a: Int } interface M implements N { a: "
        "Int }",
        "must implement N because it is implemented by M");
    expect_refused(
        "type Query { a: Int } interface N implements M { a: Int } interface M implements N { a: "
        "Int }",
        "circular reference");
    expect_refused("type Query implements N { a: Int @deprecated } interface N { a: Int }",
                   "cannot be deprecated because");
    EXPECT_TRUE(build_schema("type Query implements N { a: [Query!]! } interface N { a: [N] }"));
}

TEST(SchemaCheck, RefusesInputsWithoutEnd) {
    expect_refused("type Query { a(i: I): Int } input I { i: I! }", "has no finite value");
    expect_refused("type Query { a(i: I): Int } input I { j: J! } input J { i: I! }",
                   "has no finite value");
    expect_refused("type Query { a(i: I): Int } input I @oneOf { i: I }", "has no finite value");
    expect_refused("type Query { a(i: I): Int } input I { i: I = {} }", "references itself");
    expect_refused("type Query { a(i: I): Int } input I @oneOf { a: Int! }", "must be nullable");
    expect_refused("type Query { a(i: I): Int } input I @oneOf { a: Int = 1 }",
                   "cannot have a default");
    EXPECT_TRUE(build_schema("type Query { a(i: I): Int } input I { i: I  l: [I!]! }"));
}

TEST(BuildSchema, ExtendsTypes) {
    const auto schema = build_schema(
        "type Query { a: E } extend type Query { b: Int } enum E { A }"
        " extend enum E { B } extend schema { mutation: M } type M { a: Int }");
    ASSERT_TRUE(schema) << schema.error().message;
    EXPECT_NE((*schema)->query()->field("b"), nullptr);
    EXPECT_EQ((*schema)->mutation()->name, "M");
    expect_refused("type Query { a: Int } extend type Nothing { b: Int }",
                   "is not defined. (line 1, column 23)");
    expect_refused("type Query { a: Int } extend enum Query { B }", "as another kind of type");
}

TEST(BuildSchema, HoldsDirectivesToTheirDefinitions) {
    expect_refused("type Query { a: Int @nothing }",
                   "Unknown directive \"@nothing\". (line 1, column 21)");
    expect_refused("type Query @deprecated { a: Int }", "may not be used on OBJECT");
    expect_refused("type Query { a: Int @deprecated @deprecated }", "can only be used once");
    expect_refused("type Query { a: Int @deprecated(why: 1) }", "Unknown argument \"why\"");
    expect_refused("type Query { a: Int } scalar S @specifiedBy",
                   "Argument \"url\" of required type");
    expect_refused("type Query { a: Int", "Syntax Error");
}

}  // namespace
}  // namespace fraiseql::graphql
