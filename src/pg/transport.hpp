// SPDX-License-Identifier: MIT
// Transport: non-blocking bytes over a connection that libpq has established, TLS or not.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

struct pg_conn;
struct pg_cancel;
struct ssl_st;

namespace fraiseql::pg {

/// What a read or write came to.
struct Transfer {
    enum class Status { Done, WouldBlock, Closed };
    Status status = Status::Done;
    std::size_t size = 0;
};

/// libpq resolves, connects and authenticates; from then on we speak the protocol ourselves on its
/// socket, since libpq writes to the kernel once per batch and we want once per loop turn
/// (docs/adr: two thirds of the cost of a short query is such system calls).
class Transport {
  public:
    /// Takes an established, idle connection without GSS encryption.
    explicit Transport(pg_conn* connection);

    int fd() const noexcept { return fd_; }
    /// Done with fewer bytes than `room` has means that no more were there, except under TLS.
    Transfer read(std::span<char> room) noexcept;
    Transfer write(std::string_view bytes) noexcept;
    bool encrypted() const noexcept { return ssl_ != nullptr; }

    /// Returns what PQcancel needs; may be used on another thread and outlive the connection.
    std::shared_ptr<pg_cancel> cancel_key() const { return cancel_key_; }
    /// Returns the backend's process id, for logs.
    int backend_pid() const noexcept;

  private:
    struct Close {
        void operator()(pg_conn* connection) const noexcept;
    };

    std::unique_ptr<pg_conn, Close> connection_;
    // Shared with a cancel request that may still be on its way.
    std::shared_ptr<pg_cancel> cancel_key_;
    ssl_st* ssl_ = nullptr;
    int fd_ = -1;
};

}  // namespace fraiseql::pg
