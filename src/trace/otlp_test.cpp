// SPDX-License-Identifier: MIT
#include "trace/otlp.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/arena.hpp"
#include "json/value.hpp"

namespace fraiseql::trace {
namespace {

using namespace std::chrono_literals;

const Clock::time_point kStart{1'000'000s};

template <std::size_t Size>
std::array<char, Size> id(char digit) {
    std::array<char, Size> out{};
    out.fill(digit);
    return out;
}

Record record() {
    Record out;
    out.timeline.context = Context{id<32>('a'), id<16>('b'), true};
    out.timeline.began = kStart;
    out.timeline.received = kStart + 1ms;
    out.timeline.parsed = kStart + 2ms;
    out.timeline.planned = kStart + 3ms;
    out.timeline.operation_name = "Q";
    out.timeline.operation_type = "query";
    DatabaseCall call;
    call.asked = kStart + 4ms;
    call.sent = std::make_shared<Clock::time_point>(kStart + 5ms);
    call.answered = kStart + 6ms;
    call.span_id = id<16>('c');
    call.sql = std::make_shared<std::string>("SELECT \"x\"\nFROM t");
    call.statements = 2;
    out.timeline.calls.push_back(call);
    out.began_at = std::chrono::system_clock::time_point(1'700'000'000s);
    out.answered = kStart + 7ms;
    out.written = kStart + 8ms;
    out.method = "POST";
    out.route = "/graphql";
    out.status = 200;
    return out;
}

/// The spans of what is exported, by name.
class Exported {
  public:
    explicit Exported(const Record& given, const Resource& resource = {.database = "shop"})
        : text_(to_otlp(std::span(&given, 1), resource)) {
        document_ = json::read(text_, arena_).value();
        const json::Value& resources = document_.find("resourceSpans")->items.front();
        spans_ = resources.find("scopeSpans")->items.front().find("spans");
    }

    std::size_t size() const { return spans_->items.size(); }
    std::string of(std::string_view span, std::string_view member) const {
        const json::Value* found = find(span);
        const json::Value* value = found == nullptr ? nullptr : found->find(member);
        return value == nullptr ? "(none)" : std::string(value->text);
    }
    std::string attribute(std::string_view span, std::string_view key) const {
        for (const json::Value& each : find(span)->find("attributes")->items)
            if (each.find("key")->text == key)
                return std::string(each.find("value")->members.front().value.text);
        return "(none)";
    }

  private:
    const json::Value* find(std::string_view name) const {
        for (const json::Value& span : spans_->items)
            if (span.find("name")->text == name) return &span;
        return nullptr;
    }

    std::string text_;
    Arena arena_;
    json::Value document_;
    const json::Value* spans_ = nullptr;
};

TEST(Otlp, ARequestIsAServerSpanWithWhatHappenedBelowIt) {
    const Exported exported(record());
    EXPECT_EQ(exported.size(), 6U);
    EXPECT_EQ(span_count(record()), 6U);
    EXPECT_EQ(exported.of("POST /graphql", "traceId"), std::string(32, 'a'));
    EXPECT_EQ(exported.of("POST /graphql", "spanId"), std::string(16, 'b'));
    EXPECT_EQ(exported.of("POST /graphql", "parentSpanId"), "(none)");
    EXPECT_EQ(exported.of("POST /graphql", "kind"), "2");
    EXPECT_EQ(exported.of("POST /graphql", "flags"), "257");
    EXPECT_EQ(exported.of("POST /graphql", "startTimeUnixNano"), "1700000000000000000");
    EXPECT_EQ(exported.of("POST /graphql", "endTimeUnixNano"), "1700000000008000000");
    EXPECT_EQ(exported.attribute("POST /graphql", "http.response.status_code"), "200");
    for (const char* name : {"parse", "plan", "queue", "SELECT shop", "write"})
        EXPECT_EQ(exported.of(name, "parentSpanId"), std::string(16, 'b')) << name;
    EXPECT_EQ(exported.of("queue", "startTimeUnixNano"), "1700000000004000000");
    EXPECT_EQ(exported.of("queue", "endTimeUnixNano"), "1700000000005000000");
    EXPECT_EQ(exported.of("SELECT shop", "spanId"), std::string(16, 'c'));
    EXPECT_EQ(exported.of("SELECT shop", "kind"), "3");
    EXPECT_EQ(exported.attribute("SELECT shop", "db.operation.batch.size"), "2");
    EXPECT_EQ(exported.attribute("SELECT shop", "db.query.text"), "(none)");
}

TEST(Otlp, TheTextOfStatementsIsThereWhereItMayBe) {
    const Exported exported(record(), {.database = "shop", .statements = true});
    EXPECT_EQ(exported.attribute("SELECT shop", "db.query.text"), "SELECT \"x\"\nFROM t");
}

TEST(Otlp, AParentElsewhereIsSaidToBeThere) {
    Record given = record();
    given.parent = id<16>('d');
    given.state = "k=\"v";
    const Exported exported(given);
    EXPECT_EQ(exported.of("POST /graphql", "parentSpanId"), std::string(16, 'd'));
    EXPECT_EQ(exported.of("POST /graphql", "flags"), "769");
    EXPECT_EQ(exported.of("write", "traceState"), "k=\"v");
}

TEST(Otlp, WhatDidNotHappenIsNoSpan) {
    Record given = record();
    given.timeline.planned = {};
    given.timeline.calls.front().sent = std::make_shared<Clock::time_point>();
    given.timeline.calls.front().sqlstate = "53300";
    given.written = {};
    const Exported exported(given);
    EXPECT_EQ(exported.size(), 3U);
    EXPECT_EQ(span_count(given), 3U);
    EXPECT_EQ(exported.of("queue", "endTimeUnixNano"), "1700000000006000000");
    EXPECT_EQ(exported.of("POST /graphql", "endTimeUnixNano"), "1700000000007000000");
}

TEST(Otlp, AFailedAnswerIsAnError) {
    Record given = record();
    given.status = 503;
    EXPECT_EQ(Exported(given).attribute("POST /graphql", "error.type"), "503");
    given.status = 400;
    EXPECT_EQ(Exported(given).attribute("POST /graphql", "error.type"), "(none)");
}

}  // namespace
}  // namespace fraiseql::trace
