// SPDX-License-Identifier: MIT
// A program that ends its services in every way, for tests/e2e/test_embedding.py: the database and
// what to try are its arguments; it prints what has come of it.
#include <fraiseql/fraiseql.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using fraiseql::http_request;
using fraiseql::http_response;
using fraiseql::service;

// What the fields below end; set before they are asked.
std::optional<service> running;

fraiseql::task<int> never() {
    const auto start = [](const fraiseql::completion<int>&) {};
    int value = co_await fraiseql::from_callback<int>(start);
    co_return value;
}

std::string stops_itself() {
    try {
        running->stop();
    } catch (const std::logic_error& error) {
        return error.what();
    }
    return "stopped";
}

bool ends_itself() {
    running.reset();
    return true;
}

bool replaces_itself() {
    service other = std::move(*running);
    running.emplace(std::move(other));
    service last = std::move(*running);
    service gone = std::move(last);
    return true;
}

http_request asked(const std::string& query) {
    return {.method = "POST",
            .target = "/graphql",
            .headers = {{"Host", "localhost"}, {"Content-Type", "application/json"}},
            .body = R"({"query": ")" + query + "\"}",
            .peer = "127.0.0.1"};
}

std::future<http_response> ask(const service& of, const std::string& query) {
    const auto promise = std::make_shared<std::promise<http_response>>();
    of.answer(asked(query),
              [promise](http_response response) { promise->set_value(std::move(response)); });
    return promise->get_future();
}

void print(std::future<http_response> answer) {
    const http_response response = answer.get();
    std::cout << response.status << ' ' << response.body << std::endl;
}

template <class Error>
void print_thrown(const std::function<void()>& work) {
    try {
        work();
        std::cout << "nothing" << std::endl;
    } catch (const Error& error) {
        std::cout << error.what() << std::endl;
    }
}

using Settings = std::vector<std::string>;

void stop_at_once(fraiseql::application& app, const Settings& settings) {
    service one = app.mount(settings);
    std::vector<std::thread> threads;
    std::atomic<int> stopped = 0;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] { stopped += one.stop() ? 1 : 0; });
    for (std::thread& each : threads)
        each.join();
    std::cout << stopped << std::endl;
    print(ask(one, "{ one }"));
}

void drop(fraiseql::application& app, const Settings& settings) {
    service one = app.mount(settings);
    std::vector<std::future<http_response>> answers;
    for (int i = 0; i < 3; ++i)
        answers.push_back(ask(one, "{ never }"));
    print(ask(one, "{ one }"));
    std::cout << (one.stop() ? "in time" : "dropped") << std::endl;
    for (auto& each : answers)
        print(std::move(each));
}

void moved(fraiseql::application& app, const Settings& settings) {
    service one = app.mount(settings);
    service two = std::move(one);
    print(ask(two, "{ one }"));
    one.reload();
    std::cout << one.port() << ' ' << one.stop() << std::endl;
    print_thrown<std::logic_error>([&] { one.answer(asked("{ one }"), [](http_response) {}); });
    print_thrown<std::invalid_argument>([&] { two.answer(asked("{ one }"), {}); });
    std::cout << (two.stop() ? "in time" : "dropped") << std::endl;
}

void of_itself(fraiseql::application& app, const Settings& settings) {
    running.emplace(app.mount(settings));
    print(ask(*running, "{ stopsItself }"));
    print(ask(*running, "{ endsItself }"));
    std::cout << running.has_value() << std::endl;
    running.emplace(app.mount(settings));
    print(ask(*running, "{ replacesItself }"));
}

void often(fraiseql::application& app, const Settings& settings) {
    for (int i = 0; i < 5; ++i) {
        const service one = app.mount(settings);
        const service two = app.mount(settings);
        if (ask(one, "{ one }").get().status != 200) std::cout << "failed" << std::endl;
    }
    std::cout << "done" << std::endl;
}

void refused(fraiseql::application& app, const Settings& settings) {
    for (const char* option : {"--help", "--listen=127.0.0.1:0", "--workerz=1"}) {
        Settings more = settings;
        more.emplace_back(option);
        print_thrown<fraiseql::failure>([&] { app.mount(more); });
    }
}

void late(fraiseql::application& app, const Settings& settings) {
    const service one = app.mount(settings);
    print_thrown<std::logic_error>([&] { app.query("late", [] { return 1; }); });
    print_thrown<std::logic_error>([&] { app.prepare([](fraiseql::context&) {}); });
    print(ask(one, "{ one }"));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    fraiseql::application app;
    app.query("one", [] { return 1; });
    app.query("never", never);
    app.query("stopsItself", stops_itself);
    app.query("endsItself", ends_itself);
    app.query("replacesItself", replaces_itself);
    const Settings settings = {"--database", argv[1], "--workers", "2", "--timeout", "600"};
    const std::map<std::string, void (*)(fraiseql::application&, const Settings&)> ways = {
        {"stop-at-once", stop_at_once},
        {"drop", drop},
        {"moved", moved},
        {"of-itself", of_itself},
        {"often", often},
        {"refused", refused},
        {"late", late}};
    ways.at(argv[2])(app, settings);
    // What ends on threads of its own has its time.
    std::this_thread::sleep_for(500ms);
    return 0;
}
