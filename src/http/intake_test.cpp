// SPDX-License-Identifier: MIT
#include "http/intake.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/basic_waitable_timer.hpp>
#include <future>

#include "runtime/worker_set.hpp"

namespace fraiseql::http {
namespace {

using namespace std::chrono_literals;

HandedRequest asked(std::string target) {
    return {.method = "POST",
            .target = std::move(target),
            .headers = {{"Host", "example.com"}, {"X-Name", "value"}},
            .body = "body",
            .peer = "192.0.2.1",
            .encrypted = true};
}

int refused(HandedRequest handed, const ListenSettings& settings = {}) {
    const auto read = read_handed(std::move(handed), settings);
    return read ? 0 : read.error().status;
}

TEST(ReadHanded, TakesARequestAsItIs) {
    const auto request = read_handed(asked("/path?a=1"), {});
    ASSERT_TRUE(request) << request.error().body.str();
    EXPECT_EQ(request->method(), "POST");
    EXPECT_EQ(request->path(), "/path");
    EXPECT_EQ(request->query(), "a=1");
    EXPECT_EQ(request->body(), "body");
    EXPECT_EQ(request->header("x-name"), "value");
    EXPECT_EQ(to_string(request->client()), "192.0.2.1");
    EXPECT_TRUE(request->encrypted());
}

TEST(ReadHanded, LeavesOutWhatIsOfTheConnection) {
    HandedRequest handed = asked("/");
    for (const char* name : {"content-length", "Transfer-Encoding", "Connection", "Expect"})
        handed.headers.push_back({name, "chunked"});
    const auto request = read_handed(std::move(handed), {});
    ASSERT_TRUE(request) << request.error().body.str();
    EXPECT_EQ(request->header("Content-Length"), "4");
    EXPECT_FALSE(request->header("Transfer-Encoding"));
}

TEST(ReadHanded, ForwardedAddressesCountFromTrustedProxiesOnly) {
    HandedRequest handed = asked("/");
    handed.headers.push_back({"X-Forwarded-For", "198.51.100.7"});
    EXPECT_EQ(to_string(read_handed(handed, {})->client()), "192.0.2.1");
    ListenSettings settings;
    settings.proxies.trusted = {*read_network("192.0.2.0/24")};
    EXPECT_EQ(to_string(read_handed(handed, settings)->client()), "198.51.100.7");
}

TEST(ReadHanded, RefusesWhatTwoReadersCouldReadInTwoWays) {
    HandedRequest handed = asked("/");
    handed.headers.push_back({"X", "a\r\nHost: evil"});
    EXPECT_EQ(refused(handed), 400);
    handed = asked("/ HTTP/1.1\r\nX: y\r\n\r\nGET /");
    EXPECT_EQ(refused(handed), 400);
    handed = asked("/a b");
    EXPECT_EQ(refused(handed), 505);
    handed = asked("/");
    handed.headers.push_back({"Host", "other.example.com"});
    EXPECT_EQ(refused(handed), 400);
    handed = asked("/");
    handed.headers.clear();
    EXPECT_EQ(refused(handed), 400);
    handed = asked("/");
    handed.headers.push_back({"X: y", "z"});
    EXPECT_EQ(refused(handed), 400);
    handed = asked("/");
    handed.method = "GET /";
    EXPECT_EQ(refused(handed), 505);
    handed = asked("/");
    handed.peer = "nobody";
    EXPECT_EQ(refused(handed), 400);
}

TEST(ReadHanded, BoundsWhatItReads) {
    ListenSettings settings;
    settings.limits.body = 3;
    EXPECT_EQ(refused(asked("/"), settings), 413);
    EXPECT_EQ(refused(asked("/" + std::string(20'000, 'a'))), 431);
}

std::atomic<int> cancelled_handlers = 0;

runtime::Task<Response> handle(runtime::Executor executor, const Request& request) {
    boost::asio::basic_waitable_timer<runtime::Clock, boost::asio::wait_traits<runtime::Clock>,
                                      runtime::Executor>
        timer(executor, request.path() == "/slow" ? 10'000ms : 100ms);
    if (request.path() != "/now") {
        const auto [error] = co_await timer.async_wait(runtime::kAwait);
        if (error) ++cancelled_handlers;
    }
    if (request.path() == "/throw") throw std::runtime_error("planned");
    co_return make_response(200, "text/plain", std::string(request.path()));
}

class Host : public runtime::Program {
  public:
    Host(const runtime::Executor& executor, Intakes& intakes)
        : mailbox_(std::make_shared<runtime::Mailbox>(executor)),
          intake_(executor, settings(),
                  [executor](const Request& request) { return handle(executor, request); }) {
        intakes.add(intake_, mailbox_);
    }
    ~Host() override { mailbox_->close(); }
    Result<void> start() override { return {}; }
    runtime::Task<> drain() override { co_await intake_.drain(); }
    void cancel() override { intake_.cancel(); }

  private:
    static ListenSettings settings() {
        ListenSettings out;
        out.fixed_fields = "X-One: 1\r\nX-Two: 2\r\n";
        return out;
    }
    std::shared_ptr<runtime::Mailbox> mailbox_;
    Intake intake_;
};

class IntakesTest : public ::testing::Test {
  protected:
    IntakesTest() {
        const auto started =
            workers_.start(2,
                           [this](const runtime::Executor& executor,
                                  std::size_t) -> Result<std::unique_ptr<runtime::Program>> {
                               return std::make_unique<Host>(executor, intakes_);
                           });
        EXPECT_TRUE(started);
    }

    std::future<Response> ask(std::string target, std::stop_token cancelled = {}) {
        const auto promise = std::make_shared<std::promise<Response>>();
        intakes_.answer(
            asked(std::move(target)),
            [promise](Response response) { promise->set_value(std::move(response)); },
            std::move(cancelled));
        return promise->get_future();
    }

    Intakes intakes_;
    runtime::WorkerSet workers_{{}};
};

TEST_F(IntakesTest, AnswersWithTheFieldsOfEveryResponse) {
    Response response = ask("/now").get();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body.str(), "/now");
    ASSERT_EQ(response.headers.size(), 3U);
    EXPECT_EQ(response.headers[2].name, "X-Two");
    EXPECT_EQ(response.headers[2].value, "2");
}

TEST_F(IntakesTest, AnExceptionIsAnAnswer) { EXPECT_EQ(ask("/throw").get().status, 500); }

TEST_F(IntakesTest, FinishesWhatIsInProgressAndRefusesTheRest) {
    std::future<Response> before = ask("/pause");
    EXPECT_TRUE(workers_.stop(10s));
    EXPECT_EQ(before.get().status, 200);
    EXPECT_EQ(ask("/now").get().status, 503);
}

TEST_F(IntakesTest, WhatIsDroppedIsAnsweredToo) {
    const int before = cancelled_handlers;
    std::future<Response> slow = ask("/slow");
    std::this_thread::sleep_for(50ms);
    EXPECT_FALSE(workers_.stop(50ms));
    EXPECT_EQ(slow.get().status, 503);
    EXPECT_EQ(cancelled_handlers, before + 1);
}

TEST_F(IntakesTest, CancellationEndsTheWork) {
    const int before = cancelled_handlers;
    std::stop_source stop;
    std::future<Response> slow = ask("/slow", stop.get_token());
    std::this_thread::sleep_for(50ms);
    stop.request_stop();
    EXPECT_EQ(slow.wait_for(5s), std::future_status::ready);
    EXPECT_EQ(cancelled_handlers, before + 1);
    EXPECT_EQ(ask("/slow", stop.get_token()).wait_for(5s), std::future_status::ready);
}

}  // namespace
}  // namespace fraiseql::http
