// SPDX-License-Identifier: MIT
// Conninfo: what libpq makes of a connection URL or of key=value pairs.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace fraiseql::pg {

/// Returns the settings that `conninfo` gives, as key=value pairs, with passwords replaced by
/// `****`: fit for a terminal or a log. Configuration where libpq cannot read it.
Result<std::string> masked_conninfo(const std::string& conninfo);

/// Settings of a connection by libpq's keywords; those without a value are missing.
using ConninfoValues = std::map<std::string, std::string>;

/// Returns what libpq would connect with: what `conninfo` says, else libpq's variables (PGHOST),
/// else the service file for the service that either names, else libpq's defaults. Connects to
/// nobody. Configuration where libpq cannot read it, or knows no such service.
Result<ConninfoValues> resolve_conninfo(const std::string& conninfo);

/// Returns what that comes to for `keyword` (`port`); empty where nothing says it.
Result<std::string> conninfo_value(const std::string& conninfo, const std::string& keyword);

/// Where a connection goes, and what is done about TLS on the way.
struct DatabaseTls {
    /// Names or addresses, with commas between; empty: this machine's socket.
    std::string hosts;
    /// What libpq calls sslmode: its own default is `prefer`.
    std::string mode;
};

/// Returns what resolve_conninfo() says of that.
Result<DatabaseTls> tls_of(const std::string& conninfo);

}  // namespace fraiseql::pg
