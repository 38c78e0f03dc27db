// SPDX-License-Identifier: MIT
#include "server/graphql_http.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "base/suggest.hpp"
#include "http/media_range.hpp"
#include "server/url_encoding.hpp"

namespace fraiseql::server {

namespace {

constexpr std::array<std::string_view, 5> kParameters = {"query", "documentId", "operationName",
                                                         "variables", "extensions"};

tl::unexpected<Error> wrong_type(std::string_view name, std::string_view expected,
                                 const json::Value& value) {
    return fail(ErrorCode::BadRequest, "\"" + std::string(name) + "\" must be " +
                                           std::string(expected) + ", not " +
                                           std::string(json::describe(value.kind)));
}

Result<const json::Value*> read_object(const json::Value& parameters, std::string_view name) {
    const json::Value* value = parameters.find(name);
    if (value == nullptr || value->is_null()) return nullptr;
    if (!value->is_object()) return wrong_type(name, "an object or null", *value);
    return value;
}

/// Reads a member that is a string; a view without data where it is null or absent.
Result<std::string_view> read_string(const json::Value& parameters, std::string_view name) {
    const json::Value* value = parameters.find(name);
    if (value == nullptr || value->is_null()) return std::string_view();
    if (!value->is_string()) return wrong_type(name, "a string", *value);
    return value->text.data() == nullptr ? std::string_view("") : value->text;
}

/// Whether the request says by an id or a hash what it means.
bool names_document(const engine::Request& request) {
    const bool hash =
        request.extensions != nullptr && request.extensions->find("persistedQuery") != nullptr;
    return hash || !request.document_id.empty();
}

tl::unexpected<Error> missing_query(const json::Value& parameters) {
    std::string hint = R"(Send {"query": "{ … }"}.)";
    for (const json::Member& member : parameters.members) {
        const bool known =
            std::find(kParameters.begin(), kParameters.end(), member.name) != kParameters.end();
        const bool meant = !suggestions(member.name, {"query"}).empty();
        if (!known && meant) {
            hint = "There is \"" + std::string(member.name) + "\"; did you mean \"query\"?";
        }
    }
    return fail(ErrorCode::BadRequest, "The request has no \"query\"", std::move(hint));
}

Result<engine::Request> read_parameters(const json::Value& parameters) {
    engine::Request request;
    FRAISEQL_TRY(request.query, read_string(parameters, "query"));
    FRAISEQL_TRY(request.document_id, read_string(parameters, "documentId"));
    const json::Value* name = parameters.find("operationName");
    if (name != nullptr && !name->is_null()) {
        if (!name->is_string()) return wrong_type("operationName", "a string or null", *name);
        request.operation_name = name->text;
    }
    FRAISEQL_TRY(request.variables, read_object(parameters, "variables"));
    FRAISEQL_TRY(request.extensions, read_object(parameters, "extensions"));
    if (request.query.data() == nullptr && !names_document(request))
        return missing_query(parameters);
    return request;
}

// Cross-site pages can send other types without asking first, so only JSON is read (CSRF).
Result<void> check_content_type(const http::Request& request) {
    const auto refuse = [](std::string message) {
        return fail(ErrorCode::UnsupportedMediaType, std::move(message),
                    "Send the request as Content-Type: application/json.");
    };
    const auto header = request.header("Content-Type");
    if (!header) return refuse("The request has no Content-Type");
    const auto type = http::read_media_range(*header);
    if (!type || !http::equal_ignoring_case(type->type, "application/json")) {
        return refuse("The content type \"" + std::string(*header) + "\" is not supported");
    }
    const bool utf8 = type->charset.empty() || http::equal_ignoring_case(type->charset, "utf-8") ||
                      http::equal_ignoring_case(type->charset, "utf8");
    if (!utf8) {
        return refuse("The character set \"" + std::string(type->charset) + "\" is not supported");
    }
    const auto encoding = request.header("Content-Encoding");
    if (encoding && !http::equal_ignoring_case(*encoding, "identity")) {
        return refuse("Compressed requests are not supported");
    }
    return {};
}

Result<engine::Request> read_post(const http::Request& request, Arena& arena) {
    if (auto checked = check_content_type(request); !checked) {
        return tl::unexpected(std::move(checked).error());
    }
    if (request.body().empty()) {
        return fail(ErrorCode::BadRequest, "The request has no body",
                    R"(Send {"query": "{ … }"}.)");
    }
    FRAISEQL_TRY(const json::Value document, json::read(request.body(), arena));
    if (document.is_array()) {
        return fail(ErrorCode::BadRequest, "Batches (a JSON array of requests) are not accepted",
                    "Send one request at a time, or one document with several fields.");
    }
    if (!document.is_object()) {
        return fail(ErrorCode::BadRequest, "The body must be a JSON object, not " +
                                               std::string(json::describe(document.kind)));
    }
    return read_parameters(document);
}

Result<const json::Value*> read_json_parameter(std::string_view name, std::string_view text,
                                               Arena& arena) {
    if (text.empty()) return nullptr;
    auto value = json::read(arena.copy(text), arena);
    if (!value) {
        Error error = std::move(value).error();
        error.message = "\"" + std::string(name) + "\" is not JSON: " + error.message;
        return fail(std::move(error));
    }
    if (value->is_null()) return nullptr;
    if (!value->is_object()) return wrong_type(name, "an object or null", *value);
    return arena.make<json::Value>(*value);
}

Result<engine::Request> read_get(const http::Request& http_request, Arena& arena) {
    FRAISEQL_TRY(const auto fields, read_form(http_request.query()));
    engine::Request request;
    request.query_only = true;
    std::vector<std::string_view> seen;
    for (const auto& [name, value] : fields) {
        if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
            return fail(ErrorCode::BadRequest, "\"" + name + "\" is given twice");
        }
        seen.push_back(name);
        if (name == "query") request.query = arena.copy(std::string_view(value));
        if (name == "documentId") request.document_id = arena.copy(std::string_view(value));
        if (name == "operationName" && !value.empty()) {
            request.operation_name = arena.copy(std::string_view(value));
        }
        if (name == "variables") {
            FRAISEQL_TRY(request.variables, read_json_parameter(name, value, arena));
        }
        if (name == "extensions") {
            FRAISEQL_TRY(request.extensions, read_json_parameter(name, value, arena));
        }
    }
    const bool queried = std::find(seen.begin(), seen.end(), "query") != seen.end();
    if (!queried && !names_document(request)) {
        return fail(ErrorCode::BadRequest, "The request has no \"query\"",
                    "Send ?query=… in the URL, or a POST request.");
    }
    return request;
}

}  // namespace

std::string_view content_type(MediaType type) noexcept {
    return type == MediaType::Json ? http::kJson
                                   : "application/graphql-response+json; charset=utf-8";
}

Result<MediaType> choose_media_type(const http::Request& request) {
    std::string accept;
    for (std::size_t i = 0; i < request.header_count(); ++i) {
        const auto field = request.header_at(i);
        if (!http::equal_ignoring_case(field.name, "Accept")) continue;
        accept += accept.empty() ? "" : ",";
        accept += field.value;
    }
    if (accept.empty()) return MediaType::Json;
    const auto ranges = http::read_accept(accept);
    // In this order, so that wildcards alone mean Json.
    const auto json = http::preference(ranges, "application/json");
    const auto graphql = http::preference(ranges, "application/graphql-response+json");
    if (json.quality <= 0 && graphql.quality <= 0) {
        return fail(ErrorCode::NotAcceptable, "None of the media types in Accept can be sent",
                    "Accept application/graphql-response+json or application/json.");
    }
    if (graphql.quality != json.quality) {
        return graphql.quality > json.quality ? MediaType::GraphqlResponseJson : MediaType::Json;
    }
    const bool named_first = graphql.exact && (!json.exact || graphql.position < json.position);
    return named_first ? MediaType::GraphqlResponseJson : MediaType::Json;
}

Result<engine::Request> read_graphql_request(const http::Request& request, Arena& arena) {
    if (request.method() == "POST") {
        auto read = read_post(request, arena);
        if (read) read->idempotency_key = request.header("Idempotency-Key").value_or("");
        return read;
    }
    if (request.method() == "GET" || request.method() == "HEAD") return read_get(request, arena);
    return fail(ErrorCode::MethodNotAllowed,
                "GraphQL does not answer to " + std::string(request.method()),
                "Use POST, or GET for queries.");
}

Result<std::optional<std::chrono::milliseconds>> read_timeout(const http::Request& request) {
    const auto header = request.header("Request-Timeout");
    if (!header) return std::nullopt;
    std::uint32_t value = 0;
    const char* end = header->data() + header->size();
    const auto read = std::from_chars(header->data(), end, value);
    if (read.ec == std::errc() && read.ptr == end && value > 0)
        return std::chrono::milliseconds(value);
    if (read.ec == std::errc::result_out_of_range && read.ptr == end) return std::nullopt;
    return fail(ErrorCode::BadRequest, "Request-Timeout is not a whole number above 0.",
                "Give the milliseconds that the client waits: Request-Timeout: 2000.");
}

int response_status(MediaType type, bool request_error, ErrorCode code) noexcept {
    if (!request_error) return 200;
    const int status = info(code).http_status;
    const bool of_http = status == 405 || status == 429 || status >= 500;
    return type == MediaType::Json && !of_http ? 200 : status;
}

}  // namespace fraiseql::server
