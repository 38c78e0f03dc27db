// SPDX-License-Identifier: MIT
// GraphQL names from database names: only ever in this direction, the way back is a table.
#pragma once

#include <string>
#include <string_view>

namespace fraiseql::schema {

/// `created_at` → `createdAt`, `dns_1_id` → `dns1Id`; characters that a GraphQL Name cannot have
/// (GraphQL §2.1.9) act as separators, a leading digit gets an underscore before it.
std::string camel_case(std::string_view name);

/// `user_with_stats` → `UserWithStats`.
std::string pascal_case(std::string_view name);

/// The name of a list's element: `recent_posts` → `recent_post`, `stats` stays.
std::string singular(std::string_view word);

/// The name of many: `user` → `users`, `user_with_stats` → `user_with_stats`, `category` →
/// `categories`. Only the last word of a snake_case name changes.
std::string plural(std::string_view name);

/// Drops the prefix of a read relation: `v_user` → `user`, `tv_x`, `mv_x` alike; other names stay.
std::string_view entity_name(std::string_view relation);

/// Drops `pk_` or `fk_` from the name of a column or key.
std::string_view bare_column(std::string_view name);

/// Drops `p_` from a parameter's name.
std::string_view bare_parameter(std::string_view name);

}  // namespace fraiseql::schema
