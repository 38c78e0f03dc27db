// SPDX-License-Identifier: MIT
// The part of Engine that runs code of the application.
#include <algorithm>

#include "auth/claim_map.hpp"
#include "engine/computing.hpp"
#include "engine/execution.hpp"
#include "engine/live.hpp"
#include "engine/source.hpp"
#include "graphql/source.hpp"
#include "respond/error_json.hpp"
#include "values/node_access.hpp"

namespace fraiseql::engine {

Engine::~Engine() {
    if (mailbox_) mailbox_->close();
}

std::unique_ptr<detail::context_state> Engine::make_context(
    const runtime::Executor& executor, const Transport* transport, const auth::Principal* principal,
    std::shared_ptr<const schema::Model> model, runtime::Clock::time_point deadline,
    const Settings& settings) {
    if (!home_) {
        mailbox_ = std::make_shared<runtime::Mailbox>(executor);
        home_ = std::make_shared<runtime::WorkerHome>(executor, mailbox_,
                                                      runtime::StallWatch::make(settings.log));
    }
    auto out = std::make_unique<detail::context_state>();
    out->transport = transport;
    out->principal = principal;
    out->deadline = deadline;
    out->log = settings.log;
    out->expose_errors = settings.expose_errors;
    out->options = compile_options(settings, principal);
    out->pool = &pool_;
    out->reserved = reserved_;
    out->model = std::move(model);
    if (!kept_by_code_) kept_by_code_ = std::make_shared<std::map<std::type_index, std::any>>();
    out->worker = kept_by_code_;
    return out;
}

void Engine::prepare_resolvers(Execution& execution, const runtime::Executor& executor,
                               const Transport* transport) {
    if (execution.context == nullptr) {
        execution.own_context = make_context(executor, transport, execution.request.principal,
                                             execution.request.document->model, execution.deadline,
                                             execution.settings());
        execution.context = execution.own_context.get();
    }
    const std::size_t roots = execution.request.operation->plan.roots.size();
    execution.resolving.resize(roots);
    execution.resolved.resize(roots);
}

void Engine::start_resolver(Execution& execution, std::uint32_t root) {
    if (execution.request.operation->plan.roots[root].kind != plan::Root::Kind::Resolve) return;
    execution.resolving[root] =
        std::make_unique<Resolving>(execution.request, *execution.context, root, home_);
    if (execution.event)
        execution.resolving[root]->start_with(execution.event);
    else
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
        const bool expose = execution.settings().expose_errors;
        data = computing.take(reporter(expose), execution.errors);
    } else {
        execution.errors.push_back(read.error());
    }
    std::string out = "{";
    if (!execution.errors.empty()) {
        respond::write_errors(out, execution.errors);
        out += ',';
    }
    if (execution.begun->state != nullptr) co_await conclude(execution);
    const std::string extensions = extensions_of(execution);
    if (!extensions.empty()) out += "\"extensions\":" + extensions + ',';
    out += "\"data\":" + data + '}';
    co_return runtime::Payload(std::move(out));
}

runtime::Task<std::optional<Error>> Engine::open_source(const PreparedRequest& request,
                                                        Begun& begun, const Transport* transport,
                                                        Live& live) {
    const runtime::Executor executor = co_await boost::asio::this_coro::executor;
    Source::Request own;
    if (transport != nullptr) own.transport = transport->kept();
    if (request.principal != nullptr) own.principal = auth::with_grants(*request.principal, {}, {});
    own.state = std::move(begun.state);
    if (own.state == nullptr)
        own.state = make_context(executor, transport, request.principal, request.document->model,
                                 {}, *begun.settings);
    own.state->statement_limit = begun.settings->timeout;
    const auto& roots = request.operation->plan.roots;
    const auto root = std::find_if(roots.begin(), roots.end(), [](const plan::Root& each) {
        return each.kind == plan::Root::Kind::Resolve;
    });
    live.source = std::make_shared<Source>(std::move(own), *root->resolve.resolver,
                                           reporter(begun.settings->expose_errors), home_);
    const auto index = static_cast<std::size_t>(root - roots.begin());
    auto refused = live.source->open(node_of(request.arguments[index]));
    if (!refused) co_return std::nullopt;
    live.source.reset();
    refused->path = {root->response_key};
    refused->locations = {
        graphql::locate(request.document->document.source, root->group.node().offset)};
    co_return refused;
}

Reporter Engine::reporter(bool expose_errors) {
    return {.next_reference = [this] { return next_reference(); },
            .log = settings_->log,
            .expose_errors = expose_errors};
}

runtime::Task<void> Engine::finish_resolver(Execution& execution, std::uint32_t root) {
    Resolving* resolving = execution.resolving[root].get();
    if (resolving == nullptr) co_return;
    // Where the client has gone, nobody reads what it says.
    co_await resolving->wait(execution.deadline);
    Completed completed = resolving->take(reporter(execution.settings().expose_errors));
    for (Error& error : completed.errors)
        execution.errors.push_back(std::move(error));
    execution.resolved[root] = std::move(completed.value);
    execution.data_is_null = execution.data_is_null || completed.propagates;
}

}  // namespace fraiseql::engine
