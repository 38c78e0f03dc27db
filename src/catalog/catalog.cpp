// SPDX-License-Identifier: MIT
#include "catalog/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace fraiseql::catalog {
namespace {

/// One key for a pair of names; no name contains a NUL.
std::string qualified(std::string_view schema, std::string_view name) {
    std::string key;
    key.reserve(schema.size() + name.size() + 1);
    return key.append(schema).append(1, '\0').append(name);
}

template <class Object>
void index_by_oid(const std::vector<Object>& objects,
                  std::unordered_map<Oid, std::uint32_t>& by_oid) {
    by_oid.reserve(objects.size());
    for (std::uint32_t i = 0; i < objects.size(); ++i)
        by_oid.emplace(objects[i].oid, i);
}

template <class Object>
void index_by_name(const std::vector<Object>& objects,
                   std::unordered_map<std::string, std::uint32_t>& by_name) {
    by_name.reserve(objects.size());
    for (std::uint32_t i = 0; i < objects.size(); ++i) {
        by_name.emplace(qualified(objects[i].schema, objects[i].name), i);
    }
}

template <class Object, class Key>
const Object* look_up(const std::vector<Object>& objects,
                      const std::unordered_map<Key, std::uint32_t>& index, const Key& key) {
    auto found = index.find(key);
    return found == index.end() ? nullptr : &objects[found->second];
}

}  // namespace

const Column* Relation::column(std::string_view wanted) const noexcept {
    auto found = std::ranges::find(columns, wanted, &Column::name);
    return found == columns.end() ? nullptr : &*found;
}

const Column* Relation::column(AttributeNumber wanted) const noexcept {
    auto found = std::ranges::lower_bound(columns, wanted, {}, &Column::number);
    return found == columns.end() || found->number != wanted ? nullptr : &*found;
}

const Index* Relation::primary_key() const noexcept {
    auto found = std::ranges::find(indexes, true, &Index::primary);
    return found == indexes.end() ? nullptr : &*found;
}

std::string_view describe(Relation::Kind kind) noexcept {
    switch (kind) {
        case Relation::Kind::Table:
            return "table";
        case Relation::Kind::PartitionedTable:
            return "partitioned table";
        case Relation::Kind::View:
            return "view";
        case Relation::Kind::MaterializedView:
            return "materialized view";
        case Relation::Kind::ForeignTable:
            return "foreign table";
    }
    return "relation";
}

bool Function::sets_search_path() const noexcept {
    return std::ranges::any_of(config,
                               [](const auto& entry) { return entry.first == "search_path"; });
}

Catalog::Catalog(CatalogParts parts) : parts_(std::move(parts)) {
    auto by_name = [](const auto& a, const auto& b) {
        return std::tie(a.schema, a.name, a.oid) < std::tie(b.schema, b.name, b.oid);
    };
    std::ranges::sort(parts_.relations, by_name);
    std::ranges::sort(parts_.types, by_name);
    std::ranges::sort(parts_.functions, by_name);
    for (Relation& relation : parts_.relations) {
        std::ranges::sort(relation.columns, {}, &Column::number);
    }
    changes_sessions_ = std::ranges::any_of(parts_.functions, &Function::changes_session);
    index_by_oid(parts_.relations, relations_by_oid_);
    index_by_oid(parts_.types, types_by_oid_);
    index_by_oid(parts_.functions, functions_by_oid_);
    index_by_oid(parts_.builtin_functions, builtins_by_oid_);
    index_by_name(parts_.relations, relations_by_name_);
    index_by_name(parts_.types, types_by_name_);
    for (std::uint32_t i = 0; i < parts_.functions.size(); ++i) {
        const Function& function = parts_.functions[i];
        functions_by_name_[qualified(function.schema, function.name)].push_back(i);
    }
}

const Relation* Catalog::relation(Oid oid) const noexcept {
    return look_up(parts_.relations, relations_by_oid_, oid);
}

const Type* Catalog::type(Oid oid) const noexcept {
    return look_up(parts_.types, types_by_oid_, oid);
}

const Function* Catalog::function(Oid oid) const noexcept {
    const Function* own = look_up(parts_.functions, functions_by_oid_, oid);
    return own != nullptr ? own : look_up(parts_.builtin_functions, builtins_by_oid_, oid);
}

const Relation* Catalog::relation(std::string_view schema, std::string_view name) const {
    return look_up(parts_.relations, relations_by_name_, qualified(schema, name));
}

const Type* Catalog::type(std::string_view schema, std::string_view name) const {
    return look_up(parts_.types, types_by_name_, qualified(schema, name));
}

std::vector<const Function*> Catalog::functions(std::string_view schema,
                                                std::string_view name) const {
    std::vector<const Function*> out;
    auto found = functions_by_name_.find(qualified(schema, name));
    if (found == functions_by_name_.end()) return out;
    for (std::uint32_t i : found->second)
        out.push_back(&parts_.functions[i]);
    return out;
}

const Relation* Catalog::visible_relation(std::string_view name) const {
    for (const std::string& schema : parts_.search_path) {
        if (const Relation* found = relation(schema, name)) return found;
    }
    return nullptr;
}

std::span<const Column> Catalog::row_columns(Oid oid) const noexcept {
    const Type* found = type(base_type(oid));
    if (found == nullptr || found->kind != Type::Kind::Composite) return {};
    const Relation* owner = found->relation != 0 ? relation(found->relation) : nullptr;
    return owner != nullptr ? owner->columns : found->attributes;
}

Oid Catalog::base_type(Oid oid) const noexcept {
    // Domains cannot form a cycle in PostgreSQL, but a snapshot from a file could.
    for (int depth = 0; depth < 64; ++depth) {
        const Type* found = type(oid);
        if (found == nullptr || found->kind != Type::Kind::Domain || found->base == 0) return oid;
        oid = found->base;
    }
    return oid;
}

std::string Catalog::type_name(Oid oid) const {
    const Type* found = type(oid);
    if (found == nullptr) return fmt::format("type {}", oid);
    if (found->kind == Type::Kind::Array) {
        const Type* element = type(found->element);
        if (element != nullptr && element->kind != Type::Kind::Array) {
            return type_name(found->element) + "[]";
        }
    }
    if (found->schema == "pg_catalog") return found->name;
    for (const std::string& schema : parts_.search_path) {
        const Type* visible = type(schema, found->name);
        if (visible == found) return found->name;
        if (visible != nullptr) break;
    }
    return found->schema + "." + found->name;
}

std::string Catalog::display_name(const Relation& named) const {
    const Relation* visible = visible_relation(named.name);
    return visible != nullptr && visible->oid == named.oid ? named.name
                                                           : named.schema + "." + named.name;
}

}  // namespace fraiseql::catalog
