// SPDX-License-Identifier: MIT
#include "http/h1_reader.hpp"

#include <gtest/gtest.h>

namespace fraiseql::http {
namespace {

using namespace std::string_literals;
using State = H1Reader::State;

/// Everything that `bytes` came to: the requests, and the refusal that ended it, if any.
struct Outcome {
    std::vector<Request> requests;
    int refused = 0;
    std::string reason;
    bool waiting = false;
};

Outcome read_all(const std::string& bytes, std::size_t step = 1 << 20, Limits limits = {}) {
    H1Reader reader(limits);
    Outcome outcome;
    std::string buffer;
    std::size_t given = 0;
    while (true) {
        const auto read = reader.read(buffer);
        buffer.erase(0, read.consumed);
        if (read.state == State::Refused) {
            outcome.refused = reader.refusal().status;
            outcome.reason = reader.refusal().error.message;
            return outcome;
        }
        if (read.state == State::Complete) {
            outcome.requests.push_back(reader.take());
            continue;
        }
        if (given == bytes.size()) break;
        buffer += bytes.substr(given, step);
        given = std::min(bytes.size(), given + step);
    }
    outcome.waiting = reader.in_request() || !buffer.empty();
    return outcome;
}

const std::string kHead = "POST /graphql?a=b HTTP/1.1\r\nHost: x\r\n";

TEST(H1Reader, ReadsARequestHoweverItIsCut) {
    const std::string bytes = kHead + "content-LENGTH: 5\r\nX-Empty:\r\n\r\nhello";
    for (std::size_t step = 1; step <= bytes.size(); ++step) {
        const auto outcome = read_all(bytes, step);
        ASSERT_EQ(outcome.requests.size(), 1U) << step << outcome.reason;
        const Request& request = outcome.requests[0];
        EXPECT_EQ(request.method(), "POST");
        EXPECT_EQ(request.path(), "/graphql");
        EXPECT_EQ(request.query(), "a=b");
        EXPECT_EQ(request.body(), "hello");
        EXPECT_EQ(request.header("Content-Length").value_or("none"), "5");
        EXPECT_EQ(request.header("x-empty").value_or("none"), "");
        EXPECT_FALSE(request.header("x-other"));
        EXPECT_FALSE(outcome.waiting);
    }
}

TEST(H1Reader, ReadsPipelinedRequestsInOrder) {
    const std::string bytes = kHead + "Content-Length: 1\r\n\r\na" + kHead + "\r\n\r\n" + kHead +
                              "Transfer-Encoding: chunked\r\n\r\n1;x=y\r\nb\r\n2\r\ncd\r\n0\r\n" +
                              "Trailer: t\r\n\r\n" + kHead + "Content-Length: 1\r\n\r\ne";
    for (const std::size_t step : {1U, 2U, 5U, 50U, 4000U}) {
        const auto outcome = read_all(bytes, step);
        ASSERT_EQ(outcome.requests.size(), 4U) << step << ' ' << outcome.reason;
        EXPECT_EQ(outcome.requests[0].body(), "a");
        EXPECT_EQ(outcome.requests[1].body(), "");
        EXPECT_EQ(outcome.requests[2].body(), "bcd");
        EXPECT_FALSE(outcome.requests[2].header("Trailer"));
        EXPECT_EQ(outcome.requests[3].body(), "e");
    }
}

TEST(H1Reader, ReadsAnEmptyChunkedBodyByteByByte) {
    const auto outcome = read_all(kHead + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 1);
    ASSERT_EQ(outcome.requests.size(), 1U) << outcome.reason;
    EXPECT_EQ(outcome.requests[0].body(), "");
}

TEST(H1Reader, TellsWhetherTheConnectionMayBeKept) {
    const std::vector<std::pair<std::string, bool>> cases = {
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true},
        {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false},
        {"GET / HTTP/1.1\r\nHost: x\r\nConnection: foo, Close\r\n\r\n", false},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
    };
    for (const auto& [bytes, kept] : cases) {
        H1Reader reader(Limits{});
        ASSERT_EQ(reader.read(bytes).state, State::Complete) << bytes;
        EXPECT_EQ(reader.keep_alive(), kept) << bytes;
    }
}

TEST(H1Reader, NoticesThatTheClientWaitsForContinue) {
    H1Reader reader(Limits{});
    EXPECT_EQ(reader.read(kHead + "Content-Length: 5\r\nExpect: 100-Continue\r\n\r\n").state,
              State::NeedMore);
    EXPECT_TRUE(reader.expects_continue());
    EXPECT_EQ(reader.read("hello").state, State::Complete);
    EXPECT_EQ(reader.take().body(), "hello");
    EXPECT_FALSE(reader.expects_continue());
    EXPECT_EQ(read_all(kHead + "Expect: tea\r\n\r\n").refused, 417);
}

TEST(H1Reader, TakesTheAbsoluteFormOfTheTarget) {
    const auto path = [](const std::string& target) {
        const auto outcome = read_all("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
        if (outcome.requests.empty()) return "refused " + std::to_string(outcome.refused);
        const Request& request = outcome.requests[0];
        return std::string(request.path()) + "?" + std::string(request.query());
    };
    EXPECT_EQ(path("http://x:80/graphql?q=1"), "/graphql?q=1");
    EXPECT_EQ(path("HTTPS://x"), "/?");
    EXPECT_EQ(path("//x/y"), "//x/y?");
    EXPECT_EQ(path("graphql"), "refused 400");
    EXPECT_EQ(path("*"), "refused 400");
    EXPECT_EQ(path("x:443"), "refused 400");
}

struct Vector {
    const char* name;
    std::string bytes;
    int status;
};

class Smuggling : public ::testing::TestWithParam<Vector> {};

// Every one of these reads differently in some pair of servers (RFC 9112 §11.2).
TEST_P(Smuggling, IsRefusedHoweverItIsCut) {
    for (const std::size_t step : {1U, 3U, 1000U}) {
        const auto outcome = read_all(GetParam().bytes, step);
        EXPECT_EQ(outcome.refused, GetParam().status) << outcome.reason;
        EXPECT_TRUE(outcome.requests.empty());
    }
}

const std::string kChunks = "\r\n\r\n1\r\na\r\n0\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(
    Vectors, Smuggling,
    ::testing::Values(
        Vector{"ClAndTe", kHead + "Content-Length: 3\r\nTransfer-Encoding: chunked" + kChunks, 400},
        Vector{"TeAndCl", kHead + "Transfer-Encoding: chunked\r\nContent-Length: 3" + kChunks, 400},
        Vector{"TeUnknown", kHead + "Transfer-Encoding: xchunked" + kChunks, 400},
        Vector{"TeListed", kHead + "Transfer-Encoding: chunked, identity" + kChunks, 400},
        Vector{"TeGzip", kHead + "Transfer-Encoding: gzip, chunked" + kChunks, 400},
        Vector{"TeIdentity", kHead + "Transfer-Encoding: identity" + kChunks, 400},
        Vector{"TeTwice",
               kHead + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked" + kChunks, 400},
        Vector{"TeTwiceDiffering",
               kHead + "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow" + kChunks, 400},
        Vector{"TeQuoted", kHead + "Transfer-Encoding: \"chunked\"" + kChunks, 400},
        Vector{"TeEmpty", kHead + "Transfer-Encoding:" + kChunks, 400},
        Vector{"TeInHttp10", "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked" + kChunks,
               400},
        Vector{"TeBlankBeforeColon", kHead + "Transfer-Encoding : chunked" + kChunks, 400},
        Vector{"TeFolded", kHead + "Transfer-Encoding:\r\n chunked" + kChunks, 400},
        Vector{"TeControl", kHead + "Transfer-Encoding: \vchunked" + kChunks, 400},
        Vector{"ClDiffering", kHead + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
        Vector{"ClTwiceEqual", kHead + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", 400},
        Vector{"ClListed", kHead + "Content-Length: 2,2\r\n\r\nab", 400},
        Vector{"ClPlus", kHead + "Content-Length: +2\r\n\r\nab", 400},
        Vector{"ClMinus", kHead + "Content-Length: -2\r\n\r\nab", 400},
        Vector{"ClHex", kHead + "Content-Length: 0x2\r\n\r\nab", 400},
        Vector{"ClOverflow", kHead + "Content-Length: 18446744073709551617\r\n\r\na", 400},
        Vector{"ClEmpty", kHead + "Content-Length:\r\n\r\n", 400},
        Vector{"ClWords", kHead + "Content-Length: 1 1\r\n\r\na", 400},
        Vector{"HostMissing", "GET / HTTP/1.1\r\n\r\n", 400},
        Vector{"HostTwice", "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400},
        Vector{"BareLineFeeds", "GET / HTTP/1.1\nHost: x\n\n", 400},
        Vector{"BareLineFeedInField", "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", 400},
        Vector{"BareCarriageReturn", "GET / HTTP/1.1\r\nHost: x\r\nA: b\rC: d\r\n\r\n", 400},
        Vector{"Nul", "GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n"s, 400},
        Vector{"NulInName", "GET / HTTP/1.1\r\nHost: x\r\nA\0: b\r\n\r\n"s, 400},
        Vector{"FoldedField", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400},
        Vector{"BlankBeforeColon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400},
        Vector{"NoColon", "GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n", 400},
        Vector{"BlankFirstLine", "GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400},
        Vector{"ChunkSizeWords", kHead + "Transfer-Encoding: chunked\r\n\r\nxyz\r\na\r\n", 400},
        Vector{"ChunkSizeHex", kHead + "Transfer-Encoding: chunked\r\n\r\n0x1\r\na: b\r\n\r\n",
               400},
        Vector{"ChunkSizeMinus", kHead + "Transfer-Encoding: chunked\r\n\r\n-1\r\na\r\n", 400},
        Vector{"ChunkOverflow",
               kHead + "Transfer-Encoding: chunked\r\n\r\n10000000000000001\r\na\r\n", 400},
        Vector{"ChunkTooLong", kHead + "Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 400},
        Vector{"TwoTargets", "GET / / HTTP/1.1\r\nHost: x\r\n\r\n", 505},
        Vector{"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        Vector{"Http09", "GET /\r\n\r\n", 400},
        Vector{"TlsHello", "\x16\x03\x01\x02\n\x01\x01\xfc"s, 400}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(H1Reader, ForgivesOneEmptyLineBeforeARequest) {
    EXPECT_EQ(read_all("\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", 1).requests.size(), 1U);
    EXPECT_EQ(read_all("\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n").refused, 400);
}

TEST(H1Reader, BoundsTheHead) {
    Limits limits;
    limits.head = 200;
    limits.header_fields = 5;
    EXPECT_EQ(read_all(kHead + "A: " + std::string(300, 'a'), 7, limits).refused, 431);
    EXPECT_EQ(read_all(std::string(300, 'a'), 7, limits).refused, 431);
    EXPECT_EQ(read_all(kHead + "a:b\r\na:b\r\na:b\r\na:b\r\na:b\r\n\r\n", 7, limits).refused, 431);
    EXPECT_EQ(read_all(kHead + "a:b\r\na:b\r\na:b\r\na:b\r\n\r\n", 7, limits).requests.size(), 1U);
}

TEST(H1Reader, BoundsTheBody) {
    Limits limits;
    limits.body = 10;
    const std::string ten(10, 'x');
    const auto sized = [&](const std::string& body) {
        return kHead + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    };
    EXPECT_EQ(read_all(sized(ten), 3, limits).requests.size(), 1U);
    EXPECT_EQ(read_all(sized(ten + "x"), 3, limits).refused, 413);
    const std::string chunked = kHead + "Transfer-Encoding: chunked\r\n\r\n";
    EXPECT_EQ(read_all(chunked + "a\r\n" + ten + "\r\n0\r\n\r\n", 3, limits).requests.size(), 1U);
    EXPECT_EQ(read_all(chunked + "a\r\n" + ten + "\r\n1\r\nx\r\n0\r\n\r\n", 3, limits).refused,
              413);
    EXPECT_EQ(read_all(chunked + "ffffffff\r\n", 3, limits).refused, 413);
}

}  // namespace
}  // namespace fraiseql::http
