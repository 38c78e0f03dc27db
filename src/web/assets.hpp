// SPDX-License-Identifier: MIT
// The files of the GraphiQL page and of the admin page, embedded into the binary.
#pragma once

#include <span>
#include <string_view>

namespace fraiseql::web {

/// One file that the server can send as it is; everything in it lives as long as the program.
struct Asset {
    /// The path in the URL: "/" and "/admin" for the pages themselves.
    std::string_view path;
    std::string_view content_type;
    /// A strong entity tag of `body`, in its quotes (RFC 9110 §8.8.3). The compressed form needs
    /// another one, or to be sent with this one made weak.
    std::string_view etag;
    std::string_view body;
    /// The same compressed by gzip, for clients that accept it.
    std::string_view gzip_body;
};

/// Returns all assets.
std::span<const Asset> assets();

/// Returns the asset at `path`, or null.
const Asset* find_asset(std::string_view path) noexcept;

}  // namespace fraiseql::web
