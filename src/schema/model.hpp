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
#include "rewrite/views.hpp"
#include "schema/cache_rule.hpp"
#include "schema/leaf.hpp"
#include "schema/operator.hpp"
#include "schema/rule.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::detail {
// include/fraiseql/definition.hpp
struct definitions;
struct field_definition;
}  // namespace fraiseql::detail

namespace fraiseql::schema {

struct ComputedBinding;

/// A relation that clients read, and the GraphQL type of its rows.
struct Entity {
    const catalog::Relation* relation = nullptr;
    /// Name of the object type, or of the interface or union where rows differ in __typename.
    std::string type_name;
    /// The JSON document that carries the fields; none: the columns themselves are the fields.
    std::optional<catalog::AttributeNumber> document;
    /// The column behind `x(id:)`; none where no column identifies a row.
    std::optional<catalog::AttributeNumber> key;
    /// What reading it counts for, and single fields of it by name (`@cost`).
    std::uint32_t cost = 1;
    std::map<std::string, std::uint32_t> field_costs = {};
    /// Who may read its rows; nullptr: whoever may ask.
    const Guard* guard = nullptr;
    /// Of columns whose values are protected, whatever field shows them.
    std::map<catalog::AttributeNumber, const Guard*> column_guards = {};
    /// `@cache`: its answers may be kept; nullptr: they are not.
    std::shared_ptr<const CacheRule> cache = {};
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
    /// The value stands in `column` only: the document does not have it.
    bool beside_document = false;
    /// What asking for the field counts for, once for each object.
    std::uint32_t cost = 1;
    /// Who may see the value, and filter, order and aggregate by it; nullptr: whoever may ask.
    const Guard* guard = nullptr;
    /// Code of the application makes the value; nullptr: it is in the row.
    const ComputedBinding* computed = nullptr;
};

/// A field of a catalog type that code of the application answers.
struct ComputedBinding {
    const detail::field_definition* resolver = nullptr;
    /// What the code needs of the object, by the name that it has there.
    std::vector<std::pair<std::string, FieldBinding>> needs = {};
};

/// What a member of an input object stands for.
struct InputBinding {
    enum class Kind : std::uint8_t { And, Or, Not, Leaf, Operator, Object, List };
    Kind kind = Kind::Leaf;
    /// Leaf, Operator, Object and List: where the value is.
    FieldBinding value = {};
    /// Object and List: the input type of what is inside.
    std::string input_type = {};
    /// A condition on an aggregate: the type of what is aggregated; value.type is the result's.
    catalog::Oid operand_type = 0;
    /// Operator: what is asked of the value; a Leaf has operators inside.
    const Operator* op = nullptr;
};

/// A place in a document: keys from the top.
using DocumentPath = std::vector<std::string>;

/// What a field of a mutation's payload holds.
struct PayloadBinding {
    enum class Kind : std::uint8_t {
        /// The field is __typename.
        None,
        /// What the function returned; true where that is nothing.
        Result,
        /// A row of an entity, or several, read again.
        Entity,
        /// A part of the document that the function returned.
        Part,
        /// What went wrong, where the function says so in its result.
        Message,
        Code,
        FieldErrors,
        Details
    };
    Kind kind = Kind::None;
    /// Part: where it may be; the first that is not null counts.
    std::vector<DocumentPath> places = {};
    bool as_text = false;
    /// Part: an empty text stands for one that is not there.
    bool or_empty = false;
};

/// What the JSON under a place must be, where the object around it is there.
struct Expectation {
    DocumentPath place = {};
    /// After that many keys of `place` there is a list, each of whose elements is meant.
    std::vector<std::size_t> lists = {};
    /// `string`, `number`, … as jsonb_typeof says it: any of them.
    std::vector<std::string> types = {};
    /// The key must be there.
    bool required = false;
    /// Only where the verdict is that the function succeeded.
    bool of_success = false;
};

/// Where a function may give the row of a view that has a document, in place of the document.
struct RowPlace {
    DocumentPath place = {};
    /// There is a list of them.
    bool list = false;
    /// The column that has the document.
    std::string column = {};
};

/// What a function returns.
struct ResultBinding {
    enum class Kind : std::uint8_t {
        /// void, or a procedure.
        Nothing,
        /// A scalar, enum or array of them.
        Leaf,
        /// JSON, or a row shown as JSON.
        Document,
        /// Rows of the entity's own relation.
        EntityRows
    };
    /// How a result says by its value that the function failed.
    enum class Verdict : std::uint8_t {
        /// Not foreseen; JSON that says so all the same is an error.
        None,
        /// A boolean under `verdict_key`.
        Success,
        /// A word under `verdict_key`: `updated`, `noop:not_found`, … (mutation_result).
        Status,
        /// `success` or `error` under `verdict_key`.
        Type
    };

    Kind kind = Kind::Nothing;
    /// The function returns a set.
    bool list = false;
    /// Rows come as JSON already: json or jsonb, not a composite.
    bool json = false;
    Leaf leaf = {};
    Verdict verdict = Verdict::None;
    std::string verdict_key = {};
    /// With a verdict: the type of the union that stands for failure.
    std::string failure_type = {};
    /// The entity whose rows the result has, or whose key it is or has: in the latter case its row
    /// is read again from its relation.
    const Entity* entity = nullptr;
    /// Document: where the entity's key may be.
    std::vector<DocumentPath> key_places = {};
    /// Sets of rows that queries filter and order: the type whose inputs `where` and `orderBy`
    /// have.
    std::string row_type = {};
    /// JSON whose shape the function's comment tells: what has to hold for that to be true.
    std::vector<Expectation> expectations = {};
    std::vector<RowPlace> rows_at = {};
};

/// What becomes a parameter of a function: an argument, or a value of the request's context.
struct ArgumentBinding {
    /// How the value reaches the parameter: as it is; as JSON that becomes a row of a composite
    /// type, or an array of rows.
    enum class Form : std::uint8_t { Value, Row, Rows };

    /// Where it is among the arguments: the argument's name, or `@` and the key of the context; `@`
    /// alone is the context as a whole.
    std::string argument;
    /// The function's own name for it; empty where the call must be by position.
    std::string parameter;
    /// Value: the parameter's type. Row and Rows: the type of one row.
    sql::Fragment cast;
    Form form = Form::Value;
    /// The input type of the objects inside, whose members have names of their own in SQL.
    std::string input_type = {};
    bool variadic = false;
    catalog::Oid type = 0;

    bool from_context() const noexcept { return argument.starts_with('@'); }
};

/// What `@session` may say.
inline constexpr std::string_view kSessionActions[] = {
    "register",       "login",          "refresh",       "logout",        "revokeSession",
    "revokeSessions", "forgotPassword", "resetPassword", "verifyAddress", "changePassword"};

/// ArgumentBinding::argument of the parameter that gets the answer of a session: `p_answer`.
inline constexpr std::string_view kSessionAnswer = "@session answer";

/// A function that clients call, and what becomes of its result.
struct FunctionBinding {
    const catalog::Function* function = nullptr;
    std::vector<ArgumentBinding> arguments = {};
    ResultBinding result = {};
    /// For the transaction of a call: `serializable`, empty where it is as the server has it.
    std::string isolation = {};
    /// What the server does in its place (`@session`): one of kSessionActions; else empty. The
    /// function then only returns the answer.
    std::string session = {};
    /// Milliseconds that a call may take, or 0.
    std::uint32_t timeout = 0;
    /// What a call counts for (`@cost`).
    std::uint32_t cost = 1;
    /// Who may call it; nullptr: whoever may ask.
    const Guard* guard = nullptr;
};

/// What a field of Query or Mutation does.
struct RootBinding {
    enum class Kind : std::uint8_t { One, Many, Connection, Aggregate, Function, Resolver };
    Kind kind = Kind::Many;
    const Entity* entity = nullptr;
    const FunctionBinding* function = nullptr;
    /// Code of the application; in Model::definitions.
    const detail::field_definition* resolver = nullptr;
    /// Who may ask a resolver; nullptr: whoever may ask.
    const Guard* guard = nullptr;
};

/// A field of an object type, or a column beside its document: what rows can be filtered, ordered
/// and aggregated by.
struct Member {
    std::string name;
    std::optional<std::string> description = {};
    FieldBinding value = {};
    /// The object type of a nested object or list of objects; empty for leaves.
    std::string object = {};
    bool list = false;
};

/// What code reads by the database's own names: any relation, exposed to clients or not.
struct Relations {
    /// By oid; the type's name is `schema.name`, and those of what is inside begin with it. Their
    /// where and order inputs are among Model::inputs.
    std::map<catalog::Oid, Entity> entities = {};
    /// By type. The values of a row are those of its document, then the columns beside it.
    std::map<std::string, std::vector<Member>, std::less<>> members = {};
};

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
    /// The definitions of the views of `catalog`, which it refers to.
    std::shared_ptr<const rewrite::Views> views = {};
    std::shared_ptr<const graphql::Schema> schema = {};
    /// Deques: other parts point into them.
    std::deque<Entity> entities = {};
    std::deque<FunctionBinding> functions = {};
    std::deque<Rule> rules = {};
    std::deque<Guard> guards = {};
    /// What the application adds in code; nullptr: nothing.
    std::shared_ptr<const detail::definitions> definitions = {};
    std::deque<ComputedBinding> computed = {};
    /// By graphql::FieldDef::id.
    std::vector<FieldBinding> fields = {};
    std::vector<RootBinding> roots = {};
    std::vector<PayloadBinding> payload_fields = {};
    /// The members of where and order inputs, by input type and member.
    std::map<std::pair<std::string, std::string>, InputBinding> inputs = {};
    /// By graphql::NamedType::id; nullptr for types that are no entity.
    std::vector<const Entity*> entity_of_type = {};
    std::vector<Finding> findings = {};
    /// nullptr without ModelOptions::relations.
    std::shared_ptr<const Relations> relations = {};

    const FieldBinding& field(const graphql::FieldDef& def) const { return fields[def.id]; }
    const RootBinding& root(const graphql::FieldDef& def) const { return roots[def.id]; }
    /// Returns the entity whose rows are of the type, or nullptr.
    const Entity* entity(const graphql::NamedType& type) const { return entity_of_type[type.id]; }
    /// Returns the binding of an input's member, or nullptr.
    const InputBinding* input(const std::string& type, std::string_view member) const {
        auto found = inputs.find({type, std::string(member)});
        return found == inputs.end() ? nullptr : &found->second;
    }
};

/// How clients write conditions on a field: `title: {eq: …}`, or `title: …`, `title_contains: …`;
/// with Both, `title: {eq: …}`, `title_eq: …`, `title_contains: …`.
enum class FilterStyle : std::uint8_t { Nested, Suffix, Both };

struct ModelOptions {
    FilterStyle filters = FilterStyle::Nested;
    /// Whether the model is for code, too, that reads relations by name.
    bool relations = false;
    /// What the application adds in code; nullptr: nothing.
    std::shared_ptr<const detail::definitions> definitions = {};
};

/// Builds the API of a database. Fails only where going on would hide something: an unknown
/// annotation, two objects that claim one name, or nothing at all to expose.
Result<std::shared_ptr<const Model>> build_model(catalog::Catalog catalog,
                                                 const ModelOptions& options = {});

}  // namespace fraiseql::schema
