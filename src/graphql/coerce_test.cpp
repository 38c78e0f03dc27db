// SPDX-License-Identifier: MIT
#include "graphql/coerce.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graphql/operation.hpp"
#include "graphql/parser.hpp"
#include "json/writer.hpp"

namespace fraiseql::graphql {
namespace {

using testing::ElementsAre;

const Schema& schema() {
    static const std::shared_ptr<const Schema> built = build_schema(R"(
        enum Color { RED GREEN }
        scalar BigInt scalar Date scalar JSON
        input Size { w: Int! = 3  h: Int  unit: String! }
        input Item { id: ID  age: Int  size: Size  colors: [Color!]  big: BigInt  day: Date
                     sizes: [Size!] = [{unit: "m"}]  any: JSON }
        input Either @oneOf { a: Int  b: String }
        type Query { f(item: Item, ints: [Int], n: Int! = 7, either: Either,
                 id: ID, grid: [[Int!]]): Int
                     g(n: Int!): Float }
    )")
                                                           .value();
    return *built;
}

struct Coerced {
    std::string values;
    std::vector<std::string> errors;
    std::vector<std::string_view> used;
};

/// Coerces the variables of `query`, then the arguments of its first field; both as JSON text.
Coerced coerce(std::string_view query, std::string_view variables = "{}", bool arguments = false) {
    static Arena arena;
    Coerced out;
    const auto document = parse(query, arena);
    const auto input = json::read(variables, arena);
    EXPECT_TRUE(document && input) << query << variables;
    const OperationDefinition& operation = **select_operation(*document, std::nullopt);
    const auto values = coerce_variable_values(schema(), *document, operation, *input, arena);
    if (!values) {
        for (const Error& error : values.error()) {
            EXPECT_EQ(error.code, ErrorCode::BadUserInput);
            EXPECT_EQ(error.locations.size(), 1U);
            out.errors.push_back(error.message);
        }
        return out;
    }
    if (!arguments) {
        json::write(out.values, *values);
        return out;
    }
    const Field& field = *operation.selections.selections[0].field;
    const auto result = coerce_argument_values(*schema().query()->field(field.name), field, *values,
                                               arena, &out.used);
    if (result)
        json::write(out.values, *result);
    else
        out.errors.push_back(result.error().message);
    return out;
}

std::string arguments(std::string_view query, std::string_view variables = "{}") {
    const Coerced out = coerce(query, variables, true);
    return out.errors.empty() ? out.values : out.errors[0];
}

void expect_variable_error(std::string_view definition, std::string_view variables,
                           std::string_view message) {
    const std::string query = "query($v: " + std::string(definition) + ") { f }";
    EXPECT_THAT(coerce(query, variables).errors, ElementsAre(message));
}

TEST(CoerceVariables, TellsAbsentFromNull) {
    EXPECT_EQ(
        coerce("query($a: Int, $b: Int, $c: Int = 5, $d: Int = 6) { f }", R"({"b":null,"d":null})")
            .values,
        R"({"b":null,"c":5,"d":null})");
}

TEST(CoerceVariables, NormalizesLeafs) {
    EXPECT_EQ(coerce("query($a: Int, $b: ID, $c: ID, $d: Float, $e: BigInt) { f }",
                     R"({"a":1e3,"b":12345678901234567890,"c":2.0,"d":1.50,"e":9007199254740993})")
                  .values,
              R"({"a":1000,"b":"12345678901234567890","c":"2","d":1.50,"e":9007199254740993})");
}

TEST(CoerceVariables, MakesListsOfOneAndFillsDefaults) {
    EXPECT_EQ(
        coerce("query($a: [Int], $g: [[Int!]], $i: Item) { f }",
               R"({"a":1,"g":[1,[2,3],null],"i":{"age":null,"size":{"unit":"x"},"colors":"RED"}})")
            .values,
        R"({"a":[1],"g":[[1],[2,3],null],"i":{"age":null,"size":{"w":3,"unit":"x"},)"
        R"("colors":["RED"],"sizes":[{"w":3,"unit":"m"}]}})");
}

TEST(CoerceVariables, NamesThePathOfWhatIsWrong) {
    expect_variable_error(
        "Item", R"({"v":{"age":"x"}})",
        "Variable \"$v\" got invalid value \"x\" at \"v.age\"; Int cannot represent "
        "non-integer value: \"x\"");
    expect_variable_error(
        "Item", R"({"v":{"sizes":[{"unit":"m"},{"unit":1}]}})",
        "Variable \"$v\" got invalid value 1 at \"v.sizes[1].unit\"; String cannot "
        "represent a non string value: 1");
    expect_variable_error("Item", R"({"v":{"size":{}}})",
                          "Variable \"$v\" got invalid value {} at \"v.size\"; Field \"unit\" of "
                          "required type \"String!\" was not provided.");
    expect_variable_error(
        "Item", R"({"v":{"aeg":1}})",
        "Variable \"$v\" got invalid value {\"aeg\":1}; Field \"aeg\" is not defined "
        "by type \"Item\". Did you mean \"age\", \"any\", or \"big\"?");
    expect_variable_error(
        "Item", R"({"v":{"colors":["RAD"]}})",
        "Variable \"$v\" got invalid value \"RAD\" at \"v.colors[0]\"; Value \"RAD\" "
        "does not exist in \"Color\" enum. Did you mean the enum value \"RED\"?");
    expect_variable_error(
        "Item", R"({"v":{"day":"2026-02-30"}})",
        "Variable \"$v\" got invalid value \"2026-02-30\" at \"v.day\"; Date must be a "
        "string like \"2026-01-31\", a day that exists: \"2026-02-30\"");
    expect_variable_error(
        "Item", R"({"v":[]})",
        "Variable \"$v\" got invalid value []; Expected type \"Item\" to be an object.");
    expect_variable_error(
        "[Int!]!", R"({"v":[1,null]})",
        "Variable \"$v\" got invalid value null at \"v[1]\"; Expected non-nullable "
        "type \"Int!\" not to be null.");
    expect_variable_error("Int", R"({"v":2147483648})",
                          "Variable \"$v\" got invalid value 2147483648; Int cannot represent non "
                          "32-bit signed integer value: 2147483648");
}

TEST(CoerceVariables, WantsWhatIsRequired) {
    expect_variable_error("Int!", "{}",
                          "Variable \"$v\" of required type \"Int!\" was not provided.");
    expect_variable_error("Int!", R"({"v":null})",
                          "Variable \"$v\" of non-null type \"Int!\" must not be null.");
    expect_variable_error(
        "Query", R"({"v":1})",
        "Variable \"$v\" expected value of type \"Query\" which cannot be used as an "
        "input type.");
}

TEST(CoerceVariables, HoldsOneOfToOne) {
    EXPECT_EQ(coerce("query($v: Either) { f }", R"({"v":{"b":"x"}})").values, R"({"v":{"b":"x"}})");
    expect_variable_error(
        "Either", R"({"v":{"a":1,"b":"x"}})",
        "Variable \"$v\" got invalid value {\"a\":1,\"b\":\"x\"}; Exactly one key must "
        "be specified for OneOf type \"Either\".");
    expect_variable_error(
        "Either", R"({"v":{"a":null}})",
        "Variable \"$v\" got invalid value {\"a\":null}; Field \"a\" must be non-null.");
}

TEST(CoerceVariables, StopsAtTheLimitOfErrors) {
    std::string list = R"({"v":[)";
    for (int i = 0; i < 1000; ++i)
        list += "\"x\",";
    const Coerced out = coerce("query($v: [Int]) { f }", list + "1]}");
    ASSERT_EQ(out.errors.size(), 51U);
    EXPECT_EQ(out.errors.back(), "Too many errors in variables; the rest is not shown.");
}

TEST(CoerceArguments, AppliesDefaults) {
    EXPECT_EQ(arguments("{ f }"), R"({"n":7})");
    EXPECT_EQ(arguments("{ f(n: 8, item: {id: 4, any: {a: [X, 1.50]}}) }"),
              R"({"item":{"id":"4","sizes":[{"w":3,"unit":"m"}],"any":{"a":["X",1.50]}},"n":8})");
    EXPECT_EQ(arguments("{ f(ints: 3, grid: [1, [2]], id: \"x\") }"),
              R"({"ints":[3],"n":7,"id":"x","grid":[[1],[2]]})");
}

TEST(CoerceArguments, PutsVariablesIn) {
    constexpr std::string_view kQuery =
        "query($a: Int, $b: [Int], $n: Int) { f(item: {age: $a, any: [$a]}, ints: $b, n: $n) }";
    EXPECT_EQ(arguments(kQuery, R"({"a":1,"b":[2],"n":3})"),
              R"({"item":{"age":1,"sizes":[{"w":3,"unit":"m"}],"any":[1]},"ints":[2],"n":3})");
    EXPECT_EQ(arguments(kQuery), R"({"item":{"sizes":[{"w":3,"unit":"m"}],"any":[null]},"n":7})");
    EXPECT_EQ(arguments(kQuery, R"({"n":null})"),
              "Argument \"n\" of non-null type \"Int!\" must not be null.");
    EXPECT_THAT(coerce(kQuery, R"({"b":[2]})", true).used, ElementsAre("a", "a", "b", "n"));
}

TEST(CoerceArguments, WantsWhatIsRequired) {
    EXPECT_EQ(arguments("{ g }"), "Argument \"n\" of required type \"Int!\" was not provided.");
    EXPECT_EQ(arguments("query($n: Int = null) { g(n: $n) }", "{}"),
              "Argument \"n\" of non-null type \"Int!\" must not be null.");
    EXPECT_EQ(
        arguments("query($n: Int) { g(n: $n) }"),
        "Argument \"n\" of required type \"Int!\" was provided the variable \"$n\" which was not "
        "provided a runtime value.");
}

TEST(SelectOperation, FindsByName) {
    Arena arena;
    const auto document = parse("query A { f } query B { f }", arena);
    EXPECT_EQ((*select_operation(*document, "B"))->name, "B");
    EXPECT_EQ(select_operation(*document, std::nullopt).error().message,
              "Must provide operation name if query contains multiple operations.");
    EXPECT_EQ(select_operation(*document, "C").error().message, "Unknown operation named \"C\".");
    EXPECT_EQ(select_operation(*document, "").error().code, ErrorCode::OperationResolutionFailure);
    EXPECT_EQ(
        select_operation(*parse("fragment F on T { a }", arena), std::nullopt).error().message,
        "Must provide an operation.");
}

}  // namespace
}  // namespace fraiseql::graphql
