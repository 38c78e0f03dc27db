// SPDX-License-Identifier: MIT
#include "check/script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "check/script_refusal.hpp"

namespace fraiseql::check {
namespace {

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// Bytes above ASCII are letters (PostgreSQL §4.1.1).
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '$'; }

/// What a statement does, and to what kind of thing: `CREATE OR REPLACE VIEW`.
std::string command_of(const std::vector<std::string>& words) {
    static constexpr std::array<std::string_view, 8> kBetween = {
        "OR", "REPLACE", "UNIQUE", "MATERIALIZED", "TEMP", "TEMPORARY", "UNLOGGED", "FOREIGN"};
    std::string out;
    bool between = true;
    for (std::size_t i = 0; i < words.size() && (i < 2 || between); ++i) {
        out += (i == 0 ? "" : " ") + words[i];
        between = std::find(kBetween.begin(), kBetween.end(), words[i]) != kBetween.end();
    }
    return out;
}

std::string upper(std::string_view word) {
    std::string out(word);
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return out;
}

class Splitter {
  public:
    explicit Splitter(std::string_view sql) : sql_(sql) {}

    Result<std::vector<ScriptStatement>> run() {
        while (at_ < sql_.size())
            step();
        finish();
        if (problems_.empty()) return std::move(statements_);
        Error error{.code = ErrorCode::BadUserInput,
                    .message = "The migration cannot be checked, and nothing of it was run:"};
        for (const std::string& problem : problems_)
            error.message += "\n  " + problem;
        return fail(std::move(error));
    }

  private:
    void step() {
        const char c = sql_[at_];
        if (is_space(c)) return skip(1);
        if (starts_with("--")) return skip_line();
        if (starts_with("/*")) return skip_comment();
        if (c == ';' && depth_ == 0 && bodies_ == 0) {
            finish();
            return skip(1);
        }
        begin();
        if (c == '\'') return skip_quoted('\'', false, "quote");
        if (c == '"') return skip_quoted('"', false, "double quote");
        if (c == '$') return skip_dollar();
        if (c == '\\') return psql_command();
        if (is_letter(c)) return read_word();
        if (is_digit(c)) {
            while (at_ < sql_.size() && is_word(sql_[at_]))
                skip(1);
            return;
        }
        if (c == '(' || c == '[') ++depth_;
        if ((c == ')' || c == ']') && depth_ > 0) --depth_;
        skip(1);
    }

    bool starts_with(std::string_view text) const { return sql_.substr(at_).starts_with(text); }

    void skip(std::size_t count) {
        for (; count > 0 && at_ < sql_.size(); --count)
            if (sql_[at_++] == '\n') ++line_;
    }

    void skip_line() {
        while (at_ < sql_.size() && sql_[at_] != '\n')
            ++at_;
    }

    void skip_comment() {
        const std::uint32_t line = line_;
        int open = 0;
        while (at_ < sql_.size()) {
            if (starts_with("/*")) {
                ++open;
                skip(2);
            } else if (starts_with("*/")) {
                skip(2);
                if (--open == 0) return;
            } else {
                skip(1);
            }
        }
        problem(line, "The comment that begins here does not end.");
    }

    void skip_quoted(char quote, bool backslash, const char* what) {
        const std::uint32_t line = line_;
        skip(1);
        while (at_ < sql_.size()) {
            const char c = sql_[at_];
            if (backslash && c == '\\') {
                skip(2);
            } else if (c == quote) {
                skip(1);
                if (at_ >= sql_.size() || sql_[at_] != quote) return;
                skip(1);
            } else {
                skip(1);
            }
        }
        problem(line, fmt::format("The {} that opens here is not closed.", what));
    }

    /// `$1`, or a text between two equal tags.
    void skip_dollar() {
        const std::uint32_t line = line_;
        std::size_t end = at_ + 1;
        if (end < sql_.size() && is_letter(sql_[end]))
            while (end < sql_.size() && (is_letter(sql_[end]) || is_digit(sql_[end])))
                ++end;
        if (end >= sql_.size() || sql_[end] != '$') return skip(1);
        const std::string_view tag = sql_.substr(at_, end - at_ + 1);
        const std::size_t close = sql_.find(tag, end + 1);
        if (close == std::string_view::npos) {
            problem(line, fmt::format("The text between {} that begins here does not end.", tag));
            at_ = sql_.size();
            return;
        }
        skip(close + tag.size() - at_);
    }

    void psql_command() {
        const std::size_t end = std::min(sql_.find('\n', at_), sql_.size());
        problem(line_, fmt::format("{}: a command of psql, which PostgreSQL does not know. Write "
                                   "what it does as SQL.",
                                   sql_.substr(at_, std::min<std::size_t>(end - at_, 40))));
        skip_line();
    }

    void read_word() {
        const std::size_t from = at_;
        while (at_ < sql_.size() && is_word(sql_[at_]))
            ++at_;
        std::string word = upper(sql_.substr(from, at_ - from));
        if (word == "E" && at_ < sql_.size() && sql_[at_] == '\'')
            return skip_quoted('\'', true, "quote");
        if (depth_ == 0) {
            track_body(word);
            words_.push_back(word);
        }
        if (!refusal_) refusal_ = effect_of_call(word);
    }

    /// Semicolons between BEGIN ATOMIC and its END are the function's.
    void track_body(const std::string& word) {
        const auto is = [&](std::size_t i, std::string_view what) {
            return words_.size() > i && words_[i] == what;
        };
        const auto routine = [&](std::size_t i) { return is(i, "FUNCTION") || is(i, "PROCEDURE"); };
        if (!is(0, "CREATE") || !(routine(1) || (is(1, "OR") && is(2, "REPLACE") && routine(3))))
            return;
        if (word == "ATOMIC" && words_.back() == "BEGIN") ++bodies_;
        if (word == "CASE" && bodies_ > 0) ++bodies_;
        if (word == "END" && bodies_ > 0) --bodies_;
    }

    void begin() {
        if (open_) return;
        open_ = true;
        begin_ = at_;
        begin_line_ = line_;
        words_.clear();
        refusal_.reset();
        bodies_ = 0;
        depth_ = 0;
    }

    void finish() {
        if (!std::exchange(open_, false)) return;
        std::string command = command_of(words_);
        if (depth_ > 0 || bodies_ > 0)
            problem(begin_line_, fmt::format("{}: the statement does not end.", command));
        auto refused = refusal_of(words_);
        if (!refused) refused = std::move(refusal_);
        if (refused) problem(begin_line_, *refused);
        statements_.push_back(
            {std::string(sql_.substr(begin_, at_ - begin_)), begin_line_, std::move(command)});
    }

    void problem(std::uint32_t line, std::string_view text) {
        problems_.push_back(fmt::format("line {}: {}", line, text));
    }

    std::string_view sql_;
    std::size_t at_ = 0;
    std::uint32_t line_ = 1;
    bool open_ = false;
    std::size_t begin_ = 0;
    std::uint32_t begin_line_ = 1;
    int depth_ = 0;
    int bodies_ = 0;
    std::vector<std::string> words_;
    std::optional<std::string> refusal_;
    std::vector<ScriptStatement> statements_;
    std::vector<std::string> problems_;
};

}  // namespace

Result<std::vector<ScriptStatement>> read_script(std::string_view sql) {
    return Splitter(sql).run();
}

}  // namespace fraiseql::check
