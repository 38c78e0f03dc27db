// SPDX-License-Identifier: MIT
// Conninfo: what libpq makes of a connection URL or of key=value pairs.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace fraiseql::pg {

/// Returns the settings that `conninfo` gives, as key=value pairs, with passwords replaced by
/// `****`: fit for a terminal or a log. Configuration where libpq cannot read it.
Result<std::string> masked_conninfo(const std::string& conninfo);

/// Returns what `conninfo`, or else libpq's variable for it, says of `keyword` (`port`: PGPORT);
/// empty where neither does. Configuration where libpq cannot read it.
Result<std::string> conninfo_value(const std::string& conninfo, std::string_view keyword);

/// Where a connection goes, and what is done about TLS on the way.
struct DatabaseTls {
    /// Names or addresses, with commas between; empty: this machine's socket.
    std::string hosts;
    /// What libpq calls sslmode: its own default is `prefer`.
    std::string mode;
};

/// Returns what `conninfo` and libpq's variables (PGHOST, PGSSLMODE) come to; a service file is
/// not looked at. Configuration where libpq cannot read it.
Result<DatabaseTls> tls_of(const std::string& conninfo);

}  // namespace fraiseql::pg
