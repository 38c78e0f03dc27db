// SPDX-License-Identifier: MIT
// The part of Engine that lets code of the application see requests.
#include "engine/begin.hpp"

#include <set>

#include "auth/claim_map.hpp"
#include "engine/authorization.hpp"
#include "engine/execution.hpp"
#include "fraiseql/definition.hpp"
#include "fraiseql/hooks.hpp"
#include "graphql/printer.hpp"
#include "json/writer.hpp"
#include "respond/error_json.hpp"
#include "schema/authorizer.hpp"

namespace fraiseql::engine {
namespace {

operation operation_of(const PreparedRequest& request) {
    const plan::Plan& plan = request.operation->plan;
    operation out{.type = graphql::print(plan.type),
                  .name = request.operation_name,
                  .text = request.document->source};
    for (const plan::Root& root : plan.roots)
        out.fields.push_back(root.group.definition->name);
    return out;
}

bool matches(std::string_view pattern, std::string_view path) {
    if (!pattern.ends_with("/*")) return pattern == path;
    pattern.remove_suffix(1);
    return path.size() > pattern.size() && path.starts_with(pattern);
}

/// `"name":value` with commas between.
std::string members(const std::map<std::string, std::string, std::less<>>& extensions) {
    std::string out;
    for (const auto& [name, value] : extensions) {
        if (!out.empty()) out += ',';
        json::write_string(out, name);
        out += ':' + value;
    }
    return out;
}

std::string_view wire_code(const Error& error) {
    return error.own_code.empty() ? info(error.code).wire : std::string_view(error.own_code);
}

}  // namespace

runtime::Task<std::optional<Error>> Engine::run_code(const StartCode& start,
                                                     detail::context_state& state,
                                                     std::string what) {
    std::exception_ptr thrown;
    bool ended = true;
    const std::shared_ptr<runtime::WorkerHome> home = home_->for_code(what);
    std::optional<runtime::RunningTask<void>> running;
    try {
        {
            const auto slice = home->enter();
            running.emplace(start());
        }
        running->start(*home);
    } catch (...) {
        thrown = std::current_exception();
        running.reset();
    }
    bool late = false;
    if (running) ended = co_await running->wait(state.deadline, late);
    if (!ended) {
        state.stop.request_stop();
        co_return Error{.code = ErrorCode::Timeout, .message = "The request took too long."};
    }
    try {
        if (running) running->take();
    } catch (...) {
        thrown = std::current_exception();
    }
    if (!thrown) co_return std::nullopt;
    co_return reporter(state.expose_errors).error_of(thrown, what);
}

bool Engine::shows_requests() const noexcept {
    const detail::definitions* code = documents_.model()->definitions.get();
    return code != nullptr && (code->looks_at_requests() || !code->routes.empty());
}

runtime::Task<std::optional<Error>> Engine::begin(const Transport* transport, Begun& begun) {
    const Settings& settings = *begun.settings;
    const std::shared_ptr<const schema::Model> model = documents_.model();
    const std::shared_ptr<const detail::definitions> code = model->definitions;
    const runtime::Executor executor = co_await boost::asio::this_coro::executor;
    const auto deadline = runtime::Clock::now() + settings.timeout;
    begun.state = make_context(executor, transport, begun.principal, model, deadline, settings);
    begun.context = std::make_unique<fraiseql::context>(*begun.state);
    fraiseql::context& context = *begun.context;
    std::optional<Error> refused;
    begun.state->preparing = true;
    for (const auto& hook : code->prepare) {
        const StartCode start = [&] { return hook(context); };
        refused = co_await run_code(start, *begun.state, "prepare()");
        if (refused) co_return refused;
    }
    begun.state->preparing = false;
    std::vector<std::string> granted;
    for (const detail::authorizer_definition& each : code->authorizers) {
        bool yes = false;
        const StartCode start = [&] { return each.ask(context, yes); };
        std::string what = "authorizer " + each.name;
        refused = co_await run_code(start, *begun.state, std::move(what));
        if (refused) co_return refused;
        if (yes) granted.push_back(std::string(schema::kAuthorizerPrefix) + each.name);
    }
    if (!code->authorizers.empty())
        begun.state->become(
            auth::with_roles(begun.state->who(), schema::kAuthorizerPrefix, std::move(granted)));
    begun.principal = begun.state->principal;
    begun.state->options = compile_options(settings, begun.principal);
    if (code->rate_key) {
        std::optional<std::string> key;
        const StartCode start = [&] { return code->rate_key(context, key); };
        refused = co_await run_code(start, *begun.state, "rate_key()");
        begun.rate_key = key.value_or("");
    }
    co_return refused;
}

runtime::Task<std::optional<Error>> Engine::begin(Request& request, Begun& begun) {
    std::optional<Error> refused;
    if (!shows_requests()) co_return refused;
    refused = co_await begin(request.transport, begun);
    if (begun.principal != request.principal) request.context = &begun.principal->context;
    request.principal = begun.principal;
    co_return refused;
}

runtime::Task<std::optional<Error>> Engine::ask_before_plan(Begun& begun, std::string_view text) {
    std::optional<Error> refused;
    const std::shared_ptr<const detail::definitions> code = begun.state->model->definitions;
    operation asked{.text = text};
    for (const auto& hook : code->before_plan) {
        const StartCode start = [&] { return hook(*begun.context, asked); };
        refused = co_await run_code(start, *begun.state, "before_plan()");
        if (refused) co_return refused;
    }
    co_return refused;
}

runtime::Task<std::optional<Error>> Engine::ask_before_execute(Begun& begun,
                                                               const PreparedRequest& request) {
    std::optional<Error> refused;
    const std::shared_ptr<const detail::definitions> code = begun.state->model->definitions;
    const operation asked = operation_of(request);
    for (const auto& hook : code->before_execute) {
        const StartCode start = [&] { return hook(*begun.context, asked); };
        refused = co_await run_code(start, *begun.state, "before_execute()");
        if (refused) co_return refused;
    }
    co_return refused;
}

runtime::Task<void> Engine::conclude(Execution& execution) {
    execution.concluded = true;
    Begun& begun = *execution.begun;
    const std::shared_ptr<const detail::definitions> code = begun.state->model->definitions;
    if (code->after.empty()) co_return;
    const operation asked = operation_of(execution.request);
    outcome result{.errors = execution.errors.size()};
    result.duration = std::chrono::duration_cast<std::chrono::microseconds>(runtime::Clock::now() -
                                                                            execution.started);
    if (result.errors > 0) result.code = wire_code(execution.errors.front());
    for (const auto& hook : code->after) {
        const StartCode start = [&] { return hook(*begun.context, asked, result); };
        const auto thrown = co_await run_code(start, *begun.state, "after()");
        // It is over: nothing is refused any more.
        if (thrown && execution.settings().log)
            execution.settings().log(LogEntry::error("after() failed: " + thrown->message));
    }
}

std::string Engine::extensions_of(const Execution& execution) {
    const std::string written = execution.written.extensions();
    if (execution.context == nullptr || execution.context->extensions.empty()) return written;
    const std::string own = members(execution.context->extensions);
    if (written.empty()) return '{' + own + '}';
    return written.substr(0, written.size() - 1) + ',' + own + '}';
}

void Engine::extend(Response& response,
                    const std::map<std::string, std::string, std::less<>>& extensions) {
    if (extensions.empty()) return;
    std::string out = R"({"extensions":{)" + members(extensions) + "},";
    out += std::string_view(response.body.str()).substr(1);
    response.body = runtime::Payload(std::move(out));
    // It is no one else's.
    response.entity_tag.clear();
}

const detail::route_definition* Engine::find_route(std::string_view method, std::string_view path,
                                                   bool& known) const {
    const std::shared_ptr<const schema::Model>& model = documents_.model();
    if (!model->definitions) return nullptr;
    const detail::route_definition* found = nullptr;
    for (const detail::route_definition& route : model->definitions->routes) {
        if (!matches(route.path, path)) continue;
        known = true;
        if (route.method != method) continue;
        // The one that says most of the path: the path itself before those for all below another.
        if (found == nullptr || route.path == path ||
            (found->path != path && route.path.size() > found->path.size()))
            found = &route;
    }
    // RFC 9110 §9.3.2: HEAD is GET without the content, which the transport leaves out.
    if (found == nullptr && method == "HEAD") return find_route("GET", path, known);
    return found;
}

std::string Engine::methods_of(std::string_view path) const {
    std::string out;
    const std::shared_ptr<const schema::Model>& model = documents_.model();
    if (!model->definitions) return out;
    std::set<std::string_view> methods;
    for (const detail::route_definition& route : model->definitions->routes)
        if (matches(route.path, path)) methods.insert(route.method);
    if (methods.contains("GET")) methods.insert("HEAD");
    for (const std::string_view method : methods)
        out += (out.empty() ? "" : ", ") + std::string(method);
    return out;
}

runtime::Task<std::optional<Error>> Engine::run_route(const detail::route_definition& route,
                                                      Begun& begun, const http_request& request,
                                                      http_response& response) {
    if (!may(route.authorize, begun.principal))
        co_return Error{.code = ErrorCode::Forbidden,
                        .message = "This is not for who asks.",
                        .hint = "It takes: " + route.authorize + '.'};
    const StartCode start = [&] { return route.answer(*begun.context, request, response); };
    std::string what = "route " + route.method + ' ' + route.path;
    co_return co_await run_code(start, *begun.state, std::move(what));
}

Response Engine::refuse(const std::vector<Error>& errors) {
    Response response{.request_error = true, .code = errors.front().code};
    response.first_error = response.code;
    response.body.append(respond::error_response(errors));
    return response;
}

}  // namespace fraiseql::engine
