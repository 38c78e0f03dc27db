// SPDX-License-Identifier: MIT
// Leaf: how a PostgreSQL type shows in GraphQL, and how input is cast back to it.
#pragma once

#include <string>
#include <string_view>

#include "catalog/catalog.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::schema {

/// The GraphQL side of one PostgreSQL type.
struct Leaf {
    /// Name of a scalar or enum.
    std::string type;
    /// A PostgreSQL array: the field is a list of `type` with nullable items.
    bool list = false;
    /// The value must be a JSON string although the type's own JSON form may be another: an ID
    /// over an integer key (GraphQL §3.5.5).
    bool as_text = false;
    /// The type as SQL text for `$1::…`; empty where the type takes no input.
    sql::Fragment cast = {};
};

/// Returns the leaf of `type` when it stands under the name `name`: keys (`id`, `…_id`, `pk_…`,
/// `fk_…`) of integer, text or uuid type are ID. A domain called like a scalar (email_address, url)
/// is that scalar. A type without a mapping is the scalar JSON.
Leaf leaf_of(const catalog::Catalog& catalog, catalog::Oid type, std::string_view name);

/// Returns the type's name as SQL text, quoted and qualified where it must be.
sql::Fragment type_text(const catalog::Catalog& catalog, catalog::Oid type);

/// Whether the labels of an enum can be GraphQL enum values as they are (GraphQL §3.9).
bool is_graphql_enum(const catalog::Type& type);

}  // namespace fraiseql::schema
