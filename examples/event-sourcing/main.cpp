// SPDX-License-Identifier: MIT
// Commands in code over the event store: an event and its projections take effect together.
#include <fraiseql/fraiseql.hpp>

#include <cstdint>
#include <optional>
#include <string>

struct Command {
    fraiseql::uuid aggregate_id;
    std::string type;
    fraiseql::json_text payload;
    // What the command was decided upon; if something has happened since, it is a CONFLICT.
    std::optional<std::int64_t> version;
};
BOOST_DESCRIBE_STRUCT(Command, (), (aggregate_id, type, payload, version))

struct CommandResult {
    bool success = false;
    std::int64_t version = 0;
};
BOOST_DESCRIBE_STRUCT(CommandResult, (), (success, version))

fraiseql::task<CommandResult> execute_command(fraiseql::context& ctx, Command command) {
    const auto body = [command](fraiseql::repository& repo) -> fraiseql::task<CommandResult> {
        // Store the event.
        fraiseql::arguments event;
        event.set("p_stream", "account-" + command.aggregate_id.str());
        event.set("p_type", command.type);
        event.set("p_data", command.payload);
        event.set("p_expected", command.version);
        const std::int64_t version =
            co_await repo.call_function<std::int64_t>("events.append", event);
        // Bring the projection up to date; what it throws takes the event back.
        fraiseql::arguments account;
        account.set("p_id", command.aggregate_id);
        co_await repo.call_function("project_account", account);
        co_return CommandResult{true, version};
    };
    return ctx.repo().transaction(body);
}

int main(int argc, char** argv) {
    fraiseql::application app;
    app.mutation("executeCommand", execute_command, {.arguments = {"command"}});
    return app.run(argc, argv);
}
