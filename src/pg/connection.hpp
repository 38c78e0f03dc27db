// SPDX-License-Identifier: MIT
// Connection: a pipeline and the socket under it, on one worker's event loop.
#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "pg/connect.hpp"
#include "pg/pipeline.hpp"
#include "pg/transport.hpp"
#include "runtime/mailbox.hpp"
#include "runtime/outbound.hpp"
#include "runtime/task.hpp"

namespace fraiseql::pg {

/// Used on its worker's thread only. Tells its owner what happens, by calls from the event loop,
/// never from within a call of the owner, until close() detaches it.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    class Owner {
      public:
        /// Batches were answered; the connection takes more.
        virtual void finished(Connection& connection,
                              std::vector<std::shared_ptr<Exchange>>& exchanges) = 0;
        /// The connection is lost, with what was in flight on it.
        virtual void lost(Connection& connection, const sql::DatabaseError& error,
                          std::deque<std::shared_ptr<Exchange>> unanswered) = 0;
        /// A cancel request has done its work, so that cancelling() is false again.
        virtual void cancelled(Connection& connection) = 0;

      protected:
        ~Owner() = default;
    };

    struct Context {
        runtime::Executor executor;
        runtime::Outbound& outbound;
        // Shared with cancel requests on the outbound thread.
        std::shared_ptr<runtime::Mailbox> mailbox;
        std::size_t max_prepared;
        bool named_statements = true;
        runtime::Clock::time_point end_of_life = runtime::Clock::time_point::max();
    };

    Connection(const Context& context, Owner& owner, Established established);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { close(); }

    /// Starts to read; call once.
    void start() { wait_readable(); }

    /// Queues the batch; it is written with all others of this turn of the event loop.
    void send(std::shared_ptr<Exchange> exchange);

    /// Asks the server to cancel the statement that it runs now; false where such a request is on
    /// its way already.
    bool cancel();
    /// While true, a new batch might be hit by the cancel request of another.
    bool cancelling() const noexcept { return cancelling_; }

    const std::deque<std::shared_ptr<Exchange>>& in_flight() const noexcept {
        return pipeline_.in_flight();
    }
    /// Whether it goes through a pooler; see Established.
    bool pooled() const noexcept { return pooled_; }
    /// Returns when the server was last heard, or something was sent while nothing was in flight:
    /// how long it has been idle, or has not answered.
    runtime::Clock::time_point quiet_since() const noexcept { return quiet_since_; }
    /// When it is to be replaced.
    runtime::Clock::time_point end_of_life() const noexcept { return end_of_life_; }
    int backend_pid() const noexcept { return transport_->backend_pid(); }
    bool encrypted() const noexcept { return transport_->encrypted(); }
    Pipeline& pipeline() noexcept { return pipeline_; }

    /// Detaches from the owner, closes the socket and returns what was in flight.
    std::deque<std::shared_ptr<Exchange>> close();

  private:
    using Descriptor = boost::asio::posix::basic_stream_descriptor<runtime::Executor>;

    void flush();
    void wait_readable();
    void wait_writable();
    void read();
    void lose(sql::DatabaseError error);

    Context context_;
    Owner* owner_;
    std::optional<Transport> transport_;
    Descriptor descriptor_;
    Pipeline pipeline_;
    std::size_t written_ = 0;
    bool pooled_ = false;
    runtime::Clock::time_point end_of_life_;
    runtime::Clock::time_point quiet_since_ = runtime::Clock::now();
    bool flush_posted_ = false;
    bool waiting_to_write_ = false;
    bool cancelling_ = false;
};

}  // namespace fraiseql::pg
