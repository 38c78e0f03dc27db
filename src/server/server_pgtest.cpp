// SPDX-License-Identifier: MIT
#include "server/server.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "catalog/read_snapshot.hpp"
#include "catalog/snapshot_sql.hpp"
#include "pg/session.hpp"
#include "runtime/outbound.hpp"
#include "testing/cluster.hpp"

namespace fraiseql::server {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using testing::Cluster;

const std::string kSchema =
    "create table tb_item (id int primary key, name text not null);"
    "insert into tb_item select g, 'item ' || g from generate_series(1, 5) g;"
    "create view v_item as select id, json_build_object('id', id, 'name', name) as data "
    "from tb_item;"
    "create view v_slow as select id, json_build_object('id', id, 'nap', pg_sleep(20)::text) "
    "as data from tb_item;"
    "create function fn_touch(p_id int) returns int language sql as "
    "'update tb_item set name = name where id = p_id returning id';";

struct Answer {
    int status = 0;
    std::string head;
    std::string body;
};

/// One worker that serves a small database, and a client.
class ServerTest : public ::testing::Test {
  protected:
    void SetUp() override {
        url_ = Cluster::shared().create_database("server_test");
        Cluster::shared().run_sql(url_, kSchema);
        const auto snapshot = pg::query_once(url_, std::string(catalog::snapshot_sql()));
        ASSERT_TRUE(snapshot);
        auto catalog = catalog::read_snapshot(*snapshot);
        ASSERT_TRUE(catalog);
        auto model = schema::build_model(std::move(*catalog));
        ASSERT_TRUE(model);
        settings_.listen.address = *http::claim_address({.host = "127.0.0.1", .port = 0});
        settings_.pool.conninfo = url_;
        settings_.router.expose_errors = true;
        settings_.router.find_asset = [](std::string_view path) -> std::optional<Asset> {
            if (path != "/") return std::nullopt;
            return Asset{"text/html", "\"tag\"", "<html>", "zipped"};
        };
        model_ = *model;
    }

    void start() {
        const auto started = workers_.start(1, [&](const runtime::Executor& executor, std::size_t) {
            return Result<std::unique_ptr<runtime::Program>>(
                make_worker(executor, outbound_, settings_, model_));
        });
        ASSERT_TRUE(started);
    }

    tcp::socket send(const std::string& bytes) {
        tcp::socket socket(context_);
        socket.connect({boost::asio::ip::make_address("127.0.0.1"), settings_.listen.address.port});
        const timeval limit{20, 0};
        setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        boost::asio::write(socket, boost::asio::buffer(bytes));
        return socket;
    }

    Answer exchange(const std::string& line, const std::string& fields = {},
                    const std::string& body = {}) {
        const std::string length =
            body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
        tcp::socket socket = send(line + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + fields +
                                  length + "\r\n" + body);
        std::string text;
        boost::system::error_code error;
        boost::asio::read(socket, boost::asio::dynamic_buffer(text), error);
        Answer answer;
        const std::size_t end = text.find("\r\n\r\n");
        if (end == std::string::npos) return answer;
        answer.status = std::stoi(text.substr(9, 3));
        answer.head = text.substr(0, end + 2);
        answer.body = text.substr(end + 4);
        return answer;
    }

    Answer post(const std::string& query, const std::string& fields = {}) {
        return exchange("POST /graphql", "Content-Type: application/json\r\n" + fields,
                        "{\"query\":\"" + query + "\"}");
    }

    int active_statements() {
        const auto count =
            pg::query_once(url_,
                           "select count(*) from pg_stat_activity where state = 'active' and "
                           "application_name = 'fraiseql' and pid <> pg_backend_pid()");
        return count ? std::stoi(*count) : -1;
    }

    std::string url_;
    Settings settings_;
    std::shared_ptr<const schema::Model> model_;
    boost::asio::io_context context_;
    runtime::Outbound outbound_;
    runtime::WorkerSet workers_{{}};
};

const std::string kGraphql = "Accept: application/graphql-response+json\r\n";

TEST_F(ServerTest, AnswersQueriesByPostAndGet) {
    start();
    const std::string expected = R"({"data":{"item":{"name":"item 2"}}})";
    const Answer posted = post("{ item(id: 2) { name } }");
    EXPECT_EQ(posted.status, 200);
    EXPECT_EQ(posted.body, expected);
    EXPECT_NE(posted.head.find("Content-Type: application/json; charset=utf-8\r\n"),
              std::string::npos);
    const Answer got = exchange("GET /graphql?query=%7Bitem(id:2)%7Bname%7D%7D", kGraphql);
    EXPECT_EQ(got.body, expected);
    EXPECT_NE(got.head.find("application/graphql-response+json; charset=utf-8\r\n"),
              std::string::npos);
}

TEST_F(ServerTest, TellsTheStatusThatTheMediaTypeAsksFor) {
    start();
    EXPECT_EQ(post("{").status, 200);
    EXPECT_EQ(post("{", kGraphql).status, 400);
    EXPECT_EQ(post("{ nothing }").status, 200);
    EXPECT_EQ(post("{ nothing }", kGraphql).status, 400);
    EXPECT_EQ(post("{ nothing }").body.find("\"data\""), std::string::npos);
    EXPECT_EQ(exchange("GET /graphql?query=mutation%7B__typename%7D").status, 405);
    EXPECT_EQ(post("{ item(id: 1) { name } }", "Accept: text/html\r\n").status, 406);
    EXPECT_EQ(exchange("POST /graphql", "Content-Type: text/plain\r\n", "{}").status, 415);
    EXPECT_EQ(exchange("PUT /graphql").status, 405);
}

TEST_F(ServerTest, RoutesTheOtherResources) {
    start();
    EXPECT_EQ(exchange("GET /health").body, R"({"status":"ok"})");
    EXPECT_EQ(exchange("GET /ready").body, R"({"status":"ready"})");
    const Answer page = exchange("GET /");
    EXPECT_EQ(page.body, "<html>");
    EXPECT_EQ(exchange("GET /", "Accept-Encoding: br, gzip\r\n").body, "zipped");
    EXPECT_EQ(exchange("GET /", "If-None-Match: W/\"tag\"\r\n").status, 304);
    EXPECT_EQ(exchange("GET /missing").status, 404);
    EXPECT_NE(exchange("GET /missing").body.find("\"NOT_FOUND\""), std::string::npos);
    const Answer refused = exchange("POST /health");
    EXPECT_EQ(refused.status, 405);
    EXPECT_NE(refused.head.find("Allow: GET, HEAD\r\n"), std::string::npos);
    EXPECT_EQ(exchange("HEAD /ready").body, "");
}

TEST_F(ServerTest, SaysThatTheDatabaseIsDownAndStaysAlive) {
    settings_.pool.conninfo = "postgresql://127.0.0.1:1/db";
    start();
    EXPECT_EQ(exchange("GET /health").status, 200);
    const Answer ready = exchange("GET /ready");
    EXPECT_EQ(ready.status, 503);
    EXPECT_NE(ready.body.find("the database is not reachable"), std::string::npos);
    const Answer answer = post("{ item(id: 2) { name } }");
    EXPECT_NE(answer.body.find("\"SERVICE_UNAVAILABLE\""), std::string::npos) << answer.body;
}

TEST_F(ServerTest, CancelsTheStatementWhenTheClientGoesAway) {
    start();
    {
        const std::string body = R"({"query":"{ slow(id: 1) { nap } }"})";
        tcp::socket socket = send(
            "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: "
            "application/json\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body);
        for (int i = 0; i < 500 && active_statements() != 1; ++i)
            std::this_thread::sleep_for(10ms);
        EXPECT_EQ(active_statements(), 1);
    }
    for (int i = 0; i < 500 && active_statements() != 0; ++i)
        std::this_thread::sleep_for(10ms);
    EXPECT_EQ(active_statements(), 0);
    EXPECT_EQ(post("{ item(id: 2) { name } }").status, 200);
}

}  // namespace
}  // namespace fraiseql::server
