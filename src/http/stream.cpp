// SPDX-License-Identifier: MIT
#include "http/stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

namespace fraiseql::http {

namespace {

using boost::asio::const_buffer;

constexpr std::size_t kMostRecord = 16 * 1024;

bool is_waiting(int reason) noexcept {
    return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE;
}

Stream::Socket::wait_type awaited(int reason) noexcept {
    return reason == SSL_ERROR_WANT_WRITE ? Stream::Socket::wait_write : Stream::Socket::wait_read;
}

/// Removes `size` bytes from the front.
void consume(std::vector<const_buffer>& buffers, std::size_t size) {
    auto first = buffers.begin();
    for (; first != buffers.end() && size >= first->size(); ++first)
        size -= first->size();
    buffers.erase(buffers.begin(), first);
    if (!buffers.empty()) buffers.front() += size;
}

}  // namespace

Stream::Stream(Socket socket, TlsSession tls) : socket_(std::move(socket)), tls_(std::move(tls)) {
    boost::system::error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

runtime::Task<bool> Stream::handshake() {
    while (true) {
        ERR_clear_error();
        const int result = SSL_accept(tls_.get());
        established_ = result == 1;
        if (established_) co_return true;
        const int reason = SSL_get_error(tls_.get(), result);
        if (!is_waiting(reason)) {
            plain_http_ = ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
            co_return false;
        }
        const auto wanted = awaited(reason);
        const auto [error] = co_await socket_.async_wait(wanted, runtime::kAwait);
        if (error) co_return false;
    }
}

void Stream::read_encrypted(boost::asio::mutable_buffer buffer, ReadHandler handler,
                            bool in_handler) {
    std::size_t got = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(tls_.get(), buffer.data(), buffer.size(), &got);
    const int reason = result == 1 ? SSL_ERROR_NONE : SSL_get_error(tls_.get(), result);
    if (is_waiting(reason)) {
        auto again = [this, buffer, waiting = std::move(handler)](boost::system::error_code error) {
            if (error) return waiting(error, 0);
            read_encrypted(buffer, waiting, true);
        };
        return socket_.async_wait(awaited(reason), std::move(again));
    }
    boost::system::error_code error;
    if (result != 1) {
        error = boost::asio::error::eof;
        // After a fatal error nothing more may be asked of the session (SSL_get_error(3)).
        broken_ = broken_ || reason != SSL_ERROR_ZERO_RETURN;
    }
    if (in_handler) return handler(error, got);
    boost::asio::post(socket_.get_executor(),
                      [handler = std::move(handler), error, got] { handler(error, got); });
}

Stream::Outcome Stream::write(std::vector<const_buffer>& rest) {
    if (tls_ != nullptr) return write_encrypted(rest);
    while (!rest.empty()) {
        boost::system::error_code error;
        const std::size_t sent = socket_.write_some(rest, error);
        if (error == boost::asio::error::would_block) return Outcome::WouldBlock;
        if (error) return Outcome::Failed;
        consume(rest, sent);
    }
    return Outcome::Done;
}

Stream::Outcome Stream::write_encrypted(std::vector<const_buffer>& rest) {
    while (!broken_) {
        std::size_t taken = 0;
        while (record_.size() < kMostRecord && !rest.empty()) {
            taken = std::min(kMostRecord - record_.size(), rest.front().size());
            record_.append(static_cast<const char*>(rest.front().data()), taken);
            consume(rest, taken);
        }
        if (record_.empty()) return Outcome::Done;
        std::size_t sent = 0;
        ERR_clear_error();
        const int result = SSL_write_ex(tls_.get(), record_.data(), record_.size(), &sent);
        if (result != 1) {
            const int reason = SSL_get_error(tls_.get(), result);
            if (reason == SSL_ERROR_WANT_WRITE) return Outcome::WouldBlock;
            broken_ = true;
            return Outcome::Failed;
        }
        record_.erase(0, sent);
        if (record_.empty() && rest.empty()) std::string().swap(record_);
    }
    return Outcome::Failed;
}

runtime::Task<bool> Stream::writable() {
    const auto [error] = co_await socket_.async_wait(Socket::wait_write, runtime::kAwait);
    co_return !error;
}

void Stream::cancel() {
    boost::system::error_code ignored;
    socket_.cancel(ignored);
}

void Stream::shutdown_send() {
    ERR_clear_error();
    if (established_ && !broken_) SSL_shutdown(tls_.get());
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
}

void Stream::close() {
    boost::system::error_code ignored;
    if (socket_.is_open() && established_ && !broken_) {
        ERR_clear_error();
        SSL_shutdown(tls_.get());
    }
    socket_.close(ignored);
}

}  // namespace fraiseql::http
