// SPDX-License-Identifier: MIT
// A server whose code answers subscriptions and fails in every way, for tests/e2e/test_events.py.
#include <fraiseql/fraiseql.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;

// Coroutines of subscriptions that have begun and not ended, and events that they have made.
std::atomic<int> running = 0;
std::atomic<int> made = 0;

struct Running {
    Running() { ++running; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { --running; }
};

struct Tick {
    int number = 0;
    std::optional<std::string> person;
};
BOOST_DESCRIBE_STRUCT(Tick, (), (number, person))

fraiseql::stream<Tick> ticks(fraiseql::context& ctx, int count, int pause) {
    const Running here;
    for (int i = 1; i <= count; ++i) {
        Tick tick{i, std::nullopt};
        if (const auto person = ctx.header("X-Person")) tick.person = std::string(*person);
        ++made;
        co_yield tick;
        co_await fraiseql::sleep_for(std::chrono::milliseconds(pause));
    }
}

// As fast as the client takes them.
fraiseql::stream<std::string> flood(int size) {
    const Running here;
    const std::string text(static_cast<std::size_t>(size), 'x');
    while (true) {
        ++made;
        co_yield text;
    }
}

// Waits for what never comes.
fraiseql::stream<int> silence() {
    const Running here;
    const auto start = [](const fraiseql::completion<int>&) {};
    int never = co_await fraiseql::from_callback<int>(start);
    co_yield never;
}

fraiseql::stream<int> failing(std::string how) {
    const Running here;
    if (how == "at once") throw fraiseql::failure("Not today.", "NOT_TODAY", "Try tomorrow.");
    int first = 1;
    co_yield first;
    co_await fraiseql::sleep_for(1ms);
    if (how == "later") throw fraiseql::failure("Not any more.", "NOT_ANY_MORE");
    if (how == "hidden") throw std::runtime_error("the password is wrong");
    throw 7;
}

// No coroutine: it fails before there is a stream.
fraiseql::stream<int> refused(int at_least) {
    throw fraiseql::failure("There are not that many.", "TOO_MANY",
                            "Ask for less than " + std::to_string(at_least) + '.');
}

fraiseql::stream<std::optional<int>> gaps() {
    std::optional<int> value;
    co_yield value;
    value = 2;
    co_yield value;
}

// Each event is what the database has by then; statements have deadlines of their own.
fraiseql::stream<std::int64_t> counts(fraiseql::context& ctx, int count) {
    const Running here;
    for (int i = 0; i < count; ++i) {
        co_await fraiseql::sleep_for(300ms);
        std::int64_t rows = co_await ctx.repo().count("tb_counter");
        co_yield rows;
    }
}

struct Counter {
    int id = 0;
    int n = 0;
};
BOOST_DESCRIBE_STRUCT(Counter, (), (id, n))

std::string label(fraiseql::context& ctx, Counter counter) {
    return std::string(ctx.header("X-Person").value_or("nobody")) + ' ' +
           std::to_string(counter.n * 10);
}

// --- Resolvers that throw or never end. ---

fraiseql::task<int> throws_first(std::string what) {
    if (what == "failure") throw fraiseql::failure("No.", "NO");
    if (what == "number") throw 7;
    throw std::runtime_error("the password is wrong");
    co_return 0;
}

fraiseql::task<int> throws_later(std::string what) {
    co_await fraiseql::sleep_for(1ms);
    int value = co_await throws_first(what);
    co_return value;
}

fraiseql::task<int> never_ends() {
    const Running here;
    const auto start = [](const fraiseql::completion<int>&) {};
    int never = co_await fraiseql::from_callback<int>(start);
    co_return never;
}

fraiseql::task<std::int64_t> sleeps_in_the_database(fraiseql::context& ctx) {
    const Running here;
    const auto body = [](fraiseql::repository& tx) -> fraiseql::task<std::int64_t> {
        std::int64_t rows = co_await tx.execute("SELECT pg_sleep(600)");
        co_return rows;
    };
    std::int64_t rows = co_await ctx.repo().transaction(body);
    co_return rows;
}

// --- Many rows. ---

struct Row {
    int id = 0;
    std::string body;
};
BOOST_DESCRIBE_STRUCT(Row, (), (id, body))

fraiseql::stream<Row> generated(int count) {
    for (int i = 0; i < count; ++i) {
        Row row{i, std::string(100, 'r')};
        co_yield row;
    }
}

fraiseql::task<std::int64_t> import(fraiseql::context& ctx, int count) {
    return ctx.repo().copy<Row>("tb_row", generated(count));
}

}  // namespace

int main(int argc, char** argv) {
    fraiseql::application app;
    app.subscription("ticks", ticks, {.arguments = {"count", "pause"}});
    app.subscription("flood", flood, {.arguments = {"size"}});
    app.subscription("silence", silence);
    app.subscription("failing", failing, {.arguments = {"how"}});
    app.subscription("refused", refused, {.arguments = {"atLeast"}});
    app.subscription("gaps", gaps);
    app.subscription("counts", counts, {.arguments = {"count"}});
    app.subscription("secrets", silence, {.authorize = "role:keeper"});
    app.field("Counter", "label", label);
    app.query("running", [] { return running.load(); });
    app.query("made", [] { return made.load(); });
    app.query("throwsFirst", throws_first, {.arguments = {"what"}});
    app.query("throwsLater", throws_later, {.arguments = {"what"}});
    app.query("neverEnds", never_ends);
    app.query("sleepsInTheDatabase", sleeps_in_the_database);
    app.mutation("import", import, {.arguments = {"count"}});
    return app.run(argc, argv);
}
