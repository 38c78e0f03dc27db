// SPDX-License-Identifier: MIT
#include "cli/database_options.hpp"

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "cli/choice.hpp"

namespace fraiseql::cli {

// The file is read before the arguments are: see layered_arguments.hpp.
void add_settings_file(CLI::App& command) {
    command
        .add_option("--config", "TOML file with settings; without it ./fraiseql.toml, where it is")
        ->envname("FRAISEQL_CONFIG")
        ->type_name("FILE");
}

void add_database(CLI::App& command, Options& options) {
    command
        .add_option("-d,--database", options.database,
                    "PostgreSQL URL, e.g. postgres://user@host:5432/name or postgres:///name")
        ->envname("DATABASE_URL")
        ->required()
        ->type_name("URL");
    add_settings_file(command);
}

void add_filter_style(CLI::App& command, Options& options) {
    const std::map<std::string, schema::FilterStyle> styles = {
        {"nested", schema::FilterStyle::Nested},
        {"suffix", schema::FilterStyle::Suffix},
        {"both", schema::FilterStyle::Both}};
    command
        .add_option("--filter-style", options.model.filters,
                    "how clients write conditions. nested: title: {eq: …, contains: …}; suffix: "
                    "title: …, title_contains: …; both: the former, and the latter with title_eq")
        ->transform(one_of(styles))
        ->type_name("NAME")
        ->default_str("nested");
}

void add_model(CLI::App& command, Options& options) {
    add_database(command, options);
    add_filter_style(command, options);
}

}  // namespace fraiseql::cli
