// SPDX-License-Identifier: MIT
#include "http/listener.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "runtime/worker_set.hpp"

namespace fraiseql::http {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;

using Timer =
    boost::asio::basic_waitable_timer<runtime::Clock, boost::asio::wait_traits<runtime::Clock>,
                                      runtime::Executor>;

std::atomic<int> cancelled_handlers{0};

runtime::Task<Response> answer(runtime::Executor executor, const Request& request) {
    if (request.path() == "/slow") {
        Timer timer(executor, 10s);
        const auto [error] = co_await timer.async_wait(runtime::kAwait);
        if (error) ++cancelled_handlers;
    }
    if (request.path() == "/pause") {
        Timer timer(executor, 150ms);
        co_await timer.async_wait(runtime::kAwait);
    }
    if (request.path() == "/block") std::this_thread::sleep_for(300ms);
    if (request.path() == "/throw") throw std::runtime_error("planned");
    if (request.path() == "/large") {
        Response large = make_response(200, "text/plain", std::string(1 << 20, 'a'));
        for (int i = 0; i < 200; ++i)
            large.body.append(std::string(50000, 'b'));
        co_return large;
    }
    std::string body(request.method());
    body += ' ';
    body += request.path();
    body += ' ';
    body += request.body();
    co_return make_response(200, "text/plain", std::move(body));
}

class Echo : public runtime::Program {
  public:
    Echo(const runtime::Executor& executor, ListenSettings settings,
         std::chrono::milliseconds delay)
        : timer_(executor, delay),
          delay_(delay),
          listener_(executor, std::move(settings),
                    [executor](const Request& request) { return answer(executor, request); }) {}
    Result<void> start() override { return listener_.open(); }
    runtime::Task<> drain() override {
        if (delay_.count() > 0) {
            listener_.let_go();
            timer_.expires_after(delay_);
            co_await timer_.async_wait(runtime::kAwait);
        }
        co_await listener_.drain();
    }
    void cancel() override { listener_.cancel(); }

  private:
    Timer timer_;
    std::chrono::milliseconds delay_;
    Listener listener_;
};

class ListenerTest : public ::testing::Test {
  protected:
    void serve(ListenSettings settings = {}) {
        settings.address = *claim_address({.host = "127.0.0.1", .port = 0});
        port_ = settings.address.port;
        const auto started =
            workers_.start(1,
                           [&](const runtime::Executor& executor,
                               std::size_t) -> Result<std::unique_ptr<runtime::Program>> {
                               return std::make_unique<Echo>(executor, settings, delay_);
                           });
        ASSERT_TRUE(started);
    }

    tcp::socket connect() {
        tcp::socket socket(context_);
        socket.connect({boost::asio::ip::make_address("127.0.0.1"), port_});
        const timeval limit{10, 0};
        setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        return socket;
    }

    static std::string read_to_end(tcp::socket& socket) {
        std::string out;
        boost::system::error_code error;
        boost::asio::read(socket, boost::asio::dynamic_buffer(out), error);
        return out;
    }

    std::string exchange(const std::string& bytes) {
        tcp::socket socket = connect();
        boost::asio::write(socket, boost::asio::buffer(bytes));
        return read_to_end(socket);
    }

    static std::string body_of(const std::string& response) {
        return response.substr(response.find("\r\n\r\n") + 4);
    }

    boost::asio::io_context context_;
    runtime::WorkerSet workers_{{}};
    std::uint16_t port_ = 0;
    /// From being told to stop to the drain.
    std::chrono::milliseconds delay_{0};
};

const std::string kClose = " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
const std::string kKeep = " HTTP/1.1\r\nHost: x\r\n";

TEST_F(ListenerTest, AnswersARequest) {
    serve();
    const std::string response = exchange("POST /a" + kClose + "Content-Length: 2\r\n\r\nhi");
    EXPECT_TRUE(response.starts_with("HTTP/1.1 200 OK\r\n")) << response;
    EXPECT_NE(response.find("Connection: close\r\n"), std::string::npos);
    EXPECT_EQ(body_of(response), "POST /a hi");
}

TEST_F(ListenerTest, AnswersPipelinedRequestsInOrder) {
    serve();
    std::string bytes;
    for (int i = 0; i < 200; ++i)
        bytes += "GET /" + std::to_string(i) + kKeep + "\r\n";
    bytes.insert(bytes.find("GET /7 "), "GET /pause" + kKeep + "\r\n");
    const std::string responses = exchange(bytes + "GET /end" + kClose + "\r\n");
    std::size_t at = 0;
    for (int i = 0; i < 200; ++i) {
        at = responses.find("GET /" + std::to_string(i) + " ", at);
        ASSERT_NE(at, std::string::npos) << i;
    }
    EXPECT_NE(responses.find("GET /end", at), std::string::npos);
}

TEST_F(ListenerTest, AnswersHeadWithoutABody) {
    serve();
    const std::string response = exchange("HEAD /abc" + kClose + "\r\n");
    EXPECT_NE(response.find("Content-Length: 10\r\n"), std::string::npos) << response;
    EXPECT_EQ(body_of(response), "");
}

TEST_F(ListenerTest, SendsContinueBeforeTheBody) {
    serve();
    tcp::socket socket = connect();
    const std::string head =
        "POST /a" + kClose + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    boost::asio::write(socket, boost::asio::buffer(head));
    std::string got(25, '\0');
    boost::asio::read(socket, boost::asio::buffer(got));
    EXPECT_EQ(got, "HTTP/1.1 100 Continue\r\n\r\n");
    boost::asio::write(socket, boost::asio::buffer(std::string("hi")));
    EXPECT_EQ(body_of(read_to_end(socket)), "POST /a hi");
}

TEST_F(ListenerTest, WritesLargeResponsesToSlowReaders) {
    serve();
    tcp::socket socket = connect();
    boost::asio::write(socket, boost::asio::buffer("GET /large" + kClose + "\r\n"));
    std::this_thread::sleep_for(100ms);
    EXPECT_EQ(body_of(read_to_end(socket)).size(), (1U << 20) + 200U * 50000U);
}

TEST_F(ListenerTest, TakesBodiesUpToTheLimitAndExplainsTheRest) {
    ListenSettings settings;
    settings.limits.body = 300000;
    serve(settings);
    const auto post = [&](std::size_t size) {
        return exchange("POST /" + kClose + "Content-Length: " + std::to_string(size) + "\r\n\r\n" +
                        std::string(size, 'x'));
    };
    EXPECT_EQ(body_of(post(300000)).size(), 300007U);
    const std::string refused = post(300001);
    EXPECT_TRUE(refused.starts_with("HTTP/1.1 413 Content Too Large\r\n")) << refused;
    EXPECT_NE(refused.find("\"PAYLOAD_TOO_LARGE\""), std::string::npos);
    EXPECT_NE(refused.find("Connection: close"), std::string::npos);
}

TEST_F(ListenerTest, RefusesNonsenseAndCloses) {
    serve();
    const std::string response = exchange("hello\r\n\r\n" + kKeep);
    EXPECT_TRUE(response.starts_with("HTTP/1.1 400 Bad Request\r\n")) << response;
    EXPECT_NE(response.find("{\"errors\":[{\"message\":"), std::string::npos);
}

TEST_F(ListenerTest, RefusesEndlessChunkHeadersAndTrailers) {
    serve();
    const std::string head = "POST /" + kClose + "Transfer-Encoding: chunked\r\n\r\n";
    const std::string extension = exchange(head + "1;" + std::string(60000, 'a'));
    EXPECT_TRUE(extension.starts_with("HTTP/1.1 431 ")) << extension;
    std::string trailer = head + "0\r\n";
    for (int i = 0; i < 10000; ++i)
        trailer += "a: b\r\n";
    EXPECT_TRUE(exchange(trailer).starts_with("HTTP/1.1 431 "));
}

TEST_F(ListenerTest, SurvivesAHandlerThatThrows) {
    serve();
    const std::string response = exchange("GET /throw" + kKeep + "\r\nGET /a" + kClose + "\r\n");
    EXPECT_TRUE(response.starts_with("HTTP/1.1 500 Internal Server Error\r\n")) << response;
    EXPECT_EQ(response.find("planned"), std::string::npos);
    EXPECT_NE(response.find("GET /a"), std::string::npos);
}

TEST_F(ListenerTest, TimesOutSlowRequestsButNotSilently) {
    ListenSettings settings;
    settings.head_timeout = 100ms;
    settings.body_timeout = 100ms;
    settings.idle_timeout = 100ms;
    serve(settings);
    EXPECT_TRUE(exchange("GET / HTTP/1.1\r\nHo").starts_with("HTTP/1.1 408 "));
    EXPECT_TRUE(
        exchange("POST /" + kKeep + "Content-Length: 9\r\n\r\nx").starts_with("HTTP/1.1 408 "));
    EXPECT_EQ(exchange(""), "");
    const std::string idle = exchange("GET /a" + kKeep + "\r\n");
    EXPECT_EQ(body_of(idle), "GET /a ");
}

TEST_F(ListenerTest, CancelsTheHandlerWhenTheClientGoesAway) {
    serve();
    const int before = cancelled_handlers;
    {
        tcp::socket socket = connect();
        boost::asio::write(socket, boost::asio::buffer("GET /slow" + kKeep + "\r\n"));
        std::this_thread::sleep_for(50ms);
        EXPECT_EQ(cancelled_handlers, before);
    }
    for (int i = 0; i < 500 && cancelled_handlers == before; ++i)
        std::this_thread::sleep_for(10ms);
    EXPECT_EQ(cancelled_handlers, before + 1);
}

TEST_F(ListenerTest, RefusesConnectionsAboveTheLimit) {
    ListenSettings settings;
    settings.max_connections = 2;
    serve(settings);
    tcp::socket first = connect();
    tcp::socket second = connect();
    EXPECT_TRUE(exchange("").starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
    first.close();
    std::string response;
    for (int i = 0; i < 500 && !response.starts_with("HTTP/1.1 200"); ++i) {
        std::this_thread::sleep_for(10ms);
        response = exchange("GET /a" + kClose + "\r\n");
    }
    EXPECT_EQ(body_of(response), "GET /a ");
}

TEST_F(ListenerTest, DrainFinishesTheRequestInProgress) {
    serve();
    tcp::socket idle = connect();
    tcp::socket busy = connect();
    boost::asio::write(busy, boost::asio::buffer("GET /pause" + kKeep + "\r\n"));
    std::this_thread::sleep_for(50ms);
    EXPECT_TRUE(workers_.stop(10s));
    const std::string response = read_to_end(busy);
    EXPECT_EQ(body_of(response), "GET /pause ");
    EXPECT_NE(response.find("Connection: close"), std::string::npos);
    EXPECT_EQ(read_to_end(idle), "");
}

TEST_F(ListenerTest, DrainAnswersWhatWaitsToBeAccepted) {
    serve();
    tcp::socket busy = connect();
    boost::asio::write(busy, boost::asio::buffer("GET /block" + kClose + "\r\n"));
    std::this_thread::sleep_for(50ms);
    std::vector<tcp::socket> waiting;
    for (int i = 0; i < 20; ++i) {
        waiting.push_back(connect());
        boost::asio::write(waiting.back(), boost::asio::buffer("GET /a" + kKeep + "\r\n"));
    }
    EXPECT_TRUE(workers_.stop(10s));
    for (tcp::socket& socket : waiting)
        EXPECT_EQ(body_of(read_to_end(socket)), "GET /a ");
}

TEST_F(ListenerTest, LetsConnectionsGoBeforeItDrains) {
    delay_ = 1s;
    serve();
    tcp::socket kept = connect();
    boost::asio::write(kept, boost::asio::buffer("GET /a" + kKeep + "\r\n"));
    std::string first(200, ' ');
    first.resize(kept.read_some(boost::asio::buffer(first)));
    EXPECT_EQ(first.find("Connection: close"), std::string::npos);
    std::thread stopping([this] { EXPECT_TRUE(workers_.stop(10s)); });
    std::this_thread::sleep_for(100ms);
    boost::asio::write(kept, boost::asio::buffer("GET /b" + kKeep + "\r\n"));
    const std::string last = read_to_end(kept);
    EXPECT_NE(last.find("Connection: close"), std::string::npos);
    EXPECT_EQ(body_of(last), "GET /b ");
    EXPECT_EQ(body_of(exchange("GET /c" + kKeep + "\r\n")), "GET /c ");
    stopping.join();
}

TEST_F(ListenerTest, MayStopWithARequestInProgress) {
    serve();
    const int before = cancelled_handlers;
    tcp::socket busy = connect();
    boost::asio::write(busy, boost::asio::buffer("GET /slow" + kKeep + "\r\n"));
    std::this_thread::sleep_for(50ms);
    EXPECT_FALSE(workers_.stop(20ms));
    const std::string answered = read_to_end(busy);
    EXPECT_EQ(answered.find("HTTP/1.1 503 "), 0U) << answered;
    EXPECT_NE(answered.find("The server is stopping."), std::string::npos) << answered;
    EXPECT_EQ(cancelled_handlers, before + 1);
}

TEST_F(ListenerTest, SaysThatThePortIsInUse) {
    serve();
    const auto claimed = claim_address({.host = "127.0.0.1", .port = port_});
    ASSERT_FALSE(claimed);
    EXPECT_NE(claimed.error().message.find("the port is in use"), std::string::npos);
    EXPECT_FALSE(claim_address({.host = "no.such.host.invalid", .port = 0}));
}

}  // namespace
}  // namespace fraiseql::http
