// SPDX-License-Identifier: MIT
// TlsContext: a certificate with its key, and how TLS is spoken with it.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/result.hpp"

struct ssl_st;
struct ssl_ctx_st;

namespace fraiseql::http {

struct FreeTls {
    void operator()(ssl_st* session) const noexcept;
    void operator()(ssl_ctx_st* context) const noexcept;
};

/// One connection's TLS.
using TlsSession = std::unique_ptr<ssl_st, FreeTls>;

/// TLS 1.2 and 1.3, with forward secrecy and authenticated encryption only; `http/1.1` by ALPN; no
/// renegotiation, no compression, no early data. Immutable; used by all workers.
class TlsContext {
  public:
    /// Makes one from PEM: the server's certificate, then those between it and the authority's; and
    /// its key. Configuration where they do not fit each other, are too weak, need a passphrase, or
    /// where the certificate does not hold today.
    static Result<std::shared_ptr<const TlsContext>> make(const std::string& certificates,
                                                          const std::string& key);

    /// Returns a session that will accept on the socket `fd`; nullptr where memory is short.
    TlsSession new_session(int fd) const;

    /// The certificate's subject and its last day, for people.
    const std::string& description() const noexcept { return description_; }
    /// The certificate's last moment.
    std::chrono::system_clock::time_point valid_until() const noexcept { return valid_until_; }

  private:
    TlsContext() = default;

    std::unique_ptr<ssl_ctx_st, FreeTls> context_;
    std::string description_;
    std::chrono::system_clock::time_point valid_until_ = {};
};

/// The context of connections to come, replaced while they are accepted. Thread-safe.
class CurrentTls {
  public:
    explicit CurrentTls(std::shared_ptr<const TlsContext> first) : context_(std::move(first)) {}

    std::shared_ptr<const TlsContext> get() const {
        const std::lock_guard lock(mutex_);
        return context_;
    }
    void replace(std::shared_ptr<const TlsContext> next) {
        const std::lock_guard lock(mutex_);
        context_ = std::move(next);
    }

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<const TlsContext> context_;
};

}  // namespace fraiseql::http
