// SPDX-License-Identifier: MIT
// Stream: the bytes of a client's connection, in the clear or under TLS.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "http/tls_context.hpp"
#include "runtime/task.hpp"

namespace fraiseql::http {

/// Non-blocking; used on one worker's thread. One read and one write may be under way at a time.
/// Whoever waits for it must keep it alive.
class Stream {
  public:
    using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, runtime::Executor>;
    enum class Outcome { Done, WouldBlock, Failed };

    /// In the clear where `tls` is nullptr.
    Stream(Socket socket, TlsSession tls);

    bool encrypted() const noexcept { return tls_ != nullptr; }
    auto get_executor() { return socket_.get_executor(); }
    Socket& socket() noexcept { return socket_; }

    /// Agrees on keys with the client; false where that fails or is cancelled. Under TLS this comes
    /// before everything else.
    runtime::Task<bool> handshake();
    /// After a handshake that failed: whether the client spoke HTTP in the clear.
    bool met_plain_http() const noexcept { return plain_http_; }

    /// Reads what there is, as soon as there is something; `handler(error, size)` is called in a
    /// later turn of the event loop.
    template <class Handler>
    void async_read_some(boost::asio::mutable_buffer buffer, Handler handler) {
        if (tls_ == nullptr) return socket_.async_read_some(buffer, std::move(handler));
        read_encrypted(buffer, ReadHandler(std::move(handler)), false);
    }

    /// Writes from the front of `rest` what the socket takes, and removes that. WouldBlock: call
    /// again once async_writable() is done.
    Outcome write(std::vector<boost::asio::const_buffer>& rest);
    /// Waits until more may be written; false where the connection is broken or closed.
    runtime::Task<bool> writable();

    /// Cancels what waits; its handlers are told so.
    void cancel();
    /// Says that no more bytes will follow.
    void shutdown_send();
    void close();

  private:
    using ReadHandler = std::function<void(boost::system::error_code, std::size_t)>;

    void read_encrypted(boost::asio::mutable_buffer buffer, ReadHandler handler, bool in_handler);
    Outcome write_encrypted(std::vector<boost::asio::const_buffer>& rest);

    Socket socket_;
    TlsSession tls_;
    /// Bytes of the record that is being written; TLS wants the same ones again after a wait.
    std::string record_;
    bool established_ = false;
    bool broken_ = false;
    bool plain_http_ = false;
};

}  // namespace fraiseql::http
