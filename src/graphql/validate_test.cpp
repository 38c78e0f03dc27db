// SPDX-License-Identifier: MIT
#include "graphql/validate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "graphql/parser.hpp"
#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kSdl = R"(
    directive @once on FIELD | FRAGMENT_SPREAD | QUERY | VARIABLE_DEFINITION
    directive @many(n: Int!) repeatable on FIELD
    interface Being { name(surname: Boolean): String }
    interface Pet implements Being { name(surname: Boolean): String }
    type Dog implements Being & Pet {
      name(surname: Boolean): String  nickname: String  barks: Boolean  volume: Int
      doesKnow(command: Command): Boolean  at(x: Int, y: Int = 1): Boolean  owner: Human
    }
    type Cat implements Being & Pet {
      name(surname: Boolean): String  nickname: String  meows: Boolean  volume: Int!
    }
    union CatOrDog = Cat | Dog
    type Human implements Being { name(surname: Boolean): String  pets: [Pet!]
      iq: Int  born: Date }
    enum Command { SIT HEEL DOWN }
    input Complex { required: Boolean!  int: Int  text: [String] = ["a"]  inner: Complex }
    input Either @oneOf { a: Int  b: String }
    scalar Date  scalar Anything
    type Query {
      human(id: ID): Human  dog: Dog  cat: Cat  pet: Pet  catOrDog: CatOrDog
      complex(is: Complex): String  either(is: Either!): String  needs(a: Int!, b: Int! = 2): Int
      ints(list: [Int]): Int  nonNullInts(list: [Int!]!): Int  float(f: Float): Float
      string(s: String): String
      bool(b: Boolean): Boolean  any(a: Anything): Int  on(day: Date): Int
    }
    type Subscription { news: String  other: String }
)";

const Schema& schema() {
    static const std::shared_ptr<const Schema> built = build_schema(kSdl).value();
    return *built;
}

std::vector<std::string> errors_of(std::string_view source) {
    Arena arena;
    auto document = parse(source, arena);
    if (!document) return {document.error().message};
    std::vector<std::string> messages;
    for (const Error& error : validate(schema(), *document)) {
        EXPECT_EQ(error.code, ErrorCode::GraphqlValidationFailed);
        EXPECT_THAT(error.locations, testing::Not(IsEmpty())) << error.message;
        messages.push_back(error.message);
    }
    return messages;
}

void expect_valid(std::string_view source) { EXPECT_THAT(errors_of(source), IsEmpty()) << source; }

template <class... Messages>
void expect_errors(std::string_view source, Messages... messages) {
    EXPECT_THAT(errors_of(source), testing::UnorderedElementsAre(messages...)) << source;
}

TEST(ValidationRules, AreAllNamed) {
    for (const Rule& rule : validation_rules()) {
        EXPECT_FALSE(rule.name.empty());
        EXPECT_FALSE(rule.section.empty()) << rule.name;
    }
    EXPECT_EQ(validation_rules().size(), 28U);
}

TEST(ExecutableDefinitions, RefusesTypes) {
    expect_errors("{ dog { name } } type Cow { a: Int } extend schema @once",
                  "The \"Cow\" definition is not executable.",
                  "The schema definition is not executable.");
}

TEST(OperationTypeExistence, RefusesWhatTheSchemaDoesNotHave) {
    expect_errors("mutation { a }", "The mutation operation is not supported by the schema.");
}

TEST(UniqueOperationNames, RefusesTheSecond) {
    expect_valid("query A { dog { name } } query B { dog { name } }");
    expect_errors("query A { dog { name } } query A { dog { name } }",
                  "There can be only one operation named \"A\".");
}

TEST(LoneAnonymousOperation, RefusesCompany) {
    expect_errors("{ dog { name } } query B { dog { name } }",
                  "This anonymous operation must be the only defined operation.");
}

TEST(SingleFieldSubscriptions, HoldsTheRootToOneField) {
    expect_valid("subscription S { news }");
    expect_valid("subscription { ...F } fragment F on Subscription { news ... { news } }");
    expect_errors("subscription S { news other }",
                  "Subscription \"S\" must select only one top level field.");
    expect_errors("subscription { news ...F } fragment F on Subscription { other }",
                  "Anonymous Subscription must select only one top level field.");
    expect_errors("subscription { __typename }",
                  "Anonymous Subscription must not select an introspection top level field.");
    expect_errors("subscription($a: Boolean!) { news @skip(if: $a) }",
                  "Anonymous Subscription must not use @skip or @include on its top level field.");
}

TEST(FieldsOnCorrectType, SuggestsFieldsAndTypes) {
    expect_valid(
        "{ dog { __typename name } catOrDog { __typename } __schema { queryType { name } } }");
    expect_errors("{ dog { nam } }",
                  "Cannot query field \"nam\" on type \"Dog\". Did you mean \"name\" or \"at\"?");
    expect_errors("{ dgo { name } }",
                  "Cannot query field \"dgo\" on type \"Query\". Did you mean \"dog\"?");
    expect_errors("{ pet { barks } }",
                  "Cannot query field \"barks\" on type \"Pet\". Did you mean to use an inline "
                  "fragment on \"Dog\"?");
    expect_errors("{ catOrDog { name } }",
                  "Cannot query field \"name\" on type \"CatOrDog\". Did you mean to use an inline "
                  "fragment on \"Being\", \"Pet\", \"Cat\", or \"Dog\"?");
    expect_errors("{ dog { __schema { queryType { name } } } }",
                  "Cannot query field \"__schema\" on type \"Dog\".");
}

TEST(ScalarLeafs, WantsSelectionsWhereThereAreFields) {
    expect_errors("{ dog }",
                  "Field \"dog\" of type \"Dog\" must have a selection of subfields. Did you mean "
                  "\"dog { ... }\"?");
    expect_errors(
        "{ dog { name { x } } }",
        "Field \"name\" must not have a selection since type \"String\" has no subfields.");
}

TEST(KnownArgumentNames, SuggestsArguments) {
    expect_errors("{ dog { name(sirname: true) } }",
                  "Unknown argument \"sirname\" on field \"Dog.name\". Did you mean \"surname\"?");
    expect_errors("{ dog { name @include(if: true, iff: 1) } }",
                  "Unknown argument \"iff\" on directive \"@include\". Did you mean \"if\"?");
}

TEST(UniqueArgumentNames, RefusesTheSecond) {
    expect_errors("{ dog { at(x: 1, x: 1, x: 2) } }",
                  "There can be only one argument named \"x\".");
}

TEST(ProvidedRequiredArguments, WantsWhatHasNoDefault) {
    expect_valid("{ needs(a: 1) }");
    expect_errors(
        "{ needs(b: 1) }",
        "Field \"needs\" argument \"a\" of type \"Int!\" is required, but it was not provided.");
    expect_errors(
        "{ dog { name @skip } }",
        "Directive \"@skip\" argument \"if\" of type \"Boolean!\" is required, but it was not "
        "provided.");
}

TEST(UniqueFragmentNames, RefusesTheSecond) {
    expect_errors("{ dog { ...F } } fragment F on Dog { name } fragment F on Dog { volume }",
                  "There can be only one fragment named \"F\".");
}

TEST(KnownTypeNames, SuggestsTypes) {
    expect_errors("query($a: Intt) { ints(list: [$a]) dog { ... on Dgo { name } } }",
                  "Unknown type \"Intt\". Did you mean \"Int\"?",
                  "Unknown type \"Dgo\". Did you mean \"Dog\"?");
}

TEST(FragmentsOnCompositeTypes, RefusesLeafs) {
    expect_errors("{ dog { ... on Command { x } ...F } } fragment F on Complex { x }",
                  "Fragment cannot condition on non composite type \"Command\".",
                  "Fragment \"F\" cannot condition on non composite type \"Complex\".");
}

TEST(NoUnusedFragments, LooksAtOperations) {
    expect_errors("{ dog { name } } fragment A on Dog { ...B } fragment B on Dog { name }",
                  "Fragment \"A\" is never used.", "Fragment \"B\" is never used.");
}

TEST(KnownFragmentNames, RefusesOthers) {
    expect_errors("{ dog { ...F } }", "Unknown fragment \"F\".");
}

TEST(NoFragmentCycles, NamesTheWay) {
    expect_errors("{ dog { ...A } } fragment A on Dog { name ...A }",
                  "Cannot spread fragment \"A\" within itself.");
    expect_errors(
        "{ dog { ...A } } fragment A on Dog { ...B } fragment B on Dog { ...C }"
        " fragment C on Dog { ...A }",
        "Cannot spread fragment \"A\" within itself via \"B\", \"C\".");
    expect_valid("{ dog { ...A ...B } } fragment A on Dog { ...B } fragment B on Dog { name }");
}

TEST(PossibleFragmentSpreads, WantsAnOverlap) {
    expect_valid("{ pet { ... on Dog { barks } ... on CatOrDog { __typename } ... { name } } }");
    expect_errors("{ dog { ... on Cat { meows } ...F } } fragment F on Human { iq }",
                  "Fragment cannot be spread here as objects of type \"Dog\" can never be of type "
                  "\"Cat\".",
                  "Fragment \"F\" cannot be spread here as objects of type \"Dog\" can never be of "
                  "type \"Human\".");
}

TEST(ValuesOfCorrectType, HoldsScalarsToTheirValues) {
    expect_valid(
        "{ ints(list: [1, -2, null]) a: ints(list: 3) float(f: 1) human(id: 4) { iq } "
        "any(a: {b: [X, 1.5]}) on(day: \"2026-02-28\") string(s: \"\"\"x\"\"\") }");
    expect_errors("{ dog { at(x: \"1\") } }", "Int cannot represent non-integer value: \"1\"");
    expect_errors("{ dog { at(x: 1.0) } }", "Int cannot represent non-integer value: 1.0");
    expect_errors("{ dog { at(x: 2147483648) } }",
                  "Int cannot represent non 32-bit signed integer value: 2147483648");
    expect_errors("{ float(f: \"1\") }", "Float cannot represent non numeric value: \"1\"");
    expect_errors("{ string(s: 1) }", "String cannot represent a non string value: 1");
    expect_errors("{ bool(b: 2) }", "Boolean cannot represent a non boolean value: 2");
    expect_errors("{ human(id: 1.5) { iq } }",
                  "ID cannot represent a non-string and non-integer value: 1.5");
    expect_errors("{ on(day: \"2026-02-30\") }",
                  "Date must be a string like \"2026-01-31\", a day that exists: \"2026-02-30\"");
    expect_errors("{ on(day: TODAY) }", "Date cannot represent an enum value: TODAY");
}

TEST(ValuesOfCorrectType, HoldsEnumsListsAndObjectsToTheirs) {
    expect_valid("{ complex(is: {required: true, text: \"x\", inner: {required: false}}) }");
    expect_errors(
        "{ dog { doesKnow(command: SIIT) } }",
        "Value \"SIIT\" does not exist in \"Command\" enum. Did you mean the enum value \"SIT\"?");
    expect_errors(
        "{ dog { doesKnow(command: \"SIT\") } }",
        "Enum \"Command\" cannot represent non-enum value: \"SIT\". Did you mean the enum "
        "value \"SIT\"?");
    expect_errors("{ nonNullInts(list: [1, null]) }",
                  "Expected value of type \"Int!\", found null.");
    expect_errors("{ nonNullInts(list: null) }", "Expected value of type \"[Int!]!\", found null.");
    expect_errors("{ complex(is: {int: 1}) }",
                  "Field \"Complex.required\" of required type \"Boolean!\" was not provided.");
    expect_errors(
        "{ complex(is: {required: true, innt: 1}) }",
        "Field \"innt\" is not defined by type \"Complex\". Did you mean \"int\" or \"inner\"?");
    expect_errors("{ complex(is: 1) }", "Expected value of type \"Complex\", found 1.");
    expect_errors("query($a: Int = \"x\") { dog { at(x: $a) } }",
                  "Int cannot represent non-integer value: \"x\"");
}

TEST(ValuesOfCorrectType, HoldsOneOfToOne) {
    expect_valid("{ either(is: {a: 1}) }");
    expect_errors("{ either(is: {a: 1, b: \"x\"}) }",
                  "OneOf Input Object \"Either\" must specify exactly one key.");
    expect_errors("{ either(is: {}) }",
                  "OneOf Input Object \"Either\" must specify exactly one key.");
    expect_errors("{ either(is: {a: null}) }", "Field \"Either.a\" must be non-null.");
    expect_errors(
        "query($a: Int) { either(is: {a: $a}) }",
        "Variable \"$a\" is of type \"Int\" but must be non-nullable to be used for OneOf "
        "Input Object \"Either\".");
}

TEST(UniqueInputFieldNames, RefusesTheSecond) {
    expect_errors("{ complex(is: {required: true, int: 1, int: 2}) }",
                  "There can be only one input field named \"int\".");
}

TEST(KnownDirectives, WantsThemInTheirPlaces) {
    expect_valid("query @once { dog @once @many(n: 1) @many(n: 2) { name } }");
    expect_errors("{ dog @onc { name } }", "Unknown directive \"@onc\". Did you mean \"@once\"?");
    expect_errors("query Q @many(n: 1) { dog { name } }",
                  "Directive \"@many\" may not be used on QUERY.");
}

TEST(UniqueDirectivesPerLocation, RefusesTheSecond) {
    expect_errors("{ dog @once @once { name } }",
                  "The directive \"@once\" can only be used once at this location.");
}

TEST(Variables, AreUniqueInputs) {
    expect_errors("query($a: Int, $a: Int) { dog { at(x: $a) } }",
                  "There can be only one variable named \"$a\".");
    expect_errors("query($a: Dog) { string(s: \"\") any(a: $a) }",
                  "Variable \"$a\" cannot be non-input type \"Dog\".",
                  "Variable \"$a\" of type \"Dog\" used in position expecting type \"Anything\".");
}

TEST(Variables, AreDefinedAndUsed) {
    expect_errors("{ dog { at(x: $a) } }", "Variable \"$a\" is not defined.");
    expect_errors("query Q { dog { ...F } } fragment F on Dog { at(x: $a) }",
                  "Variable \"$a\" is not defined by operation \"Q\".");
    expect_errors("query Q($a: Int) { dog { name } }",
                  "Variable \"$a\" is never used in operation \"Q\".");
    expect_errors("{ any(a: {b: [$c]}) }", "Variable \"$c\" is not defined.");
}

TEST(Variables, StandWhereTheirTypesFit) {
    expect_valid(
        "query($a: Int!, $b: [Int!]!) { dog { at(x: $a) } ints(list: $b) nonNullInts(list: $b) }");
    expect_valid("query($a: Int = 1) { needs(a: $a, b: $a) }");
    expect_valid("query($a: Int) { needs(a: 1, b: $a) }");
    expect_errors("query($a: Int) { needs(a: $a) }",
                  "Variable \"$a\" of type \"Int\" used in position expecting type \"Int!\".");
    expect_errors("query($a: Int = null) { needs(a: $a) }",
                  "Variable \"$a\" of type \"Int\" used in position expecting type \"Int!\".");
    expect_errors("query($a: Int) { ints(list: $a) }",
                  "Variable \"$a\" of type \"Int\" used in position expecting type \"[Int]\".");
    expect_errors("query($a: String) { ints(list: [$a]) }",
                  "Variable \"$a\" of type \"String\" used in position expecting type \"Int\".");
}

constexpr std::string_view kAliases =
    " Use different aliases on the fields to fetch both if this was intentional.";

void expect_conflict(std::string_view source, std::string_view conflict) {
    expect_errors(source, std::string(conflict) + std::string(kAliases));
}

TEST(OverlappingFieldsCanBeMerged, ComparesFieldsAndArguments) {
    expect_valid("{ dog { name name at(x: 1, y: 2) at(y: 2, x: 1) } }");
    expect_conflict(
        "{ dog { name: nickname name } }",
        "Fields \"name\" conflict because \"nickname\" and \"name\" are different fields.");
    expect_conflict("{ dog { at(x: 1) at(x: 2) } }",
                    "Fields \"at\" conflict because they have differing arguments.");
    expect_conflict(
        "{ dog { ...A ...B } } fragment A on Dog { x: name } fragment B on Dog { x: nickname }",
        "Fields \"x\" conflict because \"name\" and \"nickname\" are different fields.");
    expect_valid("{ complex(is: {required: true, int: 1}) complex(is: {int: 1, required: true}) }");
}

TEST(OverlappingFieldsCanBeMerged, AllowsDifferentFieldsOfDifferentObjects) {
    expect_valid("{ pet { ... on Dog { x: barks } ... on Cat { x: meows } } }");
    expect_conflict(
        "{ pet { ... on Dog { x: volume } ... on Cat { x: volume } } }",
        "Fields \"x\" conflict because they return conflicting types \"Int\" and \"Int!\".");
    expect_conflict("{ pet { ... on Dog { x: name } ... on Pet { x: name(surname: true) } } }",
                    "Fields \"x\" conflict because they have differing arguments.");
    expect_conflict(
        "{ catOrDog { ... on Dog { x: owner { y: iq } } ... on Cat { x: nickname } } }",
        "Fields \"x\" conflict because they return conflicting types \"Human\" and \"String\".");
}

TEST(OverlappingFieldsCanBeMerged, LooksBelow) {
    expect_conflict("{ dog { x: name } dog { x: nickname } }",
                    "Fields \"dog\" conflict because subfields \"x\" conflict because \"name\" and "
                    "\"nickname\" are different fields.");
    expect_conflict(
        "{ dog { owner { ...F } } dog { owner { x: name } } } fragment F on Human { x: iq }",
        "Fields \"dog\" conflict because subfields \"owner\" conflict because subfields "
        "\"x\" conflict because \"name\" and \"iq\" are different fields.");
    expect_valid("{ dog { ...F } dog { ...F } } fragment F on Dog { owner { name } }");
}

TEST(MaxIntrospectionDepth, EndsRecursiveQueries) {
    expect_valid("{ __schema { types { fields { type { fields { name } } } } } }");
    expect_errors(
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
        "Maximum introspection depth exceeded");
    expect_errors(
        "{ __type(name: \"Dog\") { ...A } } fragment A on __Type { fields { type { ...B } } }"
        " fragment B on __Type { interfaces { fields { name } } }",
        "Maximum introspection depth exceeded");
}

/// Like errors_of, for documents that are not ours to look at.
std::vector<Error> validate_quickly(const std::string& source) {
    Arena arena;
    auto document = parse(source, arena, {.max_source_bytes = 1 << 24, .max_tokens = 1'000'000});
    EXPECT_TRUE(document);
    if (!document) return {};
    const auto start = std::chrono::steady_clock::now();
    std::vector<Error> errors = validate(schema(), *document);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    EXPECT_LT(took.count(), 2.0) << "an unoptimised build under load is slow, but not that slow";
    return errors;
}

TEST(Validate, StopsAtTheLimitOfErrors) {
    std::string source = "{";
    for (int i = 0; i < 200; ++i)
        source += " x" + std::to_string(i);
    const auto errors = validate_quickly(source + "}");
    ASSERT_EQ(errors.size(), 101U);
    EXPECT_EQ(errors.back().message,
              "Too many validation errors, error limit reached. Validation aborted.");
}

TEST(Validate, SaysWhere) {
    Arena arena;
    auto document = parse("{\n  dog { nam }\n}", arena);
    ASSERT_TRUE(document);
    EXPECT_THAT(validate(schema(), *document)[0].locations, ElementsAre(Location{2, 9}));
}

TEST(Validate, EndsQuicklyOnManyAliases) {
    std::string source = "{ dog {";
    for (int i = 0; i < 100'000; ++i)
        source += " a" + std::to_string(i) + ": name";
    EXPECT_THAT(validate_quickly(source + "} }"), IsEmpty());
    source = "{ dog {";
    for (int i = 0; i < 100'000; ++i)
        source += " name";
    EXPECT_THAT(validate_quickly(source + "} }"), IsEmpty());
    source = "{";
    for (int i = 0; i < 30'000; ++i)
        source += " dog { name }";
    EXPECT_THAT(validate_quickly(source + "}"), IsEmpty());
}

TEST(Validate, EndsQuicklyOnFragmentFanOut) {
    std::string source = "{ human { pets { ...F0 } } }";
    for (int i = 0; i < 200; ++i) {
        source += " fragment F" + std::to_string(i) + " on Being {";
        for (char alias = 'a'; alias < 'k'; ++alias)
            source += std::string(" ... on Human { ") + alias + ": pets { ...F" +
                      std::to_string(i + 1) + " } }";
        source += " }";
    }
    EXPECT_THAT(validate_quickly(source + " fragment F200 on Being { name }"), IsEmpty());
}

TEST(Validate, EndsQuicklyOnManyFragments) {
    std::string source = "{ dog { ...F0 } }";
    for (int i = 0; i < 20'000; ++i)
        source +=
            " fragment F" + std::to_string(i) + " on Dog { ...F" + std::to_string(i + 1) + " }";
    EXPECT_THAT(validate_quickly(source + " fragment F20000 on Dog { name }"), IsEmpty());
}

TEST(Validate, GivesUpOnWhatTakesTooLongToCompare) {
    std::string source = "{ dog { name ";
    for (int i = 0; i < 3'000; ++i)
        source += " a" + std::to_string(i) + ": owner { name ...F }";
    source += "} } fragment F on Human {";
    for (int i = 0; i < 3'000; ++i)
        source += " b" + std::to_string(i) + ": iq";
    const auto errors = validate_quickly(source + "}");
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_THAT(errors[0].message, HasSubstr("too complex"));
}

}  // namespace
}  // namespace fraiseql::graphql
