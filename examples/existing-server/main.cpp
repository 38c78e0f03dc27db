// SPDX-License-Identifier: MIT
// A Boost.Asio program with an HTTP server of its own, which has GraphQL answered by FraiseQL.
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <fraiseql/asio.hpp>
#include <fraiseql/fraiseql.hpp>
#include <iostream>
#include <string>

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::use_awaitable;
using asio::ip::tcp;

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

// What the program and its GraphQL fields share; the fields run on FraiseQL's own threads.
std::atomic<int> visits = 0;

fraiseql::http_request to_fraiseql(const Request& request, const tcp::endpoint& peer) {
    fraiseql::http_request out;
    out.method = std::string(request.method_string());
    out.target = std::string(request.target());
    for (const auto& field : request)
        out.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    out.body = request.body();
    out.peer = peer.address().to_string();
    return out;
}

Response from_fraiseql(fraiseql::http_response answer) {
    Response out;
    out.result(static_cast<unsigned>(answer.status));
    for (const fraiseql::http_header& field : answer.headers)
        out.insert(field.name, field.value);
    out.body() = std::move(answer.body);
    return out;
}

// The program's own pages.
Response own_page(const Request& request) {
    Response out;
    out.result(request.target() == "/" ? http::status::ok : http::status::not_found);
    out.set(http::field::content_type, "text/plain");
    out.body() = "Visitor " + std::to_string(++visits) + "\n";
    return out;
}

asio::awaitable<void> serve(tcp::socket socket, const fraiseql::service& graphql) {
    const auto executor = co_await asio::this_coro::executor;
    const tcp::endpoint peer = socket.remote_endpoint();
    boost::beast::tcp_stream stream(std::move(socket));
    boost::beast::flat_buffer buffer;
    bool open = true;
    while (open) {
        stream.expires_after(std::chrono::seconds(30));
        Request request;
        co_await http::async_read(stream, buffer, request, use_awaitable);
        Response response;
        if (request.target().starts_with("/graphql")) {
            fraiseql::http_request asked = to_fraiseql(request, peer);
            fraiseql::http_response answer =
                co_await fraiseql::async_answer(executor, graphql, std::move(asked), use_awaitable);
            response = from_fraiseql(std::move(answer));
        } else {
            response = own_page(request);
        }
        response.keep_alive(request.keep_alive());
        response.prepare_payload();
        open = request.keep_alive();
        co_await http::async_write(stream, response, use_awaitable);
    }
}

asio::awaitable<void> listen(tcp::acceptor& acceptor, const fraiseql::service& graphql) {
    const auto executor = co_await asio::this_coro::executor;
    while (true) {
        tcp::socket socket = co_await acceptor.async_accept(use_awaitable);
        // A client that goes away ends its own coroutine only.
        asio::co_spawn(executor, serve(std::move(socket), graphql), asio::detached);
    }
}

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "Usage: existing-server DATABASE_URL PORT\n";
        return 2;
    }
    fraiseql::application app;
    app.query("visits", [] { return visits.load(); }, {.description = "Of the page at /."});
    try {
        fraiseql::service graphql =
            app.mount({"--database", argv[1], "--environment", "development"});
        asio::io_context context(1);
        const auto port = static_cast<std::uint16_t>(std::stoi(argv[2]));
        tcp::acceptor acceptor(context, {asio::ip::make_address("127.0.0.1"), port});
        asio::co_spawn(context, listen(acceptor, graphql), asio::detached);
        asio::signal_set signals(context, SIGINT, SIGTERM);
        signals.async_wait([&](boost::system::error_code, int) { context.stop(); });
        context.run();
        // Before the event loop is gone that its answers go to.
        return graphql.stop() ? 0 : 1;
    } catch (const fraiseql::failure& failure) {
        std::cerr << failure.what() << '\n' << failure.hint() << '\n';
        return 1;
    }
}
