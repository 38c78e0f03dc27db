// SPDX-License-Identifier: MIT
// Listener: one worker's share of a listening address, and the connections it has accepted.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/log.hpp"
#include "base/result.hpp"
#include "http/client_address.hpp"
#include "http/h1_reader.hpp"
#include "http/message.hpp"
#include "http/tls_context.hpp"
#include "runtime/task.hpp"

namespace fraiseql::http {

/// An address to listen on.
struct Address {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8080;
};

/// Reads "HOST:PORT", "[IPv6]:PORT" or ":PORT" (all interfaces).
Result<Address> read_address(std::string_view text);

/// Resolves the host and makes sure that the port is free, which the workers' own sockets could
/// not tell, since they share it (SO_REUSEPORT). Port 0 is replaced by a free one. Blocks; for
/// start-up.
Result<Address> claim_address(const Address& address);

struct ListenSettings {
    /// As claim_address() returned it.
    Address address;
    Limits limits;
    /// Between requests on a kept connection.
    std::chrono::milliseconds idle_timeout{75000};
    /// From the first byte of a request to the end of its head.
    std::chrono::milliseconds head_timeout{10000};
    /// From the end of the head to the end of the body.
    std::chrono::milliseconds body_timeout{30000};
    /// For a response to be taken by the client, plus a second for every 8 kB.
    std::chrono::milliseconds send_timeout{30000};
    /// Of this worker; one more is told so and closed.
    std::size_t max_connections = 10000;
    /// What TLS is spoken with; nullptr: in the clear. Then `head_timeout` bounds the handshake.
    std::shared_ptr<const CurrentTls> tls;
    Proxies proxies;
    /// Header fields of every response, whole lines: "Name: value CR LF".
    std::string fixed_fields;
    Log log;
    /// Called with what was refused before it was a request, and who sent it. May be empty.
    std::function<void(const Refusal&, const IpAddress&)> on_refused;
};

/// What of ListenSettings may become another while it is listened.
struct Intaking {
    Limits limits = {};
    Proxies proxies = {};
    std::size_t max_connections = 0;
};

/// Belongs to one worker; used only on its thread once started.
class Listener {
  public:
    Listener(runtime::Executor executor, ListenSettings settings, Handler handler);
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener();

    /// Starts to accept.
    Result<void> open();

    /// From now on each answer is the last of its connection; new connections are still accepted.
    /// Before drain(): a proxy then has no connection in use that drain() closes under it.
    void let_go();

    /// Has it hold for requests that are read, and connections that are accepted, from now on.
    void replace(const Intaking& intaking);

    /// Stops accepting, closes idle connections, and ends when those with a request in progress
    /// have answered it.
    runtime::Task<> drain();

    /// Cancels all requests in progress, which are answered with 503, and closes the other
    /// connections.
    void cancel();

    std::size_t connection_count() const noexcept;

  private:
    class State;
    // Shared with the connections' coroutines, which may end after the listener.
    std::shared_ptr<State> state_;
};

}  // namespace fraiseql::http
