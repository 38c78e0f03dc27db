// SPDX-License-Identifier: MIT
#include "graphql/scalars.hpp"

#include <gtest/gtest.h>

#include <set>

namespace fraiseql::graphql {
namespace {

/// Whether the scalar takes the JSON text as input.
bool takes(std::string_view scalar, std::string_view text) {
    Arena arena;
    const Scalar* found = find_scalar(scalar);
    const auto value = json::read(text, arena);
    EXPECT_NE(found, nullptr) << scalar;
    EXPECT_TRUE(value) << text;
    return found != nullptr && value && !found->validate(*value);
}

struct Case {
    std::string_view scalar;
    std::string_view good;
    std::string_view bad;
};

TEST(Scalars, TakeWhatTheySay) {
    const Case cases[] = {
        {"Int", "2147483647", "2147483648"},
        {"Int", "1.0", "1.5"},
        {"Int", "-0", "\"1\""},
        {"Float", "1", "\"1\""},
        {"Float", "1e300", "1e999"},
        {"String", "\"\"", "1"},
        {"Boolean", "true", "1"},
        {"ID", "\"a\"", "1.5"},
        {"ID", "123456789012345678901", "true"},
        {"UUID", "\"00000000-0000-0000-0000-00000000000A\"",
         "\"00000000-0000-0000-0000-0000000000\""},
        {"UUID", "\"0190c5e4-7b1a-7cc0-8f0e-2d3a4b5c6d7e\"",
         "\"0190c5e47b1a7cc08f0e2d3a4b5c6d7e\""},
        {"Date", "\"2024-02-29\"", "\"2023-02-29\""},
        {"Date", "\"2026-12-31\"", "\"2026-13-01\""},
        {"Date", "\"0001-01-01\"", "\"2026-1-1\""},
        {"Time", "\"23:59:59.999999\"", "\"24:00:01\""},
        {"Time", "\"24:00:00\"", "\"12\""},
        {"Date", "\"infinity\"", "\"Infinity\""},
        {"OffsetTime", "\"23:59:59.5+02\"", "\"23:59:59\""},
        {"DateTime", "\"-infinity\"", "\"now\""},
        {"LocalDateTime", "\"infinity\"", "\"+infinity\""},
        {"DateTime", "\"2026-01-31T23:59:59Z\"", "\"2026-01-31T23:59:59\""},
        {"DateTime", "\"2026-01-31 23:59:59.5+02\"", "\"2026-01-31T23:59:59+25:00\""},
        {"DateTime", "\"2026-01-31T23:59-05:30\"", "\"2026-01-31\""},
        {"LocalDateTime", "\"2026-01-31T23:59:59\"", "\"2026-01-31T23:59:59Z\""},
        {"Interval", "\"P1Y2M3W4DT5H6M7.5S\"", "\"P\""},
        {"Interval", "\"PT1H\"", "\"PT\""},
        {"Interval", "\"1 year 2 mons -3 days 04:05:06.7\"", "\"1 yeer\""},
        {"Interval", "\"-00:00:01\"", "\"P1M1Y\""},
        {"Interval", "\"2 weeks\"", "\"PT1HT2M\""},
        {"BigInt", "\"9223372036854775807\"", "\"9223372036854775808\""},
        {"BigInt", "-9223372036854775808", "1.0"},
        {"Decimal", "\"123456789012345678901234567890.12345678901234567890\"", "\"1,5\""},
        {"Decimal", "1e-10", "\"nan\""},
        {"Decimal", "\"NaN\"", "\"inf\""},
        {"IntMultirange", "\"{}\"", "\"{[1,2),}\""},
        {"IntMultirange", "\"{[1,2),(,0]}\"", "\"[1,2)\""},
        {"DateMultirange", "\"{[2026-01-01,)}\"", "\"{[2026-01-32,)}\""},
        {"MacAddress", "\"08:00:2b:01:02:03:04:05\"", "\"08:00:2b:01:02:03:04\""},
        {"JSON", "{\"a\":[1]}", ""},
        {"Bytes", "\"\\\\xDEADbeef\"", "\"\\\\xABC\""},
        {"Bytes", "\"\\\\x\"", "\"DEAD\""},
        {"EmailAddress", "\"a.b+c@example.com\"", "\"a@b@example.com\""},
        {"EmailAddress", "\"a@b.c\"", "\"a@localhost\""},
        {"URL", "\"https://example.com/a?b=c#d\"", "\"example.com\""},
        {"URL", "\"mailto:a@b.c\"", "\"http:///path\""},
        {"URL", "\"file:///a\"", "\"http://a b\""},
        {"Hostname", "\"xn--bcher-kva.example\"", "\"-a.example\""},
        {"Hostname", "\"a\"", "\"a..b\""},
        {"IPAddress", "\"192.168.0.1/24\"", "\"256.0.0.1\""},
        {"IPAddress", "\"::ffff:10.0.0.1\"", "\"1::2::3\""},
        {"IPAddress", "\"::\"", "\"1:2:3\""},
        {"IPAddress", "\"2001:db8::1\"", "\"10.0.0.1/33\""},
        {"CIDR", "\"10.0.0.0/8\"", "\"10.0.0.0\""},
        {"CIDR", "\"2001:db8::/32\"", "\"2001:db8::/129\""},
        {"MacAddress", "\"08:00:2b:01:02:03\"", "\"08:00:2b:01:02\""},
        {"MacAddress", "\"0800.2b01.0203\"", "\"08:00-2b:01:02:03\""},
        {"MacAddress", "\"08002B010203\"", "\"08002b01020g\""},
        {"Port", "65535", "65536"},
        {"Port", "1", "0"},
        {"LTree", "\"Top.Science_1\"", "\"Top..Science\""},
        {"DateRange", "\"[2026-01-01,2026-02-01)\"", "\"2026-01-01,2026-02-01\""},
        {"DateRange", "\"(,2026-02-01]\"", "\"[2026-02-30,)\""},
        {"DateRange", "\"empty\"", "\"[]\""},
        {"IntRange", "\"[1,10)\"", "\"[1.5,10)\""},
        {"BigIntRange", "\"(,)\"", "\"[a,b]\""},
        {"DecimalRange", "\"[1.5,2.5]\"", "\"[1.5;2.5]\""},
        {"LocalDateTimeRange", "\"[\\\"2026-01-01 00:00:00\\\",)\"", "\"[2026-01-01,)\""},
        {"DateTimeRange", "\"[\\\"2026-01-01 00:00:00+00\\\",2026-01-02T00:00:00Z)\"",
         "\"[now,)\""},
        {"Vector", "[1,2.5]", "[]"},
        {"Vector", "\"[1, 2.5,-3e2]\"", "\"1,2\""}};
    for (const Case& one : cases) {
        EXPECT_TRUE(takes(one.scalar, one.good)) << one.scalar << ' ' << one.good;
        if (!one.bad.empty()) {
            EXPECT_FALSE(takes(one.scalar, one.bad)) << one.scalar << ' ' << one.bad;
        }
    }
}

TEST(Scalars, RefuseWhatIsNoText) {
    for (const Scalar& scalar : scalars()) {
        const bool open = scalar.name == "JSON" || scalar.name == "Boolean";
        EXPECT_EQ(takes(scalar.name, "true"), open) << scalar.name;
    }
}

TEST(Scalars, AreDescribedAndUnique) {
    std::set<std::string_view> names;
    for (const Scalar& scalar : scalars()) {
        EXPECT_TRUE(names.insert(scalar.name).second) << scalar.name;
        EXPECT_TRUE(scalar.description.ends_with('.')) << scalar.name;
    }
    EXPECT_EQ(find_scalar("Nothing"), nullptr);
}

}  // namespace
}  // namespace fraiseql::graphql
