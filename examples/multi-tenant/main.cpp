// SPDX-License-Identifier: MIT
// One server for many tenants: known by the token or by the subdomain, kept apart by the database.
#include <fraiseql/fraiseql.hpp>

#include <optional>
#include <string>
#include <vector>

// A value of the request, which resolvers find in their context.
struct Tenant {
    std::string id;
    std::string slug;
};
BOOST_DESCRIBE_STRUCT(Tenant, (), (id, slug))

// Before anything is decided: which tenant is the request for?
fraiseql::task<void> find_tenant(fraiseql::context& ctx) {
    fraiseql::arguments wanted;
    std::string function = "tenant_by_slug";
    if (const auto slug = ctx.subdomain("shop.example")) {
        wanted.set("p_slug", *slug);
    } else if (ctx.tenant()) {
        function = "tenant_by_id";
        wanted.set("p_id", ctx.tenant_id());
    } else {
        throw fraiseql::failure("The request is for no tenant.", "BAD_USER_INPUT",
                                "Ask under the tenant's address, or with a token that has one.");
    }
    std::optional<Tenant> tenant =
        co_await ctx.repo().call_function<std::optional<Tenant>>(function, wanted);
    if (!tenant) throw fraiseql::failure("There is no such tenant.", "NOT_FOUND");
    // Refuses a token of another tenant.
    ctx.set_tenant(tenant->id);
    ctx.set(std::move(*tenant));
}

// What `@authorize authorizer:member` asks, with the tenant known.
fraiseql::task<bool> is_member(fraiseql::context& ctx) {
    if (!ctx.is_authenticated()) co_return false;
    fraiseql::query who;
    who.where("user_id", std::string(ctx.user_id()));
    const std::int64_t rows = co_await ctx.repo().count("tb_tenant_user", who);
    co_return rows > 0;
}

struct TenantData {
    fraiseql::uuid tenant_id;
    std::string name;
    std::int64_t sales = 0;
};
BOOST_DESCRIBE_STRUCT(TenantData, (), (tenant_id, name, sales))

// Row-level security filters by tenant, with the condition and without.
fraiseql::task<std::optional<TenantData>> tenant_data(fraiseql::context& ctx) {
    fraiseql::query wanted;
    wanted.where("tenant_id", ctx.tenant_id());
    return ctx.repo().find_one<TenantData>("v_tenant_dashboard", wanted);
}
fraiseql::task<std::vector<TenantData>> all_tenant_data(fraiseql::context& ctx) {
    return ctx.repo().find<TenantData>("v_tenant_dashboard");
}

// The other way: a schema for each tenant. Its name is made of the tenant's row, never of what the
// client says, and looked up in the catalog as any other.
struct Note {
    int id = 0;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(Note, (), (id, text))
fraiseql::task<std::vector<Note>> notes(fraiseql::context& ctx) {
    return ctx.repo().find<Note>("tenant_" + ctx.find<Tenant>()->slug + ".note");
}

// A resource of its own besides /graphql, with the same tenant, tokens and limits.
fraiseql::http_response greet(fraiseql::context& ctx, const fraiseql::http_request& request) {
    fraiseql::http_response out;
    out.headers = {{"Content-Type", "text/plain"}};
    out.body = ctx.find<Tenant>()->slug + " greets " + std::string(ctx.user_id()) + " at " +
               std::string(request.path());
    return out;
}

int main(int argc, char** argv) {
    fraiseql::application app;
    app.prepare(find_tenant);
    app.authorizer("member", is_member);
    app.rate_key([](fraiseql::context& ctx) -> std::optional<std::string> {
        return ctx.find<Tenant>()->slug;
    });
    app.before_execute([](fraiseql::context& ctx, const fraiseql::operation& asked) {
        if (asked.name == "Expensive" && !ctx.has_role("analyst"))
            throw fraiseql::failure("That is for analysts.", "FORBIDDEN");
    });
    app.after(
        [](fraiseql::context& ctx, const fraiseql::operation&, const fraiseql::outcome& done) {
            ctx.extend("tenant", fraiseql::to_json(ctx.find<Tenant>()->slug));
            ctx.extend("errors", fraiseql::to_json(static_cast<std::int64_t>(done.errors)));
        });
    app.query("tenantData", tenant_data, {.authorize = "authorizer:member"});
    app.query("allTenantData", all_tenant_data, {.authorize = "authorizer:member"});
    app.query("notes", notes, {.authorize = "authorizer:member"});
    app.route("GET", "/greeting/*", greet, {.authorize = "authorizer:member"});
    return app.run(argc, argv);
}
