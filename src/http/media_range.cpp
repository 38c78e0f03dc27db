// SPDX-License-Identifier: MIT
#include "http/media_range.hpp"

#include "base/ascii.hpp"
#include "http/message.hpp"

namespace fraiseql::http {

namespace {

/// Cuts the part before the next `separator` that is not inside quotes off `text`.
std::string_view next_part(std::string_view& text, char separator) {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < text.size(); ++end) {
        if (text[end] == '"') quoted = !quoted;
        if (text[end] == '\\' && quoted) ++end;
        if (end < text.size() && text[end] == separator && !quoted) break;
    }
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    return trimmed(part);
}

/// "0.85" is 850; -1 where it is not a quality (RFC 9110 §12.4.2).
int read_quality(std::string_view text) {
    if (text.empty() || (text[0] != '0' && text[0] != '1') || text.size() > 5) return -1;
    if (text.size() > 1 && text[1] != '.') return -1;
    int quality = (text[0] - '0') * 1000;
    int place = 100;
    for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
        if (c < '0' || c > '9') return -1;
        quality += (c - '0') * place;
        place /= 10;
    }
    return quality > 1000 ? -1 : quality;
}

int specificity(std::string_view range, std::string_view type) {
    if (equal_ignoring_case(range, type)) return 3;
    if (range == "*/*") return 1;
    const std::size_t slash = type.find('/');
    const bool same_tree = range.ends_with("/*") && range.size() == slash + 2 &&
                           equal_ignoring_case(range.substr(0, slash), type.substr(0, slash));
    return same_tree ? 2 : 0;
}

}  // namespace

std::optional<MediaRange> read_media_range(std::string_view text) {
    MediaRange range;
    range.type = next_part(text, ';');
    const std::size_t slash = range.type.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == range.type.size()) {
        return std::nullopt;
    }
    while (!text.empty()) {
        const std::string_view parameter = next_part(text, ';');
        const std::size_t equals = parameter.find('=');
        if (equals == std::string_view::npos) continue;
        const std::string_view name = trimmed(parameter.substr(0, equals));
        std::string_view value = trimmed(parameter.substr(equals + 1));
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
            value = value.substr(1, value.size() - 2);
        }
        if (equal_ignoring_case(name, "charset")) range.charset = value;
        if (equal_ignoring_case(name, "q")) range.quality = read_quality(value);
    }
    if (range.quality < 0) return std::nullopt;
    return range;
}

std::vector<MediaRange> read_accept(std::string_view text) {
    std::vector<MediaRange> ranges;
    while (!text.empty()) {
        const auto range = read_media_range(next_part(text, ','));
        if (range) ranges.push_back(*range);
    }
    return ranges;
}

Preference preference(const std::vector<MediaRange>& ranges, std::string_view type) {
    Preference best;
    int best_specificity = 0;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        const MediaRange& range = ranges[i];
        const int match = specificity(range.type, type);
        const bool utf8 = range.charset.empty() || equal_ignoring_case(range.charset, "utf-8") ||
                          equal_ignoring_case(range.charset, "utf8");
        if (!utf8 || match <= best_specificity) continue;
        best_specificity = match;
        best = {range.quality, match == 3, i};
    }
    return best;
}

}  // namespace fraiseql::http
