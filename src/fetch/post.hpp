// SPDX-License-Identifier: MIT
// Post: documents for another server, one after the other over a kept connection (libcurl).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace fraiseql::fetch {

struct PostSettings {
    std::string url;
    std::string content_type;
    /// Further header fields, each as "Name: value".
    std::vector<std::string> headers = {};
    /// From the first look at the name to the last byte.
    std::chrono::milliseconds time{5'000};
    /// Certificates that are trusted, as PEM; empty: those of the system.
    std::string authorities_file = {};
};

struct Posted {
    long status = 0;
    /// How long to wait before the next try (RFC 9110 §10.2.3), where the server says so.
    std::optional<std::chrono::seconds> retry_after = {};
    /// The first bytes of what it answers.
    std::string body = {};
};

/// Fails (Configuration) where `url` is neither https:// nor http:// with a host, or has a user or
/// password in it.
Result<void> check_post_url(std::string_view url);

/// Used on one thread, no worker's: it blocks.
class Poster {
  public:
    /// `settings.url` must have passed check_post_url().
    explicit Poster(PostSettings settings);
    Poster(const Poster&) = delete;
    Poster& operator=(const Poster&) = delete;
    ~Poster();

    /// Sends `body` and returns the answer, whatever its status; follows no redirects. Fails with
    /// ServiceUnavailable where there is none within the time.
    Result<Posted> post(const std::string& body, std::chrono::milliseconds time);
    Result<Posted> post(const std::string& body) { return post(body, settings_.time); }

  private:
    struct Handle;
    PostSettings settings_;
    std::unique_ptr<Handle> handle_;
};

}  // namespace fraiseql::fetch
