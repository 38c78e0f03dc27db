// SPDX-License-Identifier: MIT
#include "cli/show_settings.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/commands.hpp"
#include "json/writer.hpp"
#include "pg/conninfo.hpp"

namespace fraiseql::cli {
namespace {

constexpr std::string_view kSecret = "SECRET";

std::string joined(const std::vector<std::string>& words) {
    return fmt::format("{}", fmt::join(words, ","));
}

std::string default_of(const CLI::Option& option) {
    const bool flag = option.get_items_expected_max() == 0;
    return flag && option.get_default_str().empty() ? "false" : option.get_default_str();
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

/// What takes effect, fit to be shown.
Result<std::string> value_of(const CLI::Option& option, const LayeredArguments& layered) {
    if (option.count() == 0) return default_of(option);
    if (option.get_lnames().front() == "replica") return masked(option.results());
    std::string value = joined(option.results());
    // Of a choice, CLI11 has put the number in place of the word.
    const std::string given = value_given(layered.arguments, "--" + option.get_lnames().front());
    if (option.get_items_expected_max() == 1 && !given.empty()) value = given;
    if (option.get_type_name() == kSecret) return std::string("****");
    const std::string& name = option.get_lnames().front();
    if (name == "database" || name == "direct-database") return pg::masked_conninfo(value);
    return without_passwords(std::move(value));
}

std::string origin_of(const CLI::Option& option, const LayeredArguments& layered) {
    if (option.count() == 0) return "default";
    for (const config::Assignment& each : layered.assignments)
        if (each.name == option.get_lnames().front()) return each.origin;
    return "command line";
}

std::vector<const CLI::Option*> settings_of(const CLI::App& command) {
    std::vector<const CLI::Option*> out;
    for (const CLI::Option* option : command.get_options()) {
        if (option->get_lnames().empty()) continue;
        const std::string& name = option->get_lnames().front();
        if (name != "help" && name != "config" && name != "format") out.push_back(option);
    }
    return out;
}

void append_member(std::string& out, const std::string& name, const std::string& value,
                   const std::string& origin) {
    out += out.empty() ? "\n  " : ",\n  ";
    json::write_string(out, name);
    out += R"(: {"value": )";
    json::write_string(out, value);
    out += R"(, "origin": )";
    json::write_string(out, origin);
    out += '}';
}

std::string cell(std::string text) {
    for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
        text.insert(at, "\\");
    return text;
}

void print_settings_page(const CLI::App& command) {
    fmt::print(
        "# Settings\n\n"
        "Each setting is an option of `fraiseql serve`, a variable of the environment, and a key "
        "of the\nsettings file; that is the order in which they win. `fraiseql config` prints what "
        "takes effect and\nwhere it comes from.\n\n"
        "The file is TOML: the one that `--config` or `FRAISEQL_CONFIG` names, else "
        "`fraiseql.toml` in the\nworking directory. A table is a prefix: `[jwt]` with "
        "`issuer = \"https://id.example\"` is\n`jwt-issuer`. A setting that takes several values "
        "takes an array. `NAME_FILE` in the environment\nnames a file that holds the value of "
        "`NAME`. What is no setting, in the file or as a `FRAISEQL_…`\nvariable, stops the start, "
        "with a hint.\n\n"
        "<!-- Written by `fraiseql config --format markdown`. -->\n\n"
        "| setting | variable | default | meaning |\n|---|---|---|---|\n");
    for (const CLI::Option* option : settings_of(command))
        fmt::print("| `{}` | {} | {} | {} |\n", option->get_lnames().front(),
                   option->get_envname().empty() ? "" : "`" + option->get_envname() + "`",
                   default_of(*option).empty() ? "" : "`" + default_of(*option) + "`",
                   cell(option->get_description()));
}

}  // namespace

int show_settings(const CLI::App& command, const LayeredArguments& layered, SettingsFormat format) {
    if (format == SettingsFormat::Markdown) {
        print_settings_page(command);
        return 0;
    }
    std::string document;
    if (format == SettingsFormat::Text && !layered.file.empty())
        fmt::print("settings file: {}\n\n", layered.file);
    for (const CLI::Option* option : settings_of(command)) {
        auto value = value_of(*option, layered);
        if (!value) return complain(value.error());
        const std::string& name = option->get_lnames().front();
        const std::string origin = origin_of(*option, layered);
        if (format == SettingsFormat::Text)
            fmt::print("{:<26} {:<40} {}\n", name, value->empty() ? "-" : *value, origin);
        else
            append_member(document, name, *value, origin);
    }
    if (format == SettingsFormat::Json) fmt::print("{{{}\n}}\n", document);
    return 0;
}

}  // namespace fraiseql::cli
