// SPDX-License-Identifier: MIT
// Media types and the Accept header (RFC 9110 §8.3, §12.5.1).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace fraiseql::http {

/// A media type or range; views into the header that it was read from.
struct MediaRange {
    /// "application/json", "text/*", "*/*", in the case it was sent.
    std::string_view type;
    /// Without its quotes; empty where there is none.
    std::string_view charset = {};
    /// In thousandths: 1000 is q=1.
    int quality = 1000;
};

/// Reads one media type with its parameters; nullopt where it has no "/".
std::optional<MediaRange> read_media_range(std::string_view text);

/// Reads the ranges of an Accept header, in order; what is malformed is left out.
std::vector<MediaRange> read_accept(std::string_view text);

/// How much a client wants a type that we would send in UTF-8.
struct Preference {
    int quality = 0;
    /// Named itself, not through a wildcard.
    bool exact = false;
    /// Which of the ranges it was.
    std::size_t position = 0;
};

/// Returns the preference that the most specific matching range gives `type`.
Preference preference(const std::vector<MediaRange>& ranges, std::string_view type);

}  // namespace fraiseql::http
