// SPDX-License-Identifier: MIT
#include "rewrite/join_text.hpp"

#include <algorithm>

namespace fraiseql::rewrite {

std::optional<JoinText> read_join_text(const Tokens& tokens, Slice text) {
    text = tokens.without_parentheses(text);
    const std::uint32_t join = tokens.find(text, "JOIN");
    if (join >= text.end) return std::nullopt;
    JoinText out;
    std::uint32_t keyword = join;
    for (const char* word : {"CROSS", "LEFT", "RIGHT", "FULL"})
        keyword = std::min(keyword, tokens.find({text.begin, join}, word));
    out.left = {text.begin, keyword};
    out.keyword = {keyword, join + 1};
    const Slice rest{join + 1, text.end};
    const std::uint32_t condition = std::min(tokens.find(rest, "ON"), tokens.find(rest, "USING"));
    out.right = {rest.begin, condition};
    out.condition = {condition, text.end};
    if (out.left.empty() || out.right.empty()) return std::nullopt;
    return out;
}

}  // namespace fraiseql::rewrite
