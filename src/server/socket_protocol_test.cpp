// SPDX-License-Identifier: MIT
#include "server/socket_protocol.hpp"

#include <gtest/gtest.h>

#include "json/writer.hpp"

namespace fraiseql::server {
namespace {

using Kind = SocketEvent::Kind;

class SocketProtocolTest : public ::testing::Test {
  protected:
    SocketEvent receive(std::string_view message) { return protocol_.receive(message, arena_); }

    void initialise() {
        ASSERT_EQ(receive(R"({"type":"connection_init"})").kind, Kind::Initialise);
        ASSERT_EQ(protocol_.acknowledge(), R"({"type":"connection_ack"})");
    }

    void expect_close(std::string_view message, SocketClose code) {
        const SocketEvent event = receive(message);
        EXPECT_EQ(event.kind, Kind::Close) << message;
        EXPECT_EQ(event.code, code) << message << ": " << event.reason;
    }

    Arena arena_;
    SocketProtocol protocol_;
};

TEST_F(SocketProtocolTest, BeginsWithAnInitialisation) {
    const SocketEvent event = receive(R"({"type":"connection_init","payload":{"a":1}})");
    ASSERT_EQ(event.kind, Kind::Initialise);
    EXPECT_EQ(event.payload->members.size(), 1U);
    EXPECT_TRUE(protocol_.initialised());
    EXPECT_FALSE(protocol_.acknowledged());
    protocol_.acknowledge();
    EXPECT_TRUE(protocol_.acknowledged());
}

TEST_F(SocketProtocolTest, RefusesASecondInitialisation) {
    receive(R"({"type":"connection_init"})");
    expect_close(R"({"type":"connection_init"})", SocketClose::TooManyInitialisations);
}

TEST_F(SocketProtocolTest, RefusesOperationsBeforeTheAcknowledgement) {
    const char* const subscribe = R"({"type":"subscribe","id":"1","payload":{"query":"{a}"}})";
    expect_close(subscribe, SocketClose::Unauthorized);
    receive(R"({"type":"connection_init"})");
    expect_close(subscribe, SocketClose::Unauthorized);
}

TEST_F(SocketProtocolTest, AnswersPingsAtAnyTime) {
    EXPECT_EQ(receive(R"({"type":"ping"})").reply, R"({"type":"pong"})");
    EXPECT_EQ(receive(R"({"type":"ping","payload":{"n":1.50}})").reply,
              R"({"type":"pong","payload":{"n":1.50}})");
    EXPECT_EQ(receive(R"({"type":"pong"})").kind, Kind::Nothing);
}

TEST_F(SocketProtocolTest, KeepsIdsApart) {
    initialise();
    const char* const subscribe = R"({"type":"subscribe","id":"1","payload":{"query":"{a}"}})";
    const SocketEvent event = receive(subscribe);
    ASSERT_EQ(event.kind, Kind::Subscribe);
    EXPECT_EQ(event.id, "1");
    std::string payload;
    json::write(payload, *event.payload);
    EXPECT_EQ(payload, R"({"query":"{a}"})");
    expect_close(subscribe, SocketClose::SubscriberExists);
}

TEST_F(SocketProtocolTest, AnIdIsFreeAgainAfterTheEnd) {
    initialise();
    const char* const subscribe = R"({"type":"subscribe","id":"1","payload":{"query":"{a}"}})";
    receive(subscribe);
    EXPECT_EQ(receive(R"({"type":"complete","id":"1"})").kind, Kind::Complete);
    EXPECT_EQ(receive(R"({"type":"complete","id":"1"})").kind, Kind::Nothing);
    EXPECT_EQ(receive(subscribe).kind, Kind::Subscribe);
    protocol_.end("1");
    EXPECT_EQ(receive(subscribe).kind, Kind::Subscribe);
    EXPECT_EQ(protocol_.operation_count(), 1U);
}

TEST_F(SocketProtocolTest, RefusesWhatIsNoMessage) {
    initialise();
    for (const char* message :
         {"", "no", "[]", "null", "{}", R"({"type":1})", R"({"type":"start"})",
          R"({"type":"subscribe"})", R"({"type":"subscribe","id":"1"})",
          R"({"type":"subscribe","id":1,"payload":{}})",
          R"({"type":"subscribe","id":"","payload":{}})",
          R"({"type":"subscribe","id":"1","payload":"{a}"})",
          R"({"type":"subscribe","id":"1","payload":null})", R"({"type":"complete"})",
          R"({"type":"connection_ack"})", R"({"type":"next","id":"1","payload":{}})",
          R"({"type":"ping","payload":3})", R"({"type":"ping","type":"pong"})",
          R"({"type":"ping"} x)"})
        expect_close(message, SocketClose::BadRequest);
    const std::string long_id(257, 'x');
    expect_close(R"({"type":"subscribe","id":")" + long_id + R"(","payload":{}})",
                 SocketClose::BadRequest);
}

TEST_F(SocketProtocolTest, EscapesIds) {
    EXPECT_EQ(SocketProtocol::complete("a\"b"), R"({"id":"a\"b","type":"complete"})");
    EXPECT_EQ(SocketProtocol::next_head("1"), R"({"id":"1","type":"next","payload":)");
    EXPECT_EQ(SocketProtocol::error_head("1"), R"({"id":"1","type":"error","payload":)");
}

}  // namespace
}  // namespace fraiseql::server
