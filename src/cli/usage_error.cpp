// SPDX-License-Identifier: MIT
#include "cli/usage_error.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/suggest.hpp"

namespace fraiseql::cli {
namespace {

/// The command as it is written: `fraiseql db install`.
std::string path_of(const CLI::App& command) {
    const std::string before =
        command.get_parent() == nullptr ? "" : path_of(*command.get_parent()) + " ";
    return before + command.get_name();
}

std::vector<std::string> options_of(const CLI::App& command) {
    std::vector<std::string> out;
    for (const CLI::Option* option : command.get_options())
        for (const std::string& name : option->get_lnames())
            out.push_back("--" + name);
    return out;
}

std::vector<std::string> commands_of(const CLI::App& command) {
    std::vector<std::string> out;
    for (const CLI::App* inner : command.get_subcommands([](const CLI::App*) { return true; }))
        out.push_back(inner->get_name());
    return out;
}

std::string meant(const std::string& word, const std::vector<std::string>& names,
                  std::string otherwise) {
    std::string hint = did_you_mean(word, {names.begin(), names.end()});
    return hint.empty() ? otherwise : hint;
}

Error unknown_word(const CLI::App& command, const std::string& given) {
    const std::string path = path_of(command);
    const std::vector<std::string> commands = commands_of(command);
    if (given.starts_with('-')) {
        const std::string name = given.substr(0, given.find('='));
        // The program and commands that only group others have no options of their own.
        const bool takes_options =
            command.get_parent() != nullptr && options_of(command).size() > 1;
        const std::string otherwise = takes_options
                                          ? fmt::format("`{} --help` lists its options.", path)
                                          : "Options come behind the command.";
        return {.code = ErrorCode::Configuration,
                .message = fmt::format("`{}` has no option {}.", path, name),
                .hint = meant(name, options_of(command), otherwise)};
    }
    if (commands.empty())
        return {.code = ErrorCode::Configuration,
                .message = fmt::format("`{}` does not know what to do with \"{}\".", path, given),
                .hint = fmt::format("`{} --help` says what it takes.", path)};
    return {.code = ErrorCode::Configuration,
            .message = fmt::format("`{}` has no command \"{}\".", path, given),
            .hint = meant(given, commands, fmt::format("`{} --help` lists them.", path))};
}

Error no_command(const CLI::App& command) {
    return {.code = ErrorCode::Configuration,
            .message = fmt::format("`{}` needs a command.", path_of(command)),
            .hint = fmt::format("One of: {}. `{} --help` says what they do.",
                                fmt::join(commands_of(command), ", "), path_of(command))};
}

}  // namespace

Error usage_error(const LayeredArguments& layered, const CLI::ParseError& error) {
    const CLI::App& command = *layered.command;
    // CLI11 complains about what is not there before it looks at what it does not know.
    const std::vector<std::string> unknown = command.remaining();
    if (!unknown.empty()) return unknown_word(command, unknown.front());
    const bool required = error.get_name() == "RequiredError";
    if (required && command.get_require_subcommand_min() > 0) return no_command(command);
    if (required && std::string(error.what()).starts_with("--database "))
        return {.code = ErrorCode::Configuration,
                .message = "It is not said which database.",
                .hint = "Write --database postgres:///shop, or set DATABASE_URL."};
    const std::string origin = origin_in(layered, error.what());
    return {.code = ErrorCode::Configuration,
            .message = fmt::format("{}.", error.what()),
            .hint = origin.empty()
                        ? fmt::format("`{} --help` says what it takes.", path_of(command))
                        : fmt::format("It is set by {}.", origin)};
}

}  // namespace fraiseql::cli
