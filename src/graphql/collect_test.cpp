// SPDX-License-Identifier: MIT
#include "graphql/collect.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "graphql/introspection.hpp"
#include "graphql/parser.hpp"
#include "json/writer.hpp"

namespace fraiseql::graphql {
namespace {

const Schema& schema() {
    static const std::shared_ptr<const Schema> built = build_schema(R"(
        "The shop." schema { query: Query }
        interface Node { id: ID! }
        type A implements Node { id: ID!  a: String  old: Int @deprecated(reason: "no")  next: A }
        type B implements Node { id: ID!  b: String }
        union AB = A | B
        enum E { X  Y @deprecated }
        input I @oneOf { n: Int  m: [E!] }
        scalar Url @specifiedBy(url: "https://example.com")
        type Query { node: Node  ab: AB  a(x: Int = 1, i: I = {m: [X]}): A }
    )")
                                                           .value();
    return *built;
}

/// Collects the query's fields on type `on` as "key:name*count" with sub-selections of A in braces.
std::string collect(std::string_view query, std::string_view on = "Query",
                    std::string_view variables = "{}") {
    Arena arena;
    const Document document = parse(query, arena).value();
    const json::Value values = json::read(variables, arena).value();
    const Condition condition = condition_of(values);
    const SelectionSet* sets[] = {&document.operations[0].selections};
    std::string out;
    for (const FieldGroup& group :
         collect_fields(schema(), document, *schema().type(on), sets, condition)) {
        out += (out.empty() ? "" : " ") + std::string(group.response_key) + ':' +
               std::string(group.definition->name) + '*' + std::to_string(group.nodes.size());
        if (group.definition->type->named->is_leaf()) continue;
        out += '{';
        for (const FieldGroup& below :
             collect_subfields(schema(), document, *schema().type("A"), group, condition))
            out += std::string(below.response_key) + ' ';
        out += '}';
    }
    return out;
}

TEST(CollectFields, KeepsTheOrderOfFirstAppearance) {
    EXPECT_EQ(collect("{ a { id } __typename x: a { a } a { a } }"),
              "a:a*2{id a } __typename:__typename*1 x:a*1{a }");
}

TEST(CollectFields, EntersFragmentsThatApply) {
    constexpr std::string_view kQuery =
        "{ ...N ... on B { b } ... on AB { x: __typename } ... { id } ...N }"
        " fragment N on Node { id ... on A { a ...N } }";
    EXPECT_EQ(collect(kQuery, "A"), "id:id*2 a:a*1 x:__typename*1");
    EXPECT_EQ(collect(kQuery, "B"), "id:id*2 b:b*1 x:__typename*1");
}

TEST(CollectFields, SkipsAndIncludes) {
    constexpr std::string_view kQuery =
        "{ a: id @skip(if: $s) b: id @include(if: $i) c: id @skip(if: $s) @include(if: $i)"
        " ...F @skip(if: $s) ... @include(if: $i) { e: id } f: id @skip(if: true)"
        " g: id @include(if: true) } fragment F on A { d: id }";
    EXPECT_EQ(collect(kQuery, "A", R"({"s":false,"i":true})"),
              "a:id*1 b:id*1 c:id*1 d:id*1 e:id*1 g:id*1");
    EXPECT_EQ(collect(kQuery, "A", R"({"s":true,"i":true})"), "b:id*1 e:id*1 g:id*1");
    EXPECT_EQ(collect(kQuery, "A", R"({"s":false,"i":false})"), "a:id*1 d:id*1 g:id*1");
    EXPECT_EQ(collect(kQuery, "A", R"({"s":true,"i":false})"), "g:id*1");
}

TEST(CollectFields, EntersEachFragmentOnce) {
    std::string query = "{ ...F0 }";
    for (int i = 0; i < 2000; ++i) {
        const std::string next = "...F" + std::to_string(i + 1) + ' ';
        query += " fragment F" + std::to_string(i) + " on A { " + next + next + "}";
    }
    EXPECT_EQ(collect(query + " fragment F2000 on A { id }", "A"), "id:id*1");
}

TEST(CollectFields, FindsManyKeysQuickly) {
    std::string query = "{";
    for (int i = 0; i < 12'000; ++i)
        query += " k" + std::to_string(i) + ":id";
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(collect(query + " k0:id k1:id}", "A").substr(0, 20), "k0:id*2 k1:id*2 k2:i");
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

std::string introspect(std::string_view query, std::string_view variables = "{}") {
    Arena arena;
    const Document document = parse(query, arena).value();
    const json::Value values = json::read(variables, arena).value();
    const SelectionSet* sets[] = {&document.operations[0].selections};
    std::string out;
    for (const FieldGroup& group :
         collect_fields(schema(), document, *schema().query(), sets, condition_of(values)))
        write_introspection(out, schema(), document, group, values);
    EXPECT_TRUE(json::read(out, arena)) << out;
    return out;
}

TEST(Introspection, AnswersInTheOrderOfTheSelection) {
    EXPECT_EQ(introspect("{ __type(name: \"A\") { name kind __typename k: kind } }"),
              R"({"name":"A","kind":"OBJECT","__typename":"__Type","k":"OBJECT"})");
    EXPECT_EQ(introspect("{ __schema { description queryType { name } mutationType { name } } }"),
              R"({"description":"The shop.","queryType":{"name":"Query"},"mutationType":null})");
    EXPECT_EQ(introspect("query($n: String!) { __type(name: $n) { name } }", R"({"n":"None"})"),
              "null");
}

TEST(Introspection, HidesWhatIsDeprecatedUnlessAsked) {
    EXPECT_EQ(introspect("{ __type(name: \"A\") { fields { name } } }"),
              R"({"fields":[{"name":"id"},{"name":"a"},{"name":"next"}]})");
    EXPECT_EQ(
        introspect("query($d: Boolean!) { __type(name: \"A\") { fields(includeDeprecated: $d) "
                   "{ n: name isDeprecated deprecationReason } } }",
                   R"({"d":true})"),
        R"({"fields":[{"n":"id","isDeprecated":false,"deprecationReason":null},)"
        R"({"n":"a","isDeprecated":false,"deprecationReason":null},)"
        R"({"n":"old","isDeprecated":true,"deprecationReason":"no"},)"
        R"({"n":"next","isDeprecated":false,"deprecationReason":null}]})");
    EXPECT_EQ(introspect("{ __type(name: \"E\") { enumValues { name } } }"),
              R"({"enumValues":[{"name":"X"}]})");
}

TEST(Introspection, DescribesEveryKind) {
    EXPECT_EQ(
        introspect("{ __type(name: \"Query\") { fields { name args { name defaultValue type { "
                   "kind name } } type { name kind } } } }"),
        R"({"fields":[{"name":"node","args":[],"type":{"name":"Node","kind":"INTERFACE"}},)"
        R"({"name":"ab","args":[],"type":{"name":"AB","kind":"UNION"}},)"
        R"({"name":"a","args":[{"name":"x","defaultValue":"1",)"
        R"("type":{"kind":"SCALAR","name":"Int"}},)"
        R"({"name":"i","defaultValue":"{m: [X]}","type":{"kind":"INPUT_OBJECT","name":"I"}}],)"
        R"("type":{"name":"A","kind":"OBJECT"}}]})");
    EXPECT_EQ(introspect("{ __type(name: \"AB\") { possibleTypes { name } fields { name } } }"),
              R"({"possibleTypes":[{"name":"A"},{"name":"B"}],"fields":null})");
    EXPECT_EQ(
        introspect("{ __type(name: \"I\") { isOneOf inputFields { name type { kind ofType { kind "
                   "ofType { name } } } } } }"),
        R"({"isOneOf":true,"inputFields":[{"name":"n","type":{"kind":"SCALAR","ofType":null}},)"
        R"({"name":"m","type":{"kind":"LIST",)"
        R"("ofType":{"kind":"NON_NULL","ofType":{"name":"E"}}}}]})");
    EXPECT_EQ(introspect("{ __type(name: \"Url\") { specifiedByURL isOneOf } }"),
              R"({"specifiedByURL":"https://example.com","isOneOf":null})");
}

}  // namespace
}  // namespace fraiseql::graphql
