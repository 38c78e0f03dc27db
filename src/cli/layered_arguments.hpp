// SPDX-License-Identifier: MIT
// Arguments of a command, completed by what the environment and the settings file say.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/sources.hpp"

namespace CLI {
class App;
}

namespace fraiseql::cli {

struct LayeredArguments {
    /// What to parse: what was given, then the settings that were not given but are set elsewhere.
    std::vector<std::string> arguments;
    /// Those settings, and where each is set.
    std::vector<config::Assignment> assignments;
    /// The settings file that was read; empty: none.
    std::string file;
    /// What was in it.
    std::string file_text;
    /// The command that the arguments name; the program itself where they name none.
    const CLI::App* command = nullptr;
};

/// Gives every setting, in every command that has it, the variable of its name: FRAISEQL_MAX_DEPTH
/// for --max-depth. Those that have another one keep it; --jwt-setting, whose values are many and
/// have a form of their own, has none. Comes after all commands are there.
void name_variables(CLI::App& app);

/// Completes `arguments` (without the program's name). The settings are the options of
/// `fraiseql serve`; a command takes those that it has, too. The file is the one that --config or
/// FRAISEQL_CONFIG names, else ./fraiseql.toml where there is one. Configuration where a source
/// says something that is no setting.
Result<LayeredArguments> complete_arguments(CLI::App& app, std::vector<std::string> arguments,
                                            const config::Environment& environment);

/// Returns the first value of the option `name` (`--config`) as it stands in `arguments`, before
/// any parser has looked at it; nothing where it is not there.
std::string value_given(const std::vector<std::string>& arguments, const std::string& name);

/// Returns where the setting is set that `message` of a parse error is about; nothing where that is
/// the command line.
std::string origin_in(const LayeredArguments& layered, const std::string& message);

}  // namespace fraiseql::cli
