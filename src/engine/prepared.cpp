// SPDX-License-Identifier: MIT
#include "engine/prepared.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "engine/as_of.hpp"
#include "engine/authorization.hpp"
#include "engine/cache_plan.hpp"
#include "engine/list_limit.hpp"
#include "engine/template_request.hpp"
#include "engine/weight.hpp"
#include "graphql/coerce.hpp"
#include "graphql/operation.hpp"
#include "graphql/source.hpp"
#include "graphql/validate.hpp"
#include "json/writer.hpp"
#include "turbo/sha256.hpp"

namespace fraiseql::engine {
namespace {

using graphql::OperationDefinition;

void add_conditions(std::string& key, std::span<const graphql::Directive> directives,
                    const graphql::Condition& condition) {
    for (const graphql::Directive& directive : directives)
        if (directive.name == "skip" || directive.name == "include")
            if (const graphql::Argument* argument = directive.argument("if"))
                key += condition(argument->value) ? '1' : '0';
}

/// Appends the outcome of every @skip and @include below `set`, in the order of the document.
void add_conditions(std::string& key, const graphql::SelectionSet& set,
                    const graphql::Condition& condition) {
    for (const graphql::Selection& selection : set.selections) {
        switch (selection.kind) {
            case graphql::Selection::Kind::Field:
                add_conditions(key, selection.field->directives, condition);
                add_conditions(key, selection.field->selections, condition);
                break;
            case graphql::Selection::Kind::FragmentSpread:
                add_conditions(key, selection.fragment_spread->directives, condition);
                break;
            case graphql::Selection::Kind::InlineFragment:
                add_conditions(key, selection.inline_fragment->directives, condition);
                add_conditions(key, selection.inline_fragment->selections, condition);
                break;
        }
    }
}

std::string plan_key(const PreparedDocument& prepared, const OperationDefinition& operation,
                     const graphql::Condition& condition) {
    const graphql::Document& document = prepared.document;
    std::string key(operation.name);
    if (!prepared.conditional) return key;
    key += ';';
    add_conditions(key, operation.selections, condition);
    for (const graphql::FragmentDefinition& fragment : document.fragments)
        add_conditions(key, fragment.selections, condition);
    return key;
}

Error at_root(Error error, const graphql::Document& document, const plan::Root& root) {
    error.locations = {graphql::locate(document.source, root.group.node().offset)};
    error.path = {root.response_key};
    return error;
}

/// Adds the place of the operation to an error that was found before there was a plan.
Error at_operation(Error error, const graphql::Document& document,
                   const OperationDefinition& operation) {
    error.locations = {graphql::locate(document.source, operation.offset)};
    return error;
}

Error at_list(Error error, const graphql::Document& document, const plan::List& list) {
    error.locations = {graphql::locate(document.source, list.group.node().offset)};
    error.path = list.path;
    return error;
}

/// Adds the place in the document to an error whose path names a root field, or a list.
Error located(Error error, const PreparedDocument& document, const plan::Plan& plan) {
    for (const plan::Root& root : plan.roots)
        if (error.path == Path{root.response_key})
            return at_root(std::move(error), document.document, root);
    for (const plan::List& list : plan.lists)
        if (error.path == list.path) return at_list(std::move(error), document.document, list);
    return error;
}

std::string fingerprint_of(const compile::Unit& unit) {
    std::string text;
    for (const compile::Statement& statement : unit.statements)
        text += statement.sql + '\n';
    for (const compile::Piece& piece : unit.pieces) {
        text += std::to_string(piece.index());
        if (const auto* fixed = std::get_if<std::string>(&piece))
            text += std::to_string(fixed->size()) + ':' + *fixed;
        else if (const auto* slot = std::get_if<compile::Slot>(&piece))
            text += fmt::format("{},{};", slot->statement, slot->column);
        else if (const auto* rows = std::get_if<compile::RowsSlot>(&piece))
            compile::describe(text += fmt::format("{}{}", rows->statement, rows->list ? '*' : '1'),
                              rows->object);
    }
    return turbo::sha256_hex(text);
}

/// Coerces the arguments of every root field and then of every list, in the order of the plan.
Result<std::vector<json::Value>> coerce_arguments(const PreparedDocument& document,
                                                  const plan::Plan& plan,
                                                  const json::Value& variables, Arena& arena) {
    std::vector<json::Value> arguments;
    arguments.reserve(plan.argument_count());
    for (const plan::Root& root : plan.roots) {
        auto coerced = graphql::coerce_argument_values(*root.group.definition, root.group.node(),
                                                       variables, arena);
        if (!coerced) return fail(at_root(coerced.error(), document.document, root));
        arguments.push_back(*coerced);
    }
    for (const plan::List& list : plan.lists) {
        auto coerced = graphql::coerce_argument_values(*list.group.definition, list.group.node(),
                                                       variables, arena);
        if (!coerced) return fail(at_list(coerced.error(), document.document, list));
        arguments.push_back(*coerced);
    }
    return arguments;
}

/// Variants of one document that are kept: a client that tries all outcomes of many conditions
/// makes the server plan anew, not hoard.
constexpr std::size_t kMaxVariants = 64;

template <class Value, class Make>
Value remembered(std::map<std::string, Value, std::less<>>& kept, const std::string& key,
                 const Make& make) {
    if (auto found = kept.find(key); found != kept.end()) return found->second;
    if (kept.size() >= kMaxVariants) kept.clear();
    return kept.emplace(key, make()).first->second;
}

/// Returns the plan for what the request's conditions are and which rules are denied. A plan whose
/// rules all hold is the same for everybody.
Result<std::shared_ptr<PlannedOperation>> plan_for(PreparedDocument& document,
                                                   const OperationDefinition& operation,
                                                   PreparedRequest& request,
                                                   const plan::Limits& limits) {
    const graphql::Condition condition = graphql::condition_of(request.variables);
    std::string key = plan_key(document, operation, condition);
    auto make = [&](const plan::Denied& denied) -> Result<std::shared_ptr<PlannedOperation>> {
        if (auto known = document.plans.find(key); known != document.plans.end())
            return known->second;
        request.plan_hit = false;
        auto made = plan::plan_operation(*document.model, document.document, operation, condition,
                                         limits, denied);
        if (!made) return fail(at_operation(made.error(), document.document, operation));
        return remembered(document.plans, key, [&] {
            const plan::Cost cost(*made);
            auto cache = cache_plan(document.model->catalog, *made);
            return std::make_shared<PlannedOperation>(PlannedOperation{
                .plan = std::move(*made), .cost = cost, .cache = std::move(cache)});
        });
    };
    FRAISEQL_TRY(auto plan, make({}));
    const std::size_t length = key.size();
    for (const std::uint32_t rule : plan->plan.rules)
        if (request.denied[rule]) key += '!' + std::to_string(rule);
    if (key.size() == length) return plan;
    return make(request.denied);
}

Error introspection_is_off() {
    return {.code = ErrorCode::Forbidden,
            .message = "Introspection is off on this server.",
            .hint =
                "Print the schema with `fraiseql schema`, or serve it with --environment "
                "development."};
}

std::string label_of(const graphql::Document& document, std::string_view source) {
    constexpr std::size_t kMaxName = 64;
    const std::string_view name = document.operations.front().name;
    return fmt::format("{}-{}", name.empty() ? "anonymous" : name.substr(0, kMaxName),
                       turbo::sha256_hex(source).substr(0, 12));
}

Error without_mutation(const OperationDefinition& operation, const graphql::Document& document) {
    return {.code = ErrorCode::MethodNotAllowed,
            .message = "A GET request cannot run a mutation.",
            .hint = "Send mutations with POST.",
            .locations = {graphql::locate(document.source, operation.offset)}};
}

/// Returns a root that calls a procedure where it is not the only one, or nullptr.
const plan::Root* procedure_among_others(const plan::Plan& plan) {
    for (const plan::Root& root : plan.roots)
        if (root.kind == plan::Root::Kind::Call && plan.roots.size() > 1 &&
            root.call.function->function->kind == catalog::Function::Kind::Procedure)
            return &root;
    return nullptr;
}

Error may_commit_by_itself(const plan::Root& root) {
    return {.code = ErrorCode::BadUserInput,
            .message = "\"" + root.response_key +
                       "\" calls a procedure, which may commit by itself: it cannot share a "
                       "transaction with other fields.",
            .hint = "Leave @transaction out, or send the field alone."};
}

/// Returns a root that signs in or out, where something is in its way; else nothing.
std::optional<Error> misplaced_session(const PreparedRequest& prepared, const Request& request,
                                       const plan::Plan& plan) {
    for (const plan::Root& root : plan.roots) {
        if (root.kind != plan::Root::Kind::Call || root.call.function->session.empty()) continue;
        Error error{.code = ErrorCode::BadUserInput};
        if (request.sessions == nullptr)
            error = {.code = ErrorCode::Forbidden,
                     .message = "This server has no sessions of its own.",
                     .hint = "Serve with --session-key-file."};
        else if (prepared.one_transaction && plan.roots.size() > 1)
            error.message = '"' + root.response_key +
                            "\" is no part of a transaction: send it without @transaction.";
        else if (!request.idempotency_key.empty())
            error.message = '"' + root.response_key +
                            "\" has an answer that must not be stored: send it without "
                            "Idempotency-Key.";
        else
            continue;
        return at_root(std::move(error), prepared.document->document, root);
    }
    return std::nullopt;
}

/// Returns a root that code answers, where something is asked that only a transaction of the
/// server's own can promise; else nothing.
std::optional<Error> misplaced_resolver(const PreparedRequest& prepared, const Request& request,
                                        const plan::Plan& plan) {
    if (!plan.has_resolvers) return std::nullopt;
    for (const plan::Root& root : plan.roots) {
        if (root.kind != plan::Root::Kind::Resolve) continue;
        Error error{.code = ErrorCode::BadUserInput};
        if (prepared.one_transaction)
            error.message = '"' + root.response_key +
                            "\" is answered by code with transactions of its own: send it without "
                            "@transaction.";
        else if (!request.idempotency_key.empty())
            error.message = '"' + root.response_key +
                            "\" is answered by code, so its answer cannot be stored with what it "
                            "wrote: send it without Idempotency-Key.";
        else
            continue;
        return at_root(std::move(error), prepared.document->document, root);
    }
    return std::nullopt;
}

/// Reads the request's key. Only mutations need one.
Result<Idempotency> read_idempotency(const PreparedDocument& document, const Request& request) {
    constexpr std::size_t kMaxKey = 255;
    if (request.idempotency_key.size() > kMaxKey)
        return fail(ErrorCode::BadRequest, "The Idempotency-Key is longer than 255 characters.");
    if (document.model->catalog.functions("fraiseql", "idempotency_claim").empty())
        return fail(ErrorCode::BadRequest,
                    "This server keeps no idempotency keys, so the request was not executed.",
                    "Run `fraiseql db install idempotency`, and restart the server; or send the "
                    "request without Idempotency-Key.");
    Idempotency out{.key = std::string(request.idempotency_key)};
    if (request.context != nullptr)
        for (const std::string_view name : {"tenant_id", "user_id", "sub"})
            if (const json::Value* value = request.context->find(name)) {
                json::write(out.scope, *value);
                out.scope += ';';
            }
    out.request = std::string(request.operation_name.value_or("")) + '\n';
    // The text itself, also where the client only named it.
    out.request += document.source;
    out.request += '\n';
    if (request.variables != nullptr) json::write(out.request, *request.variables);
    return out;
}

/// Whether a rule of the plan does not hold: then the compiled statements decide what is seen.
bool is_restricted(const plan::Plan& plan, const plan::Denied& denied) {
    return std::any_of(plan.rules.begin(), plan.rules.end(),
                       [&](std::uint32_t rule) { return denied[rule]; });
}

}  // namespace

std::vector<CompiledUnit> with_statements(std::vector<compile::Unit> units) {
    std::vector<CompiledUnit> out;
    for (compile::Unit& unit : units) {
        CompiledUnit compiled{.unit = std::move(unit)};
        for (const compile::Statement& statement : compiled.unit.statements)
            compiled.statements.push_back(pg::make_statement(statement.sql));
        compiled.fingerprint = fingerprint_of(compiled.unit);
        out.push_back(std::move(compiled));
    }
    return out;
}

bool plan_alike(const Settings& a, const Settings& b) noexcept {
    const auto values = [](const Settings& each) {
        return std::tuple(each.compile.default_page_size, each.compile.max_page_size,
                          each.limits.depth, each.limits.complexity, each.limits.root_fields,
                          each.limits.aliases, each.limits.list_size);
    };
    return values(a) == values(b);
}

// What views read with their owners' rights is not the same to a role of the request's own.
compile::CompileOptions compile_options(const Settings& settings,
                                        const auth::Principal* principal) {
    compile::CompileOptions options = settings.compile;
    if (principal != nullptr)
        for (const auto& [name, value] : principal->settings)
            if (name == "role") options.switched_role = true;
    return options;
}

std::shared_ptr<PreparedDocument> prepare_document(std::shared_ptr<const schema::Model> model,
                                                   std::string_view text,
                                                   const graphql::ParseLimits& limits) {
    auto out = std::make_shared<PreparedDocument>();
    out->source = text;
    out->model = std::move(model);
    out->conditional = text.find('@') != std::string_view::npos;
    auto parsed = graphql::parse(out->source, out->arena, limits);
    if (!parsed) {
        out->errors.push_back(parsed.error());
        return out;
    }
    out->document = *parsed;
    out->errors = graphql::validate(*out->model->schema, out->document);
    if (out->errors.empty()) out->label = label_of(out->document, out->source);
    out->bytes = weight(*out);
    return out;
}

tl::expected<PreparedRequest, std::vector<Error>> prepare_request(
    std::shared_ptr<PreparedDocument> document, const Request& request, const Settings& settings) {
    using Errors = std::vector<Error>;
    if (!document->errors.empty()) return tl::make_unexpected(document->errors);
    const schema::Model& model = *document->model;
    auto operation = graphql::select_operation(document->document, request.operation_name);
    if (!operation) return tl::make_unexpected(Errors{operation.error()});
    if (request.query_only && (*operation)->type == graphql::OperationType::Mutation)
        return tl::make_unexpected(Errors{without_mutation(**operation, document->document)});

    PreparedRequest out{.document = document};
    out.principal = request.principal;
    out.sessions = request.sessions;
    out.timeline = request.timeline;
    out.name = request.name;
    const json::Value none;
    auto variables = graphql::coerce_variable_values(
        *model.schema, document->document, **operation,
        request.variables != nullptr ? *request.variables : none, out.arena);
    if (!variables) return tl::make_unexpected(variables.error());
    out.variables = *variables;

    if (!model.rules.empty()) {
        out.denied = denied_rules(model, request.principal);
        out.hide_forbidden = settings.hide_forbidden;
    }
    const auto planned = plan_for(*document, **operation, out, settings.limits);
    if (!planned) return tl::make_unexpected(Errors{planned.error()});
    const std::shared_ptr<PlannedOperation>& plan = *planned;
    if (!plan->plan.refusals.empty()) return tl::make_unexpected(plan->plan.refusals);
    out.operation = plan;
    out.operation_name = (*operation)->name;
    auto as_of = read_as_of(*document, **operation, *plan, out.variables, out.arena);
    if (!as_of) return tl::make_unexpected(Errors{as_of.error()});
    out.as_of = std::move(*as_of);
    if ((*operation)->type == graphql::OperationType::Mutation) {
        for (const graphql::Directive& directive : (*operation)->directives)
            out.one_transaction = out.one_transaction || directive.name == "transaction";
        const plan::Root* root = procedure_among_others(plan->plan);
        if (root != nullptr && out.one_transaction)
            return tl::make_unexpected(
                Errors{at_root(may_commit_by_itself(*root), document->document, *root)});
        if (auto error = misplaced_session(out, request, plan->plan))
            return tl::make_unexpected(Errors{std::move(*error)});
        if (auto error = misplaced_resolver(out, request, plan->plan))
            return tl::make_unexpected(Errors{std::move(*error)});
        if (!request.idempotency_key.empty()) {
            auto idempotency = read_idempotency(*document, request);
            if (!idempotency) return tl::make_unexpected(Errors{idempotency.error()});
            out.idempotency = std::move(*idempotency);
        }
    }

    if (!settings.introspection)
        for (const plan::Root& root : plan->plan.roots)
            if (root.kind == plan::Root::Kind::Introspection)
                return tl::make_unexpected(
                    Errors{at_root(introspection_is_off(), document->document, root)});

    auto arguments = coerce_arguments(*document, plan->plan, out.variables, out.arena);
    if (!arguments) return tl::make_unexpected(Errors{arguments.error()});
    out.arguments = std::move(*arguments);
    if (auto error = find_long_list(out.arguments, settings.max_list_items))
        return tl::make_unexpected(Errors{std::move(*error)});
    if (!out.denied.empty()) {
        auto refusals = plan::refuse_arguments(model, plan->plan, out.arguments, out.denied);
        for (Error& error : refusals)
            error = located(std::move(error), *document, plan->plan);
        if (!refusals.empty()) return tl::make_unexpected(std::move(refusals));
    }
    if (auto read = compile::read_arguments(model, plan->plan, out.arguments,
                                            request.context != nullptr ? *request.context : none,
                                            settings.compile, out.arena);
        !read)
        return tl::make_unexpected(Errors{located(read.error(), *document, plan->plan)});
    const plan::ListSizes sizes{settings.compile.default_page_size, settings.limits.list_size};
    if (auto error = plan::too_complex(plan->cost, out.arguments, sizes, settings.limits))
        return tl::make_unexpected(Errors{located(*error, *document, plan->plan)});
    // Of what a template reads nobody knows the versions, so its answers are not kept.
    const bool by_hand = document->template_units && plan->cache == nullptr &&
                         !is_restricted(plan->plan, out.denied);
    if (by_hand) {
        if (auto used = use_template(out, request, document->template_units); !used)
            return tl::make_unexpected(Errors{used.error()});
        return out;
    }
    const compile::CompileOptions options = compile_options(settings, request.principal);
    const std::string structure = compile::structure_key(model, plan->plan, out.arguments, options);
    if (auto found = plan->units.find(structure); found != plan->units.end()) {
        out.units = found->second;
        return out;
    }
    out.plan_hit = false;
    auto units = compile::compile_plan(model, plan->plan, out.arguments, options);
    if (!units) return tl::make_unexpected(Errors{located(units.error(), *document, plan->plan)});
    out.units = remembered(plan->units, structure, [&] {
        return std::make_shared<const std::vector<CompiledUnit>>(
            with_statements(std::move(*units)));
    });
    plan->bytes = weight(*plan);
    document->bytes = weight(*document);
    return out;
}

std::vector<CompiledUnit> compile_apart(const PreparedRequest& request, const Settings& settings) {
    // The same structure has been compiled once: it cannot fail now.
    return with_statements(compile::compile_plan(*request.document->model, request.operation->plan,
                                                 request.arguments,
                                                 compile_options(settings, request.principal),
                                                 compile::Grouping::Apart)
                               .value());
}

pg::Batch bind_unit(const CompiledUnit& unit, const PreparedRequest& request) {
    pg::Batch batch{.read_only = unit.unit.read_only};
    batch.changes_session = request.document->model->catalog.changes_sessions();
    for (std::size_t i = 0; i < unit.statements.size(); ++i) {
        pg::Call call{.statement = unit.statements[i]};
        for (const compile::Parameter& parameter : unit.unit.statements[i].parameters)
            call.params.push_back(compile::bind(parameter, request.arguments));
        batch.calls.push_back(std::move(call));
    }
    return batch;
}

}  // namespace fraiseql::engine
