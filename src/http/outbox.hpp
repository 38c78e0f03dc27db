// SPDX-License-Identifier: MIT
// Outbox: what waits to be written to a connection, in order.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "http/protocol.hpp"
#include "runtime/payload.hpp"
#include "runtime/task.hpp"

namespace fraiseql::http {

/// Writes at once what the socket takes, and the rest when it takes more. Used on its worker's
/// thread; held through shared_ptr.
class Outbox : public std::enable_shared_from_this<Outbox> {
  public:
    explicit Outbox(std::shared_ptr<Duplex> duplex);

    /// Puts a message behind the others; pump() sends it.
    void add(std::string head, runtime::Payload body);
    /// Writes until the socket takes no more; a connection that fails is closed.
    void pump();
    /// Drops what has not begun to be written.
    void drop_waiting();
    /// Drops everything; from now on nothing is written.
    void end();

    /// Bytes of all messages that are not written as a whole.
    std::size_t queued() const noexcept { return queued_; }
    std::size_t message_count() const noexcept { return queue_.size(); }
    /// Whether the socket takes nothing at the moment, and since when.
    bool blocked() const noexcept { return flushing_; }
    runtime::Clock::time_point taken_at() const noexcept { return taken_at_; }
    bool ended() const noexcept { return ended_; }

  private:
    struct Message {
        std::string head;
        runtime::Payload body;
    };

    static runtime::Task<> flush(std::shared_ptr<Outbox> self);
    void begin();
    /// Returns whether the rest has to wait.
    bool write();

    std::shared_ptr<Duplex> duplex_;
    std::deque<Message> queue_;
    /// What is left of the first of them; TLS may have taken all of it and still want to go on.
    std::vector<boost::asio::const_buffer> rest_;
    std::size_t queued_ = 0;
    runtime::Clock::time_point taken_at_;
    bool begun_ = false;
    bool flushing_ = false;
    bool ended_ = false;
};

}  // namespace fraiseql::http
