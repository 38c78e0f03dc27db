// SPDX-License-Identifier: MIT
// The part of Router that has the application answer under paths of its own.
#include "engine/begin.hpp"
#include "fraiseql/definition.hpp"
#include "fraiseql/http.hpp"
#include "server/http_transport.hpp"
#include "server/refusals.hpp"
#include "server/router.hpp"

namespace fraiseql::server {
namespace {

using http::kJson;

http_request to_public(const http::Request& request) {
    http_request out{.method = std::string(request.method()),
                     .target = std::string(request.path()),
                     .headers = {},
                     .body = std::string(request.body()),
                     .peer = to_string(request.peer()),
                     .encrypted = request.encrypted()};
    if (!request.query().empty()) out.target += '?' + std::string(request.query());
    for (std::size_t i = 0; i < request.header_count(); ++i) {
        const http::Request::Field field = request.header_at(i);
        out.headers.push_back({std::string(field.name), std::string(field.value)});
    }
    return out;
}

/// What the server writes itself, code does not; and statuses are those of final responses.
http::Response to_response(http_response answer) {
    http::Response out;
    out.status = answer.status < 200 || answer.status > 599 ? 500 : answer.status;
    bool says_caching = false;
    for (http_header& header : answer.headers) {
        bool framing =
            header.name.empty() || header.name.find_first_of(": \r\n") != std::string::npos;
        for (const char* own : {"Content-Length", "Transfer-Encoding", "Connection", "Date"})
            framing = framing || http::equal_ignoring_case(header.name, own);
        if (framing) continue;
        says_caching = says_caching || http::equal_ignoring_case(header.name, "Cache-Control");
        out.headers.push_back({std::move(header.name), std::move(header.value)});
    }
    // What one client may see is not for the caches of others.
    if (!says_caching) out.headers.push_back({"Cache-Control", "no-store"});
    out.body.append(std::move(answer.body));
    return out;
}

http::Response refuse_with(const Error& error) {
    engine::Response refused = engine::Engine::refuse({error});
    http::Response out;
    out.status = info(error.code).http_status;
    out.headers.push_back({"Content-Type", std::string(kJson)});
    never_store(out);
    out.body = std::move(refused.body);
    return out;
}

}  // namespace

runtime::Task<http::Response> Router::answer_route(const http::Request& request,
                                                   const RouterSettings& settings,
                                                   Admission& admission,
                                                   const detail::route_definition& route) {
    auto principal = co_await identification_.identify(request, kJson);
    if (!principal) co_return std::move(principal.error());
    const HttpTransport transport(request);
    engine::Begun begun(principal->get(), settings.engine);
    std::optional<Error> refused = co_await engine_.begin(&transport, begun);
    if (refused) co_return refuse_with(*refused);
    if (settings.limits)
        refused = co_await admission.count_principal(begun.principal, begun.rate_key);
    if (refused) {
        audit(AuditEvent::RateLimited, request, begun.principal, refused->message);
        co_return refuse_with(*refused);
    }
    const http_request asked = to_public(request);
    http_response answer;
    refused = co_await engine_.run_route(route, begun, asked, answer);
    if (!refused) co_return to_response(std::move(answer));
    if (refused->code == ErrorCode::Forbidden)
        audit(AuditEvent::AccessRefused, request, begun.principal, route.path);
    co_return refuse_with(*refused);
}

}  // namespace fraiseql::server
