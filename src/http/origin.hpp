// SPDX-License-Identifier: MIT
// Whether a page of another site made a browser send a request (CSRF).
#pragma once

#include <string>
#include <vector>

#include "http/message.hpp"

namespace fraiseql::http {

enum class Source {
    /// A page of this very origin, or of one that is trusted.
    Own,
    /// A page of another.
    Foreign,
    /// No browser says anything: another client, or a browser from before 2020 without Origin.
    Unknown
};

/// Returns where a request comes from by its Sec-Fetch-Site and Origin headers, which pages cannot
/// set. `trusted` are origins like `https://app.example`.
Source source_of(const Request& request, const std::vector<std::string>& trusted);

}  // namespace fraiseql::http
