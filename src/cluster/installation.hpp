// SPDX-License-Identifier: MIT
// Where PostgreSQL's server programs are on this machine, and which system user runs them.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.hpp"

namespace fraiseql::cluster {

/// The system user that a server runs as; `switch_user` only where this process is root.
struct ServerUser {
    uid_t uid = 0;
    gid_t gid = 0;
    bool switch_user = false;
};

/// Returns the folder that holds `initdb` and `postgres`: `$FRAISEQL_POSTGRES_BIN` if set, else the
/// newest version under Debian's /usr/lib/postgresql. The error says which package to install.
Result<std::string> find_server_programs();

/// Returns this process's own user, or `postgres` where this process is root: PostgreSQL refuses to
/// run as root, and so do we.
Result<ServerUser> find_server_user();

}  // namespace fraiseql::cluster
