// SPDX-License-Identifier: MIT
#include "pg/transport.hpp"

#include <libpq-fe.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace fraiseql::pg {

namespace {

Transfer from_errno() noexcept {
    const bool again = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    return {again ? Transfer::Status::WouldBlock : Transfer::Status::Closed, 0};
}

Transfer from_ssl(SSL* ssl, int result) noexcept {
    const int error = SSL_get_error(ssl, result);
    const bool again = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
    return {again ? Transfer::Status::WouldBlock : Transfer::Status::Closed, 0};
}

int ssl_size(std::size_t size) noexcept {
    return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

}  // namespace

void Transport::Close::operator()(pg_conn* connection) const noexcept { PQfinish(connection); }

Transport::Transport(pg_conn* connection)
    : connection_(connection),
      cancel_key_(PQgetCancel(connection), [](pg_cancel* key) { PQfreeCancel(key); }),
      ssl_(static_cast<SSL*>(PQsslStruct(connection, "OpenSSL"))),
      fd_(PQsocket(connection)) {
    if (ssl_ == nullptr) return;
    SSL_set_mode(ssl_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

int Transport::backend_pid() const noexcept { return PQbackendPID(connection_.get()); }

Transfer Transport::read(std::span<char> room) noexcept {
    if (ssl_ != nullptr) {
        ERR_clear_error();
        const int got = SSL_read(ssl_, room.data(), ssl_size(room.size()));
        if (got <= 0) return from_ssl(ssl_, got);
        return {Transfer::Status::Done, static_cast<std::size_t>(got)};
    }
    const ssize_t got = ::recv(fd_, room.data(), room.size(), MSG_DONTWAIT);
    if (got < 0) return from_errno();
    if (got == 0) return {Transfer::Status::Closed, 0};
    return {Transfer::Status::Done, static_cast<std::size_t>(got)};
}

Transfer Transport::write(std::string_view bytes) noexcept {
    if (ssl_ != nullptr) {
        ERR_clear_error();
        const int put = SSL_write(ssl_, bytes.data(), ssl_size(bytes.size()));
        if (put <= 0) return from_ssl(ssl_, put);
        return {Transfer::Status::Done, static_cast<std::size_t>(put)};
    }
    const ssize_t put = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (put < 0) return from_errno();
    return {Transfer::Status::Done, static_cast<std::size_t>(put)};
}

}  // namespace fraiseql::pg
