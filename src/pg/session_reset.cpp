// SPDX-License-Identifier: MIT
#include "pg/session_reset.hpp"

namespace fraiseql::pg {
namespace {

Batch make_reset() {
    Batch batch{.read_only = false};
    for (const char* sql :
         {"RESET SESSION AUTHORIZATION", "RESET ROLE", "RESET ALL", "CLOSE ALL", "UNLISTEN *",
          "SELECT pg_catalog.pg_advisory_unlock_all()", "DISCARD TEMP", "DISCARD SEQUENCES"})
        batch.calls.push_back({.statement = make_statement(sql), .params = {}});
    return batch;
}

}  // namespace

Batch session_reset() {
    static const Batch reset = make_reset();
    return reset;
}

}  // namespace fraiseql::pg
