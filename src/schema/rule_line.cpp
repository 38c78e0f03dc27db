// SPDX-License-Identifier: MIT
#include "schema/rule_line.hpp"

#include <fmt/format.h>

#include "base/suggest.hpp"
#include "catalog/annotation.hpp"
#include "rewrite/tokens.hpp"
#include "schema/authorizer.hpp"

namespace fraiseql::schema {
namespace {

constexpr std::string_view kForm =
    "Write '@authorize [field] role:… permission:… owner:… authorizer:… authenticated [mask] "
    "[when:…]'; any of "
    "what is named is enough.";

tl::unexpected<Error> wrong(std::string message, std::string hint = std::string(kForm)) {
    return fail(ErrorCode::Configuration, std::move(message), std::move(hint));
}

/// Where `when:` begins a word outside of quotes, or the end.
std::size_t find_condition(std::string_view text) {
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') quoted = !quoted;
        const bool begins = i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t';
        if (!quoted && begins && text.substr(i).starts_with("when:")) return i;
    }
    return text.size();
}

Result<void> read_word(RuleLine& line, const std::string& word, bool first) {
    const std::size_t colon = word.find(':');
    const std::string key = word.substr(0, colon);
    if (colon == std::string::npos) {
        if (word == "authenticated")
            line.rule.authenticated = true;
        else if (word == "mask")
            line.rule.mask = true;
        else if (first)
            line.field = word;
        else
            return wrong(fmt::format("'{}' is not understood.", word));
        return {};
    }
    const std::string value = word.substr(colon + 1);
    if (value.empty()) return wrong(fmt::format("There is nothing after '{}'.", word));
    if (key == "role" && value.starts_with(kAuthorizerPrefix))
        return wrong(fmt::format("'{}' is no role.", value));
    if (key == "role")
        line.rule.roles.push_back(value);
    else if (key == "authorizer")
        line.rule.roles.push_back(word);
    else if (key == "permission")
        line.rule.permissions.push_back(value);
    else if (key == "owner")
        line.owners.push_back(value);
    else
        return wrong(
            fmt::format("'{}' is not understood. {}", word,
                        did_you_mean(key, {"role", "permission", "owner", "authorizer", "when"})));
    return {};
}

}  // namespace

Result<RuleLine> read_rule_line(std::string_view text) {
    RuleLine line;
    const std::size_t condition = find_condition(text);
    bool first = true;
    for (const std::string& word : catalog::split_arguments(text.substr(0, condition))) {
        if (auto read = read_word(line, word, first); !read) return fail(read.error());
        first = false;
    }
    if (condition < text.size()) {
        line.condition = text.substr(condition + std::string_view("when:").size());
        if (line.condition.find_first_not_of(" \t") == std::string::npos)
            return wrong("There is nothing after 'when:'.");
    }
    const Rule& rule = line.rule;
    if (!rule.authenticated && rule.roles.empty() && rule.permissions.empty() &&
        line.owners.empty() && line.condition.empty())
        return wrong("It names nobody who may.");
    return line;
}

std::optional<std::vector<std::string>> names_in_condition(std::string_view condition) {
    for (const std::string_view outside : {";", "$", "--", "/*", "\\"})
        if (condition.find(outside) != std::string_view::npos) return std::nullopt;
    const auto tokens = rewrite::Tokens::of(condition);
    if (!tokens) return std::nullopt;
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < tokens->all().end; ++i) {
        const rewrite::Token& token = (*tokens)[i];
        if (token.is_name()) names.push_back(token.name);
        // Without quotes, PostgreSQL takes names in lower case.
        if (token.kind == rewrite::Token::Kind::Word)
            for (char& c : names.back())
                if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return names;
}

}  // namespace fraiseql::schema
