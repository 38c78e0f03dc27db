// SPDX-License-Identifier: MIT
#include "cli/setting_values.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "pg/conninfo.hpp"

namespace fraiseql::cli {
namespace {

constexpr std::string_view kSecret = "SECRET";

std::string joined(const std::vector<std::string>& words) {
    return fmt::format("{}", fmt::join(words, ","));
}

/// Hides the password of each `scheme://user:password@host` in `text`.
std::string without_passwords(std::string text) {
    std::size_t at = 0;
    while ((at = text.find("://", at)) != std::string::npos) {
        at += 3;
        const std::size_t end = std::min(text.find_first_of("/?#,", at), text.size());
        const std::size_t host = text.rfind('@', end);
        const std::size_t colon = text.find(':', at);
        if (host == std::string::npos || host < at || colon > host) continue;
        text.replace(colon + 1, host - colon - 1, "****");
    }
    return text;
}

Result<std::string> masked(const std::vector<std::string>& conninfos) {
    std::vector<std::string> out;
    for (const std::string& each : conninfos) {
        FRAISEQL_TRY(std::string one, pg::masked_conninfo(each));
        out.push_back(std::move(one));
    }
    return fmt::format("{}", fmt::join(out, "; "));
}

/// As it was given, in one text.
std::string raw_of(const CLI::Option& option, const LayeredArguments& layered) {
    if (option.count() == 0) return default_of(option);
    // Of a choice, CLI11 has put the number in place of the word.
    const std::string given = value_given(layered.arguments, "--" + option.get_lnames().front());
    if (option.get_items_expected_max() == 1 && !given.empty()) return given;
    return joined(option.results());
}

/// What takes effect, fit to be shown.
Result<std::string> shown_of(const CLI::Option& option, const std::string& raw) {
    const std::string& name = option.get_lnames().front();
    if (option.count() == 0) return raw;
    if (name == "replica") return masked(option.results());
    if (option.get_type_name() == kSecret) return std::string("****");
    if (name == "database" || name == "direct-database") return pg::masked_conninfo(raw);
    return without_passwords(raw);
}

std::string origin_of(const CLI::Option& option, const LayeredArguments& layered) {
    if (option.count() == 0) return "default";
    for (const config::Assignment& each : layered.assignments)
        if (each.name == option.get_lnames().front()) return each.origin;
    return "command line";
}

}  // namespace

std::vector<const CLI::Option*> settings_of(const CLI::App& command) {
    std::vector<const CLI::Option*> out;
    for (const CLI::Option* option : command.get_options()) {
        if (option->get_lnames().empty()) continue;
        const std::string& name = option->get_lnames().front();
        if (name != "help" && name != "config" && name != "format") out.push_back(option);
    }
    return out;
}

std::string default_of(const CLI::Option& option) {
    const bool flag = option.get_items_expected_max() == 0;
    return flag && option.get_default_str().empty() ? "false" : option.get_default_str();
}

Result<std::vector<SettingValue>> setting_values(const CLI::App& command,
                                                 const LayeredArguments& layered) {
    std::vector<SettingValue> out;
    for (const CLI::Option* option : settings_of(command)) {
        SettingValue value{.name = option->get_lnames().front(),
                           .raw = raw_of(*option, layered),
                           .shown = {},
                           .origin = origin_of(*option, layered)};
        Result<std::string> shown = shown_of(*option, value.raw);
        if (!shown) {
            Error error = std::move(shown.error());
            error.message = fmt::format("--{}: {}", value.name, error.message);
            return fail(std::move(error));
        }
        value.shown = std::move(*shown);
        out.push_back(std::move(value));
    }
    return out;
}

}  // namespace fraiseql::cli
