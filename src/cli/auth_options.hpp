// SPDX-License-Identifier: MIT
// Who may ask, as the command line, the environment and the configuration file say it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/session_options.hpp"
#include "server/router.hpp"

namespace CLI {
class App;
}

namespace fraiseql::cli {

struct AuthOptions {
    /// A JWK set.
    std::string jwks_file;
    /// Where issuers publish theirs: a URL, or `issuer=URL`.
    std::vector<std::string> jwks_urls;
    std::string jwks_authorities_file;
    /// Holds the HMAC secret; FRAISEQL_JWT_SECRET is the other way to give it.
    std::string secret_file;
    std::vector<std::string> issuers;
    std::vector<std::string> audiences;
    std::uint32_t leeway = 30;
    bool required = false;
    std::string preset;
    std::vector<std::string> roles_claims;
    std::vector<std::string> permissions_claims;
    std::vector<std::string> tenant_claims;
    /// `setting=claim`.
    std::vector<std::string> settings;
    std::string claims_setting;
    std::string database_role_claim;
    std::vector<std::string> database_roles;
    std::string anonymous_role;
    /// Roles and permissions of the database count, too (`db install rbac`).
    bool rbac = false;
    /// Introspection also shows what rules keep from who asks.
    bool show_forbidden = false;
    /// Relations that may read past row-level security in production.
    std::vector<std::string> allowed_bypass;
    /// Where security events go; empty: the standard error.
    std::string audit_file;
    /// Whether they are also rows (`db install audit`).
    bool audit_rows = false;
    SessionOptions sessions = {};
};

/// Adds the options to a command that serves.
void add_authentication(CLI::App& command, AuthOptions& options);

/// Adds those that say what claims mean, to a command that gets its claims in another way.
void add_claims(CLI::App& command, AuthOptions& options);

/// Whether any option is given that takes tokens.
bool says_anything(const AuthOptions& options);

/// Returns what claims mean; Configuration where options contradict each other.
Result<auth::ClaimMap> read_claim_map(const AuthOptions& options);

/// Returns who may use /admin: the bearer of the token in `file` or FRAISEQL_ADMIN_TOKEN, and
/// where there is neither, whoever asks from this machine if `development`, else nobody.
/// Configuration where the token is weak, or given twice.
Result<server::AdminSettings> read_admin(const std::string& file, bool development);

/// Reads the keys and checks everything against everything. Nothing where authentication is off;
/// Configuration where options contradict each other or could not take effect.
Result<std::optional<server::Authentication>> read_authentication(const AuthOptions& options);

}  // namespace fraiseql::cli
