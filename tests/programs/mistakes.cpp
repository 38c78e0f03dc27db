// SPDX-License-Identifier: MIT
// A server whose code makes mistakes, for tests/e2e/test_mistakes.py: some show when a field is
// asked for, those that MISTAKE names when the server starts.
#include <fraiseql/fraiseql.hpp>

#include <cmath>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;

// A scalar that cannot write all that it can hold.
struct Grade {
    int number = 0;
};
template <>
struct fraiseql::json_codec<Grade> {
    static Grade read(const json_node& node, const json_place& place) {
        return {json_codec<int>::read(node, place)};
    }
    static void write(std::string& out, const Grade& grade) {
        if (grade.number == 1) throw failure("There is no grade 1.", "NO_GRADE", "Try 2.");
        if (grade.number == 3) throw std::runtime_error("the list of grades is empty");
        json_codec<int>::write(out, grade.number);
    }
};
template <>
struct fraiseql::annotate<Grade> {
    static constexpr std::string_view scalar = "Grade";
    static constexpr std::string_view description = "From 1 to 6.";
};

// Scalars that cannot be.
struct Moment {
    std::string text;
};
template <>
struct fraiseql::json_codec<Moment> {
    static Moment read(const json_node& node, const json_place& place) {
        return {json_codec<std::string>::read(node, place)};
    }
    static void write(std::string& out, const Moment& moment) {
        json_codec<std::string>::write(out, moment.text);
    }
};
template <>
struct fraiseql::annotate<Moment> {
    static constexpr std::string_view scalar = "DateTime";
    static constexpr std::string_view description = "When it was.";
};

struct Report {
    std::optional<Grade> grade;
    std::vector<std::optional<Grade>> more;
    int pages = 1;
};
BOOST_DESCRIBE_STRUCT(Report, (), (grade, more, pages))

struct Key {
    int id = 0;
};
BOOST_DESCRIBE_STRUCT(Key, (), (id))
struct Named {
    std::string name;
};
BOOST_DESCRIBE_STRUCT(Named, (), (name))
struct Home {
    Key address;
};
BOOST_DESCRIBE_STRUCT(Home, (), (address))
struct Misspelt {
    std::string nane;
};
BOOST_DESCRIBE_STRUCT(Misspelt, (), (nane))
struct Spaced {
    int id = 0;
};
BOOST_DESCRIBE_STRUCT(Spaced, (), (id))
template <>
struct fraiseql::annotate<Spaced> {
    static constexpr std::string_view name = "Spaced out";
};

namespace {

using fraiseql::failure;
using fraiseql::task;

// What the client said in a header is in the message, whatever bytes those are.
int echoes(fraiseql::context& ctx) {
    const std::string said(ctx.header("X-Said").value_or(""));
    throw failure("Not " + said, "NO_" + said, said,
                  {{"said", said}, {"code", "X"}, {"said", "Y"}});
}

std::optional<double> number(std::string which) {
    if (which == "nan") return std::nan("");
    return std::numeric_limits<double>::infinity();
}

Report report(int grade) { return {Grade{grade}, {Grade{2}, Grade{grade}, Grade{4}}, 7}; }

task<int> one() { co_return 1; }

task<int> waits_twice() {
    auto work = one();
    int first = co_await work;
    int second = co_await work;
    co_return first + second;
}

task<int> waits_for_nothing() {
    auto work = one();
    auto other = std::move(work);
    int value = co_await work;
    co_return value;
}

task<std::vector<int>> waits_for_all_of_nothing() {
    std::vector<task<int>> tasks;
    auto work = one();
    tasks.push_back(std::move(work));
    tasks.push_back(std::move(work));
    return fraiseql::when_all(std::move(tasks));
}

task<int> returns_nothing() {
    auto work = one();
    auto other = std::move(work);
    return work;
}

task<int> fails_with_nothing() {
    const auto start = [](const fraiseql::completion<int>& done) { done.fail(nullptr); };
    int value = co_await fraiseql::from_callback<int>(start);
    co_return value;
}

task<int> completes_often() {
    const auto start = [](const fraiseql::completion<int>& done) {
        done(1);
        done(2);
        done.fail(std::make_exception_ptr(std::runtime_error("late")));
    };
    int value = co_await fraiseql::from_callback<int>(start);
    co_return value;
}

task<bool> sleeps(std::int64_t milliseconds) {
    co_await fraiseql::sleep_for(std::chrono::milliseconds(milliseconds));
    co_return true;
}

std::optional<int> second_fails(Key key) {
    if (key.id == 2) throw failure("Not the second.", "SECOND");
    return key.id;
}

task<std::optional<int>> second_fails_later(Key key) {
    co_await fraiseql::sleep_for(1ms);
    if (key.id == 2) throw std::runtime_error("the second is secret");
    co_return key.id;
}

int letters(const Named& person) { return static_cast<int>(person.name.size()); }

std::vector<int> too_few(const std::vector<Key>&) { return {1}; }

// --- What outlives its request. ---

std::unique_ptr<fraiseql::repository> kept;

bool keeps(fraiseql::context& ctx) {
    kept = std::make_unique<fraiseql::repository>(ctx.repo());
    return true;
}
task<std::int64_t> uses_kept() { return kept->count("tb_person"); }

// --- Statements that change the session of a connection that others use next. ---

task<std::int64_t> runs(fraiseql::context& ctx, std::string sql) {
    return ctx.repo().execute(std::move(sql));
}
task<std::string> search_path(fraiseql::context& ctx) {
    const std::vector<std::map<std::string, std::string>> rows =
        co_await ctx.repo().execute_returning<std::map<std::string, std::string>>(
            "SELECT current_setting('search_path') AS path");
    co_return rows.at(0).at("path");
}

fraiseql::http_response plain(fraiseql::context&, const fraiseql::http_request& request) {
    return {.status = 200, .headers = {}, .body = request.method + " of all"};
}

void make_mistake(fraiseql::application& app, const std::string& which) {
    using fraiseql::json_text;
    const std::map<std::string, std::function<void()>> mistakes = {
        {"scalar of the server", [&] { app.query("a", [] { return Moment{}; }); }},
        {"name of a type", [&] { app.query("a", [] { return Spaced{}; }); }},
        {"twice", [&] { app.query("a", [] { return 1; }).query("a", [] { return 2; }); }},
        {"computed twice",
         [&] { app.field("Person", "a", letters).field("Person", "a", letters); }},
        {"field of a root", [&] { app.field("Query", "a", letters); }},
        {"field of code", [&] { app.field("Report", "a", letters); }},
        {"need of an object", [&] { app.field("Person", "a", [](Home) { return 1; }); }},
        {"need misspelt", [&] { app.field("Person", "a", [](Misspelt) { return 1; }); }},
        {"owner of a field", [&] { app.query("a", one, {.authorize = "owner:id"}); }},
        {"no function", [&] { app.query("a", std::function<int()>()); }},
        {"no hook", [&] { app.prepare(std::function<void(fraiseql::context&)>()); }},
        {"names of arguments", [&] { app.query("a", sleeps); }},
        {"small method", [&] { app.route("get", "/a", plain); }},
        {"star inside", [&] { app.route("GET", "/a/*/b", plain); }},
    };
    mistakes.at(which)();
}

}  // namespace

int main(int argc, char** argv) {
    fraiseql::application app;
    app.query("echoes", echoes);
    app.query("number", number, {.arguments = {"which"}});
    app.query("report", report, {.arguments = {"grade"}});
    app.query("once", [](std::set<int> of) { return of; }, {.arguments = {"of"}});
    app.query("waitsTwice", waits_twice);
    app.query("waitsForNothing", waits_for_nothing);
    app.query("waitsForAllOfNothing", waits_for_all_of_nothing);
    app.query("returnsNothing", returns_nothing);
    app.query("failsWithNothing", fails_with_nothing);
    app.query("completesOften", completes_often);
    app.query("sleeps", sleeps, {.arguments = {"milliseconds"}});
    app.query("keeps", keeps);
    app.query("usesKept", uses_kept);
    app.query("runs", runs, {.arguments = {"sql"}});
    app.query("searchPath", search_path);
    app.field("Person", "secondFails", second_fails);
    app.field("Person", "secondFailsLater", second_fails_later);
    app.field("Person", "letters", letters);
    app.field("Person", "tooFew", too_few);
    app.route("GET", "/all/*", plain);
    app.route("GET", "/all/of/it", [](fraiseql::context&, const fraiseql::http_request&) {
        return fraiseql::http_response{.status = 200, .headers = {}, .body = "it"};
    });
    app.route("POST", "/all/*", plain);
    try {
        if (const char* mistake = std::getenv("MISTAKE")) make_mistake(app, mistake);
    } catch (const std::invalid_argument& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    const int code = app.run(argc, argv);
    kept.reset();
    return code;
}
