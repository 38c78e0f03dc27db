// SPDX-License-Identifier: MIT
// Uses the public headers only: prints the version through the library's command line.
#include <fraiseql/command_line.hpp>
#include <fraiseql/version.hpp>

int main() {
    const char* arguments[] = {"consumer", "version"};
    if (fraiseql::version().empty()) return 1;
    return fraiseql::run_command_line(2, arguments);
}
