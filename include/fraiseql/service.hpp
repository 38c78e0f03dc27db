// SPDX-License-Identifier: MIT
// service: a server that runs inside a program with a life of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "fraiseql/export.hpp"
#include "fraiseql/http.hpp"

namespace fraiseql {

namespace detail {
class running_service;
}

/// A server that application::start() or mount() has started. It has threads of its own, so that
/// neither it nor the program can hold up the other. Move-only; destroying it stops it, and where
/// code that it runs does that, it ends after that code.
class FRAISEQL_EXPORT service {
  public:
    explicit service(std::shared_ptr<detail::running_service> running) noexcept;
    service(service&& other) noexcept;
    service& operator=(service&& other) noexcept;
    service(const service&) = delete;
    service& operator=(const service&) = delete;
    ~service();

    /// The port that it listens on, also where it was to choose one; 0 where it is mounted.
    std::uint16_t port() const noexcept;

    /// Answers `request` as though it had come by the server's own socket: the same paths, the same
    /// authentication, limits, audit and logs. Returns at once; `done` is called exactly once, on a
    /// thread of the server, and must neither block nor throw. What is no HTTP request is answered
    /// with 400, a body over the limit with 413, and everything after stop() with 503. When
    /// `cancelled` is asked to stop, since nobody waits for the answer any more, the work ends
    /// where it stands. Thread-safe. `/graphql` over WebSocket is not among what can be handed in.
    /// Throws std::invalid_argument where `done` is empty.
    void answer(http_request request, std::function<void(http_response)> done,
                std::stop_token cancelled = {}) const;

    /// Takes no more requests, finishes those in progress, and ends all threads. Returns whether
    /// they ended by themselves; after ten seconds and the shutdown delay they are cancelled, and
    /// answered with 503. Code that does not end even then is dropped where it waits. Blocks; any
    /// thread of the program may call it. Throws std::logic_error where code that the service runs
    /// does.
    bool stop();

    /// What SIGHUP does to the program `fraiseql`: reads certificates and the like again.
    void reload() const;

  private:
    // Shared with the thread that runs it.
    std::shared_ptr<detail::running_service> running_;
};

}  // namespace fraiseql
