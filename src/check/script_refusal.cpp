// SPDX-License-Identifier: MIT
#include "check/script_refusal.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <initializer_list>

namespace fraiseql::check {
namespace {

using Words = std::vector<std::string>;

constexpr std::string_view kOwnTransaction =
    "the check has a transaction of its own, which it rolls back. Leave it out: migration tools "
    "wrap files in transactions themselves.";
constexpr std::string_view kNoTransaction =
    "PostgreSQL does not run it in a transaction, so it could not be rolled back. Check the other "
    "statements without it.";
constexpr std::string_view kConcurrently =
    "PostgreSQL does not run it in a transaction, so it could not be rolled back. Check a copy of "
    "the file without CONCURRENTLY: schema and plans come out the same, and the locks reported are "
    "those that CONCURRENTLY avoids.";
constexpr std::string_view kOutside =
    "it works outside of the database, where no rollback reaches.";

struct Pattern {
    std::initializer_list<std::string_view> words;
    std::string_view reason;
};

/// A statement of these first words; the order of the table does not matter.
const std::array kPatterns = {
    Pattern{{"BEGIN"}, kOwnTransaction},
    Pattern{{"START"}, kOwnTransaction},
    Pattern{{"COMMIT"}, kOwnTransaction},
    Pattern{{"END"}, kOwnTransaction},
    Pattern{{"ABORT"}, kOwnTransaction},
    Pattern{{"PREPARE", "TRANSACTION"}, kOwnTransaction},
    Pattern{{"VACUUM"}, kNoTransaction},
    Pattern{{"CREATE", "DATABASE"}, kNoTransaction},
    Pattern{{"DROP", "DATABASE"}, kNoTransaction},
    Pattern{{"CREATE", "TABLESPACE"}, kNoTransaction},
    Pattern{{"DROP", "TABLESPACE"}, kNoTransaction},
    Pattern{{"ALTER", "SYSTEM"}, kNoTransaction},
    Pattern{{"CREATE", "SUBSCRIPTION"}, kNoTransaction},
    Pattern{{"ALTER", "SUBSCRIPTION"}, kNoTransaction},
    Pattern{{"DROP", "SUBSCRIPTION"}, kNoTransaction},
    Pattern{{"REINDEX", "DATABASE"}, kNoTransaction},
    Pattern{{"REINDEX", "SCHEMA"}, kNoTransaction},
    Pattern{{"REINDEX", "SYSTEM"}, kNoTransaction},
    Pattern{{"DISCARD"}, kNoTransaction},
};

bool begins_with(const Words& words, std::initializer_list<std::string_view> wanted) {
    return words.size() >= wanted.size() && std::equal(wanted.begin(), wanted.end(), words.begin());
}

bool has(const Words& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::string first_words(const Words& words, std::size_t count) {
    return fmt::format(
        "{}",
        fmt::join(words.begin(),
                  words.begin() + static_cast<std::ptrdiff_t>(std::min(count, words.size())), " "));
}

/// CREATE [UNIQUE] INDEX, DROP INDEX, REINDEX …, ALTER TABLE … DETACH PARTITION. Of a refresh of a
/// materialized view it is something else.
bool is_concurrent(const Words& words) {
    if (!has(words, "CONCURRENTLY")) return false;
    return begins_with(words, {"CREATE", "INDEX"}) ||
           begins_with(words, {"CREATE", "UNIQUE", "INDEX"}) ||
           begins_with(words, {"DROP", "INDEX"}) || begins_with(words, {"REINDEX"}) ||
           (begins_with(words, {"ALTER", "TABLE"}) && has(words, "DETACH"));
}

/// ROLLBACK TO stays inside; everything else that begins so ends the transaction.
bool ends_by_rollback(const Words& words) {
    if (!begins_with(words, {"ROLLBACK"})) return false;
    const std::size_t at = words.size() > 1 && (words[1] == "WORK" || words[1] == "TRANSACTION");
    return words.size() < at + 2 || words[at + 1] != "TO";
}

std::optional<std::string> copy_refusal(const Words& words) {
    if (!begins_with(words, {"COPY"})) return std::nullopt;
    if (has(words, "STDIN") || has(words, "STDOUT"))
        return "COPY: rows that follow in the file are for psql. Write INSERT, or leave them out.";
    if (has(words, "PROGRAM")) return fmt::format("COPY PROGRAM: {}", kOutside);
    if (has(words, "TO")) return fmt::format("COPY TO: {}", kOutside);
    return std::nullopt;
}

}  // namespace

std::optional<std::string> refusal_of(const Words& words) {
    if (ends_by_rollback(words)) return fmt::format("ROLLBACK: {}", kOwnTransaction);
    if (is_concurrent(words))
        return fmt::format("{} CONCURRENTLY: {}", first_words(words, 2), kConcurrently);
    for (const Pattern& pattern : kPatterns)
        if (begins_with(words, pattern.words))
            return fmt::format("{}: {}", first_words(words, pattern.words.size()), pattern.reason);
    if (begins_with(words, {"ALTER", "DATABASE"}) && has(words, "TABLESPACE"))
        return fmt::format("ALTER DATABASE … SET TABLESPACE: {}", kNoTransaction);
    if (words == Words{"CLUSTER"}) return fmt::format("CLUSTER: {}", kNoTransaction);
    return copy_refusal(words);
}

std::optional<std::string> effect_of_call(std::string_view word) {
    if (word == "SETVAL")
        return "setval: no rollback takes it back. Write ALTER SEQUENCE … RESTART WITH …, which is "
               "part of the transaction.";
    if (word.starts_with("DBLINK"))
        return fmt::format("{}: it works in another session, where no rollback reaches.", word);
    constexpr std::array<std::string_view, 9> kOutsideCalls = {
        "LO_EXPORT",      "PG_TERMINATE_BACKEND", "PG_CANCEL_BACKEND",
        "PG_RELOAD_CONF", "PG_SWITCH_WAL",        "PG_PROMOTE",
        "PG_STAT_RESET",  "PG_WAL_REPLAY_RESUME", "PG_ROTATE_LOGFILE"};
    if (std::find(kOutsideCalls.begin(), kOutsideCalls.end(), word) != kOutsideCalls.end())
        return fmt::format("{}: {}", word, kOutside);
    return std::nullopt;
}

}  // namespace fraiseql::check
