// SPDX-License-Identifier: MIT
// A server for the blog of examples/blog with fields of its own beside those of the database.
#include <fraiseql/fraiseql.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

// --- Types: a struct that is described once is an object, or an input, of GraphQL. ---

enum class Speed { SLOW, FAST };
BOOST_DESCRIBE_ENUM(Speed, SLOW, FAST)

struct Carrier {
    std::string name;
    std::optional<std::string> web_site;
};
BOOST_DESCRIBE_STRUCT(Carrier, (), (name, web_site))

struct Parcel {
    std::string label;
    fraiseql::decimal price;
    Carrier carrier;
    std::vector<std::string> stops;
};
BOOST_DESCRIBE_STRUCT(Parcel, (), (label, price, carrier, stops))

struct Letter {
    std::string label;
    int pages = 1;
};
BOOST_DESCRIBE_STRUCT(Letter, (), (label, pages))

// What a variant holds is a union, or an interface of what its structs have in common.
using Shipment = std::variant<Parcel, Letter>;
template <>
struct fraiseql::annotate<Shipment> {
    static constexpr std::string_view name = "Shipment";
    static constexpr std::string_view description = "Something that is on its way.";
    static constexpr bool interface = true;
};

// The arguments of a field, with what can be said about them.
struct QuoteArgs {
    double weight = 0;
    Speed speed = Speed::SLOW;
    std::optional<std::string> coupon;
};
BOOST_DESCRIBE_STRUCT(QuoteArgs, (), (weight, speed, coupon))
template <>
struct fraiseql::annotate<QuoteArgs> {
    static constexpr fraiseql::note members[] = {
        {.member = "weight", .description = "In kilograms."},
        {.member = "speed", .default_value = "SLOW"},
    };
};

// A scalar of one's own: how it is read and written, and what it is.
struct Celsius {
    double degrees = 0;
};
template <>
struct fraiseql::json_codec<Celsius> {
    static Celsius read(const json_node& node, const json_place& place) {
        const double degrees = json_codec<double>::read(node, place);
        if (degrees < -273.15) place.refuse("is below absolute zero.", "That is -273.15.");
        return {degrees};
    }
    static void write(std::string& out, const Celsius& value) {
        json_codec<double>::write(out, value.degrees);
    }
};
template <>
struct fraiseql::annotate<Celsius> {
    static constexpr std::string_view scalar = "Celsius";
    static constexpr std::string_view description = "A temperature in degrees Celsius.";
    static constexpr std::string_view specified_by = "https://www.bipm.org/en/si-base-units/kelvin";
};

struct Climate {
    std::optional<Celsius> least;
    Celsius most;
    std::vector<Celsius> history;
};
BOOST_DESCRIBE_STRUCT(Climate, (), (least, most, history))
template <>
struct fraiseql::annotate<Climate> {
    static constexpr fraiseql::note members[] = {
        {.member = "most", .default_value = "21.5"},
        {.member = "history", .default_value = "[]"},
    };
};

// --- Queries: functions, or coroutines where there is something to wait for. ---

fraiseql::decimal quote(QuoteArgs args) {
    if (args.coupon && *args.coupon != "SPRING")
        throw fraiseql::failure("There is no coupon " + *args.coupon + ".", "UNKNOWN_COUPON",
                                "Try SPRING.");
    const double price = (args.speed == Speed::FAST ? 8 : 5) + args.weight * (args.coupon ? 1 : 2);
    return *fraiseql::decimal::parse(std::to_string(std::lround(price * 100)) + "e-2");
}

std::vector<Shipment> shipments() {
    return {Parcel{"book", *fraiseql::decimal::parse("5.20"), {"Post", std::nullopt}, {"Rome"}},
            Letter{"invoice", 2}};
}

// Work of another thread: the worker serves others meanwhile.
fraiseql::task<std::string> slow_greeting(fraiseql::context& ctx, std::string name) {
    const auto start = [name](fraiseql::completion<std::string> done) {
        std::thread([name, done] {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            done("Hello, " + name + "!");
        }).detach();
    };
    std::string greeting = co_await fraiseql::from_callback<std::string>(start);
    if (const auto language = ctx.header("Accept-Language"))
        greeting += " (" + std::string(*language) + ")";
    co_return greeting;
}

// JSON from somewhere else, of which the selection is taken: here objects of a type of the
// database.
fraiseql::json_text imported_posts() {
    return fraiseql::json_text(
        R"([{"id": "00000000-0000-0000-0000-000000000001", "title": "From afar", "secret": 1}])");
}

// JSON that is the selection already: it is not read, so whoever returns it answers for it.
fraiseql::shaped ready_made() {
    return {fraiseql::json_text::trusted(R"([ {"title":"As it is"} ])")};
}

// An error as a value: std::expected, or tl::expected where there is no C++23.
tl::expected<int, fraiseql::failure> divide(int dividend, int divisor) {
    if (divisor == 0) return tl::unexpected(fraiseql::failure("By zero.", "DIVISION_BY_ZERO"));
    return dividend / divisor;
}
fraiseql::task<tl::expected<std::string, fraiseql::failure>> later(bool fails) {
    if (fails) co_return tl::unexpected(fraiseql::failure("Not even later.", "TOO_EARLY"));
    co_return std::string("now");
}

// What must not be done: it holds up everybody whom the same worker serves. The log says so.
bool blocks() {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    return true;
}

// The same type as an input and as an object.
Climate climate(Climate wanted) { return wanted; }
Celsius warmer(Celsius than, std::optional<Celsius> by) {
    return {than.degrees + (by ? by->degrees : 1)};
}

int broken() { throw std::runtime_error("the password of the mail server is wrong"); }

std::optional<Carrier> no_carrier() { return std::nullopt; }

// The database, as who the request is of.
struct Author {
    fraiseql::uuid id;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(Author, (), (id, name))
fraiseql::task<std::vector<Author>> authors(fraiseql::context& ctx) {
    return ctx.repo().find<Author>("v_user");
}

// --- Fields of the database's own types: what they are given says what they need. ---

struct Text {
    std::string title;
    std::string content;
};
BOOST_DESCRIBE_STRUCT(Text, (), (title, content))
int words(const Text& post) {
    const std::string text = post.title + ' ' + post.content;
    return 1 + static_cast<int>(std::count(text.begin(), text.end(), ' '));
}

struct Person {
    fraiseql::uuid id;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(Person, (), (id, name))
std::atomic<int> loads = 0;
// One call for all people of an answer, wherever they stand in it.
fraiseql::task<std::vector<std::optional<Carrier>>> carriers(std::vector<Person> people) {
    ++loads;
    std::vector<std::optional<Carrier>> out;
    for (const Person& person : people) {
        if (person.name.empty())
            out.push_back(std::nullopt);
        else
            out.push_back(Carrier{"Carrier of " + person.name, std::nullopt});
    }
    co_return out;
}

struct PostKey {
    fraiseql::uuid id;
};
BOOST_DESCRIBE_STRUCT(PostKey, (), (id))
struct CommentCount {
    fraiseql::uuid post_id;
    int comments = 0;
};
BOOST_DESCRIBE_STRUCT(CommentCount, (), (post_id, comments))
// One statement for all posts of an answer.
fraiseql::task<std::vector<int>> comment_counts(fraiseql::context& ctx,
                                                std::vector<PostKey> posts) {
    std::vector<fraiseql::uuid> ids;
    for (const PostKey& post : posts)
        ids.push_back(post.id);
    fraiseql::values bound(ids);
    const std::string sql =
        "SELECT post_id, count(*) AS comments FROM comments WHERE post_id = ANY($1) GROUP BY 1";
    const std::vector<CommentCount> rows =
        co_await ctx.repo().execute_returning<CommentCount>(sql, bound);
    std::map<std::string, int> counts;
    for (const CommentCount& row : rows)
        counts[row.post_id.str()] = row.comments;
    std::vector<int> out;
    for (const fraiseql::uuid& id : ids)
        out.push_back(counts[id.str()]);
    co_return out;
}

// --- Mutations run one after the other. ---

std::atomic<int> counter = 0;
int count_up(int by) { return counter += by; }

// --- Subscriptions: coroutines that yield one event after the other. ---

fraiseql::stream<int> countdown(int from) {
    for (int left = from; left >= 0; --left) {
        co_yield left;
        co_await fraiseql::sleep_for(std::chrono::milliseconds(10));
    }
}

int main(int argc, char** argv) {
    fraiseql::application app;
    app.query("quote", quote, {.description = "What it costs to send a parcel."});
    app.query("shipments", shipments);
    app.query("slowGreeting", slow_greeting, {.arguments = {"name"}});
    app.query("importedPosts", imported_posts, {.type = "[Post!]!"});
    app.query("authors", authors);
    app.query("readyMade", ready_made, {.type = "[Post!]!"});
    app.query("divide", divide, {.arguments = {"dividend", "divisor"}});
    app.query("later", later, {.arguments = {"fails"}});
    app.query("blocks", blocks);
    app.query("broken", broken, {.deprecated = "It never worked."});
    app.query("noCarrier", no_carrier);
    app.query("audit", [] { return std::string("nothing happened"); },
              {.authorize = "role:auditor"});
    app.field("Post", "words", words, {.description = "How long it is."});
    app.field("User", "carrier", carriers);
    app.field("Post", "commentCount", comment_counts);
    app.query("loads", [] { return loads.load(); });
    app.query("climate", climate, {.arguments = {"wanted"}});
    app.query("warmer", warmer, {.arguments = {"than", "by"}});
    app.subscription("countdown", countdown, {.arguments = {"from"}});
    app.mutation("countUp", count_up, {.arguments = {"by"}});
    return app.run(argc, argv);
}
