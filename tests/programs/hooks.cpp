// SPDX-License-Identifier: MIT
// A server whose hooks refuse, count and mark requests by who makes them, for
// tests/e2e/test_hooks.py.
#include <fraiseql/fraiseql.hpp>
#include <optional>
#include <string>

namespace {

std::string person_of(fraiseql::context& ctx) {
    return std::string(ctx.header("X-Person").value_or("nobody"));
}

fraiseql::task<void> refuse_banned(fraiseql::context& ctx, const fraiseql::operation& asked) {
    if (asked.type != "subscription") co_return;
    const auto wanted = fraiseql::query().where("name", person_of(ctx));
    if (co_await ctx.repo().count("tb_banned", wanted) > 0)
        throw fraiseql::failure("You are banned.", "FORBIDDEN");
}

}  // namespace

int main(int argc, char** argv) {
    fraiseql::application app;
    app.rate_key([](fraiseql::context& ctx) { return std::optional(person_of(ctx)); });
    app.before_plan([](fraiseql::context& ctx, const fraiseql::operation& asked) {
        ctx.extend("before", fraiseql::to_json(std::string(asked.text)));
        if (asked.text.find("secret") != std::string_view::npos)
            throw fraiseql::failure("That word is not for you.", "FORBIDDEN");
    });
    app.before_execute(refuse_banned);
    app.after(
        [](fraiseql::context& ctx, const fraiseql::operation& done, const fraiseql::outcome&) {
            ctx.extend("person", fraiseql::to_json(person_of(ctx)));
            ctx.extend("type", fraiseql::to_json(std::string(done.type)));
        });
    return app.run(argc, argv);
}
