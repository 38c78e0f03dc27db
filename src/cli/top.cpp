// SPDX-License-Identifier: MIT
// `fraiseql top`: operations by the time that they take of the database.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include "cli/commands.hpp"
#include "pg/session.hpp"
#include "server/top_operations.hpp"

namespace fraiseql::cli {
namespace {

void print_text(const server::TopOperations& top) {
    fmt::print("{:>7} {:>10} {:>13} {:>10} {:>10} {:>11} {:>9}  {}\n", "share", "calls", "total ms",
               "mean ms", "rows", "blocks hit", "read", "operation");
    for (std::size_t i = 0; i < top.rows.row_count(); ++i) {
        const auto value = [&](std::size_t column) { return top.rows.get(i, column); };
        const double share = std::stod(std::string(value(7)));
        fmt::print("{:>6.1f}% {:>10} {:>13} {:>10} {:>10} {:>11} {:>9}  {}\n", 100 * share,
                   value(1), value(2), value(3), value(4), value(5), value(6), value(0));
    }
    if (!top.since.empty()) fmt::print("since {}\n", top.since);
    if (top.hidden != "0")
        fmt::print(
            "{} statements of other roles are among (others): GRANT pg_read_all_stats to this "
            "role.\n",
            top.hidden);
}

}  // namespace

int top(const Options& options) {
    auto session = pg::Session::open(options.database);
    if (!session) return complain(connection_error(session.error()));
    const bool once =
        options.once || options.top_format == TopFormat::Json || isatty(STDOUT_FILENO) == 0;
    while (true) {
        const auto found = server::top_operations(*session, options.rows);
        if (!found) return complain(found.error());
        // Back to the upper left corner of an empty screen (ECMA-48).
        if (!once) fmt::print("\x1b[H\x1b[2J");
        if (options.top_format == TopFormat::Json)
            fmt::print("{}\n", server::to_json(*found));
        else
            print_text(*found);
        std::fflush(stdout);
        if (once) return 0;
        std::this_thread::sleep_for(std::chrono::seconds(options.interval));
    }
}

}  // namespace fraiseql::cli
