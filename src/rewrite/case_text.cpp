// SPDX-License-Identifier: MIT
#include "rewrite/case_text.hpp"

#include "lineage/constant.hpp"

namespace fraiseql::rewrite {
namespace {

/// The positions of this CASE's own words, without those of a CASE inside it.
std::vector<std::uint32_t> own_words(const Tokens& tokens, Slice text) {
    std::vector<std::uint32_t> out;
    int depth = 0;
    for (std::uint32_t i = text.begin; i < text.end; i = tokens.closing(i) + 1) {
        const Token& token = tokens[i];
        if (token.is("CASE")) ++depth;
        const bool own =
            token.is("WHEN") || token.is("THEN") || token.is("ELSE") || token.is("END");
        if (depth == 1 && own) out.push_back(i);
        if (token.is("END")) --depth;
    }
    return out;
}

CaseBranch branch(const Tokens& tokens, Slice before, Slice result, const lineage::Node& tree) {
    return {.before = before,
            .result = {&tokens, result, &tree},
            .is_null = lineage::is_null_constant(tree)};
}

}  // namespace

std::optional<CaseText> read_case(const Expression& expression) {
    const Tokens& tokens = *expression.tokens;
    const Slice text = expression.text;
    if (text.empty() || !tokens[text.begin].is("CASE") || !tokens[text.end - 1].is("END"))
        return std::nullopt;
    const std::vector<std::uint32_t> words = own_words(tokens, text);
    const auto whens = expression.tree->list("args");
    CaseText out;
    std::uint32_t begin = text.begin + 1;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        const bool result = tokens[words[i]].is("THEN") || tokens[words[i]].is("ELSE");
        if (!result) continue;
        const Slice value{words[i] + 1, words[i + 1]};
        const Slice before{begin, words[i] + 1};
        begin = words[i + 1];
        if (tokens[words[i]].is("ELSE"))
            out.branches.push_back(branch(tokens, before, value, (*expression.tree)["defresult"]));
        else if (out.branches.size() < whens.size())
            out.branches.push_back(
                branch(tokens, before, value, whens[out.branches.size()]["result"]));
        else
            return std::nullopt;
    }
    if (out.branches.size() < whens.size()) return std::nullopt;
    return out;
}

}  // namespace fraiseql::rewrite
