// SPDX-License-Identifier: MIT
#include "cli/registered_operations.hpp"

#include "cli/commands.hpp"
#include "server/operations_folder.hpp"
#include "server/registered_rows.hpp"

namespace fraiseql::cli {

Result<std::vector<turbo::Registered>> registered_operations(pg::Session& session,
                                                             const std::string& folder) {
    std::vector<turbo::Registered> out;
    const auto there = session.query(std::string(server::registered_installed_sql()));
    if (!there) return fail(statement_error(there.error()));
    if (there->row_count() > 0) {
        const auto rows = session.query(std::string(server::registered_rows_sql()));
        if (!rows) return fail(statement_error(rows.error()));
        out = server::read_registered(*rows);
    }
    if (folder.empty()) return out;
    server::OperationsFolder files(folder);
    if (auto read = files.read(); !read) return fail(read.error());
    out.insert(out.end(), files.entries().begin(), files.entries().end());
    return out;
}

}  // namespace fraiseql::cli
