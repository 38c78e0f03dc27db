// SPDX-License-Identifier: MIT
// A server with the user of bench/workloads.py once more, by code: for bench/resolvers.py.
#include <fraiseql/fraiseql.hpp>

#include <optional>
#include <string>

namespace {

struct Person {
    fraiseql::uuid id;
    std::string username;
    std::string email;
};
BOOST_DESCRIBE_STRUCT(Person, (), (id, username, email))

fraiseql::query by_id(const fraiseql::uuid& id) { return fraiseql::query().where("id", id); }

fraiseql::task<fraiseql::json_text> json_user(fraiseql::context& ctx, fraiseql::uuid id) {
    return ctx.repo().find_one_json("v_user", by_id(id));
}

fraiseql::task<std::optional<Person>> struct_user(fraiseql::context& ctx, fraiseql::uuid id) {
    return ctx.repo().find_one<Person>("v_user", by_id(id));
}

// Without a database: what the way through code itself costs.
Person made_user(fraiseql::uuid id) { return {id, "somebody", "somebody@example.com"}; }

}  // namespace

int main(int argc, char** argv) {
    fraiseql::application app;
    app.query("jsonUser", json_user, {.arguments = {"id"}, .type = "User"});
    app.query("structUser", struct_user, {.arguments = {"id"}});
    app.query("madeUser", made_user, {.arguments = {"id"}});
    return app.run(argc, argv);
}
