// SPDX-License-Identifier: MIT
// Orders and pages: lists come in the order asked for, and pages walk it from both ends without
// losing or repeating a row, wherever values come from.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/test_database_pgtest.hpp"
#include "json/value.hpp"
#include "testing/cluster.hpp"

namespace fraiseql::engine {
namespace {

const TestDatabase& database() {
    static const TestDatabase database =
        TestDatabase::load("orders", {"tests/operators/sample.sql"});
    return database;
}

struct Reader {
    const char* list;
    const char* connection;
    bool see_through;
};

constexpr Reader kReaders[] = {{"columns", "columnsConnection", true},
                               {"samples", "samplesConnection", true},
                               {"samples", "samplesConnection", false},
                               {"tvSamples", "tvSamplesConnection", true}};

struct Order {
    const char* order_by;
    const char* keys;
};

/// NULL is larger than any value unless the direction says where it goes; NaN is the largest
/// number.
constexpr Order kOrders[] = {
    {"[]", "1 2 3 4 5 6 7"},
    {"[{exact: ASC}]", "1 4 2 3 6 5 7"},
    {"[{exact: DESC}]", "7 5 6 3 2 4 1"},
    {"[{exact: DESC_NULLS_LAST}]", "5 6 3 2 4 1 7"},
    {"[{stamp: ASC_NULLS_FIRST}]", "7 1 6 2 3 4 5"},
    {"[{flag: ASC_NULLS_FIRST}, {whole4: DESC}]", "7 4 5 2 6 3 1"},
    {"[{mood: DESC_NULLS_LAST}, {real8: ASC}]", "3 6 2 4 1 5 7"},
    {"[{mood: ASC}, {flag: DESC}, {label: ASC}]", "1 5 4 2 3 6 7"},
    {"[{ownerId: ASC}]", "1 2 3 4 6 5 7"},
    {"[{ownerId: DESC}]", "7 5 6 4 3 2 1"},
};

/// A page: its keys, and its cursors at both ends.
struct Page {
    std::string keys;
    std::string start;
    std::string end;
    bool has_next = false;
    bool has_previous = false;
    /// The code of the error in place of a page, and its message.
    std::string error;
};

void add(std::string& keys, std::string_view more, bool before = false) {
    const std::string gap = keys.empty() || more.empty() ? "" : " ";
    keys = before ? std::string(more) + gap + keys : keys + gap + std::string(more);
}

std::string keys_of(const json::Value& rows) {
    std::string out;
    for (const json::Value& row : rows.items)
        add(out, row.find("id")->text);
    return out;
}

std::string list(const Reader& reader, const char* order_by) {
    Arena arena;
    const Outcome outcome =
        database().run(fmt::format("{{ {}(orderBy: {}) {{ id }} }}", reader.list, order_by), {},
                       reader.see_through);
    const auto answer = json::read(arena.copy(std::string_view(outcome.response)), arena);
    const json::Value* data = answer ? answer->find("data") : nullptr;
    return data == nullptr ? outcome.response : keys_of(data->members.front().value);
}

Page page(const Reader& reader, const std::string& arguments) {
    Arena arena;
    const Outcome outcome = database().run(
        fmt::format("{{ {}({}) {{ nodes {{ id }} pageInfo {{ startCursor endCursor hasNextPage "
                    "hasPreviousPage }} }} }}",
                    reader.connection, arguments),
        {}, reader.see_through);
    const auto answer = json::read(arena.copy(std::string_view(outcome.response)), arena);
    if (const json::Value* errors = answer->find("errors")) {
        const json::Value& error = errors->items[0];
        return {.error = fmt::format("{}: {}", error.find("extensions")->find("code")->text,
                                     error.find("message")->text)};
    }
    const json::Value& connection = answer->find("data")->members.front().value;
    const json::Value& info = *connection.find("pageInfo");
    return {.keys = keys_of(*connection.find("nodes")),
            .start = std::string(info.find("startCursor")->text),
            .end = std::string(info.find("endCursor")->text),
            .has_next = info.find("hasNextPage")->kind == json::Value::Kind::True,
            .has_previous = info.find("hasPreviousPage")->kind == json::Value::Kind::True};
}

std::string walk_forward(const Reader& reader, const char* order_by, int size) {
    std::string keys;
    std::string after;
    for (int n = 0; n < 10; ++n) {
        const Page next =
            page(reader, fmt::format("orderBy: {}, first: {}{}", order_by, size, after));
        add(keys, next.keys + next.error);
        if (!next.has_next) return keys;
        after = fmt::format(", after: \"{}\"", next.end);
    }
    return "no end: " + keys;
}

std::string walk_backward(const Reader& reader, const char* order_by, int size) {
    std::string keys;
    std::string before;
    for (int n = 0; n < 10; ++n) {
        const Page next =
            page(reader, fmt::format("orderBy: {}, last: {}{}", order_by, size, before));
        add(keys, next.keys + next.error, /*before=*/true);
        if (!next.has_previous) return keys;
        before = fmt::format(", before: \"{}\"", next.start);
    }
    return "no end: " + keys;
}

TEST(Orders, AreThoseAskedForAndCompletedByTheKey) {
    for (const Reader& reader : kReaders)
        for (const Order& order : kOrders)
            EXPECT_EQ(list(reader, order.order_by), order.keys)
                << reader.list << " " << order.order_by << (reader.see_through ? "" : " whole");
}

TEST(Pages, WalkEveryOrderFromBothEnds) {
    for (const Reader& reader : kReaders)
        for (const Order& order : kOrders)
            for (int size : {1, 3}) {
                EXPECT_EQ(walk_forward(reader, order.order_by, size), order.keys)
                    << reader.list << " " << order.order_by << " by " << size;
                EXPECT_EQ(walk_backward(reader, order.order_by, size), order.keys)
                    << reader.list << " " << order.order_by << " back by " << size;
            }
}

TEST(Pages, NeitherLoseNorRepeatRowsWhenOthersComeBetween) {
    const Reader& reader = kReaders[0];
    auto& cluster = testing::Cluster::shared();
    const Page first = page(reader, "orderBy: [{ownerId: ASC}], first: 2");
    EXPECT_EQ(first.keys, "1 2");
    cluster.run_sql(database().url,
                    "INSERT INTO tb_sample (id, owner_id) VALUES (-1, 5), (8, 15), (9, NULL)");
    const Page second = page(
        reader, fmt::format("orderBy: [{{ownerId: ASC}}], first: 9, after: \"{}\"", first.end));
    const Page back = page(
        reader, fmt::format("orderBy: [{{ownerId: ASC}}], last: 9, before: \"{}\"", second.start));
    cluster.run_sql(database().url, "DELETE FROM tb_sample WHERE id IN (-1, 8, 9)");
    EXPECT_EQ(second.keys, "8 3 4 6 5 7 9");
    EXPECT_EQ(back.keys, "-1 1 2");
}

/// The cursor with `from` in its JSON replaced.
std::string forged(const std::string& cursor, const std::string& from, const std::string& to) {
    auto rows = database().session->query(
        "SELECT translate(encode(convert_to(replace(convert_from(decode($1, 'base64'), 'UTF8'), "
        "$2, $3), 'UTF8'), 'base64'), chr(10), '')",
        {cursor, from, to});
    return std::string(rows.value().get(0, 0));
}

TEST(Cursors, ThatAreNoneAreRefused) {
    for (const Reader& reader : kReaders) {
        const std::string good = page(reader, "orderBy: [{whole4: ASC}], first: 2").end;
        auto refusal = [&](const std::string& cursor) {
            return page(reader,
                        fmt::format("orderBy: [{{whole4: ASC}}], first: 2, after: \"{}\"", cursor))
                .error;
        };
        EXPECT_EQ(refusal(good), "");
        for (const std::string& cursor :
             {std::string(), std::string("x"), std::string("eA=="), good.substr(4),
              good.substr(0, good.size() - 4), good + "AAAA", forged(good, "[", "{"),
              forged(good, "\"-1\"", "-1"), forged(good, ", \"2\"]", "]")})
            EXPECT_EQ(refusal(cursor), "BAD_USER_INPUT: after is not a cursor.") << cursor;
        EXPECT_EQ(refusal(page(reader, "orderBy: [{whole4: DESC}], first: 2").end),
                  "BAD_USER_INPUT: after belongs to another order.");
        EXPECT_EQ(refusal(page(reader, "orderBy: [{label: ASC}], first: 2").end),
                  "BAD_USER_INPUT: after belongs to another order.");
        EXPECT_EQ(refusal(forged(good, "\"-1\"", "\"a'; --\"")),
                  "BAD_USER_INPUT: invalid input syntax for type integer: \"a'; --\"");
    }
}

struct Aggregation {
    const char* arguments;
    const char* selection;
    const char* result;
};

/// Whether rows are there or not, and every digit of what is calculated.
constexpr Aggregation kAggregations[] = {
    {"", "count countDistinct { mood ownerId flag }",
     R"([{"count":7,"countDistinct":{"mood":3,"ownerId":3,"flag":2}}])"},
    {"", "sum { whole2 whole8 } avg { whole2 } stddev { amount } variance { amount }",
     R"([{"sum":{"whole2":4,"whole8":18014398509482026},"avg":{"whole2":0.66666666666666666667},)"
     R"("stddev":{"amount":1.8708286933869707},"variance":{"amount":3.5000000000000000}}])"},
    {"", "min { label day whole4 } max { exact stamp whole8 }",
     R"([{"min":{"label":"","day":"-infinity","whole4":-2147483648},)"
     R"("max":{"exact":"NaN","stamp":"infinity","whole8":9223372036854775807}}])"},
    {"where: {whole4: {in: [-1, 0]}}", "sum { exact }",
     R"([{"sum":{"exact":2469135780246913578024691357802469135780.9}}])"},
    {"where: {label: {eq: \"nobody\"}}",
     "count countDistinct { mood } sum { whole4 } avg { exact } min { day } max { label }",
     R"([{"count":0,"countDistinct":{"mood":0},"sum":{"whole4":null},"avg":{"exact":null},)"
     R"("min":{"day":null},"max":{"label":null}}])"},
    {"groupBy: [{mood: VALUE}]", "keys { mood } count sum { amount }",
     R"([{"keys":{"mood":"sad"},"count":2,"sum":{"amount":6}},)"
     R"({"keys":{"mood":"ok"},"count":2,"sum":{"amount":6}},)"
     R"({"keys":{"mood":"happy"},"count":2,"sum":{"amount":9}},)"
     R"({"keys":{"mood":null},"count":1,"sum":{"amount":null}}])"},
    {"groupBy: [{stamp: YEAR}], where: {stamp: {gte: \"2000-01-01T00:00:00Z\"}}",
     "keys { stamp } count",
     R"([{"keys":{"stamp":"2024-01-01T00:00:00+00:00"},"count":1},)"
     R"({"keys":{"stamp":"2026-01-01T00:00:00+00:00"},"count":2},)"
     R"({"keys":{"stamp":"infinity"},"count":1}])"},
    {"groupBy: [{day: QUARTER}], where: {day: {gt: \"2000-01-01\"}}", "keys { day } count",
     R"([{"keys":{"day":"2024-01-01"},"count":1},{"keys":{"day":"2026-01-01"},"count":1},)"
     R"({"keys":{"day":"2026-10-01"},"count":1},{"keys":{"day":"infinity"},"count":1}])"},
    {"groupBy: [{ownerId: VALUE}], having: {count: {gte: 2}, sum: {amount: {lt: \"10\"}}}",
     "keys { ownerId } count",
     R"([{"keys":{"ownerId":"10"},"count":2},)"
     R"({"keys":{"ownerId":"20"},"count":2},)"
     R"({"keys":{"ownerId":null},"count":2}])"},
    {"groupBy: [{ownerId: VALUE}], having: {avg: {exact: {gt: \"1e30\"}}}", "keys { ownerId }",
     R"([{"keys":{"ownerId":"20"}},{"keys":{"ownerId":"30"}},{"keys":{"ownerId":null}}])"},
};

TEST(Aggregates, AreExactAndTyped) {
    for (const Reader& reader : kReaders)
        for (const Aggregation& test : kAggregations) {
            const std::string field = std::string(reader.list) + "Aggregate";
            const std::string arguments =
                *test.arguments == '\0' ? "" : fmt::format("({})", test.arguments);
            std::string response =
                database()
                    .run(fmt::format("{{ {}{} {{ {} }} }}", field, arguments, test.selection), {},
                         reader.see_through)
                    .response;
            // json_build_object writes spaces around : and after ,
            std::erase(response, ' ');
            std::erase(response, '\n');
            std::string expected = fmt::format(R"({{"data":{{"{}":{}}}}})", field, test.result);
            EXPECT_EQ(response, expected) << test.arguments << (reader.see_through ? "" : " whole");
        }
}

}  // namespace
}  // namespace fraiseql::engine
