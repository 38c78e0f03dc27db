// SPDX-License-Identifier: MIT
#include "engine/engine.hpp"

#include <fmt/format.h>

#include <boost/asio/steady_timer.hpp>
#include <random>

#include "engine/as_of.hpp"
#include "engine/assemble.hpp"
#include "engine/begin.hpp"
#include "engine/execution.hpp"
#include "engine/function_failure.hpp"
#include "engine/gate.hpp"
#include "engine/live.hpp"
#include "engine/plan_cost.hpp"
#include "engine/session_settings.hpp"
#include "engine/watch.hpp"
#include "engine/written.hpp"
#include "graphql/source.hpp"
#include "respond/error_json.hpp"
#include "respond/sqlstate.hpp"

namespace fraiseql::engine {
namespace {

Response kept_response(FoundAnswer found) {
    Response response{.entity_tag = found.answer->entity_tag, .source = found.source};
    response.body.append_view(found.answer->body);
    response.body.keep(std::move(found.answer));
    return response;
}

/// Whether running the fields one by one can tell which of them failed: not where the database
/// could not be asked, nor where it ran out of time.
bool worth_splitting(const CompiledUnit& unit, const sql::DatabaseError& failure) {
    return unit.unit.root_count > 1 && !pg::is_unavailable(failure) &&
           respond::rule_for(failure.sqlstate).code != ErrorCode::Timeout;
}

constexpr int kMaxRetries = 3;

/// A server that takes no writes, such as one that was demoted: nothing was changed, and the next
/// connection may find the one that has taken over.
bool takes_no_writes(const Transaction& transaction, const sql::DatabaseError& failure) {
    return !transaction.batch.read_only && failure.sqlstate == "25006";
}

/// Serialization failures and deadlocks: the same transaction may well succeed the next time. So
/// it will where a prepared statement no longer fits the database: it is prepared anew.
bool is_transient(const Transaction& transaction, const sql::DatabaseError& failure) {
    const bool stale =
        failure.where.empty() && (failure.sqlstate == "26000" || failure.sqlstate == "0A000");
    return stale || takes_no_writes(transaction, failure) || failure.sqlstate == "40001" ||
           failure.sqlstate == "40P01";
}

/// Longer each time, and never the same for two that met.
std::chrono::milliseconds pause_before(int attempt) {
    static thread_local std::minstd_rand random{std::random_device{}()};
    std::uniform_int_distribution<int> spread(1, 10 << attempt);
    return std::chrono::milliseconds(spread(random));
}

Error rolled_back(const PreparedRequest& request, const CompiledUnit& failed) {
    return {
        .code = ErrorCode::Conflict,
        .message = fmt::format("Rolled back, since \"{}\" failed in the same transaction.",
                               request.operation->plan.roots[failed.unit.first_root].response_key)};
}

/// JSON whose type does not foresee failure, but that says so.
std::optional<Error> undeclared_failure(const UnitResult& result) {
    if (!result.unit->failure) return std::nullopt;
    const pg::Rows& rows = result.rows[result.unit->failure->statement];
    const std::uint32_t column = result.unit->failure->column;
    if (rows.row_count() == 0 || rows.is_null(0, column)) return std::nullopt;
    Error error{.code = ErrorCode::BusinessRuleViolation,
                .message = std::string(rows.get(0, column))};
    if (!rows.is_null(0, column + 1))
        error.extensions.emplace_back("reason", rows.get(0, column + 1));
    return error;
}

/// Whether a template was to return a value, and has not.
bool is_missing(const CompiledUnit& unit, const std::vector<pg::Rows>& rows) {
    return unit.unit.not_null && (rows.front().row_count() == 0 || rows.front().is_null(0, 0));
}

bool is_subscription(const PreparedRequest& request) {
    return request.operation->plan.type == graphql::OperationType::Subscription;
}

bool may_keep(const PreparedRequest& request, const CacheSettings& settings) {
    return request.operation->cache != nullptr && settings.memory_bytes > 0 &&
           !is_subscription(request);
}

Error no_document() {
    return {.message = "The SQL template of this operation returned nothing.",
            .hint = "`fraiseql turbo add` checks a template anew."};
}

}  // namespace

Engine::Engine(pg::Pool& pool, std::shared_ptr<const schema::Model> model, Settings settings,
               replica::Reads* reads)
    : pool_(pool),
      reads_(reads),
      settings_(std::make_shared<const Settings>(std::move(settings))),
      documents_(settings_, std::move(model)),
      shared_texts_(pool, settings_->log),
      answers_(pool_, settings_) {}

void Engine::replace_settings(std::shared_ptr<const Settings> settings) {
    const auto before = std::exchange(settings_, std::move(settings));
    if (!plan_alike(*before, *settings_)) documents_.replace_model(documents_.model());
}

void Engine::replace_model(std::shared_ptr<const schema::Model> model) {
    documents_.replace_model(std::move(model));
    answers_.clear();
    kept_by_code_.reset();
}

void Engine::replace_registry(std::shared_ptr<const turbo::Registry> registry) {
    documents_.replace_registry(std::move(registry));
}

runtime::Task<Response> Engine::execute(Request request) {
    const runtime::Clock::time_point started = runtime::Clock::now();
    if (request.begun != nullptr)
        co_return co_await execute_begun(request, *request.begun, started);
    Begun begun(request.principal, request.settings ? request.settings : settings_);
    const auto refused = co_await begin(request, begun);
    if (refused) co_return refuse({*refused});
    co_return co_await execute_begun(request, begun, started);
}

runtime::Task<Response> Engine::execute_begun(Request request, Begun& begun,
                                              runtime::Clock::time_point started) {
    const Settings& settings = *begun.settings;
    const bool minds_time = settings.slow_after.count() > 0;
    std::optional<trace::Timeline> own;
    if (minds_time && request.timeline == nullptr) request.timeline = &own.emplace();
    const runtime::Clock::time_point deadline =
        started + std::min(settings.timeout, request.timeout.value_or(settings.timeout));
    if (begun.state != nullptr) begun.state->deadline = deadline;
    std::optional<Error> unwanted;
    if (begun.state != nullptr) unwanted = co_await ask_before_plan(begun, request.query);
    if (unwanted) co_return refuse({*unwanted});
    Documents::Lookup found = documents_.find(request);
    if (!found.unknown_hash.empty() || !found.new_hash.empty())
        found.document = co_await share(request, std::move(found));
    const Documents::Found document = documents_.under(std::move(found.document), settings);
    note_parsed(request.timeline, started);
    if (!document) co_return refuse({document.error()});
    auto prepared = prepare_request(*document, request, settings);
    documents_.grown(**document);
    if (!prepared) {
        documents_.count(**document, {.duration = runtime::Clock::now() - started, .failed = true});
        co_return refuse(prepared.error());
    }
    note_planned(request.timeline, *prepared);
    if (settings.seen) note_statements(*settings.seen, *prepared);
    std::optional<Error> refused;
    if (request.gate != nullptr) {
        const plan::Plan& plan = prepared->operation->plan;
        refused = co_await request.gate->admit(plan);
    }
    const double most = settings.max_plan_cost;
    const bool priced = most > 0 && !(*document)->registered;
    if (!refused && priced) refused = co_await price(*prepared, most, deadline);
    Live* const live = request.gate != nullptr ? request.gate->live() : nullptr;
    if (!refused && is_subscription(*prepared))
        refused = live != nullptr ? describe(*prepared, begun.state == nullptr, *live)
                                  : no_place_for_subscriptions();
    if (!refused && begun.state != nullptr) refused = co_await ask_before_execute(begun, *prepared);
    if (!refused && makes_events(*prepared) && !live->run)
        refused = co_await open_source(*prepared, begun, request.transport, *live);
    if (refused) co_return refuse({std::move(*refused)});
    if (is_subscription(*prepared) && !live->run) co_return Response{};
    Execution execution{
        .request = std::move(*prepared), .deadline = deadline, .seen = request.seen};
    execution.begun = &begun;
    execution.started = started;
    if (live != nullptr) execution.event = live->event;
    execution.context = begun.state.get();
    const plan::Plan& known = execution.request.operation->plan;
    if (known.has_resolvers || known.has_computed) {
        const runtime::Executor executor = co_await boost::asio::this_coro::executor;
        prepare_resolvers(execution, executor, request.transport);
    }
    turbo::Call call{.plan_hit = execution.request.plan_hit};
    Response response = co_await answer(execution, call);
    if (live != nullptr) live->first_error = response.first_error;
    if (begun.state != nullptr && !execution.concluded) {
        co_await conclude(execution);
        extend(response, begun.state->extensions);
    }
    call.bytes = response.body.size();
    call.duration = runtime::Clock::now() - started;
    documents_.count(**document, call);
    if (minds_time && call.duration >= settings.slow_after) {
        const runtime::Executor executor = co_await boost::asio::this_coro::executor;
        report_slow(pool_, settings, execution.request, call, executor);
    }
    co_return response;
}

runtime::Task<Response> Engine::answer(Execution& execution, turbo::Call& call) {
    const PreparedRequest& request = execution.request;
    if (request.as_of) co_return co_await answer_as_of(execution);
    if (may_keep(request, execution.settings().cache)) {
        FoundAnswer found = co_await answers_.find_or_build(request, execution.deadline);
        if (found.answer) co_return kept_response(std::move(found));
        // Something is wrong with it: what, the fields say one by one.
    }
    if (request.operation->plan.type == graphql::OperationType::Mutation)
        co_await run_mutation(execution);
    else
        co_await run_query(execution);
    call.failed = !execution.errors.empty();
    for (const UnitResult& result : execution.results)
        for (const pg::Rows& rows : result.rows)
            call.rows += rows.row_count();
    Response response;
    if (call.failed) response.first_error = execution.errors.front().code;
    if (request.operation->plan.has_computed && !execution.data_is_null) {
        response.body = co_await compute(execution);
        response.written = execution.written.position();
        co_return response;
    }
    if (execution.begun->state != nullptr) co_await conclude(execution);
    const std::string extensions = extensions_of(execution);
    response.body = assemble(request, execution.results, execution.errors, execution.data_is_null,
                             extensions, std::move(execution.resolved));
    response.written = execution.written.position();
    co_return response;
}

runtime::Task<std::optional<Error>> Engine::price(const PreparedRequest& request, double most,
                                                  runtime::Clock::time_point deadline) {
    for (const CompiledUnit* unit : unpriced_units(request)) {
        pg::Batch batch = pricing_batch(*unit, request);
        auto rows = co_await pool_.run(std::move(batch), pg::Lane::Quick, deadline);
        if (rows) keep_price(*unit, *rows);
    }
    co_return too_dear(request, most);
}

runtime::Task<Documents::Found> Engine::share(Request request, Documents::Lookup found) {
    if (!has_shared_texts(*documents_.model())) co_return std::move(found.document);
    if (!found.new_hash.empty()) {
        // Before the answer: whichever server the client asks next, it knows the hash.
        co_await shared_texts_.insert(std::string(found.new_hash), std::string(request.query));
        co_return std::move(found.document);
    }
    const auto text = co_await shared_texts_.find(std::string(found.unknown_hash));
    if (!text) co_return std::move(found.document);
    co_return documents_.find_persisted(found.unknown_hash, *text);
}

runtime::Task<Response> Engine::answer_as_of(Execution& execution) {
    const PreparedRequest& request = execution.request;
    const CompiledUnit& unit = request.units->front();
    std::string key = cache_key(*request.operation->cache, request, unit, bind_unit(unit, request));
    pg::Batch batch = as_of_batch(*request.as_of, std::move(key));
    begin_call(request.timeline, batch);
    const pg::BatchResult found =
        co_await pool_.run(std::move(batch), pg::Lane::Quick, execution.deadline);
    end_call(request.timeline, found);
    if (!found)
        co_return refuse({respond::to_error(found.error(), execution.settings().expose_errors,
                                            next_reference())});
    auto answer = as_of_answer(*request.as_of, found->front());
    if (!answer) co_return refuse({answer.error()});
    Response response;
    response.body = std::move(*answer);
    co_return response;
}

runtime::Task<void> Engine::run_query(Execution& execution) {
    const std::vector<CompiledUnit>& units = *execution.request.units;
    // They wait beside each other, and beside the statement.
    const auto count = static_cast<std::uint32_t>(execution.resolving.size());
    for (std::uint32_t i = 0; i < count; ++i)
        start_resolver(execution, i);
    co_await run_units(execution, units);
    for (std::uint32_t i = 0; i < count; ++i)
        co_await finish_resolver(execution, i);
}

runtime::Task<void> Engine::run_units(Execution& execution,
                                      const std::vector<CompiledUnit>& units) {
    for (const CompiledUnit& unit : units) {
        pg::BatchResult result;
        if (!unit.statements.empty()) result = co_await run_unit(execution, unit);
        if (result && is_missing(unit, *result)) {
            add_error(execution, unit, no_document());
        } else if (result) {
            execution.results.push_back({&unit.unit, std::move(*result)});
        } else if (worth_splitting(unit, result.error())) {
            execution.apart.push_back(compile_apart(execution.request, execution.settings()));
            co_await run_units(execution, execution.apart.back());
        } else {
            add_failure(execution, unit, result.error());
        }
    }
}

runtime::Task<pg::BatchResult> Engine::run_unit(Execution& execution, const CompiledUnit& unit) {
    pg::Batch batch = bind_unit(unit, execution.request);
    auto settings = settings_call(execution.request.principal);
    const std::ptrdiff_t added = settings ? 1 : 0;
    if (settings) batch.calls.insert(batch.calls.begin(), std::move(*settings));
    const std::size_t calls = batch.calls.size();
    const bool writes = !unit.unit.read_only;
    // What is cached, or follows versions, is never older than what was acknowledged before:
    // replicas cannot promise that.
    const bool cached = may_keep(execution.request, execution.settings().cache) ||
                        is_subscription(execution.request);
    if (reads_ != nullptr && writes) Written::ask(batch);
    begin_call(execution.request.timeline, batch);
    pg::BatchResult result;
    if (reads_ != nullptr && !writes && !cached)
        result = co_await reads_->run(std::move(batch), execution.seen, execution.deadline);
    else
        result = co_await pool_.run(
            std::move(batch), writes ? pg::Lane::Exclusive : pg::Lane::Quick, execution.deadline);
    end_call(execution.request.timeline, result);
    if (reads_ != nullptr && writes) execution.written.hear(result, calls);
    if (result)
        result->erase(result->begin(), result->begin() + added);
    else
        result.error().statement -=
            std::min(result.error().statement, static_cast<std::size_t>(added));
    co_return result;
}

runtime::Task<void> Engine::run_mutation(Execution& execution) {
    std::vector<const CompiledUnit*> all;
    for (const CompiledUnit& unit : *execution.request.units)
        all.push_back(&unit);
    const std::size_t together = execution.request.one_transaction ? all.size() : 1;
    for (std::size_t i = 0; i < all.size(); i += together) {
        const std::vector<const CompiledUnit*> units(
            all.begin() + static_cast<std::ptrdiff_t>(i),
            all.begin() + static_cast<std::ptrdiff_t>(i + together));
        if (!execution.resolving.empty()) {
            const std::uint32_t root = units.front()->unit.first_root;
            start_resolver(execution, root);
            co_await finish_resolver(execution, root);
        }
        const auto answered = co_await answer_session(execution.request, *units.front());
        if (!answered) {
            add_error(execution, *units.front(), answered.error());
            continue;
        }
        Transaction transaction = make_transaction(units, execution.request);
        pg::BatchResult result;
        if (!transaction.batch.calls.empty())
            result = co_await run_transaction(execution, transaction);
        if (!result && result.error().sqlstate == kAnswerIsStored) {
            transaction = make_replay(units, execution.request);
            result = co_await run_transaction(execution, transaction);
        }
        if (reads_ != nullptr) execution.written.hear(result, transaction.batch.calls.size());
        settle(execution, transaction, std::move(result));
    }
    // What code has written, nobody asked the log about.
    if (reads_ != nullptr && execution.request.operation->plan.has_resolvers)
        execution.written.doubt();
}

/// Where the unit is a field with `@session`: has it answered, and gives the function the answer
/// in place of the arguments. Such a unit is alone in its transaction.
runtime::Task<Result<void>> Engine::answer_session(PreparedRequest& request,
                                                   const CompiledUnit& unit) {
    const plan::Root& root = request.operation->plan.roots[unit.unit.first_root];
    if (root.kind != plan::Root::Kind::Call || root.call.function->session.empty())
        co_return Result<void>{};
    json::Value& arguments = request.arguments[unit.unit.first_root];
    const std::string& action = root.call.function->session;
    const Result<std::string> answer = co_await request.sessions->answer(action, arguments);
    if (!answer) co_return tl::make_unexpected(answer.error());
    std::vector<json::Member> members(arguments.members.begin(), arguments.members.end());
    for (json::Member& member : members)
        member.value = json::Value{};
    auto value = json::read(request.arena.copy(std::string_view(*answer)), request.arena);
    if (!value) co_return tl::make_unexpected(value.error());
    for (json::Member& member : members)
        if (member.name == schema::kSessionAnswer) member.value = *value;
    arguments.members = request.arena.copy(members);
    co_return Result<void>{};
}

runtime::Task<pg::BatchResult> Engine::run_transaction(const Execution& execution,
                                                       const Transaction& transaction) {
    trace::Timeline* const timeline = execution.request.timeline;
    const pg::Lane lane = transaction.batch.read_only ? pg::Lane::Quick : pg::Lane::Exclusive;
    pg::BatchResult result;
    for (int attempt = 0; attempt <= kMaxRetries; ++attempt) {
        pg::Batch batch = transaction.batch;
        if (reads_ != nullptr) Written::ask(batch);
        begin_call(timeline, batch);
        result = co_await pool_.run(std::move(batch), lane, execution.deadline);
        end_call(timeline, result);
        // PostgreSQL has rolled the whole batch back, and nobody was told that it took effect.
        if (result || !transaction.repeatable || !is_transient(transaction, result.error())) break;
        const runtime::Executor executor = co_await boost::asio::this_coro::executor;
        boost::asio::steady_timer timer(executor);
        timer.expires_after(pause_before(attempt));
        co_await timer.async_wait(runtime::kAwait);
        if (runtime::Clock::now() >= execution.deadline) break;
    }
    // As cannot_connect_now: it is no mistake of the function's.
    if (!result && takes_no_writes(transaction, result.error())) result.error().sqlstate = "57P03";
    co_return result;
}

void Engine::settle(Execution& execution, const Transaction& transaction, pg::BatchResult result) {
    const std::size_t failed =
        result ? transaction.units.size() : transaction.unit_of(result.error().statement);
    for (std::size_t i = 0; i < transaction.units.size(); ++i) {
        const CompiledUnit& unit = *transaction.units[i];
        const std::size_t first = transaction.first_call[i];
        if (!result) {
            sql::DatabaseError failure = result.error();
            failure.statement = failure.statement >= first ? failure.statement - first : 0;
            if (failed == i || failed == transaction.units.size())
                add_failure(execution, unit, failure);
            else
                add_error(execution, unit,
                          rolled_back(execution.request, *transaction.units[failed]));
            continue;
        }
        UnitResult own{.unit = &unit.unit, .rows = {}};
        for (std::size_t n = 0; n < unit.statements.size(); ++n)
            own.rows.push_back(std::move((*result)[first + n]));
        if (auto error = undeclared_failure(own))
            add_error(execution, unit, *error);
        else
            execution.results.push_back(std::move(own));
    }
}

void Engine::add_failure(Execution& execution, const CompiledUnit& unit,
                         const sql::DatabaseError& failure) {
    const std::string reference = next_reference();
    const Settings& settings = execution.settings();
    Error error = respond::to_error(failure, settings.expose_errors, reference);
    if (settings.log && error.code == ErrorCode::InternalServerError)
        log_failure(settings.log, execution.request, unit, failure, reference);
    const plan::Root& root = execution.request.operation->plan.roots[unit.unit.first_root];
    if (root.kind == plan::Root::Kind::Call && unit.unit.root_count == 1)
        error.input = input_path(*execution.request.document->model, *root.call.function, failure);
    if (auto failed = failure_unit(execution.request, unit.unit, error)) {
        execution.nulls.push_back(std::move(*failed));
        execution.results.push_back({&execution.nulls.back(), {}});
    } else {
        add_error(execution, unit, error);
    }
}

void Engine::add_error(Execution& execution, const CompiledUnit& unit, const Error& error) {
    const PreparedDocument& document = *execution.request.document;
    for (std::uint32_t i = 0; i < unit.unit.root_count; ++i) {
        const plan::Root& root = execution.request.operation->plan.roots[unit.unit.first_root + i];
        if (root.kind != plan::Root::Kind::Read && root.kind != plan::Root::Kind::Call) continue;
        Error field_error = error;
        field_error.path = {root.response_key};
        field_error.locations = {
            graphql::locate(document.document.source, root.group.node().offset)};
        execution.errors.push_back(std::move(field_error));
        if (root.group.definition->type->is_non_null()) execution.data_is_null = true;
    }
    execution.nulls.push_back(null_unit(execution.request, unit.unit));
    execution.results.push_back({&execution.nulls.back(), {}});
}

std::string Engine::next_reference() {
    // Random so that references of several servers and restarts do not meet.
    static thread_local std::mt19937_64 random{std::random_device{}()};
    return fmt::format("{:08x}{:04x}", static_cast<std::uint32_t>(random()),
                       static_cast<std::uint16_t>(++references_));
}

}  // namespace fraiseql::engine
