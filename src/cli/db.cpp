// SPDX-License-Identifier: MIT
// `fraiseql db install`: SQL that FraiseQL brings along, put into a database.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "base/suggest.hpp"
#include "cli/commands.hpp"
#include "install/modules.hpp"
#include "pg/session.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::cli {

int install_module(const Options& options) {
    const auto modules = install::modules();
    const auto module = std::find_if(modules.begin(), modules.end(),
                                     [&](const auto& each) { return each.name == options.module; });
    if (!options.view.empty() || options.print_only || options.without_triggers)
        return complain({.code = ErrorCode::BadRequest,
                         .message = "Only `db install tv` takes a view and options.",
                         .hint = "fraiseql db install tv v_post"});
    if (module == modules.end()) {
        std::string names;
        for (const install::Module& each : modules)
            names += fmt::format("{}{}", names.empty() ? "" : ", ", each.name);
        return complain({.message = "There is no module \"" + options.module + "\".",
                         .hint = "There is: " + names + ", tv."});
    }
    auto session = pg::Session::open(options.database);
    if (!session) return complain(connection_error(session.error()));
    std::string script(module->sql);
    for (const std::string_view grant : module->grants)
        if (!options.grantee.empty())
            script += fmt::format("\n{} TO {};", grant,
                                  sql::Fragment().identifier(options.grantee).text());
    // One message is one transaction: all of it or nothing.
    if (auto done = session->run_script(script); !done)
        return complain(connection_error(done.error()));
    fmt::print("Installed \"{}\".\n", module->name);
    return 0;
}

}  // namespace fraiseql::cli
