// SPDX-License-Identifier: MIT
#include "cli/show_settings.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/commands.hpp"
#include "cli/reloadable.hpp"
#include "cli/setting_values.hpp"
#include "json/writer.hpp"

namespace fraiseql::cli {
namespace {

void append_member(std::string& out, const SettingValue& value) {
    out += out.empty() ? "\n  " : ",\n  ";
    json::write_string(out, value.name);
    out += R"(: {"value": )";
    json::write_string(out, value.shown);
    out += R"(, "origin": )";
    json::write_string(out, value.origin);
    out += fmt::format(R"(, "reloads": {}}})", find_reloadable(value.name) != nullptr);
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
        "What has a *yes* under *reloads* takes effect while the server runs, when the file has "
        "changed or after\nSIGHUP; all else needs a restart, and the log says so "
        "([deployment.md](../deployment.md#settings)).\n\n"
        "<!-- Written by `fraiseql config --format markdown`. -->\n\n"
        "| setting | variable | default | reloads | meaning |\n|---|---|---|---|---|\n");
    for (const CLI::Option* option : settings_of(command))
        fmt::print("| `{}` | {} | {} | {} | {} |\n", option->get_lnames().front(),
                   option->get_envname().empty() ? "" : "`" + option->get_envname() + "`",
                   default_of(*option).empty() ? "" : "`" + default_of(*option) + "`",
                   find_reloadable(option->get_lnames().front()) != nullptr ? "yes" : "",
                   cell(option->get_description()));
}

}  // namespace

int show_settings(const CLI::App& command, const LayeredArguments& layered, SettingsFormat format) {
    if (format == SettingsFormat::Markdown) {
        print_settings_page(command);
        return 0;
    }
    const auto values = setting_values(command, layered);
    if (!values) return complain(values.error());
    std::string document;
    if (format == SettingsFormat::Text && !layered.file.empty())
        fmt::print("settings file: {}\n\n", layered.file);
    for (const SettingValue& each : *values) {
        if (format == SettingsFormat::Text)
            fmt::print("{:<26} {:<40} {}\n", each.name, each.shown.empty() ? "-" : each.shown,
                       each.origin);
        else
            append_member(document, each);
    }
    if (format == SettingsFormat::Json) fmt::print("{{{}\n}}\n", document);
    return 0;
}

}  // namespace fraiseql::cli
