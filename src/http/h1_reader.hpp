// SPDX-License-Identifier: MIT
// H1Reader: HTTP/1.1 requests out of bytes (RFC 9112), stricter than it must be; no socket.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/error.hpp"
#include "http/message.hpp"

namespace fraiseql::http {

struct Limits {
    /// Bytes of the request line and all header fields.
    std::size_t head = 16 * 1024;
    std::size_t header_fields = 100;
    std::size_t body = 1024 * 1024;
};

/// Why a request was refused: the status, and the error for the body. The connection must close,
/// since nobody knows where the next request would begin.
struct Refusal {
    int status = 400;
    Error error;
};

/// Reads one request after the other. What two parsers could read in two ways is refused: exactly
/// one Host; Transfer-Encoding only as one "chunked" in HTTP/1.1 without Content-Length;
/// Content-Length once, digits only; no line folding; no bare CR or LF.
class H1Reader {
  public:
    enum class State { NeedMore, Complete, Refused };
    struct Step {
        State state = State::NeedMore;
        /// Bytes taken off the front.
        std::size_t consumed = 0;
    };

    explicit H1Reader(const Limits& limits);

    /// Has `limits` hold from the next request on; only between two of them.
    void use(const Limits& limits);
    H1Reader(const H1Reader&) = delete;
    H1Reader& operator=(const H1Reader&) = delete;
    ~H1Reader();

    /// Reads from `bytes`, which start where the last call stopped consuming.
    Step read(std::string_view bytes);

    /// Whether a request has begun but is not complete.
    bool in_request() const noexcept;
    bool head_done() const noexcept;
    /// Whether the client waits for "100 Continue" before it sends the body.
    bool expects_continue() const noexcept;

    /// After Complete: whether the connection may carry another request.
    bool keep_alive() const noexcept;
    /// After Complete: hands over the request, and makes ready for the next.
    Request take();
    /// After Refused.
    const Refusal& refusal() const noexcept;

  private:
    struct Parser;
    struct State_;
    std::unique_ptr<State_> state_;
};

}  // namespace fraiseql::http
