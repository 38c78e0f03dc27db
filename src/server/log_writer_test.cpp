// SPDX-License-Identifier: MIT
#include "server/log_writer.hpp"

#include <gtest/gtest.h>

#include <array>

namespace fraiseql::server {
namespace {

const std::chrono::system_clock::time_point kTime{std::chrono::milliseconds{1'700'000'000'123}};
const std::array<LogField, 2> kFields = {LogField{"request_id", "a\"b"},
                                         LogField{"bytes", "12", true}};

TEST(LogWriter, PeopleGetTimeMessageAndFields) {
    EXPECT_EQ(to_line("stopping", LogFormat::Human, kTime), "2023-11-14T22:13:20.123Z stopping");
    EXPECT_EQ(to_line({LogLevel::Error, "no", kFields}, LogFormat::Human, kTime),
              "2023-11-14T22:13:20.123Z no request_id=a\"b bytes=12");
}

TEST(LogWriter, ProgramsGetOneObject) {
    EXPECT_EQ(to_line({LogLevel::Warning, "a\nb", kFields}, LogFormat::Json, kTime),
              R"({"time":"2023-11-14T22:13:20.123Z","level":"warning","message":"a\nb",)"
              R"("request_id":"a\"b","bytes":12})");
}

TEST(LogWriter, NoMessageCanForgeAnEntry) {
    EXPECT_EQ(to_line("a\n2023-11-14T22:13:20.123Z \x1b[31mb", LogFormat::Human, kTime),
              "2023-11-14T22:13:20.123Z a\n    2023-11-14T22:13:20.123Z ?[31mb");
}

}  // namespace
}  // namespace fraiseql::server
