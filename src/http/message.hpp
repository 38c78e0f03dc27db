// SPDX-License-Identifier: MIT
// The HTTP messages that a handler sees: a request it may read, a response it makes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii.hpp"
#include "base/error.hpp"
#include "base/ip_address.hpp"
#include "runtime/payload.hpp"
#include "runtime/task.hpp"

namespace fraiseql::http {

class Protocol;

/// One header field of a response.
struct Header {
    std::string name;
    std::string value;
};

/// A request whose framing has been checked (RFC 9112): one Host, one way to find the body's end.
/// Move-only; what it returns is valid while it lives.
class Request {
  public:
    struct Field {
        std::string_view name;
        std::string_view value;
    };

    Request() = default;
    Request(Request&&) noexcept = default;
    Request& operator=(Request&&) noexcept = default;
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;
    ~Request() = default;

    std::string_view method() const noexcept { return text(method_); }
    /// The part of the target before "?", as sent: not percent-decoded.
    std::string_view path() const noexcept { return text(path_); }
    /// The part of the target after "?", as sent.
    std::string_view query() const noexcept { return text(query_); }
    std::string_view body() const noexcept { return body_; }
    std::size_t header_count() const noexcept { return fields_.size(); }
    Field header_at(std::size_t index) const noexcept;
    /// Returns the value of the first field called `name`, in any case, or nullopt.
    std::optional<std::string_view> header(std::string_view name) const noexcept;
    /// Returns how many fields are called `name`.
    std::size_t count(std::string_view name) const noexcept;
    /// What the request is called in logs: its X-Request-Id, where that is up to 128 letters,
    /// digits and `-_.`, else a random name that it keeps.
    std::string_view id() const;

    /// Who is at the other end of the connection: a client, or the proxy before it.
    const IpAddress& peer() const noexcept { return peer_; }
    /// Who sent it, as far as trusted proxies vouch for it; see client_address.hpp.
    const IpAddress& client() const noexcept { return client_; }
    /// The same as text, for logs.
    std::string_view client_name() const;
    /// Whether it came by TLS to this very server.
    bool encrypted() const noexcept { return encrypted_; }
    void set_line(std::string_view method, std::string_view target);
    void add_header(std::string_view name, std::string_view value);
    void set_peer(const IpAddress& peer, bool encrypted) noexcept {
        peer_ = client_ = peer;
        encrypted_ = encrypted;
    }
    void set_client(const IpAddress& client) noexcept { client_ = client; }
    /// Where the body is put together.
    std::string& mutable_body() noexcept { return body_; }

  private:
    struct Span {
        std::size_t offset = 0;
        std::size_t size = 0;
    };
    struct FieldSpan {
        Span name;
        Span value;
    };

    std::string_view text(Span span) const noexcept {
        return std::string_view(head_).substr(span.offset, span.size);
    }
    Span keep(std::string_view bytes);

    // All text of the head in one allocation.
    std::string head_;
    std::vector<FieldSpan> fields_;
    std::string body_;
    Span method_;
    Span path_;
    Span query_;
    // Made when they are asked for: most requests are never named.
    mutable std::string id_;
    mutable std::string client_name_;
    IpAddress peer_ = {};
    IpAddress client_ = {};
    bool encrypted_ = false;
};

/// What a handler answers. Content-Length, Date and Connection are written by the server.
struct Response {
    int status = 200;
    std::vector<Header> headers = {};
    runtime::Payload body = {};
    /// Called when the last byte went to the socket, and only then; let go of in any case. May be
    /// empty.
    std::function<void()> on_sent = {};
    /// What the connection speaks behind the head, in place of a body, until it is closed: another
    /// protocol (101), or an answer without a known end. The request lives until then.
    std::shared_ptr<Protocol> upgrade = {};
};

/// The Content-Type of JSON (RFC 8259 §11).
inline constexpr std::string_view kJson = "application/json; charset=utf-8";

/// Makes a response with a Content-Type and a body.
Response make_response(int status, std::string_view content_type, std::string body);

/// Makes a response in the shape of a GraphQL request error, so that clients need only one reader:
/// {"errors":[{"message":…,"extensions":{"code":…,"hint":…}}]}. Status of the error's code.
Response make_error_response(const Error& error, std::string_view content_type = kJson);

/// What clients are told of an exception: nothing of what it says.
Response internal_error();

/// What clients are told whose request the end of the server does not wait for.
Response stopping();

/// Answers a request. `request` lives until the coroutine ends. It is cancelled (Asio cancellation)
/// when the client goes away or the server does not wait for it any longer, and its response is
/// then dropped.
using Handler = std::function<runtime::Task<Response>(const Request& request)>;

using fraiseql::equal_ignoring_case;

/// Returns the reason phrase of a status code, "Unknown" for those that are never sent.
std::string_view reason_phrase(int status) noexcept;

}  // namespace fraiseql::http
