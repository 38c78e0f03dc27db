// SPDX-License-Identifier: MIT
#include "explain/expression.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"

namespace fraiseql::explain {
namespace {

constexpr std::string_view kOperatorCharacters = "+-*/<>=~!@#%^&|`?";

constexpr std::string_view kSpaces = " \n\t";

bool is_space(char c) { return kSpaces.find(c) != std::string_view::npos; }

bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_operator(char c) { return kOperatorCharacters.find(c) != std::string_view::npos; }

std::size_t quoted_end(std::string_view text, std::size_t at, bool backslashes) {
    const char quote = text[at];
    for (std::size_t i = at + 1; i < text.size(); ++i) {
        if (backslashes && text[i] == '\\') {
            ++i;
        } else if (text[i] == quote) {
            if (i + 1 == text.size() || text[i + 1] != quote) return i + 1;
            ++i;
        }
    }
    return text.size();
}

bool opens(char c) { return c == '(' || c == '['; }

/// Calls `see(token)` for each token that stands in no bracket; brackets count as one token.
template <class See>
void each_token(std::string_view text, const See& see) {
    for (std::size_t at = 0; at < text.size();) {
        if (is_space(text[at])) {
            ++at;
            continue;
        }
        const std::size_t end =
            opens(text[at]) ? std::min(closing(text, at) + 1, text.size()) : token_end(text, at);
        see(at, text.substr(at, end - at));
        at = end;
    }
}

/// Types to which text is cast without looking at a setting. Casts to text are not among them:
/// those of dates depend on one.
constexpr std::array kCastTypes = {"integer", "bigint", "smallint", "numeric", "boolean", "uuid",
                                   "double",  "real",   "jsonb",    "inet",    "cidr"};

constexpr std::array kImmutableFunctions = {"lower",    "upper", "nullif",
                                            "coalesce", "btrim", "length"};

template <class List>
bool holds(const List& list, std::string_view word) {
    return std::any_of(list.begin(), list.end(), [&](const char* item) { return word == item; });
}

/// Walks an expression and writes it without the alias; fails at what may not stand in an index.
class IndexWriter {
  public:
    IndexWriter(std::string_view text, std::string_view alias) : text_(text), alias_(alias) {}

    std::optional<std::string> write() {
        while (at_ < text_.size())
            if (!next()) return std::nullopt;
        if (columns_ == 0) return std::nullopt;
        return out_;
    }

  private:
    bool next() {
        const std::size_t end = token_end(text_, at_);
        const std::string_view token = text_.substr(at_, end - at_);
        if (token == "$") return false;
        if (token == "::") return cast(end);
        if (is_name(token.front()) || token.front() == '"') return name(token, end);
        out_ += token;
        at_ = end;
        return true;
    }

    bool cast(std::size_t end) {
        std::size_t stop = token_end(text_, end);
        const std::string_view type = text_.substr(end, stop - end);
        const bool literal = out_.ends_with('\'');
        if (!literal && !holds(kCastTypes, type)) return false;
        out_ += text_.substr(at_, stop - at_);
        at_ = stop;
        return true;
    }

    bool name(std::string_view token, std::size_t end) {
        const bool called = end < text_.size() && text_[end] == '(';
        if (end < text_.size() && text_[end] == '.') {
            const std::size_t stop = token_end(text_, end + 1);
            if (unquoted(token) != alias_ || (stop < text_.size() && text_[stop] == '('))
                return false;
            out_ += text_.substr(end + 1, stop - end - 1);
            ++columns_;
            at_ = stop;
            return true;
        }
        const bool number = token.front() >= '0' && token.front() <= '9';
        if (called && !holds(kImmutableFunctions, lower(token))) return false;
        // A bare word is a number, a keyword of a cast or part of one ("double precision").
        if (!called && !number && token != "precision" && token != "varying" && token != "E")
            return false;
        out_ += token;
        at_ = end;
        return true;
    }

    std::string_view text_;
    std::string_view alias_;
    std::size_t at_ = 0;
    std::size_t columns_ = 0;
    std::string out_ = {};
};

/// `(alias.column)::text`, a varchar or domain as its base type: an index on the column serves it.
std::string_view without_relabelling(std::string_view text) {
    if (!text.starts_with('(')) return text;
    const std::size_t close = closing(text, 0);
    if (close >= text.size()) return text;
    const std::string_view rest = text.substr(close + 1);
    if (rest != "::text" && rest != "::bpchar") return text;
    const std::string_view inner = text.substr(1, close - 1);
    return inner.find_first_of(" (") == std::string_view::npos ? inner : text;
}

}  // namespace

std::size_t token_end(std::string_view text, std::size_t at) {
    if (at >= text.size()) return text.size();
    const char c = text[at];
    if (c == '\'' || c == '"') return quoted_end(text, at, false);
    if (c == 'E' && at + 1 < text.size() && text[at + 1] == '\'')
        return quoted_end(text, at + 1, true);
    if (c == ':' && at + 1 < text.size() && text[at + 1] == ':') return at + 2;
    const auto run = [&](auto belongs) {
        std::size_t end = at;
        while (end < text.size() && belongs(text[end]))
            ++end;
        return end;
    };
    if (is_name(c)) return run(is_name);
    if (is_operator(c)) return run(is_operator);
    return at + 1;
}

std::size_t closing(std::string_view text, std::size_t at) {
    int depth = 0;
    for (std::size_t i = at; i < text.size(); i = token_end(text, i)) {
        if (opens(text[i])) ++depth;
        if ((text[i] == ')' || text[i] == ']') && --depth == 0) return i;
    }
    return text.size();
}

std::string_view bare(std::string_view text) {
    text = trimmed(text, kSpaces);
    while (text.size() > 1 && text.front() == '(' && closing(text, 0) == text.size() - 1)
        text = trimmed(text.substr(1, text.size() - 2), kSpaces);
    return text;
}

std::vector<std::string_view> arguments_of(std::string_view text) {
    std::vector<std::string_view> out;
    std::size_t begin = 0;
    each_token(text, [&](std::size_t at, std::string_view token) {
        if (token != ",") return;
        out.push_back(trimmed(text.substr(begin, at - begin), kSpaces));
        begin = at + 1;
    });
    if (const auto last = trimmed(text.substr(begin), kSpaces); !last.empty()) out.push_back(last);
    return out;
}

std::vector<std::string_view> conjuncts(std::string_view condition) {
    const std::string_view text = bare(condition);
    std::vector<std::string_view> out;
    std::size_t begin = 0;
    bool other = false;
    each_token(text, [&](std::size_t at, std::string_view token) {
        if (token == "OR" || token == "NOT" || token == "CASE") other = true;
        if (token != "AND") return;
        out.push_back(bare(text.substr(begin, at - begin)));
        begin = at + 3;
    });
    if (other) return {text};
    out.push_back(bare(text.substr(begin)));
    return out;
}

std::optional<Comparison> comparison(std::string_view condition) {
    const std::string_view text = bare(condition);
    std::optional<Comparison> found;
    bool other = false;
    each_token(text, [&](std::size_t at, std::string_view token) {
        if (token == "OR" || token == "NOT" || token == "CASE" || token == "IS") other = true;
        if (!is_operator(token.front())) return;
        if (found) other = true;
        found = Comparison{trimmed(text.substr(0, at), kSpaces), token,
                           trimmed(text.substr(at + token.size()), kSpaces)};
    });
    if (!found || other || found->left.empty() || found->right.empty()) return std::nullopt;
    return found;
}

std::string_view constant_type(std::string_view operand) {
    std::string_view text = bare(operand);
    // `ANY ('{…}'::text[])`
    if (text.starts_with("ANY ")) text = bare(text.substr(4));
    std::size_t type = 0;
    each_token(text, [&](std::size_t at, std::string_view token) {
        if (token == "::") type = at + 2;
    });
    return type == 0 ? std::string_view() : text.substr(type);
}

bool is_constant(std::string_view text) {
    text = bare(text);
    if (text.starts_with("ANY ")) text = bare(text.substr(4));
    bool constant = !text.empty();
    bool type = false;
    for (std::size_t at = 0; at < text.size(); at = token_end(text, at)) {
        const char c = text[at];
        if (is_space(c)) continue;
        const std::size_t end = token_end(text, at);
        if (text.substr(at, end - at) == "::") {
            type = true;
            continue;
        }
        const bool digit = c >= '0' && c <= '9';
        const bool literal = c == '\'' || (c == 'E' && end > at + 1 && text[at + 1] == '\'');
        const std::string_view token = text.substr(at, end - at);
        // What follows `::` is a type until the constant ends.
        if ((is_name(c) || c == '"') && !literal && !digit && !type && token != "true" &&
            token != "false")
            constant = false;
        if (c == ',' || literal) type = false;
    }
    return constant;
}

std::string unquoted(std::string_view name) {
    if (name.size() < 2 || name.front() != '"') return std::string(name);
    std::string out;
    for (std::size_t i = 1; i + 1 < name.size(); ++i) {
        out += name[i];
        if (name[i] == '"') ++i;
    }
    return out;
}

std::optional<Indexable> indexable(std::string_view expression, std::string_view alias) {
    const std::string_view text = without_relabelling(bare(expression));
    const auto sql = IndexWriter(text, alias).write();
    if (!sql) return std::nullopt;
    const bool column = token_end(*sql, 0) == sql->size();
    return Indexable{column ? *sql : '(' + *sql + ')', column};
}

}  // namespace fraiseql::explain
