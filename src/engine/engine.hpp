// SPDX-License-Identifier: MIT
// Engine: from a GraphQL request to the bytes of its answer. Knows nothing of HTTP.
#pragma once

#include <any>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <typeindex>

#include "engine/answer_cache.hpp"
#include "engine/documents.hpp"
#include "engine/explanation.hpp"
#include "engine/prepared.hpp"
#include "engine/settings.hpp"
#include "engine/shared_texts.hpp"
#include "engine/transaction.hpp"
#include "fraiseql/hooks.hpp"
#include "pg/pool.hpp"
#include "pg/reserved.hpp"
#include "replica/reads.hpp"
#include "runtime/payload.hpp"
#include "runtime/task_bridge.hpp"
#include "schema/model.hpp"

namespace fraiseql::detail {
struct context_state;
}

namespace fraiseql::engine {

/// The answer: a JSON object with `data`, `errors` or both (GraphQL §7.1).
struct Response {
    /// Nothing was executed: the request itself is at fault, `body` has errors and no data.
    bool request_error = false;
    /// The code of the first error of a request error.
    ErrorCode code = ErrorCode::InternalServerError;
    runtime::Payload body = {};
    /// A kept answer's: equal ones mean equal bodies. Empty for all others.
    std::string entity_tag = {};
    /// Where it came from; nothing where the cache was not asked.
    std::optional<AnswerSource> source = {};
    /// How far a server must have come to show what was written; nothing where nothing was, or
    /// where there are no replicas.
    std::optional<replica::Position> written = {};
    /// The code of the first error, wherever it stands; nothing where there is none.
    std::optional<ErrorCode> first_error = {};
};

struct Live;
struct Reporter;

/// Executes requests on one worker's thread. The pool must outlive every execute() in progress, as
/// must `reads`: what queries read where there are replicas. Everything else is asked of `pool`.
class Engine {
  public:
    Engine(pg::Pool& pool, std::shared_ptr<const schema::Model> model, Settings settings,
           replica::Reads* reads = nullptr);

    /// Whether code of the application is to see requests: then they begin with begin().
    bool shows_requests() const noexcept;
    /// Lets code of the application see a request, before it is counted, planned or executed.
    /// Returns why it is refused, if it is. `begun`, which must be new, is for the request's
    /// `principal`, `context` and `begun`.
    runtime::Task<std::optional<Error>> begin(const Transport* transport, Begun& begun);

    /// Finds a resource of the application; nullptr where there is none. What answers GET answers
    /// HEAD, unless there is another for that. `known` says whether there
    /// is one for another method.
    const detail::route_definition* find_route(std::string_view method, std::string_view path,
                                               bool& known) const;
    /// Returns the methods of the resources of the application at `path`, as `Allow` lists them.
    std::string methods_of(std::string_view path) const;
    /// Has it answer a request that has begun. Returns why there is no answer, if there is none.
    runtime::Task<std::optional<Error>> run_route(const detail::route_definition& route,
                                                  Begun& begun, const http_request& request,
                                                  http_response& response);

    /// Returns the answer to a request that is refused.
    static Response refuse(const std::vector<Error>& errors);

    /// Executes one request: one statement for a query, one transaction for each field of a
    /// mutation. Never fails: what goes wrong is part of the answer. `request`'s views must live
    /// until the answer is there.
    runtime::Task<Response> execute(Request request);

    /// Explains one request in place of executing it; `body` is explain::to_json() of the report,
    /// or the errors. It shows SQL and plans, so it is for administrators only. What `request` says
    /// of its principal counts as in execute().
    runtime::Task<Response> explain(Request request, ExplainOptions options);

    /// Where transactions of the application get their connections; must outlive the engine.
    void use_reserved(pg::ReservedPool& reserved) noexcept { reserved_ = &reserved; }

    /// What holds for requests that begin now.
    const std::shared_ptr<const Settings>& settings() const noexcept { return settings_; }
    /// Uses `settings` for the requests that begin from now on; those in progress keep theirs. What
    /// the settings share with the ones before is kept; memory is that of the first.
    void replace_settings(std::shared_ptr<const Settings> settings);
    /// Uses `model` from the next request on; requests in progress keep theirs.
    void replace_model(std::shared_ptr<const schema::Model> model);
    /// Registers the operations of `registry`, and only those, from the next request on.
    void replace_registry(std::shared_ptr<const turbo::Registry> registry);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    const Documents& documents() const noexcept { return documents_; }
    const AnswerCache& answers() const noexcept { return answers_; }

  private:
    struct Execution;

    using StartCode = std::function<fraiseql::task<void>()>;

    /// Runs code of the application to its end. An error where it throws or is not done in time;
    /// `what` names it in the log.
    runtime::Task<std::optional<Error>> run_code(const StartCode& start,
                                                 detail::context_state& state, std::string what);
    /// Begins a request that has not begun yet, for which it then is.
    runtime::Task<std::optional<Error>> begin(Request& request, Begun& begun);
    // Of a request that code of the application sees.
    runtime::Task<std::optional<Error>> ask_before_plan(Begun& begun, std::string_view text);
    runtime::Task<std::optional<Error>> ask_before_execute(Begun& begun,
                                                           const PreparedRequest& request);
    /// Tells the code what has come of it, as far as that is known, once.
    runtime::Task<void> conclude(Execution& execution);
    static std::string extensions_of(const Execution& execution);
    static void extend(Response& response,
                       const std::map<std::string, std::string, std::less<>>& extensions);
    std::unique_ptr<detail::context_state> make_context(const runtime::Executor& executor,
                                                        const Transport* transport,
                                                        const auth::Principal* principal,
                                                        std::shared_ptr<const schema::Model> model,
                                                        runtime::Clock::time_point deadline,
                                                        const Settings& settings);
    runtime::Task<Response> execute_begun(Request request, Begun& begun,
                                          runtime::Clock::time_point started);
    runtime::Task<Documents::Found> share(Request request, Documents::Lookup found);
    /// Prices what has no price yet, and returns why the request is too dear, if it is.
    runtime::Task<std::optional<Error>> price(const PreparedRequest& request, double most,
                                              runtime::Clock::time_point deadline);
    runtime::Task<void> run_units(Execution& execution, const std::vector<CompiledUnit>& units);
    runtime::Task<Response> answer(Execution& execution, turbo::Call& call);
    runtime::Task<Response> answer_as_of(Execution& execution);
    runtime::Task<void> run_query(Execution& execution);
    runtime::Task<void> run_mutation(Execution& execution);
    void prepare_resolvers(Execution& execution, const runtime::Executor& executor,
                           const Transport* transport);
    void start_resolver(Execution& execution, std::uint32_t root);
    /// Makes the source of a subscription whose events code makes, or returns why there is none.
    runtime::Task<std::optional<Error>> open_source(const PreparedRequest& request, Begun& begun,
                                                    const Transport* transport, Live& live);
    /// Puts the values of computed fields into what the units have answered.
    runtime::Task<runtime::Payload> compute(Execution& execution);
    runtime::Task<void> finish_resolver(Execution& execution, std::uint32_t root);
    runtime::Task<pg::BatchResult> run_unit(Execution& execution, const CompiledUnit& unit);
    runtime::Task<Result<void>> answer_session(PreparedRequest& request, const CompiledUnit& unit);
    runtime::Task<pg::BatchResult> run_transaction(const Execution& execution,
                                                   const Transaction& transaction);
    void settle(Execution& execution, const Transaction& transaction, pg::BatchResult result);
    void add_failure(Execution& execution, const CompiledUnit& unit,
                     const sql::DatabaseError& failure);
    void add_error(Execution& execution, const CompiledUnit& unit, const Error& error);
    Reporter reporter(bool expose_errors);
    std::string next_reference();

    pg::Pool& pool_;
    replica::Reads* reads_;
    std::shared_ptr<const Settings> settings_;
    Documents documents_;
    SharedTexts shared_texts_;
    AnswerCache answers_;
    std::uint64_t references_ = 0;
    pg::ReservedPool* reserved_ = nullptr;
    /// What code of the application keeps on this worker for the model; requests share it.
    std::shared_ptr<std::map<std::type_index, std::any>> kept_by_code_ = {};
    /// Where tasks of the application run, once there are any. Other threads may hold it.
    std::shared_ptr<runtime::WorkerHome> home_ = {};
    std::shared_ptr<runtime::Mailbox> mailbox_ = {};
};

}  // namespace fraiseql::engine
