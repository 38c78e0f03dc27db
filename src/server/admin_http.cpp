// SPDX-License-Identifier: MIT
#include "server/admin_http.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <utility>

#include "json/object_writer.hpp"
#include "server/admin_schema.hpp"
#include "server/database_findings.hpp"
#include "server/health.hpp"
#include "server/operation_findings.hpp"
#include "server/refusals.hpp"
#include "server/top_operations.hpp"
#include "server/url_encoding.hpp"

namespace fraiseql::server {
namespace {

using namespace std::chrono_literals;
using runtime::Task;

using http::kJson;
// Nothing from elsewhere, no code or style that is not a file of ours, and no text becomes HTML.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src "
    "'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";
constexpr std::size_t kMostOperations = 50;
constexpr int kConnectSeconds = 5;
/// Checks that take longer are given up.
constexpr auto kCheckLimit = 30s;
constexpr auto kLookLimit = 5s;

Error unavailable(const sql::DatabaseError& error) {
    return {.code = ErrorCode::ServiceUnavailable,
            .message = "The database could not be asked: " + error.message,
            .hint = error.hint};
}

http::Response json_response(std::string body) {
    http::Response response = http::make_response(200, kJson, std::move(body));
    never_store(response);
    return response;
}

/// A session of its own for one question, which ends with it.
Result<pg::Session> open_session(const std::string& conninfo, std::chrono::seconds limit,
                                 Interruption& interruption) {
    auto session = pg::Session::open(conninfo, kConnectSeconds);
    if (!session) return fail(unavailable(session.error()));
    interruption.on_interrupt(session->canceller());
    if (auto prepared = only_look(*session, limit); !prepared)
        return fail(unavailable(prepared.error()));
    return std::move(*session);
}

Inquiry::Answer find_operations(const AdminSources& sources, Interruption& interruption) {
    std::string out;
    {
        json::ObjectWriter object(out);
        object.json("counted", counted_operations_json(sources, kMostOperations));
        auto session = open_session(sources.conninfo, kLookLimit, interruption);
        Result<TopOperations> top =
            session ? top_operations(*session, kMostOperations) : fail(session.error());
        if (top) {
            object.json("database", to_json(*top));
        } else {
            // What the server has counted itself is there all the same.
            json::ObjectWriter problem(object.begin("problem"));
            problem.text("message", top.error().message);
            problem.text("hint", top.error().hint);
        }
    }
    return out;
}

Inquiry::Answer find_findings(const AdminSources& sources, Interruption& interruption) {
    FRAISEQL_TRY(auto session, open_session(sources.conninfo, kCheckLimit, interruption));
    const auto deadline = std::chrono::steady_clock::now() + kCheckLimit;
    const auto model = sources.models->current();
    auto findings = all_findings(session, *model, kCheckLimit);
    if (!findings) return fail(unavailable(findings.error()));
    // What the checks have left of the time.
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    auto lacking = operation_findings(session, left);
    if (!lacking) return fail(unavailable(lacking.error()));
    std::move(lacking->begin(), lacking->end(), std::back_inserter(*findings));
    check::sort_by_severity(*findings);
    return check::to_json(*findings);
}

std::int64_t number_of(std::string_view text) {
    std::int64_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

using Fields = std::vector<std::pair<std::string, std::string>>;

/// The value of a field of a query string; empty where there is none.
std::string_view value_of(const Fields& fields, std::string_view name) {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const auto& each) { return each.first == name; });
    return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace

AdminHttp::AdminHttp(AdminSources sources, FindAsset find_asset)
    : sources_(std::move(sources)),
      find_asset_(std::move(find_asset)),
      operations_([this](Interruption& each) { return find_operations(sources_, each); }, 2s),
      findings_([this](Interruption& each) { return find_findings(sources_, each); }, 0s),
      schema_([this](Interruption&) { return schema_graph_json(*sources_.models->current()); },
              2s) {}

bool AdminHttp::has(std::string_view path) noexcept {
    return path == "/admin" || path.starts_with("/admin/");
}

Task<http::Response> AdminHttp::answer(const http::Request& request, const AdminSettings& settings,
                                       std::shared_ptr<runtime::Mailbox> mailbox) {
    const std::string_view path = request.path();
    const Result<void> admitted = admit_admin(settings, request);
    const bool hidden = !admitted && admitted.error().code == ErrorCode::NotFound;
    if (!hidden && find_asset_ && find_asset_(path)) co_return answer_page(request);
    if (!admitted) co_return refuse(request, admitted.error());
    const bool findings = path == "/admin/findings";
    const bool known = findings || path == "/admin/state" || path == "/admin/samples" ||
                       path == "/admin/operations" || path == "/admin/schema";
    if (!known) co_return not_found(request);
    // A check is work for the database, which nobody should cause by following a link.
    if (findings && request.method() != "POST") co_return method_not_allowed(request, "POST");
    if (!findings && !reads(request)) co_return method_not_allowed(request, "GET, HEAD");
    if (path == "/admin/state") co_return json_response(state_json(sources_));
    const Result<Fields> fields = read_form(request.query());
    if (!fields) co_return http::make_error_response(fields.error());
    if (path == "/admin/samples") co_return answer_samples(number_of(value_of(*fields, "since")));
    const std::string_view node = value_of(*fields, "node");
    if (path == "/admin/schema" && !node.empty()) co_return answer_node(node);
    if (path == "/admin/schema") co_return co_await answer_inquiry(schema_, std::move(mailbox));
    if (findings) co_return co_await answer_inquiry(findings_, std::move(mailbox));
    co_return co_await answer_inquiry(operations_, std::move(mailbox));
}

Task<http::Response> AdminHttp::answer_health(const http::Request& request,
                                              const AdminSettings& settings,
                                              Readiness& readiness) const {
    const Result<void> admitted = admit_admin(settings, request);
    if (!admitted) co_return refuse(request, admitted.error());
    if (!reads(request)) co_return method_not_allowed(request, "GET, HEAD");
    const auto problems = co_await readiness.problems(true);
    http::Response response = json_response(health_json(sources_, problems));
    if (!problems.empty()) response.status = 503;
    co_return response;
}

/// Where there is nothing for whoever asks, there is nothing to record, either.
http::Response AdminHttp::refuse(const http::Request& request, const Error& error) const {
    if (error.code == ErrorCode::NotFound) return not_found(request);
    if (sources_.audit)
        sources_.audit->record(
            about(AuditEvent::AdminRefused, request, nullptr, info(error.code).wire));
    return refuse_admin(error);
}

http::Response AdminHttp::answer_page(const http::Request& request) const {
    return answer_asset(*find_asset_(request.path()), request, kPolicy);
}

http::Response AdminHttp::answer_samples(std::int64_t since) const {
    return json_response(history_json(sources_.samples->history(since)));
}

http::Response AdminHttp::answer_node(std::string_view id) const {
    auto node = schema_node_json(*sources_.models->current(), id);
    if (!node)
        return http::make_error_response({.code = ErrorCode::NotFound,
                                          .message = "The schema has no such node.",
                                          .hint = "It may have changed: ask for it again."});
    return json_response(std::move(*node));
}

Task<http::Response> AdminHttp::answer_inquiry(Inquiry& inquiry,
                                               std::shared_ptr<runtime::Mailbox> mailbox) {
    auto answer = co_await inquiry.ask(std::move(mailbox));
    if (!answer) {
        http::Response refusal = http::make_error_response(answer.error());
        never_store(refusal);
        co_return refusal;
    }
    co_return json_response(std::move(*answer));
}

}  // namespace fraiseql::server
