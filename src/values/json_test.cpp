// SPDX-License-Identifier: MIT
#include "fraiseql/json.hpp"

#include <gtest/gtest.h>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <cmath>
#include <functional>
#include <limits>

namespace shop {

enum class status { draft, published, default_ };
BOOST_DESCRIBE_ENUM(status, draft, published, default_)

struct node {
    std::string name;
    std::vector<node> children;
    std::unique_ptr<node> twin;
};
BOOST_DESCRIBE_STRUCT(node, (), (name, children, twin))

struct entity {
    fraiseql::uuid id;
};
BOOST_DESCRIBE_STRUCT(entity, (), (id))

struct post : entity {
    std::string title;
    std::optional<std::string> subtitle;
    std::vector<std::string> tags;
    status state = status::draft;
    std::int64_t views = 0;
    std::chrono::sys_time<std::chrono::microseconds> created_at;
    fraiseql::decimal price;
    std::map<std::string, int> counts;
    fraiseql::json_text extra;
    bool class_ = false;
};
BOOST_DESCRIBE_STRUCT(post, (entity),
                      (title, subtitle, tags, state, views, created_at, price, counts, extra,
                       class_))

struct cat {
    int lives = 9;
};
BOOST_DESCRIBE_STRUCT(cat, (), (lives))
struct dog {
    std::string name;
};
BOOST_DESCRIBE_STRUCT(dog, (), (name))

}  // namespace shop

namespace fraiseql {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

std::string message_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const failure& error) {
        return error.hint().empty() ? error.what() : error.what() + (" " + error.hint());
    }
    return "nothing was thrown";
}

template <class T>
std::string refusal(std::string_view text) {
    return message_of([&] { from_json<T>(text); });
}

constexpr std::string_view kPost =
    R"({"id":"01234567-89ab-cdef-0123-456789abcdef","title":"A \"b\"","subtitle":null,)"
    R"("tags":["x","é"],"state":"published","views":9007199254740993,)"
    R"("created_at":"2026-05-01T08:30:00.25+00:00","price":12345678901234567890.10,)"
    R"("counts":{"a":1},"extra":{"n":1.50},"class":true})";

TEST(Json, AStructComesBackAsItWas) {
    const auto post = from_json<shop::post>(kPost);
    EXPECT_EQ(post.title, "A \"b\"");
    EXPECT_EQ(post.state, shop::status::published);
    EXPECT_EQ(post.views, 9007199254740993);
    EXPECT_EQ(post.price.str(), "12345678901234567890.10");
    EXPECT_EQ(post.extra.str(), R"({"n":1.50})");
    EXPECT_EQ(post.created_at, sys_days(2026y / 5 / 1) + 8h + 30min + 250ms);
    EXPECT_TRUE(post.class_);
    // The members of the base come first.
    EXPECT_EQ(to_json(post).str(), kPost);
}

TEST(Json, MistakesSayWhereAndWhatWasExpected) {
    EXPECT_EQ(refusal<shop::node>(R"({"name":1,"children":[]})"),
              "name must be a string, not a number.");
    EXPECT_EQ(refusal<shop::node>(
                  R"({"name":"a","children":[{"name":"b","children":[]},{"children":[]}]})"),
              "children[1].name is missing.");
    EXPECT_EQ(refusal<shop::node>(R"({"name":"a","children":[],"nmae":"b"})"),
              "nmae is not known. Did you mean \"name\"?");
    EXPECT_EQ(refusal<shop::node>("[]"), "The value must be an object, not a list.");
    EXPECT_EQ(refusal<shop::status>("\"publshed\""),
              "The value must be one of draft, published, default, not \"publshed\". "
              "Did you mean \"published\"?");
    EXPECT_EQ(refusal<int>("{"), "Broken JSON near byte 1: incomplete JSON.");
    EXPECT_EQ((refusal<std::map<std::string, int>>(R"({"":"x"})")),
              "\"\" must be an integer, not a string.");
}

TEST(Json, UnknownKeysMayBeIgnored) {
    const auto dog = from_json<shop::dog>(R"({"name":"Rex","age":3})", unknown_keys::ignore);
    EXPECT_EQ(dog.name, "Rex");
}

TEST(Json, NumbersThatDoNotFitAreRefused) {
    EXPECT_EQ(from_json<std::int32_t>("-2147483648"), std::numeric_limits<int>::min());
    EXPECT_EQ(refusal<std::int32_t>("2147483648"),
              "The value must be an integer from -2147483648 to 2147483647, not 2147483648.");
    EXPECT_EQ(refusal<int>("1.0"),
              "The value must be an integer from -2147483648 to 2147483647, not \"1.0\".");
    EXPECT_EQ(refusal<std::uint8_t>("-1"),
              "The value must be an integer from 0 to 255, not \"-1\".");
    EXPECT_EQ(from_json<std::int64_t>("\"9223372036854775807\""), INT64_MAX);
    EXPECT_NE(refusal<std::int64_t>("9223372036854775808").find("from -9223372036854775808"),
              std::string::npos);
    EXPECT_NE(refusal<std::int64_t>("\"\"").find("must be an integer"), std::string::npos);
    EXPECT_EQ(from_json<double>("9007199254740992"), 9007199254740992.0);
    EXPECT_EQ(refusal<double>("9007199254740993"),
              "The value is 9007199254740993, which floating point can only hold rounded. "
              "Use std::int64_t or fraiseql::decimal.");
    EXPECT_EQ(refusal<float>("16777217"),
              "The value is 16777217, which floating point can only hold rounded. "
              "Use std::int64_t or fraiseql::decimal.");
    EXPECT_EQ(refusal<double>("1e999"),
              "The value is 1e999, which floating point cannot hold. Use fraiseql::decimal.");
    EXPECT_EQ(from_json<double>("0.1"), 0.1);
    EXPECT_TRUE(std::isnan(from_json<double>("\"NaN\"")));
    EXPECT_EQ(message_of([] { to_json(std::nan("")); }),
              "nan cannot be written as JSON. Send null, or a text.");
    EXPECT_EQ(to_json(0.1).str(), "0.1");
    EXPECT_EQ(to_json(INT64_MIN).str(), "-9223372036854775808");
}

TEST(Json, DecimalsAreExact) {
    EXPECT_EQ(from_json<decimal>("1.50").str(), "1.50");
    EXPECT_EQ("1.50"_decimal, "15e-1"_decimal);
    EXPECT_EQ("-0.0"_decimal, "0"_decimal);
    EXPECT_FALSE("1"_decimal == "1.0000000000000000000001"_decimal);
    EXPECT_EQ(to_json("NaN"_decimal).str(), "\"NaN\"");
    EXPECT_EQ(to_json(".5"_decimal).str(), "\".5\"");
    EXPECT_FALSE(decimal::parse("1,5"));
    EXPECT_FALSE(decimal::parse("1e"));
    EXPECT_FALSE(decimal::parse("-"));
    EXPECT_EQ(refusal<decimal>("\"x\""), "The value must be a decimal number, not \"x\".");
}

TEST(Json, TimesAreUtcAndExact) {
    using Seconds = sys_time<seconds>;
    EXPECT_EQ(from_json<Seconds>("\"2026-05-01T10:30:00+02:00\""),
              sys_days(2026y / 5 / 1) + 8h + 30min);
    EXPECT_EQ(from_json<Seconds>("\"2026-05-01 08:30Z\""), sys_days(2026y / 5 / 1) + 8h + 30min);
    EXPECT_EQ(to_json(Seconds(sys_days(1969y / 12 / 31) + 23h)).str(),
              "\"1969-12-31T23:00:00+00:00\"");
    EXPECT_EQ(refusal<Seconds>("\"2026-05-01T08:30:00.5Z\""),
              "The value has a fraction or a year that its C++ type cannot hold.");
    EXPECT_NE(refusal<Seconds>("\"2026-05-01T08:30:00\"").find("with a zone"), std::string::npos);
    EXPECT_NE(refusal<Seconds>("\"2026-02-30T08:30:00Z\"").find("2026-02-30"), std::string::npos);
    EXPECT_NE(refusal<Seconds>("\"infinity\"").find("std::string"), std::string::npos);
    EXPECT_NE(refusal<sys_time<nanoseconds>>("\"2300-01-01T00:00:00Z\"").find("cannot hold"),
              std::string::npos);
    EXPECT_NE(refusal<sys_time<nanoseconds>>("\"2026-01-01T00:00:00.0000001Z\"").find("micro"),
              std::string::npos);
    EXPECT_EQ(message_of([] { to_json(sys_time<nanoseconds>(1ns)); }),
              "A time that is finer than a microsecond, or out of all bounds, has no JSON.");
    EXPECT_EQ(to_json(from_json<year_month_day>("\"2024-02-29\"")).str(), "\"2024-02-29\"");
    EXPECT_EQ(refusal<year_month_day>("\"2023-02-29\""),
              "The value must be a date, not "
              "\"2023-02-29\".");
    EXPECT_EQ(to_json(from_json<hh_mm_ss<microseconds>>("\"24:00\"")).str(), "\"24:00:00\"");
    EXPECT_EQ(to_json(from_json<hh_mm_ss<microseconds>>("\"08:30:00.000001\"")).str(),
              "\"08:30:00.000001\"");
    EXPECT_EQ(to_json(from_json<local_time<seconds>>("\"2026-05-01T08:30:00\"")).str(),
              "\"2026-05-01T08:30:00\"");
}

TEST(Json, UuidsAreWrittenInLowerCase) {
    const auto id = from_json<uuid>("\"01234567-89AB-CDEF-0123-456789ABCDEF\"");
    EXPECT_EQ(id, "01234567-89ab-cdef-0123-456789abcdef"_uuid);
    EXPECT_EQ(to_json(id).str(), "\"01234567-89ab-cdef-0123-456789abcdef\"");
    EXPECT_EQ(refusal<uuid>("\"0123\""), "The value must be a UUID, not \"0123\".");
    EXPECT_LT(uuid(), id);
}

TEST(Json, VariantsAreToldApartByTypename) {
    using pet = std::variant<shop::cat, shop::dog>;
    EXPECT_EQ(to_json(pet(shop::dog{"Rex"})).str(), R"({"__typename":"dog","name":"Rex"})");
    const auto pets = from_json<std::vector<pet>>(
        R"([{"lives":8,"__typename":"cat"},{"__typename":"dog","name":"R"}])");
    EXPECT_EQ(std::get<shop::cat>(pets[0]).lives, 8);
    EXPECT_EQ(refusal<std::vector<pet>>(R"([{"__typename":"cow"}])"),
              "[0].__typename must be one of cat, dog, not \"cow\". Did you mean \"cat\" or "
              "\"dog\"?");
    EXPECT_EQ(refusal<pet>("{}"), "__typename is missing.");
}

TEST(Json, StructsThatContainThemselves) {
    const auto tree =
        from_json<shop::node>(R"({"name":"a","children":[{"name":"b","children":[]}],)"
                              R"("twin":{"name":"c","children":[]}})");
    EXPECT_EQ(tree.children[0].name, "b");
    EXPECT_EQ(tree.twin->name, "c");
}

TEST(Json, TextIsSplicedAsItIs) {
    const json_text text(R"({ "a" : [1, 2.0] })");
    EXPECT_EQ(text.str(), R"({ "a" : [1, 2.0] })");
    EXPECT_EQ(text.at("a").at(1).str(), "2.0");
    EXPECT_TRUE(json_text().is_null());
    EXPECT_EQ(message_of([] { json_text("{}x"); }), "Broken JSON near byte 2: extra data.");
    EXPECT_EQ(message_of([&] { text.at("b"); }), "b is missing.");
    EXPECT_EQ(message_of([&] { text.at("a").at(2); }), "[2] is missing: the list has 2 items.");
}

TEST(Json, BytesThatAreNoTextAreRefused) {
    EXPECT_NE(message_of([] { to_json(std::string("\xff")); }).find("UTF-8"), std::string::npos);
    EXPECT_NE(message_of([] { to_json(std::string("\xed\xa0\x80")); }).find("UTF-8"),
              std::string::npos);
    EXPECT_EQ(to_json(std::string("\xf0\x9f\x8d\x93")).str(), "\"\xf0\x9f\x8d\x93\"");
}

static_assert(json_readable<std::optional<std::vector<shop::post>>>);
struct undescribed {};
static_assert(!json_readable<undescribed> && !json_writable<undescribed>);
static_assert(!json_readable<char> && !json_readable<std::string_view>);

}  // namespace
}  // namespace fraiseql
