// SPDX-License-Identifier: MIT
// Fetch: a document of another server, by HTTPS (libcurl).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace fraiseql::fetch {

struct Limits {
    std::size_t bytes = std::size_t{256} << 10U;
    /// From the first look at the name to the last byte.
    std::chrono::milliseconds time{5'000};
    /// Certificates that are trusted, as PEM; empty: those of the system.
    std::string authorities_file = {};
};

struct Document {
    std::string body;
    /// How long it may be kept (RFC 9111 §5.2.2.1), where the server says so.
    std::optional<std::chrono::seconds> max_age = {};
};

/// Fails (Configuration) where `url` is neither https nor http to this machine itself: whoever
/// could change the answer on its way would decide what it says.
Result<void> check_url(std::string_view url);

/// Returns what a GET of `url`, which check_url must have passed, answers with status 200. Follows
/// no redirects. Blocks: not for a worker's thread. Fails with ServiceUnavailable.
Result<Document> get(const std::string& url, const Limits& limits);

}  // namespace fraiseql::fetch
