// SPDX-License-Identifier: MIT
#include "turbo/sql_template.hpp"

#include <algorithm>
#include <cctype>

#include "base/suggest.hpp"

namespace fraiseql::turbo {
namespace {

bool starts_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool continues_name(char c) { return starts_name(c) || (c >= '0' && c <= '9'); }

std::string_view trim(std::string_view text) {
    const auto space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
    while (!text.empty() && space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && space(text.back()))
        text.remove_suffix(1);
    return text;
}

tl::unexpected<Error> wrong_line(std::string_view line, std::string hint) {
    return fail(ErrorCode::Configuration,
                "The line \"" + std::string(line) + "\" of the SQL template cannot be read.",
                std::move(hint));
}

/// Reads `word rest` of an annotation into `out`.
Result<void> read_annotation(std::string_view line, SqlTemplate& out) {
    const std::string_view text = trim(line.substr(line.find('@') + 1));
    const std::size_t end = text.find(' ');
    const std::string_view word = text.substr(0, end);
    const std::string_view rest = end == std::string_view::npos ? "" : trim(text.substr(end));
    if (word == "sample") {
        out.samples.push_back({.variables = std::string(rest)});
        return {};
    }
    if (word == "claims") {
        if (out.samples.empty()) out.samples.emplace_back();
        out.samples.back().claims = rest;
        return {};
    }
    if (word != "param" && word != "context")
        return wrong_line(line, did_you_mean(word, {"param", "context", "sample", "claims"}));
    const std::size_t equals = rest.find('=');
    if (equals == std::string_view::npos)
        return wrong_line(line, "Write '-- @param author = input.authorId'.");
    auto& map = word == "param" ? out.variables : out.context;
    map.emplace(trim(rest.substr(0, equals)), trim(rest.substr(equals + 1)));
    return {};
}

/// Reads SQL as far as PostgreSQL's lexer tells names from other things (§4.1).
class Scanner {
  public:
    explicit Scanner(std::string_view sql) : sql_(sql) {}

    Result<NumberedSql> run() {
        while (at_ < sql_.size()) {
            auto done = step();
            if (!done) return tl::unexpected(done.error());
        }
        return std::move(out_);
    }

  private:
    bool sees(std::string_view text) const { return sql_.substr(at_).starts_with(text); }
    char previous() const { return at_ == 0 ? ' ' : sql_[at_ - 1]; }

    void copy(std::size_t count) {
        out_.sql += sql_.substr(at_, count);
        at_ += count;
    }

    Result<void> step() {
        if (sees("--")) {
            copy(std::min(sql_.find('\n', at_), sql_.size()) - at_);
            return {};
        }
        if (sees("/*")) return comment();
        if (sees("::")) return copy(2), Result<void>{};
        if (sql_[at_] == '\'') return quoted('\'', previous() == 'e' || previous() == 'E');
        if (sql_[at_] == '"') return quoted('"', false);
        if (sql_[at_] == '$') return dollar();
        if (sql_[at_] == ':' && at_ + 1 < sql_.size() && starts_name(sql_[at_ + 1]))
            return parameter(1, 0);
        if (sees("%(")) return parameter(2, 2);
        // A whole word, so that its digits and dollars are not taken for something else.
        std::size_t count = 1;
        if (starts_name(sql_[at_]))
            while (at_ + count < sql_.size() &&
                   (continues_name(sql_[at_ + count]) || sql_[at_ + count] == '$'))
                ++count;
        copy(count);
        return {};
    }

    Result<void> comment() {
        std::size_t depth = 0;
        do {
            if (sees("/*") || sees("*/")) {
                depth += sees("/*") ? 1U : static_cast<std::size_t>(-1);
                copy(2);
            } else if (at_ < sql_.size()) {
                copy(1);
            } else {
                return unclosed("a comment");
            }
        } while (depth > 0);
        return {};
    }

    Result<void> quoted(char quote, bool escapes) {
        copy(1);
        while (at_ < sql_.size()) {
            const char c = sql_[at_];
            if (escapes && c == '\\' && at_ + 1 < sql_.size()) {
                copy(2);
            } else {
                copy(1);
                // Two quotes are one inside, and the next round goes on behind them.
                if (c == quote && (at_ == sql_.size() || sql_[at_] != quote)) return {};
                if (c == quote) copy(1);
            }
        }
        return unclosed(quote == '"' ? "a quoted identifier" : "a text");
    }

    Result<void> dollar() {
        std::size_t end = at_ + 1;
        if (end < sql_.size() && std::isdigit(static_cast<unsigned char>(sql_[end])) != 0)
            return fail(ErrorCode::Configuration, "The SQL template has a numbered parameter.",
                        "Name it: \":author\" stands for the variable $author.");
        while (end < sql_.size() && continues_name(sql_[end]))
            ++end;
        if (end == sql_.size() || sql_[end] != '$') return copy(1), Result<void>{};
        const std::string_view tag = sql_.substr(at_, end + 1 - at_);
        const std::size_t close = sql_.find(tag, end + 1);
        if (close == std::string_view::npos) return unclosed("a text in dollars");
        copy(close + tag.size() - at_);
        return {};
    }

    Result<void> parameter(std::size_t before, std::size_t after) {
        std::size_t end = at_ + before;
        while (end < sql_.size() && continues_name(sql_[end]))
            ++end;
        const std::string_view name = sql_.substr(at_ + before, end - at_ - before);
        if (name.empty() || (after > 0 && sql_.substr(end, after) != ")s"))
            return copy(before), Result<void>{};
        auto known = std::find(out_.names.begin(), out_.names.end(), name);
        if (known == out_.names.end()) known = out_.names.emplace(known, name);
        out_.sql += '$' + std::to_string(known - out_.names.begin() + 1);
        at_ = end + after;
        return {};
    }

    static tl::unexpected<Error> unclosed(std::string what) {
        return fail(ErrorCode::Configuration,
                    "The SQL template ends inside of " + std::move(what) + ".");
    }

    std::string_view sql_;
    std::size_t at_ = 0;
    NumberedSql out_;
};

}  // namespace

Result<SqlTemplate> read_template(std::string_view file) {
    SqlTemplate out{.sql = std::string(file)};
    while (!file.empty()) {
        const std::size_t end = std::min(file.find('\n'), file.size());
        const std::string_view line = trim(file.substr(0, end));
        file.remove_prefix(std::min(end + 1, file.size()));
        if (line.empty()) continue;
        if (!line.starts_with("--")) break;
        if (!trim(line.substr(2)).starts_with('@')) continue;
        if (auto read = read_annotation(line, out); !read) return tl::unexpected(read.error());
    }
    return out;
}

Result<NumberedSql> number_parameters(std::string_view sql) {
    sql = trim(sql);
    while (sql.ends_with(';'))
        sql = trim(sql.substr(0, sql.size() - 1));
    return Scanner(sql).run();
}

}  // namespace fraiseql::turbo
