// SPDX-License-Identifier: MIT
#include "cli/principal.hpp"

namespace fraiseql::cli {

Result<std::shared_ptr<const auth::Principal>> read_principal(const Options& options) {
    FRAISEQL_TRY(auth::ClaimMap map, read_claim_map(options.auth));
    if (!options.role.empty()) {
        if (!map.database_role.empty() || !map.anonymous_role.empty())
            return fail(ErrorCode::Configuration,
                        "--role and the options that find the role in the claims exclude each "
                        "other.",
                        "Leave --role out.");
        map.anonymous_role = options.role;
    }
    if (options.claims.empty()) {
        const bool anyone = options.role.empty() && !says_anything(options.auth);
        if (anyone) return nullptr;
        return auth::make_anonymous(map);
    }
    auth::Claims claims;
    FRAISEQL_TRY(claims.value, json::read(options.claims, claims.arena));
    if (!claims.value.is_object())
        return fail(ErrorCode::BadRequest, "--claims must be a JSON object.",
                    R"(For example --claims '{"sub": "1"}')");
    auto principal = auth::make_principal(map, claims);
    if (!principal) return fail(auth::to_error(principal.error()));
    return std::shared_ptr<const auth::Principal>(std::move(*principal));
}

}  // namespace fraiseql::cli
