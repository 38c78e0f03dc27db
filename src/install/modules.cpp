// SPDX-License-Identifier: MIT
#include "install/modules.hpp"

#include <array>

extern "C" const char fraiseql_install_ddl[];
extern "C" const char fraiseql_install_ddl_end[];
extern "C" const char fraiseql_install_events[];
extern "C" const char fraiseql_install_events_end[];
extern "C" const char fraiseql_install_idempotency[];
extern "C" const char fraiseql_install_idempotency_end[];
extern "C" const char fraiseql_install_turbo[];
extern "C" const char fraiseql_install_turbo_end[];

namespace fraiseql::install {

std::span<const Module> modules() {
    static const std::array all = {
        Module{"ddl", {fraiseql_install_ddl, fraiseql_install_ddl_end}},
        Module{"events", {fraiseql_install_events, fraiseql_install_events_end}},
        Module{"idempotency", {fraiseql_install_idempotency, fraiseql_install_idempotency_end}},
        Module{"turbo", {fraiseql_install_turbo, fraiseql_install_turbo_end}},
    };
    return all;
}

}  // namespace fraiseql::install
