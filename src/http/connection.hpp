// SPDX-License-Identifier: MIT
// Connection: one client's requests, answered one after the other.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <memory>
#include <string>
#include <vector>

#include "http/h1_reader.hpp"
#include "http/protocol.hpp"
#include "http/site.hpp"
#include "http/stream.hpp"
#include "runtime/task.hpp"
#include "runtime/waiter.hpp"

namespace fraiseql::http {

/// Lives as long as its coroutine. A read is always under way, also while a handler runs: that is
/// how it learns that the client went away.
class Connection final : public Duplex, public std::enable_shared_from_this<Connection> {
  public:
    /// Speaks TLS where `tls` is not nullptr. `peer` is who is at the other end.
    Connection(Stream::Socket socket, TlsSession tls, const IpAddress& peer,
               std::shared_ptr<Site> site);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    /// Spawns the coroutine.
    void start();

    // What another protocol sees of it after an upgrade.
    runtime::Executor executor() override { return stream_.get_executor(); }
    runtime::Task<std::string_view> receive() override;
    Stream::Outcome write(std::vector<boost::asio::const_buffer>& rest) override {
        return stream_.write(rest);
    }
    runtime::Task<bool> writable() override { return stream_.writable(); }
    void close() override;

    /// Gives up what has outlived its deadline.
    void expire(runtime::Clock::time_point now);

    /// Closes an idle connection, soon if it has never had a request; lets another finish the
    /// request in progress.
    void drain();

    /// Cancels the request in progress, which is answered with 503; closes it where there is none.
    void cancel();

    /// Lets go of the coroutine where it waits, so that it is destroyed with the event loop.
    void abandon();

  private:
    enum class Phase { Handshake, Idle, Head, Body, Answering, Sending, Upgraded, Lingering };

    static runtime::Task<> serve(std::shared_ptr<Connection> self);
    static runtime::Task<bool> secure(std::shared_ptr<Connection> self);
    static runtime::Task<bool> read_request(std::shared_ptr<Connection> self);
    static runtime::Task<Response> answer(std::shared_ptr<Connection> self, const Request& request);
    static runtime::Task<bool> send(std::shared_ptr<Connection> self, Response response,
                                    bool head_only, bool keep_alive);
    static runtime::Task<> speak(std::shared_ptr<Connection> self,
                                 std::shared_ptr<Protocol> protocol);
    static runtime::Task<> linger(std::shared_ptr<Connection> self);

    H1Reader::State parse();
    void start_read();
    void received(boost::system::error_code error, std::size_t size);
    void await_more();
    void enter(Phase phase, std::chrono::milliseconds limit);
    bool make_room();

    Stream stream_;
    IpAddress peer_;
    std::shared_ptr<Site> site_;
    H1Reader reader_;
    runtime::Waiter data_;
    boost::asio::cancellation_signal cancel_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::string head_;
    std::vector<boost::asio::const_buffer> output_;
    /// While it is Upgraded. What runs holds the connection, so not the other way round.
    std::weak_ptr<Protocol> protocol_;
    Phase phase_ = Phase::Idle;
    runtime::Clock::time_point deadline_;
    bool reading_ = false;
    bool ended_ = false;
    bool timed_out_ = false;
    bool continue_sent_ = false;
    bool cancelled_ = false;
};

}  // namespace fraiseql::http
