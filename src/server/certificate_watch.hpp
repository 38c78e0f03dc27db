// SPDX-License-Identifier: MIT
// CertificateWatch: keeps the certificate that is served equal to the one in its files.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/log.hpp"
#include "base/result.hpp"
#include "http/tls_context.hpp"
#include "runtime/polling_thread.hpp"

namespace fraiseql::server {

/// Two files in PEM.
struct CertificateFiles {
    /// The server's certificate, then those between it and the authority's.
    std::string certificate;
    std::string key;
    /// Between looks at the files; replaced files also count at once with reload().
    std::chrono::milliseconds poll{5000};
    /// Called on the watch's thread. May be empty.
    Log log = {};
    /// Called there, too, with what is said of a certificate that is new or no good. May be empty.
    std::function<void(std::string_view)> on_change = {};
};

/// Has a thread of its own, since files may be far away.
class CertificateWatch {
  public:
    explicit CertificateWatch(CertificateFiles files);
    CertificateWatch(const CertificateWatch&) = delete;
    CertificateWatch& operator=(const CertificateWatch&) = delete;

    /// Reads the files and starts the thread. Configuration where they cannot be used.
    Result<void> start();

    /// Reads the files soon, as after SIGHUP, and says what came of it.
    void reload() { thread_.ask(); }

    /// What new connections speak; there once started. Files that are no good change nothing.
    const std::shared_ptr<http::CurrentTls>& current() const noexcept { return current_; }

  private:
    void look(bool asked);

    CertificateFiles files_;
    std::shared_ptr<http::CurrentTls> current_;
    /// What the files held at the last look, good or not: the same is not judged twice.
    std::string seen_;
    runtime::PollingThread thread_;
};

}  // namespace fraiseql::server
