// SPDX-License-Identifier: MIT
// The part of Engine that runs code of the application.
#include "engine/computing.hpp"
#include "engine/execution.hpp"
#include "respond/error_json.hpp"

namespace fraiseql::engine {

Engine::~Engine() {
    if (mailbox_) mailbox_->close();
}

void Engine::prepare_resolvers(Execution& execution, const runtime::Executor& executor,
                               const Transport* transport) {
    if (!home_) {
        mailbox_ = std::make_shared<runtime::Mailbox>(executor);
        home_ = std::make_shared<runtime::WorkerHome>(executor, mailbox_);
    }
    execution.context = std::make_unique<detail::context_state>();
    execution.context->transport = transport;
    execution.context->principal = execution.request.principal;
    execution.context->deadline = execution.deadline;
    execution.context->log = settings_.log;
    execution.context->expose_errors = settings_.expose_errors;
    execution.context->options = compile_options(settings_, execution.request.principal);
    execution.context->pool = &pool_;
    execution.context->reserved = reserved_;
    execution.context->model = execution.request.document->model;
    if (!kept_by_code_) kept_by_code_ = std::make_shared<std::map<std::type_index, std::any>>();
    execution.context->worker = kept_by_code_;
    const std::size_t roots = execution.request.operation->plan.roots.size();
    execution.resolving.resize(roots);
    execution.resolved.resize(roots);
}

void Engine::start_resolver(Execution& execution, std::uint32_t root) {
    if (execution.request.operation->plan.roots[root].kind != plan::Root::Kind::Resolve) return;
    execution.resolving[root] =
        std::make_unique<Resolving>(execution.request, *execution.context, root, home_);
    execution.resolving[root]->start();
}

runtime::Task<runtime::Payload> Engine::compute(Execution& execution) {
    const std::string whole =
        assemble(execution.request, execution.results, {}, false, {}, std::move(execution.resolved))
            .str();
    constexpr std::string_view kBegin = R"({"data":)";
    Computing computing(execution.request, *execution.context, home_);
    const auto read = computing.read(whole.substr(kBegin.size(), whole.size() - kBegin.size() - 1));
    std::string data = "null";
    if (read) {
        computing.start();
        co_await computing.wait(execution.deadline);
        data = computing.take(reporter(), execution.errors);
    } else {
        execution.errors.push_back(read.error());
    }
    std::string out = "{";
    if (!execution.errors.empty()) {
        respond::write_errors(out, execution.errors);
        out += ',';
    }
    const std::string extensions = execution.written.extensions();
    if (!extensions.empty()) out += "\"extensions\":" + extensions + ',';
    out += "\"data\":" + data + '}';
    co_return runtime::Payload(std::move(out));
}

Reporter Engine::reporter() {
    return {.next_reference = [this] { return next_reference(); },
            .log = settings_.log,
            .expose_errors = settings_.expose_errors};
}

runtime::Task<void> Engine::finish_resolver(Execution& execution, std::uint32_t root) {
    Resolving* resolving = execution.resolving[root].get();
    if (resolving == nullptr) co_return;
    // Where the client has gone, nobody reads what it says.
    co_await resolving->wait(execution.deadline);
    Completed completed = resolving->take(reporter());
    for (Error& error : completed.errors)
        execution.errors.push_back(std::move(error));
    execution.resolved[root] = std::move(completed.value);
    execution.data_is_null = execution.data_is_null || completed.propagates;
}

}  // namespace fraiseql::engine
