// SPDX-License-Identifier: MIT
// What check isolation has found, and how it is told.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fraiseql::check {

/// What became of one operation.
struct IsolationFinding {
    enum class Verdict : std::uint8_t {
        /// It shows tenants their own rows, and nothing that another tenant's rows change.
        Isolated,
        /// It shows the same to all tenants.
        Shared,
        /// Rows of another tenant change what it shows, or it changes them.
        Leak,
        /// Nothing can be said.
        Unproven,
        /// A function that did not run, or whose answers cannot be compared; nobody has said that
        /// it
        /// must.
        Untried
    };
    std::string operation;
    Verdict verdict = Verdict::Isolated;
    std::string message = {};
};

/// Returns `isolated`, `shared`, `leak`, `unproven` or `untried`.
std::string_view to_string(IsolationFinding::Verdict verdict) noexcept;

/// What was answered, with and without rows of another tenant.
struct Answers {
    std::string with;
    /// Asked a second time: what differs from `with` changes by itself.
    std::string again;
    std::string without;
    /// Of the tenant whose rows they are: with them, and without.
    std::string own_with = {};
    std::string own_without = {};
    /// Its rows are not what they were afterwards.
    bool changed = false;
    /// What a kept answer has shown that it should not have; empty where nothing.
    std::string kept = {};
};

/// Judges an operation. `reads_planted`: it is known to read tables with rows of tenants, so an
/// answer without them proves nothing. `informed`: it uses keys or cursors of the other tenant.
/// `must_run`: where it does not run, it is unproven, not untried.
IsolationFinding judge(std::string operation, const Answers& answers, bool reads_planted,
                       bool informed, bool must_run = true);

/// Renders the findings as one JSON document.
std::string to_json(const std::vector<IsolationFinding>& findings);

}  // namespace fraiseql::check
