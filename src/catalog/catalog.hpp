// SPDX-License-Identifier: MIT
// Catalog: an immutable picture of what a database contains and what its user may do with it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "catalog/function.hpp"
#include "catalog/oid.hpp"
#include "catalog/relation.hpp"
#include "catalog/type.hpp"

namespace fraiseql::catalog {

/// What Catalog is made from: the parts in any order.
struct CatalogParts {
    std::int32_t server_version = 0;
    std::string database;
    Role current_user;
    std::vector<std::string> search_path;
    std::string session_settings;
    std::vector<Relation> relations;
    std::vector<Type> types;
    std::vector<Function> functions;
    /// The functions of pg_catalog: for what views call, never for what an API exposes.
    std::vector<Function> builtin_functions;
};

/// Never changes after it was made, so that any thread may read it. Pointers that it returns live
/// as long as it does, and stay valid when it is moved.
class Catalog {
  public:
    explicit Catalog(CatalogParts parts);
    Catalog(Catalog&&) noexcept = default;
    Catalog& operator=(Catalog&&) noexcept = default;
    Catalog(const Catalog&) = delete;
    Catalog& operator=(const Catalog&) = delete;

    /// server_version_num: 150017 for 15.17.
    std::int32_t server_version() const noexcept { return parts_.server_version; }
    std::string_view database() const noexcept { return parts_.database; }
    const Role& current_user() const noexcept { return parts_.current_user; }
    /// Existing schemas of the search path, in order, without pg_catalog.
    std::span<const std::string> search_path() const noexcept { return parts_.search_path; }
    /// A hash of the settings of the user's sessions that answers may depend on: how values are
    /// written, and all that extensions and applications define.
    std::string_view session_settings() const noexcept { return parts_.session_settings; }

    /// Relations of non-system schemas, ordered by schema and name.
    std::span<const Relation> relations() const noexcept { return parts_.relations; }
    std::span<const Type> types() const noexcept { return parts_.types; }
    /// Functions of non-system schemas, ordered by schema, name and oid.
    std::span<const Function> functions() const noexcept { return parts_.functions; }

    /// Whether any function may leave something in its session, see Function::changes_session:
    /// triggers and others may call it.
    bool changes_sessions() const noexcept { return changes_sessions_; }

    /// Each returns the object of that oid, or nullptr. Functions include those of pg_catalog.
    const Relation* relation(Oid oid) const noexcept;
    const Type* type(Oid oid) const noexcept;
    const Function* function(Oid oid) const noexcept;

    /// Returns the relation or type of that name in that schema, or nullptr.
    const Relation* relation(std::string_view schema, std::string_view name) const;
    const Type* type(std::string_view schema, std::string_view name) const;
    /// Returns the overloads of that name in that schema; empty where there is none.
    std::vector<const Function*> functions(std::string_view schema, std::string_view name) const;
    /// Returns the relation that an unqualified `name` means under the search path, or nullptr.
    const Relation* visible_relation(std::string_view name) const;

    /// Returns the columns of a composite type or of a relation's row type; empty for others.
    std::span<const Column> row_columns(Oid type) const noexcept;
    /// Returns the type under any number of domains; the type itself where it is none.
    Oid base_type(Oid type) const noexcept;
    /// Returns how SQL names the type: `app.mood`, `text`, `integer[]` as `_int4`'s element
    /// `int4[]`.
    std::string type_name(Oid type) const;
    /// Returns `schema.name`, or `name` alone when the search path finds it.
    std::string display_name(const Relation& relation) const;

  private:
    CatalogParts parts_;
    bool changes_sessions_ = false;
    std::unordered_map<Oid, std::uint32_t> relations_by_oid_;
    std::unordered_map<Oid, std::uint32_t> types_by_oid_;
    std::unordered_map<Oid, std::uint32_t> functions_by_oid_;
    std::unordered_map<Oid, std::uint32_t> builtins_by_oid_;
    std::unordered_map<std::string, std::uint32_t> relations_by_name_;
    std::unordered_map<std::string, std::uint32_t> types_by_name_;
    std::unordered_map<std::string, std::vector<std::uint32_t>> functions_by_name_;
};

}  // namespace fraiseql::catalog
