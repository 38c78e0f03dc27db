// SPDX-License-Identifier: MIT
#include "server/audit.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>

#include "server/line_queue.hpp"

namespace fraiseql::server {
namespace {

TEST(Audit, ALineIsOneObjectWithoutWhatIsEmpty) {
    EXPECT_EQ(to_json_line({.event = AuditEvent::SignedIn}, 0),
              R"({"time":"1970-01-01T00:00:00.000Z","event":"auth.signed_in"})");
    EXPECT_EQ(to_json_line({.event = AuditEvent::SuspiciousInput,
                            .user = "a\"\n",
                            .tenant = "t",
                            .address = "::1",
                            .request_id = "r",
                            .detail = "d"},
                           1500),
              R"({"time":"1970-01-01T00:00:01.500Z","event":"input.suspicious","request_id":"r",)"
              R"("address":"::1","user":"a\"\n","tenant":"t","detail":"d"})");
}

TEST(Audit, ForPeopleALineIsThatOfALog) {
    EXPECT_EQ(
        to_human_line(
            {.event = AuditEvent::SuspiciousInput, .address = "::1", .detail = "d\nauth.signed_in"},
            1500),
        "1970-01-01T00:00:01.500Z input.suspicious address=::1 detail=d\n    auth.signed_in");
}

TEST(Audit, LongTextsAreCutBetweenCharacters) {
    const std::string line = to_json_line({.user = std::string(255, 'x') + "\u00fc\u00fc"}, 0);
    EXPECT_NE(line.find('"' + std::string(255, 'x') + '"'), std::string::npos);
}

TEST(Audit, TheFileIsAppendedTo) {
    const auto path = std::filesystem::temp_directory_path() / "fraiseql_audit_test";
    std::filesystem::remove(path);
    for (int i = 0; i < 2; ++i) {
        auto audit = Audit::open({.file = path.string()});
        ASSERT_TRUE(audit);
        (*audit)->record({.event = AuditEvent::RateLimited, .address = "::1"});
    }
    std::ifstream file(path);
    std::string line;
    int lines = 0;
    for (; std::getline(file, line); ++lines)
        EXPECT_NE(line.find(R"("event":"limit.rate","address":"::1"})"), std::string::npos);
    EXPECT_EQ(lines, 2);
    std::filesystem::remove(path);
    EXPECT_FALSE(Audit::open({.file = "/nowhere/at/all"}));
}

TEST(LineQueue, WhatDoesNotFitIsCountedAndNobodyWaits) {
    std::mutex mutex;
    std::condition_variable changed;
    bool started = false;
    bool released = false;
    std::size_t written = 0;
    std::unique_ptr<LineQueue> queue = std::make_unique<LineQueue>(
        [&](const std::vector<std::string>& lines) {
            std::unique_lock lock(mutex);
            started = true;
            changed.notify_all();
            changed.wait(lock, [&] { return released; });
            written += lines.size();
            return true;
        },
        4);
    queue->add("first");
    {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return started; });
    }
    for (int i = 0; i < 10; ++i)
        queue->add("more");
    EXPECT_EQ(queue->dropped(), 7);
    {
        const std::lock_guard lock(mutex);
        released = true;
    }
    changed.notify_all();
    queue.reset();
    EXPECT_EQ(written, 4);
}

TEST(LineQueue, WhatCannotBeWrittenIsTriedAgainAndGivenUpAtTheEnd) {
    int attempts = 0;
    {
        LineQueue queue(
            [&](const std::vector<std::string>& lines) {
                ++attempts;
                return lines.size() > 1;
            },
            4);
        queue.add("one");
    }
    EXPECT_GE(attempts, 1);
}

}  // namespace
}  // namespace fraiseql::server
