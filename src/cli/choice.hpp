// SPDX-License-Identifier: MIT
// Options whose value is one of a few names.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <string>

namespace fraiseql::cli {

/// Returns what turns a name into its value, for `Option::transform`. Another name is an error that
/// lists those that there are.
template <class Value>
CLI::Validator one_of(const std::map<std::string, Value>& names) {
    std::string list;
    for (const auto& each : names)
        list += (list.empty() ? "" : ", ") + each.first;
    return {[transform = CLI::CheckedTransformer(names), list](std::string& text) {
                const std::string given = text;
                if (transform(text).empty()) return std::string();
                return fmt::format("\"{}\" is none of {}", given, list);
            },
            ""};
}

}  // namespace fraiseql::cli
