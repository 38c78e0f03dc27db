// SPDX-License-Identifier: MIT
// Plan: what an operation asks of the database, resolved to relations, columns and functions.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "graphql/collect.hpp"
#include "plan/access.hpp"
#include "plan/limits.hpp"
#include "schema/model.hpp"

namespace fraiseql::plan {

struct Output;

/// What is wanted of an object of one type. A field of an interface or union has one branch for
/// each type that its value may have.
struct Branch {
    const graphql::NamedType* type = nullptr;
    // Output is incomplete here: an initializer would need it.
    std::vector<Output> outputs;
    /// The document as it is, in place of outputs: for code.
    bool whole = false;
};

/// One member of an object in the response, under its response key.
struct Output {
    std::string response_key;
    /// nullptr: the member is __typename.
    const graphql::FieldDef* field = nullptr;
    const schema::FieldBinding* binding = nullptr;
    /// Empty for scalars, enums and lists of them.
    std::vector<Branch> branches = {};
    /// Index into Plan::lists, for a list of objects that was given arguments.
    std::optional<std::uint32_t> list = {};
    /// Rules that do not hold: the value is null, but in rows that meet their conditions.
    std::vector<const schema::Rule*> masks = {};
};

/// A list inside a document of which a part is asked for.
struct List {
    graphql::FieldGroup group = {};
    /// The response keys that lead to it, from the root field's on.
    Path path = {};
};

/// A row or rows of an entity.
struct Read {
    enum class Kind : std::uint8_t { One, Many, Connection, Aggregate };

    const schema::Entity* entity = nullptr;
    Kind kind = Kind::One;
    /// What is wanted of a row; of the connection object where it is one.
    std::vector<Branch> branches = {};
    /// Rules that do not hold: only rows that meet their conditions are there.
    std::vector<const schema::Rule*> row_rules = {};
};

/// A member of a mutation's payload.
struct PayloadOutput {
    std::string response_key;
    /// nullptr: the member is __typename.
    const graphql::FieldDef* field = nullptr;
    const schema::PayloadBinding* binding = nullptr;
    /// What is wanted of an object or a list of them.
    std::vector<Branch> branches = {};
};

/// What is wanted of a payload of one type; of a union, there is one for each of its types.
struct PayloadBranch {
    const graphql::NamedType* type = nullptr;
    std::vector<PayloadOutput> outputs = {};
};

/// A call of a function, and what is wanted of its result.
struct Call {
    const schema::FunctionBinding* function = nullptr;
    /// Mutations.
    std::vector<PayloadBranch> payload = {};
    /// Queries: the field's own type, and what is wanted of its objects.
    const graphql::Type* type = nullptr;
    std::vector<Branch> branches = {};
    /// For the rows of the entity that the result is or names, as of a read.
    std::vector<const schema::Rule*> row_rules = {};
};

/// A question to code of the application, and what is wanted of its answer.
struct Resolve {
    const detail::field_definition* resolver = nullptr;
    std::vector<Branch> branches = {};
};

/// A field of the operation's root type.
struct Root {
    enum class Kind : std::uint8_t { Typename, Introspection, Read, Call, Resolve };
    Kind kind = Kind::Typename;
    std::string response_key = {};
    /// The merged field nodes: for arguments, locations and introspection. They live in the
    /// document's arena.
    graphql::FieldGroup group = {};
    Read read = {};
    Call call = {};
    Resolve resolve = {};
};

/// A whole operation. Points into the model and the document: both must outlive it.
struct Plan {
    graphql::OperationType type = graphql::OperationType::Query;
    /// Name of the root type, for __typename.
    std::string root_type = {};
    std::vector<Root> roots = {};
    /// The rules on everything that is selected, whether they hold or not, by their ids.
    std::set<std::uint32_t> rules = {};
    /// What may not be selected; then the plan must not run.
    std::vector<Error> refusals = {};
    std::vector<List> lists = {};
    /// One of the roots is a Resolve.
    bool has_resolvers = false;
    /// One of the outputs is computed by code.
    bool has_computed = false;

    /// The arguments of a request stand in one array: those of the roots, then those of the lists.
    std::size_t argument_count() const noexcept { return roots.size() + lists.size(); }
    std::size_t arguments_of_list(std::uint32_t list) const noexcept { return roots.size() + list; }
};

/// Resolves `operation`, which must be valid. `condition` decides @skip and @include: the plan is
/// good for all requests that decide them alike, and to whom the same of its rules are `denied`.
/// Fails with QueryTooComplex where the operation is deeper or wider than `limits` allow; the path
/// of the error begins with a root field.
Result<Plan> plan_operation(const schema::Model& model, const graphql::Document& document,
                            const graphql::OperationDefinition& operation,
                            const graphql::Condition& condition, const Limits& limits = {},
                            const Denied& denied = {});

}  // namespace fraiseql::plan
