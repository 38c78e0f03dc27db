// SPDX-License-Identifier: MIT
// The fraiseql program: a thin main over the library.
#include "fraiseql/command_line.hpp"

int main(int argc, char** argv) { return fraiseql::run_command_line(argc, argv); }
