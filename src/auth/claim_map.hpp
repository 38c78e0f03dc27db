// SPDX-License-Identifier: MIT
// ClaimMap: which claims of a token say who its bearer is, and what PostgreSQL hears of it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "auth/jwt.hpp"
#include "auth/principal.hpp"
#include "base/result.hpp"

namespace fraiseql::auth {

/// A path names a claim: `sub`, `https://api/roles`. Where no claim has that whole name, its dots
/// step into objects: `realm_access.roles`. Of several paths, lists are joined, and of single
/// values the first that is there counts.
using ClaimPaths = std::vector<std::string>;

/// A PostgreSQL setting and the claim that it gets its value from.
struct SettingRule {
    std::string setting;
    ClaimPaths paths;
};

struct ClaimMap {
    ClaimPaths subject = {"sub"};
    ClaimPaths tenant = {"tenant_id"};
    /// Lists of texts, or one text with spaces between the names (RFC 8693 §4.2).
    ClaimPaths roles = {"roles"};
    ClaimPaths permissions = {"permissions", "scope"};
    /// Besides those, `app.user_id` and `app.tenant_id` where they are empty.
    std::vector<SettingRule> settings = {};
    /// The setting that gets all claims as JSON, `request.jwt.claims` for example. Empty: none.
    std::string claims_setting = {};
    /// The claim that names the PostgreSQL role of the request's transactions. Empty: the role that
    /// connects runs them all.
    ClaimPaths database_role = {};
    /// The only roles that the claim may name.
    std::vector<std::string> database_roles = {};
    /// The role where there is no token, or no such claim. Empty: the role that connects.
    std::string anonymous_role = {};
};

/// Returns the paths under which an identity provider has roles, permissions and tenant: `auth0`,
/// `keycloak`, `cognito` or `supabase`. `audience` is the API's own identifier, which is part of
/// the names at auth0. Fails (Configuration) for another name.
Result<ClaimMap> claim_preset(std::string_view name, std::string_view audience);

/// Reads `app.org_id=org.id` (setting, path). Fails (Configuration) where the setting is not one of
/// the application's own: letters, digits and `_`, with a dot, so that no token can reach settings
/// of PostgreSQL itself.
Result<SettingRule> read_setting_rule(std::string_view text);

/// Fills in the default settings and checks what contradicts itself (Configuration).
Result<ClaimMap> complete(ClaimMap map);

/// Returns who the bearer of `claims` is. Refused where the claims name a database role that is
/// not allowed, or hold text that PostgreSQL cannot.
tl::expected<std::shared_ptr<const Principal>, Refusal> make_principal(const ClaimMap& map,
                                                                       const Claims& claims);

/// Returns `base` with further roles and permissions, in any order.
std::shared_ptr<const Principal> with_grants(const Principal& base, std::vector<std::string> roles,
                                             std::vector<std::string> permissions);

/// Returns `base` as of `tenant`, which `app.tenant_id` then says, too.
std::shared_ptr<const Principal> with_tenant(const Principal& base, std::string tenant);

/// Returns `base` with `granted` in place of all its roles that begin with `prefix`.
std::shared_ptr<const Principal> with_roles(const Principal& base, std::string_view prefix,
                                            std::vector<std::string> granted);

/// Returns those who send no token: every setting is empty.
std::shared_ptr<const Principal> make_anonymous(const ClaimMap& map);

}  // namespace fraiseql::auth
