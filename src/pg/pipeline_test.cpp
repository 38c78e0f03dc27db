// SPDX-License-Identifier: MIT
#include "pg/pipeline.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace fraiseql::pg {
namespace {

using namespace std::string_literals;

std::string message(char type, const std::string& body = {}) {
    std::string out(1, type);
    const std::size_t length = body.size() + 4;
    out += static_cast<char>(length >> 24 & 0xff);
    out += static_cast<char>(length >> 16 & 0xff);
    out += static_cast<char>(length >> 8 & 0xff);
    out += static_cast<char>(length & 0xff);
    return out + body;
}

std::string row(const std::string& value) {
    return message('D', "\0\x01\0\0\0"s + static_cast<char>(value.size()) + value);
}

const std::string kParsed = message('3') + message('1');
const std::string kBound = message('2');
const std::string kDone = message('C', "SELECT 1\0"s);
const std::string kReady = message('Z', "I");

std::string failure(const std::string& sqlstate) {
    return message('E', "C" + sqlstate + "\0M"s + "no\0\0"s);
}

/// A pipeline and the exchanges that it has finished.
struct Script {
    Pipeline pipeline{8};
    std::vector<std::shared_ptr<Exchange>> finished;

    std::shared_ptr<Exchange> send(const std::string& sql, std::size_t calls = 1) {
        auto exchange = std::make_shared<Exchange>();
        for (std::size_t i = 0; i < calls; ++i) {
            exchange->batch.calls.push_back({.statement = make_statement(sql), .params = {}});
        }
        pipeline.send(exchange);
        return exchange;
    }

    bool reply(const std::string& bytes, std::size_t step = 1 << 20) {
        for (std::size_t at = 0; at < bytes.size(); at += step) {
            const std::string part = bytes.substr(at, step);
            const auto room = pipeline.room();
            EXPECT_GE(room.size(), part.size());
            std::memcpy(room.data(), part.data(), part.size());
            pipeline.filled(part.size());
            if (!pipeline.read(finished)) return false;
        }
        return true;
    }

    std::string taken() { return std::exchange(pipeline.output(), {}); }
};

TEST(Pipeline, PreparesOnceAndEndsEveryBatchWithASync) {
    Script script;
    script.send("select 1");
    const std::string first = script.taken();
    EXPECT_NE(first.find("select 1"), std::string::npos);
    EXPECT_EQ(first.substr(first.size() - 5), "S\0\0\0\x04"s);
    script.send("select 1");
    const std::string second = script.taken();
    EXPECT_EQ(second.find("select 1"), std::string::npos);
    EXPECT_EQ(second.substr(second.size() - 5), "S\0\0\0\x04"s);
}

TEST(Pipeline, MatchesAnswersToBatchesInOrderHoweverTheyAreCut) {
    for (const std::size_t step : {1U, 3U, 7U, 1000U}) {
        Script script;
        const auto first = script.send("select 1", 2);
        const auto second = script.send("select 2");
        const std::string bytes = kParsed + kBound + row("a") + kDone + kBound + row("b") + kDone +
                                  kReady + kParsed + kBound + row("c") + kDone + kReady;
        ASSERT_TRUE(script.reply(bytes, step));
        ASSERT_EQ(script.finished.size(), 2U);
        EXPECT_EQ(script.finished[0], first);
        ASSERT_EQ(first->rows.size(), 2U);
        EXPECT_EQ(first->rows[0].get(0, 0), "a");
        EXPECT_EQ(first->rows[1].get(0, 0), "b");
        EXPECT_EQ(first->rows[1].command_tag(), "SELECT 1");
        EXPECT_EQ(second->rows[0].get(0, 0), "c");
    }
}

TEST(Pipeline, AnErrorEndsOnlyItsOwnBatch) {
    Script script;
    const auto bad = script.send("select 1", 2);
    const auto good = script.send("select 1");
    ASSERT_TRUE(script.reply(kParsed + kBound + row("a") + kDone + failure("22012") + kReady +
                             kBound + row("b") + kDone + kReady));
    ASSERT_TRUE(bad->error);
    EXPECT_EQ(bad->error->sqlstate, "22012");
    EXPECT_EQ(bad->error->statement, 1U);
    EXPECT_FALSE(good->error);
    EXPECT_EQ(good->rows[0].get(0, 0), "b");
}

TEST(Pipeline, PreparesAgainWhatTheServerDidNotAccept) {
    Script script;
    script.send("selct 1");
    script.taken();
    ASSERT_TRUE(script.reply(message('3') + failure("42601") + kReady));
    script.send("selct 1");
    EXPECT_NE(script.taken().find("selct 1"), std::string::npos);
}

TEST(Pipeline, PreparesAgainWhatWentStale) {
    for (const char* sqlstate : {"26000", "0A000"}) {
        Script script;
        script.send("select 1");
        ASSERT_TRUE(script.reply(kParsed + kBound + kDone + kReady));
        script.send("select 1");
        script.taken();
        ASSERT_TRUE(script.reply(failure(sqlstate) + kReady));
        script.send("select 1");
        EXPECT_NE(script.taken().find("select 1"), std::string::npos);
    }
}

/// A script that has sent one statement, and another to run afterwards.
struct WithAfterwards : Script {
    WithAfterwards() {
        exchange->batch.read_only = false;
        exchange->batch.calls.push_back({.statement = make_statement("write")});
        exchange->batch.afterwards = Call{.statement = make_statement("where am i")};
        pipeline.send(exchange);
    }
    std::shared_ptr<Exchange> exchange = std::make_shared<Exchange>();
};

TEST(Pipeline, RunsACallAfterwardsInATransactionOfItsOwn) {
    WithAfterwards script;
    const std::string sent = script.taken();
    const std::size_t sync = sent.find("S\0\0\0\x04"s);
    EXPECT_LT(sent.find("write"), sync);
    EXPECT_GT(sent.find("where am i"), sync);
    ASSERT_TRUE(script.reply(kParsed + kBound + row("a") + kDone + kReady));
    EXPECT_TRUE(script.finished.empty());
    ASSERT_TRUE(script.reply(kParsed + kBound + row("b") + kDone + kReady));
    ASSERT_EQ(script.finished.size(), 1U);
    ASSERT_EQ(script.exchange->rows.size(), 2U);
    EXPECT_EQ(script.exchange->rows[1].get(0, 0), "b");
}

TEST(Pipeline, WhatFailsAfterwardsFailsAlone) {
    WithAfterwards script;
    script.taken();
    ASSERT_TRUE(
        script.reply(kParsed + kBound + row("a") + kDone + kReady + failure("42501") + kReady));
    ASSERT_EQ(script.finished.size(), 1U);
    EXPECT_FALSE(script.exchange->error);
    EXPECT_EQ(script.exchange->rows.size(), 1U);
    script.send("where am i");
    EXPECT_NE(script.taken().find("where am i"), std::string::npos);
}

TEST(Pipeline, WhatSucceedsAfterwardsDoesNotHideAnError) {
    WithAfterwards script;
    script.taken();
    ASSERT_TRUE(script.reply(message('3') + failure("42601") + kReady + kParsed + kBound +
                             row("b") + kDone + kReady));
    ASSERT_EQ(script.finished.size(), 1U);
    EXPECT_EQ(script.exchange->error->sqlstate, "42601");
    script.send("write");
    EXPECT_NE(script.taken().find("write"), std::string::npos);
    script.send("where am i");
    EXPECT_EQ(script.taken().find("where am i"), std::string::npos);
}

TEST(Pipeline, ClosesWhatItEvicts) {
    Script script;
    for (int i = 0; i < 9; ++i)
        script.send("select " + std::to_string(i));
    const std::string close = "S" + make_statement("select 0")->name;
    const std::string sent = script.taken();
    // Once before its own Parse, once to make room for the ninth.
    EXPECT_NE(sent.find(close, sent.find(close) + 1), std::string::npos);
}

TEST(Pipeline, KeepsWhatTheServerSaysOnItsOwn) {
    Script script;
    std::string noticed;
    script.pipeline.on_notice = [&noticed](const sql::DatabaseError& notice) {
        noticed = notice.message;
    };
    EXPECT_TRUE(script.reply(message('N', "C00000\0Mhello\0\0"s) + message('S', "a\0b\0"s) +
                             message('A', "\0\0\0\1c\0p\0"s)));
    EXPECT_EQ(noticed, "hello");
    EXPECT_TRUE(script.reply(failure("57P01")));
    EXPECT_EQ(script.pipeline.last_error().sqlstate, "57P01");
}

TEST(Pipeline, BreaksOffWhenTheProtocolIsBroken) {
    const std::vector<std::string> replies = {
        message('2') + "C\0\0\0\x01"s,       // a length that cannot be
        kBound + message('D', "\0\x01"s),    // a row cut short
        kBound + message('G', "\0\0\0"s),    // COPY
        kBound + message('Z', "I"),          // an answer is missing
        kBound + message('?', ""),           // an unknown message
        kBound + kDone + message('Z', "T"),  // a transaction left open
    };
    for (const std::string& bytes : replies) {
        Script script;
        script.send("select 1");
        EXPECT_FALSE(script.reply(bytes)) << ::testing::PrintToString(bytes);
        EXPECT_EQ(script.pipeline.last_error().sqlstate, "08P01");
    }
    Script idle;
    EXPECT_FALSE(idle.reply(kBound));
}

TEST(Pipeline, CopiesOnlyWhatItHasSent) {
    Script script;
    auto exchange = std::make_shared<Exchange>();
    const auto copy = make_statement("COPY t FROM STDIN");
    exchange->batch.calls.push_back({.statement = make_statement("select 1")});
    exchange->batch.calls.push_back({.statement = copy, .copied = "1\n"});
    script.pipeline.send(exchange);
    const std::string data = message('d', "1\n") + message('c');
    EXPECT_NE(script.pipeline.output().find(data + message('S')), std::string::npos);
    ASSERT_TRUE(script.reply(kParsed + kBound + row("1") + kDone + kParsed + kBound +
                             message('G', "\0\0\0"s) + message('C', "COPY 1\0"s) + kReady));
    ASSERT_EQ(script.finished.size(), 1U);
    EXPECT_EQ(exchange->rows[1].command_tag(), "COPY 1");
    // It is not for the call that has nothing to copy.
    auto other = std::make_shared<Exchange>(Exchange{.batch = exchange->batch});
    script.pipeline.send(other);
    EXPECT_FALSE(script.reply(kBound + message('G', "\0\0\0"s)));
}

TEST(Pipeline, HandsOverWhatWasNotAnswered) {
    Script script;
    script.send("select 1");
    const auto second = script.send("select 2");
    ASSERT_TRUE(script.reply(kParsed + kBound + kDone + kReady + kParsed));
    const auto unanswered = script.pipeline.take_unanswered();
    ASSERT_EQ(unanswered.size(), 1U);
    EXPECT_EQ(unanswered[0], second);
    EXPECT_TRUE(script.pipeline.in_flight().empty());
}

TEST(Pipeline, ReadsMessagesLargerThanItsBuffer) {
    Script script;
    const auto exchange = script.send("select 1");
    std::string value(3 << 20, 'x');
    std::string body = "\0\x01"s;
    for (int shift = 24; shift >= 0; shift -= 8) {
        body += static_cast<char>(value.size() >> static_cast<unsigned>(shift) & 0xff);
    }
    ASSERT_TRUE(script.reply(kParsed + kBound + message('D', body + value) + kDone + kReady, 9000));
    ASSERT_EQ(exchange->rows.size(), 1U);
    EXPECT_EQ(exchange->rows[0].get(0, 0), value);
}

}  // namespace
}  // namespace fraiseql::pg
