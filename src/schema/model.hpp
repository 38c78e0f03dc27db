// SPDX-License-Identifier: MIT
// Model: the GraphQL schema of a database together with what each of its fields means there.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "catalog/catalog.hpp"
#include "graphql/schema.hpp"
#include "lineage/lineage.hpp"
#include "schema/leaf.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::schema {

/// A relation that clients read, and the GraphQL type of its rows.
struct Entity {
    const catalog::Relation* relation = nullptr;
    /// Name of the object type, or of the interface or union where rows differ in __typename.
    std::string type_name;
    /// The JSON document that carries the fields; none: the columns themselves are the fields.
    std::optional<catalog::AttributeNumber> document;
    /// The column behind `x(id:)`; none where no column identifies a row.
    std::optional<catalog::AttributeNumber> key;
};

/// Where a field of an object type gets its value.
struct FieldBinding {
    /// The key of the document, or the column's name where the entity has no document.
    std::string key;
    /// A column of the entity that carries the same value; only at the top of the entity's rows.
    std::optional<catalog::AttributeNumber> column = {};
    /// Leaf fields: see Leaf::as_text.
    bool as_text = false;
    /// Leaf fields: the PostgreSQL type, an array type for lists. 0 for objects.
    catalog::Oid type = 0;
    /// The value may be NULL.
    bool nullable = true;
};

/// What a member of a where or order input stands for.
struct InputBinding {
    enum class Kind : std::uint8_t { And, Or, Not, Leaf, Object, List };
    Kind kind = Kind::Leaf;
    /// Leaf, Object and List: where the value is.
    FieldBinding value = {};
    /// Object and List: the input type of what is inside.
    std::string input_type = {};
};

/// An argument that becomes a parameter of a function.
struct ArgumentBinding {
    std::string argument;
    /// The function's own name for it; empty where the call must be by position.
    std::string parameter;
    sql::Fragment cast;
};

/// A function that clients call, and what becomes of its result.
struct FunctionBinding {
    const catalog::Function* function = nullptr;
    std::vector<ArgumentBinding> arguments;
    /// The function returns the key of this entity: the row is read again from its view.
    const Entity* entity = nullptr;
    /// The result as it is; nothing where the function returns void.
    std::optional<Leaf> result;
};

/// What a field of Query or Mutation does.
struct RootBinding {
    enum class Kind : std::uint8_t { One, Many, Connection, Function };
    Kind kind = Kind::Many;
    const Entity* entity = nullptr;
    const FunctionBinding* function = nullptr;
};

/// What a field of a mutation's payload holds.
enum class PayloadField : std::uint8_t { None, Result, Entity };

/// Something that was left out of the API, or typed less exactly than one would wish, and why.
struct Finding {
    /// "view public.v_post", "function public.fn_x(integer)".
    std::string subject;
    std::string message;
    std::string hint;
};

/// Immutable after build_model; shared by all workers.
struct Model {
    catalog::Catalog catalog;
    lineage::Lineage lineage = {};
    std::shared_ptr<const graphql::Schema> schema = {};
    /// Deques: other parts point into them.
    std::deque<Entity> entities = {};
    std::deque<FunctionBinding> functions = {};
    /// By graphql::FieldDef::id.
    std::vector<FieldBinding> fields = {};
    std::vector<RootBinding> roots = {};
    std::vector<PayloadField> payload_fields = {};
    /// The members of where and order inputs, by input type and member.
    std::map<std::pair<std::string, std::string>, InputBinding> inputs = {};
    /// By graphql::NamedType::id; nullptr for types that are no entity.
    std::vector<const Entity*> entity_of_type = {};
    std::vector<Finding> findings = {};

    const FieldBinding& field(const graphql::FieldDef& def) const { return fields[def.id]; }
    const RootBinding& root(const graphql::FieldDef& def) const { return roots[def.id]; }
    /// Returns the binding of an input's member, or nullptr.
    const InputBinding* input(const std::string& type, std::string_view member) const {
        auto found = inputs.find({type, std::string(member)});
        return found == inputs.end() ? nullptr : &found->second;
    }
};

/// Builds the API of a database. Fails only where going on would hide something: an unknown
/// annotation, two objects that claim one name, or nothing at all to expose.
Result<std::shared_ptr<const Model>> build_model(catalog::Catalog catalog);

}  // namespace fraiseql::schema
