// SPDX-License-Identifier: MIT
#include "limit/rule.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/suggest.hpp"

namespace fraiseql::limit {

namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kMostCount = 1'000'000'000;
constexpr auto kLongest = std::chrono::hours(24 * 31);
constexpr const char* kForm =
    "Write it like \"ip 600/1m burst 100\" or \"user 10/1h sliding on login\".";

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> out;
    while (true) {
        const std::size_t end = std::min(text.find(separator), text.size());
        out.push_back(text.substr(0, end));
        if (end == text.size()) return out;
        text.remove_prefix(end + 1);
    }
}

std::optional<std::uint32_t> read_count(std::string_view text) {
    std::uint32_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
    if (!whole || value == 0 || value > kMostCount) return std::nullopt;
    return value;
}

/// Reads `1m`, `30s`, or `h` for one hour.
std::optional<std::chrono::microseconds> read_period(std::string_view text) {
    if (text.empty()) return std::nullopt;
    std::chrono::microseconds unit = 0us;
    switch (text.back()) {
        case 's':
            unit = 1s;
            break;
        case 'm':
            unit = 1min;
            break;
        case 'h':
            unit = 1h;
            break;
        case 'd':
            unit = 24h;
            break;
        default:
            return std::nullopt;
    }
    text.remove_suffix(1);
    const auto number = text.empty() ? 1U : read_count(text);
    if (!number || *number > kLongest / unit) return std::nullopt;
    return *number * unit;
}

class Reader {
  public:
    explicit Reader(std::string_view text) {
        rule_.text = text;
        for (const std::string_view word : split(text, ' '))
            if (!word.empty()) words_.push_back(word);
    }

    Result<Rule> read() {
        if (words_.size() < 2) return wrong("needs a key and a rate.");
        if (auto done = read_keys(words_[0]); !done) return fail(done.error());
        if (auto done = read_rate(words_[1]); !done) return fail(done.error());
        for (at_ = 2; at_ < words_.size();)
            if (auto done = read_clause(words_[at_++]); !done) return fail(done.error());
        if (rule_.burst != 0 && rule_.sliding)
            return wrong("has both a burst and a sliding window, which knows none.");
        if (rule_.burst == 0) rule_.burst = rule_.count;
        return std::move(rule_);
    }

  private:
    tl::unexpected<Error> wrong(const std::string& what, std::string hint = kForm) const {
        return fail(ErrorCode::Configuration, "The rate limit \"" + rule_.text + "\" " + what,
                    std::move(hint));
    }

    Result<void> read_keys(std::string_view text) {
        for (const std::string_view key : split(text, '+')) {
            bool* const flag = key == "ip"          ? &rule_.by_address
                               : key == "user"      ? &rule_.by_user
                               : key == "tenant"    ? &rule_.by_tenant
                               : key == "operation" ? &rule_.by_operation
                               : key == "custom"    ? &rule_.by_custom
                                                    : nullptr;
            if (flag == nullptr) {
                std::string hint =
                    did_you_mean(key, {"ip", "user", "tenant", "operation", "custom"});
                if (hint.empty())
                    hint = "Keys are ip, user, tenant, operation and custom, with + between.";
                return wrong("has no key \"" + std::string(key) + "\".", std::move(hint));
            }
            if (*flag) return wrong("has the key \"" + std::string(key) + "\" twice.");
            *flag = true;
        }
        return {};
    }

    Result<void> read_rate(std::string_view text) {
        const std::size_t slash = text.find('/');
        const auto count = read_count(text.substr(0, slash));
        const auto period =
            slash == std::string_view::npos ? std::nullopt : read_period(text.substr(slash + 1));
        if (!count || !period)
            return wrong("has no rate: \"" + std::string(text) + "\" is not like 100/1m.");
        rule_.count = *count;
        rule_.period = *period;
        if (rule_.period.count() < rule_.count) return wrong("is faster than a clock can tell.");
        return {};
    }

    Result<void> read_clause(std::string_view word) {
        const bool again =
            (word == "burst" && rule_.burst != 0) || (word == "sliding" && rule_.sliding) ||
            (word == "on" && (rule_.on_queries || rule_.on_mutations || !rule_.on_fields.empty()));
        if (again) return wrong("says \"" + std::string(word) + "\" twice.");
        if (word == "sliding") {
            rule_.sliding = true;
            return {};
        }
        if (word != "burst" && word != "on")
            return wrong("has \"" + std::string(word) + "\", which means nothing.");
        if (at_ == words_.size()) return wrong("ends after \"" + std::string(word) + "\".");
        const std::string_view value = words_[at_++];
        if (word == "on") return read_operations(value);
        const auto burst = read_count(value);
        if (!burst) return wrong("has a burst that is no number above 0.");
        rule_.burst = *burst;
        return {};
    }

    Result<void> read_operations(std::string_view text) {
        if (text == "queries") {
            rule_.on_queries = true;
        } else if (text == "mutations") {
            rule_.on_mutations = true;
        } else {
            for (const std::string_view field : split(text, ',')) {
                if (field.empty()) return wrong("has an empty name after \"on\".");
                rule_.on_fields.emplace_back(field);
            }
        }
        return {};
    }

    Rule rule_;
    std::vector<std::string_view> words_;
    std::size_t at_ = 0;
};

}  // namespace

Result<Rule> read_rule(std::string_view text) { return Reader(text).read(); }

}  // namespace fraiseql::limit
