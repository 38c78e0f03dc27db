// SPDX-License-Identifier: MIT
#include "http/websocket_codec.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace fraiseql::http {
namespace {

using namespace std::literals;

/// A frame as a client sends it, masked with zeros so that it can be read here.
std::string frame(unsigned char first, std::string_view payload) {
    std::string out(1, static_cast<char>(first));
    if (payload.size() < 126) {
        out += static_cast<char>(0x80U | payload.size());
    } else {
        out += "\xfe";
        out += static_cast<char>(payload.size() >> 8U);
        out += static_cast<char>(payload.size() & 0xffU);
    }
    out += "\0\0\0\0"sv;
    out += payload;
    return out;
}

class WebSocketCodecTest : public ::testing::Test {
  protected:
    /// Returns the status of the close frame that `bytes` led to; 0 where there is none.
    int close_after(std::string_view bytes) {
        codec_.read(bytes);
        const std::string out = codec_.take_output();
        if (out.size() < 4 || out[0] != '\x88') return 0;
        return static_cast<unsigned char>(out[2]) << 8 | static_cast<unsigned char>(out[3]);
    }

    std::vector<std::string> messages_ = {};
    WebSocketCodec codec_{1000, [this](std::string_view text) { messages_.emplace_back(text); }};
};

TEST_F(WebSocketCodecTest, ReadsMessages) {
    codec_.read(frame(0x81, "hello") + frame(0x81, ""));
    EXPECT_EQ(messages_, (std::vector<std::string>{"hello", ""}));
    EXPECT_FALSE(codec_.done());
    EXPECT_EQ(codec_.take_output(), "");
}

TEST_F(WebSocketCodecTest, ReadsMessagesByteByByte) {
    const std::string bytes = frame(0x01, "\xe2") + frame(0x89, "are you there?") +
                              frame(0x00, "\x82") + frame(0x80, "\xac");
    for (const char byte : bytes)
        codec_.read({&byte, 1});
    EXPECT_EQ(messages_, (std::vector<std::string>{"\xe2\x82\xac"}));
    EXPECT_EQ(codec_.take_output(), "\x8a\x0e"s + "are you there?");
}

TEST_F(WebSocketCodecTest, RefusesWhatBreaksTheRules) {
    const std::vector<std::pair<std::string, int>> cases = {
        {"\x81\x02hi"s, 1002},                                         // not masked
        {frame(0xc1, "hi"), 1002},                                     // a reserved bit
        {frame(0x83, "hi"), 1002},                                     // no such opcode
        {frame(0x80, "hi"), 1002},                                     // continues nothing
        {frame(0x01, "hi") + frame(0x81, "hi"), 1002},                 // within another
        {frame(0x09, ""), 1002},                                       // a ping in fragments
        {frame(0x89, std::string(126, 'x')), 1002},                    // a long ping
        {"\x81\xfe\0\x02\0\0\0\0hi"s, 1002},                           // a length in too many
        {"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"s, 1002},   // a negative length
        {frame(0x88, "\x03\xed"), 1002},                               // no status to send
        {frame(0x81, "\xff\xfe"), 1007},                               // not UTF-8
        {frame(0x81, "\xed\xa0\x80"), 1007},                           // a surrogate
        {frame(0x82, "hi"), 1003},                                     // binary
        {frame(0x81, std::string(1001, 'x')), 1009},                   // too long
        {"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0x"s, 1009},  // much too long
        {frame(0x01, std::string(600, 'x')) + frame(0x80, std::string(600, 'x')), 1009},
        {frame(0x88, "\x03\xe8"), 1000},  // goodbye
    };
    for (const auto& [bytes, status] : cases) {
        WebSocketCodec codec(1000, [](std::string_view) { FAIL() << "it was no message"; });
        codec.read(bytes);
        const std::string out = codec.take_output();
        ASSERT_GE(out.size(), 4U) << status;
        EXPECT_EQ(out[0], '\x88');
        EXPECT_EQ(static_cast<unsigned char>(out[2]) << 8 | static_cast<unsigned char>(out[3]),
                  status);
        EXPECT_TRUE(codec.closing());
    }
}

TEST_F(WebSocketCodecTest, ReadsNothingAfterABrokenRule) {
    EXPECT_EQ(close_after("\x81\x02hi"s + frame(0x81, "later")), 1002);
    codec_.read(frame(0x81, "later"));
    EXPECT_TRUE(messages_.empty());
    EXPECT_TRUE(codec_.done());
}

TEST_F(WebSocketCodecTest, EndlessEmptyFragmentsTakeNoRoom) {
    codec_.read(frame(0x01, ""));
    for (int i = 0; i < 100'000; ++i)
        codec_.read(frame(0x00, ""));
    codec_.read(frame(0x80, "end"));
    EXPECT_EQ(messages_, (std::vector<std::string>{"end"}));
}

TEST_F(WebSocketCodecTest, ClosesOnceAndWaitsForTheClient) {
    codec_.close(4400, "because");
    codec_.close(4401, "again");
    EXPECT_EQ(codec_.take_output(), "\x88\x09\x11\x30"s + "because");
    EXPECT_TRUE(codec_.closing());
    EXPECT_FALSE(codec_.done());
    codec_.read(frame(0x81, "late") + frame(0x88, "\x11\x30"));
    EXPECT_TRUE(messages_.empty());
    EXPECT_TRUE(codec_.done());
    EXPECT_EQ(codec_.take_output(), "");
}

TEST_F(WebSocketCodecTest, CutsAReasonBetweenCharacters) {
    codec_.close(1000, std::string(122, 'x') + "\xe2\x82\xac");
    EXPECT_EQ(codec_.take_output().size(), 2U + 2U + 122U);
}

TEST_F(WebSocketCodecTest, WritesLengthsAsBrieflyAsCanBe) {
    EXPECT_EQ(WebSocketCodec::text_head(125), "\x81\x7d");
    EXPECT_EQ(WebSocketCodec::text_head(126), "\x81\x7e\0\x7e"s);
    EXPECT_EQ(WebSocketCodec::text_head(0xffff), "\x81\x7e\xff\xff");
    EXPECT_EQ(WebSocketCodec::text_head(0x10000), "\x81\x7f\0\0\0\0\0\x01\0\0"s);
}

}  // namespace
}  // namespace fraiseql::http
