// SPDX-License-Identifier: MIT
#include "http/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "json/writer.hpp"

namespace fraiseql::http {

namespace {

constexpr std::size_t kUsualHead = 512;
constexpr std::size_t kMaxId = 128;

bool is_id(std::string_view text) noexcept {
    return !text.empty() && text.size() <= kMaxId &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                      c == '_' || c == '.';
           });
}

}  // namespace

Request::Span Request::keep(std::string_view bytes) {
    const Span span{head_.size(), bytes.size()};
    head_ += bytes;
    return span;
}

Request::Field Request::header_at(std::size_t index) const noexcept {
    return {text(fields_[index].name), text(fields_[index].value)};
}

std::optional<std::string_view> Request::header(std::string_view name) const noexcept {
    for (const FieldSpan& field : fields_) {
        if (equal_ignoring_case(text(field.name), name)) return text(field.value);
    }
    return std::nullopt;
}

std::size_t Request::count(std::string_view name) const noexcept {
    return static_cast<std::size_t>(std::count_if(
        fields_.begin(), fields_.end(),
        [&](const FieldSpan& field) { return equal_ignoring_case(text(field.name), name); }));
}

std::string_view Request::client_name() const {
    if (client_name_.empty()) client_name_ = to_string(client_);
    return client_name_;
}

void Request::set_line(std::string_view method, std::string_view target) {
    head_.reserve(kUsualHead);
    fields_.reserve(12);
    const std::size_t mark = target.find('?');
    method_ = keep(method);
    path_ = keep(target.substr(0, mark));
    query_ = mark == std::string_view::npos ? Span{} : keep(target.substr(mark + 1));
}

void Request::add_header(std::string_view name, std::string_view value) {
    const Span kept_name = keep(name);
    fields_.push_back({kept_name, keep(value)});
}

std::string_view Request::id() const {
    if (!id_.empty()) return id_;
    static thread_local std::mt19937_64 random{std::random_device{}()};
    const auto given = header("X-Request-Id");
    id_ = given && is_id(*given) ? std::string(*given) : fmt::format("{:016x}", random());
    return id_;
}

Response make_response(int status, std::string_view content_type, std::string body) {
    Response response;
    response.status = status;
    response.headers.push_back({"Content-Type", std::string(content_type)});
    response.body.append(std::move(body));
    return response;
}

Response make_error_response(const Error& error, std::string_view content_type) {
    std::string body = R"({"errors":[{"message":)";
    json::write_string(body, error.message);
    body += R"(,"extensions":{"code":)";
    json::write_string(body, info(error.code).wire);
    if (!error.hint.empty()) {
        body += R"(,"hint":)";
        json::write_string(body, error.hint);
    }
    for (const auto& [name, value] : error.extensions) {
        body += ',';
        json::write_string(body, name);
        body += ':';
        json::write_string(body, value);
    }
    body += "}}]}";
    return make_response(info(error.code).http_status, content_type, std::move(body));
}

Response internal_error() {
    return make_error_response({.message = "Something went wrong in the server"});
}

Response stopping() {
    return make_error_response(
        {.code = ErrorCode::ServiceUnavailable, .message = "The server is stopping."});
}

std::string_view reason_phrase(int status) noexcept {
    switch (status) {
        case 100:
            return "Continue";
        case 101:
            return "Switching Protocols";
        case 200:
            return "OK";
        case 204:
            return "No Content";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 406:
            return "Not Acceptable";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 426:
            return "Upgrade Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Unknown";
    }
}

}  // namespace fraiseql::http
