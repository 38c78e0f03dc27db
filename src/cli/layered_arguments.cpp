// SPDX-License-Identifier: MIT
#include "cli/layered_arguments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>

namespace fraiseql::cli {
namespace {

constexpr const char* kDefaultFile = "fraiseql.toml";
constexpr std::string_view kFileVariable = "FRAISEQL_CONFIG";

/// Variables that mean something and are no options: a secret does not belong on a command line.
constexpr std::array<std::string_view, 5> kFurther = {
    kFileVariable, "FRAISEQL_JWT_SECRET", "FRAISEQL_SESSION_KEY", "FRAISEQL_ADMIN_TOKEN",
    "FRAISEQL_POSTGRES_BIN"};

CLI::App* subcommand(CLI::App& app, const std::string& name) {
    for (CLI::App* each : app.get_subcommands({}))
        if (each->get_name() == name) return each;
    return nullptr;
}

/// The command that the arguments name: the words before any option.
CLI::App& command_of(CLI::App& app, const std::vector<std::string>& arguments) {
    CLI::App* command = &app;
    for (const std::string& word : arguments) {
        CLI::App* inner = subcommand(*command, word);
        if (inner == nullptr) break;
        command = inner;
    }
    return *command;
}

std::vector<config::Setting> settings_of(CLI::App& app) {
    std::vector<config::Setting> out;
    for (const CLI::Option* option : subcommand(app, "serve")->get_options()) {
        if (option->get_lnames().empty()) continue;
        const std::string& name = option->get_lnames().front();
        if (name != "help" && name != "config") out.push_back({name, option->get_envname()});
    }
    return out;
}

std::string variable_of(std::string_view setting) {
    std::string out = "FRAISEQL_";
    for (const char c : setting)
        out += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return out;
}

void name_variables_in(CLI::App& command, const std::vector<config::Setting>& settings) {
    for (const config::Setting& setting : settings) {
        CLI::Option* option = command.get_option_no_throw("--" + setting.name);
        if (option != nullptr && option->get_envname().empty() && setting.name != "jwt-setting")
            option->envname(variable_of(setting.name));
    }
    for (CLI::App* inner : command.get_subcommands({}))
        name_variables_in(*inner, settings);
}

/// CLI11 asks the environment for the options of commands that do not run, too. They write to the
/// same Options as those of the one that does: a variable would win over what the command line
/// says.
void forget_variables_except(const CLI::App& chosen, CLI::App& command) {
    if (&command != &chosen)
        for (CLI::Option* option : command.get_options())
            option->envname("");
    for (CLI::App* inner : command.get_subcommands({}))
        forget_variables_except(chosen, *inner);
}

/// Whether an argument names the option. A value that looks like one counts, too, which only means
/// that the other sources are not asked.
bool is_given(const std::vector<std::string>& arguments, const CLI::Option& option) {
    return std::any_of(arguments.begin(), arguments.end(), [&](const std::string& word) {
        for (const std::string& name : option.get_lnames())
            if (word == "--" + name || word.starts_with("--" + name + "=")) return true;
        for (const std::string& name : option.get_fnames())
            if (word == "--" + name) return true;
        for (const std::string& name : option.get_snames())
            if (word.starts_with("-" + name) && !word.starts_with("--")) return true;
        return false;
    });
}

std::string file_of(const std::vector<std::string>& arguments,
                    const config::Environment& environment) {
    if (std::string given = value_given(arguments, "--config"); !given.empty()) return given;
    const std::string prefix = std::string(kFileVariable) + "=";
    for (const std::string& each : environment)
        if (each.starts_with(prefix) && each.size() > prefix.size())
            return each.substr(prefix.size());
    std::error_code ignored;
    return std::filesystem::exists(kDefaultFile, ignored) ? kDefaultFile : "";
}

/// What the environment and the file say; the environment is nearer, and wins.
Result<std::vector<config::Assignment>> assignments_of(const std::vector<config::Setting>& settings,
                                                       const config::Environment& environment,
                                                       const std::string& file,
                                                       const std::string& text) {
    FRAISEQL_TRY(
        std::vector<config::Assignment> out,
        config::from_environment(settings, environment, {kFurther.begin(), kFurther.end()}));
    if (file.empty()) return out;
    FRAISEQL_TRY(const auto entries, config::read_settings(text, file));
    FRAISEQL_TRY(std::vector<config::Assignment> farther,
                 config::from_file(settings, entries, file));
    const std::size_t nearer = out.size();
    for (config::Assignment& each : farther) {
        const auto end = out.begin() + static_cast<std::ptrdiff_t>(nearer);
        if (std::none_of(out.begin(), end,
                         [&](const auto& other) { return other.name == each.name; }))
            out.push_back(std::move(each));
    }
    return out;
}

}  // namespace

std::string value_given(const std::vector<std::string>& arguments, const std::string& name) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i] == name && i + 1 < arguments.size()) return arguments[i + 1];
        if (arguments[i].starts_with(name + "=")) return arguments[i].substr(name.size() + 1);
    }
    return {};
}

void name_variables(CLI::App& app) { name_variables_in(app, settings_of(app)); }

Result<LayeredArguments> complete_arguments(CLI::App& app, std::vector<std::string> arguments,
                                            const config::Environment& environment) {
    CLI::App& command = command_of(app, arguments);
    LayeredArguments out;
    out.command = &command;
    if (command.get_option_no_throw("--config") == nullptr) {
        out.arguments = std::move(arguments);
        return out;
    }
    out.file = file_of(arguments, environment);
    if (!out.file.empty()) {
        FRAISEQL_TRY(out.file_text, config::read_small_file(out.file));
    }
    FRAISEQL_TRY(auto assignments,
                 assignments_of(settings_of(app), environment, out.file, out.file_text));
    forget_variables_except(command, app);
    out.arguments = arguments;
    for (config::Assignment& each : assignments) {
        const CLI::Option* option = command.get_option_no_throw("--" + each.name);
        if (option == nullptr || is_given(arguments, *option)) continue;
        for (const std::string& value : each.values)
            out.arguments.push_back("--" + each.name + "=" + value);
        out.assignments.push_back(std::move(each));
    }
    return out;
}

std::string origin_in(const LayeredArguments& layered, const std::string& message) {
    for (const config::Assignment& each : layered.assignments)
        if (message.find("--" + each.name + ":") != std::string::npos ||
            message.find("--" + each.name + " ") != std::string::npos)
            return each.origin;
    return {};
}

}  // namespace fraiseql::cli
