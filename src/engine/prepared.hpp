// SPDX-License-Identifier: MIT
// Prepared: a request resolved to statements, as far as that goes without a database.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/principal.hpp"
#include "base/arena.hpp"
#include "compile/compile.hpp"
#include "engine/session_fields.hpp"
#include "engine/settings.hpp"
#include "graphql/ast.hpp"
#include "pg/statement.hpp"
#include "plan/cost.hpp"
#include "plan/plan.hpp"
#include "replica/position.hpp"
#include "schema/model.hpp"
#include "trace/record.hpp"
#include "turbo/checked_template.hpp"
#include "turbo/heat.hpp"
#include "turbo/statistics.hpp"

namespace fraiseql::engine {

struct Begun;
class Gate;
class RequestName;
class Transport;

/// One unit of a compiled operation, its statements ready to be sent.
struct CompiledUnit {
    compile::Unit unit;
    std::vector<std::shared_ptr<const pg::Statement>> statements;
    /// A SHA-256 of all that is fixed of it: equal ones give equal answers to equal parameters.
    std::string fingerprint = {};
    /// What PostgreSQL's planner expects it to cost, once somebody has asked (plan_cost.hpp). The
    /// unit belongs to one worker.
    mutable std::optional<double> price = {};
    /// Settings::seen knows its statements.
    mutable bool seen = false;
};

using CompiledUnits = std::shared_ptr<const std::vector<CompiledUnit>>;

struct CachePlan;

/// A plan and what it compiled to, by the structure of the arguments.
struct PlannedOperation {
    plan::Plan plan;
    plan::Cost cost;
    /// nullptr: answers are not kept.
    std::shared_ptr<const CachePlan> cache = {};
    std::map<std::string, CompiledUnits, std::less<>> units = {};
    /// What all this takes, see weight().
    std::size_t bytes = 0;
};

/// A document of a client, parsed and validated once. Belongs to one worker.
struct PreparedDocument {
    std::string source;
    /// What it is called in logs and metrics: the id of a registered operation; of all others the
    /// name of the first operation and the first digits of the text's SHA-256.
    std::string label = {};
    Arena arena = {};
    graphql::Document document = {};
    /// Why it cannot be executed; empty where it can.
    std::vector<Error> errors = {};
    /// The operator has registered it.
    bool registered = false;
    /// By operation and by what its @skip and @include conditions were.
    std::map<std::string, std::shared_ptr<PlannedOperation>, std::less<>> plans = {};
    std::shared_ptr<const schema::Model> model;
    /// Whether @skip or @include may be in it.
    bool conditional = true;
    /// What all this takes, see weight(); and what a cache that keeps it knows of that.
    std::size_t bytes = 0;
    std::size_t counted_bytes = 0;
    /// Counts the executions of a registered operation; nullptr where it is none.
    std::shared_ptr<turbo::Meter> meter = {};
    /// Where it is none: whether it should be one.
    turbo::Heat heat = {};
    /// And how often it was executed, until it has a meter among Settings::others.
    std::uint32_t calls = 0;
    std::shared_ptr<turbo::Meter> own_meter = {};
    /// What a registered operation runs in place of its compiled statements; nullptr: those.
    std::shared_ptr<const turbo::CheckedTemplate> sql_template = {};
    CompiledUnits template_units = {};
};

/// Prepares the statements of what has been compiled.
std::vector<CompiledUnit> with_statements(std::vector<compile::Unit> units);

/// Parses and validates `text`; what is wrong with it stands in `errors`.
std::shared_ptr<PreparedDocument> prepare_document(std::shared_ptr<const schema::Model> model,
                                                   std::string_view text,
                                                   const graphql::ParseLimits& limits);

/// Under what a mutation's answer is stored. All empty where the client gave no key.
struct Idempotency {
    std::string key = {};
    /// Who gave it: keys of different principals do not meet.
    std::string scope = {};
    /// What must be the same when the key comes again.
    std::string request = {};
};

/// An answer of the past: the latest one at a time, or the one of a version; the other is empty.
struct AsOf {
    std::string time = {};
    std::string version = {};
};

/// A request whose variables are coerced and whose operation is compiled.
struct PreparedRequest {
    std::shared_ptr<PreparedDocument> document;
    std::shared_ptr<const PlannedOperation> operation = {};
    CompiledUnits units = {};
    /// Lives in the document; empty where it has none.
    std::string_view operation_name = {};
    /// Coerced variables and, by root field and then by list, coerced arguments; they live in
    /// `arena`.
    json::Value variables = {};
    std::vector<json::Value> arguments = {};
    Arena arena = {};
    /// Plan and statements were there before this request.
    bool plan_hit = true;
    /// `@transaction`: all fields of the mutation take effect together or not at all.
    bool one_transaction = false;
    Idempotency idempotency = {};
    std::optional<AsOf> as_of = {};
    /// Who asks; outlives the answer. May be nullptr.
    const auth::Principal* principal = nullptr;
    /// Answers fields with `@session`; outlives the answer, too. May be nullptr.
    SessionFields* sessions = nullptr;
    /// Where it is noted what happens when; nullptr: nobody wants to know.
    trace::Timeline* timeline = nullptr;
    /// What it is called in logs; nullptr: it has no name.
    const RequestName* name = nullptr;
    /// The rules that do not hold for them; empty where the model has none.
    plan::Denied denied = {};
    /// Introspection leaves out what these refuse.
    bool hide_forbidden = false;
};

/// What a client asks, as the transport read it. Views must live until the answer is there.
struct Request {
    std::string_view query;
    /// Names a registered operation in place of a query; empty where the client gave none.
    std::string_view document_id = {};
    /// Absent is not the same as empty (GraphQL §6.1).
    std::optional<std::string_view> operation_name = {};
    /// An object or null; nullptr counts as null.
    const json::Value* variables = nullptr;
    const json::Value* extensions = nullptr;
    /// What is known of who asks, for functions that want to know: an object; nullptr for nothing.
    const json::Value* context = nullptr;
    /// Who asks; nullptr where nobody is told apart.
    const auth::Principal* principal = nullptr;
    /// Answers fields with `@session`; nullptr where there are no sessions.
    SessionFields* sessions = nullptr;
    /// See docs/functions.md; empty where the client gave none.
    std::string_view idempotency_key = {};
    /// May refuse the request when its plan is known; nullptr: nobody does.
    Gate* gate = nullptr;
    /// Shows the request to code of the application; nullptr: there is nothing to see.
    const Transport* transport = nullptr;
    /// What Engine::begin() made of it; nullptr: execute() begins it.
    Begun* begun = nullptr;
    /// What the client has seen of its own writes; nothing: none.
    std::optional<replica::Position> seen = {};
    /// How long the client waits, where that is less than the server's own limit; nothing: no less.
    std::optional<std::chrono::milliseconds> timeout = {};
    /// What holds for it, where nothing has begun it; nullptr: what holds when it begins.
    std::shared_ptr<const Settings> settings = {};
    /// The transport allows no mutation (HTTP GET).
    bool query_only = false;
    /// Where it is noted what happens when; nullptr: nobody wants to know. Lives as long as the
    /// request.
    trace::Timeline* timeline = nullptr;
    /// What the request is called in logs; nullptr: it has no name.
    const RequestName* name = nullptr;
};

/// Resolves `request` against a document that has no errors; plans are kept in the document.
/// On failure, nothing was executed: the errors are the whole answer.
tl::expected<PreparedRequest, std::vector<Error>> prepare_request(
    std::shared_ptr<PreparedDocument> document, const Request& request, const Settings& settings);

/// Returns what plans for `principal` are compiled with.
compile::CompileOptions compile_options(const Settings& settings, const auth::Principal* principal);

/// Compiles the same request with one unit for each root field, to find out which of them fails.
std::vector<CompiledUnit> compile_apart(const PreparedRequest& request, const Settings& settings);

/// Returns the calls of one unit, parameters bound.
pg::Batch bind_unit(const CompiledUnit& unit, const PreparedRequest& request);

}  // namespace fraiseql::engine
