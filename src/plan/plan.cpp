// SPDX-License-Identifier: MIT
#include "plan/plan.hpp"

#include <fmt/format.h>

#include <array>
#include <map>
#include <utility>

#include "fraiseql/definition.hpp"
#include "graphql/source.hpp"
#include "schema/row_order.hpp"

namespace fraiseql::plan {
namespace {

using graphql::FieldGroup;
using graphql::NamedType;

/// Response fields of a plan; of an abstract type, those of each type.
constexpr std::size_t kMaxFields = 20'000;

class Planner {
  public:
    Planner(const schema::Model& model, const graphql::Document& document,
            const graphql::Condition& condition, const Limits& limits, const Denied& denied,
            Plan& plan)
        : model_(model),
          document_(document),
          condition_(condition),
          limits_(limits),
          denied_(denied),
          plan_(plan),
          writes_(plan.type == graphql::OperationType::Mutation) {}

    Root root(const FieldGroup& group) {
        path_ = {std::string(group.response_key)};
        count(group);
        Root root{.response_key = std::string(group.response_key), .group = group};
        const graphql::FieldDef& field = *group.definition;
        if (&field == &model_.schema->typename_field()) return root;
        if (&field == &model_.schema->schema_field() || &field == &model_.schema->type_field()) {
            root.kind = Root::Kind::Introspection;
            return root;
        }
        const schema::RootBinding& binding = model_.root(field);
        if (binding.kind == schema::RootBinding::Kind::Resolver) {
            root.kind = Root::Kind::Resolve;
            root.resolve = resolve(binding, group);
        } else if (binding.kind == schema::RootBinding::Kind::Function) {
            root.kind = Root::Kind::Call;
            root.call = call(*binding.function, group);
        } else {
            root.kind = Root::Kind::Read;
            root.read = read(*binding.entity, read_kind(binding.kind), group);
        }
        return root;
    }

    /// What is too much about the operation; from then on nothing is added.
    std::optional<Error> refusal = {};

  private:
    static Read::Kind read_kind(schema::RootBinding::Kind kind) {
        switch (kind) {
            case schema::RootBinding::Kind::Many:
                return Read::Kind::Many;
            case schema::RootBinding::Kind::Connection:
                return Read::Kind::Connection;
            case schema::RootBinding::Kind::Aggregate:
                return Read::Kind::Aggregate;
            case schema::RootBinding::Kind::One:
            case schema::RootBinding::Kind::Function:
            case schema::RootBinding::Kind::Resolver:
                break;
        }
        return Read::Kind::One;
    }

    Read read(const schema::Entity& entity, Read::Kind kind, const FieldGroup& group) {
        Read out{.entity = &entity, .kind = kind};
        out.row_rules = require(entity.guard, group, kRows);
        // What finds a row, or is in its cursor, tells about the key.
        if (kind == Read::Kind::One) require_column(entity, *entity.key, group);
        if (kind == Read::Kind::Connection)
            for (const catalog::Column* column : schema::distinguishing_columns(entity))
                require_column(entity, column->number, group);
        aggregate_ = kind == Read::Kind::Aggregate;
        out.branches = branches(group);
        aggregate_ = false;
        return out;
    }

    void require_column(const schema::Entity& entity, catalog::AttributeNumber column,
                        const FieldGroup& group) {
        if (auto guard = entity.column_guards.find(column); guard != entity.column_guards.end())
            require(guard->second, group, kNever);
    }

    /// Of rows that code has fetched nobody knows whose they are: what is denied is refused.
    Resolve resolve(const schema::RootBinding& binding, const FieldGroup& group) {
        require(binding.guard, group, kNever);
        require(guard_of_type(group), group, kNever);
        Resolve out{.resolver = binding.resolver};
        plan_.has_resolvers = true;
        resolves_ = true;
        out.branches = branches(group);
        resolves_ = false;
        return out;
    }

    Call call(const schema::FunctionBinding& function, const FieldGroup& group) {
        require(function.guard, group, kNever);
        return writes_ ? mutation_call(function, group) : query_call(function, group);
    }

    Call query_call(const schema::FunctionBinding& function, const FieldGroup& group) {
        Call call{.function = &function, .type = group.definition->type};
        if (const schema::Entity* entity = function.result.entity)
            call.row_rules = require(entity->guard, group, kRows);
        call.branches = branches(group);
        return call;
    }

    Call mutation_call(const schema::FunctionBinding& function, const FieldGroup& group) {
        Call call{.function = &function};
        for (const NamedType* type : group.definition->type->named->possible_types) {
            PayloadBranch& branch = call.payload.emplace_back(PayloadBranch{.type = type});
            for (const FieldGroup& member :
                 graphql::collect_subfields(*model_.schema, document_, *type, group, condition_)) {
                PayloadOutput output{.response_key = std::string(member.response_key)};
                if (!count(member)) return call;
                if (member.definition != &model_.schema->typename_field()) {
                    output.field = member.definition;
                    output.binding = &model_.payload_fields[member.definition->id];
                    path_.emplace_back(output.response_key);
                    const bool entity =
                        output.binding->kind == schema::PayloadBinding::Kind::Entity;
                    auto narrowing =
                        require(guard_of_type(member), member, entity ? kRows : kNever);
                    if (entity) call.row_rules = std::move(narrowing);
                    output.branches = branches(member);
                    path_.pop_back();
                }
                branch.outputs.push_back(std::move(output));
            }
        }
        return call;
    }

    std::vector<Branch> branches(const FieldGroup& group) {
        const NamedType& type = *group.definition->type->named;
        std::vector<Branch> out;
        if (!type.is_composite()) return out;
        ++depth_;
        for (const NamedType* possible : type.possible_types) {
            // A member of a union may be another view's type.
            if (const schema::Entity* entity = model_.entity_of_type[possible->id];
                entity != nullptr && type.is_abstract())
                require(entity->guard, group, kNever);
            out.push_back({.type = possible, .outputs = outputs(*possible, group)});
        }
        --depth_;
        if (plan_.has_computed && out.size() > 1) refuse_ambiguous(out, group);
        return out;
    }

    /// What code computes must be told from what is in the row by its response key alone.
    void refuse_ambiguous(const std::vector<Branch>& branches, const FieldGroup& group) {
        std::map<std::string_view, const schema::ComputedBinding*> seen;
        for (const Branch& branch : branches)
            for (const Output& output : branch.outputs) {
                if (output.field == nullptr) continue;
                const auto [known, added] =
                    seen.emplace(output.response_key, output.binding->computed);
                if (added || known->second == output.binding->computed) continue;
                plan_.refusals.push_back(
                    {.code = ErrorCode::BadUserInput,
                     .message =
                         fmt::format("\"{}\" is computed by code for one type and is not for "
                                     "another.",
                                     output.response_key),
                     .hint = "Give the two an alias each.",
                     .locations = {graphql::locate(document_.source, group.node().offset)},
                     .path = path_});
            }
    }

    std::vector<Output> outputs(const NamedType& type, const FieldGroup& group) {
        std::vector<Output> out;
        for (const FieldGroup& member :
             graphql::collect_subfields(*model_.schema, document_, type, group, condition_)) {
            if (!count(member)) return out;
            Output output{.response_key = std::string(member.response_key)};
            if (member.definition != &model_.schema->typename_field()) {
                output.field = member.definition;
                output.binding = &model_.field(*member.definition);
                path_.emplace_back(output.response_key);
                if (output.binding->computed != nullptr)
                    compute(output, member);
                else
                    find(output, member);
                path_.pop_back();
            }
            out.push_back(std::move(output));
        }
        return out;
    }

    /// A value that is in the row.
    void find(Output& output, const FieldGroup& member) {
        output.list = list(member);
        output.masks =
            require(output.binding->guard, member, aggregate_ || resolves_ ? kNever : kMasks);
        // A row inside another document: its view's conditions cannot be looked at there.
        // What has no key (`nodes`, `edges`) is made of rows that were read as such.
        if (!output.binding->key.empty()) require(guard_of_type(member), member, kNever);
        output.branches = branches(member);
    }

    /// A value that code makes of others in the row.
    void compute(Output& output, const FieldGroup& member) {
        plan_.has_computed = true;
        if (resolves_)
            plan_.refusals.push_back(
                {.code = ErrorCode::BadUserInput,
                 .message = "A field that code computes is not there in what code has made.",
                 .hint = "Ask for it where the object is read from the database.",
                 .locations = {graphql::locate(document_.source, member.node().offset)},
                 .path = path_});
        require(output.binding->guard, member, kNever);
        require(guard_of_type(member), member, kNever);
        const bool before = std::exchange(resolves_, true);
        output.branches = branches(member);
        resolves_ = before;
    }

    void refuse(std::string message, std::string hint) {
        if (!refusal)
            refusal = Error{.code = ErrorCode::QueryTooComplex,
                            .message = std::move(message),
                            .hint = std::move(hint),
                            .path = {path_.front()}};
    }

    /// Fragments may multiply: what a plan holds is bounded while it is made.
    bool count(const FieldGroup& group) {
        if (++fields_ > kMaxFields)
            refuse(fmt::format("The operation has more than {} fields.", kMaxFields),
                   "Fragments count wherever they are spread; send several operations.");
        if (group.response_key != group.definition->name && ++aliases_ > limits_.aliases)
            refuse(fmt::format("The operation has more than {} aliases.", limits_.aliases),
                   "Ask for many rows with one list field, or send several operations.");
        if (depth_ > limits_.depth)
            refuse(fmt::format("The operation is deeper than {} fields.", limits_.depth),
                   "Ask for what is further inside with another operation.");
        return !refusal;
    }

    std::optional<std::uint32_t> list(const FieldGroup& member) {
        const graphql::Type& type = *member.definition->type;
        if (!type.nullable()->is_list() || !type.named->is_composite()) return std::nullopt;
        if (member.node().arguments.empty()) return std::nullopt;
        if (resolves_) {
            plan_.refusals.push_back(
                {.code = ErrorCode::BadUserInput,
                 .message = "A list that code has made cannot be filtered, ordered or cut.",
                 .hint = "Leave the arguments out.",
                 .locations = {graphql::locate(document_.source, member.node().offset)},
                 .path = path_});
            return std::nullopt;
        }
        plan_.lists.push_back({.group = member, .path = path_});
        return static_cast<std::uint32_t>(plan_.lists.size() - 1);
    }

    /// Whether a denied rule may leave out rows, or values, or refuses in any case.
    enum class Leeway : std::uint8_t { Rows, Masks, Never };
    static constexpr Leeway kRows = Leeway::Rows;
    static constexpr Leeway kMasks = Leeway::Masks;
    static constexpr Leeway kNever = Leeway::Never;

    /// Returns the denied rules that `leeway` lets narrow what is there; others are refusals.
    std::vector<const schema::Rule*> require(const schema::Guard* guard, const FieldGroup& group,
                                             Leeway leeway) {
        std::vector<const schema::Rule*> narrowing;
        if (guard == nullptr) return narrowing;
        for (const schema::Rule* rule : guard->rules) {
            plan_.rules.insert(rule->id);
            if (rule->id >= denied_.size() || !denied_[rule->id]) continue;
            if (leeway != kNever && rule->narrows()) {
                narrowing.push_back(rule);
                continue;
            }
            Error error = forbidden(*guard, *rule, aggregate_ ? "be aggregated" : "be asked for");
            error.path = path_;
            error.locations = {graphql::locate(document_.source, group.node().offset)};
            plan_.refusals.push_back(std::move(error));
        }
        return narrowing;
    }

    const schema::Guard* guard_of_type(const FieldGroup& group) const {
        const schema::Entity* entity = model_.entity_of_type[group.definition->type->named->id];
        return entity == nullptr ? nullptr : entity->guard;
    }

    const schema::Model& model_;
    const graphql::Document& document_;
    const graphql::Condition& condition_;
    const Limits& limits_;
    const Denied& denied_;
    Plan& plan_;
    /// Response keys down to the field that is looked at.
    Path path_ = {};
    bool writes_;
    bool aggregate_ = false;
    bool resolves_ = false;
    std::size_t fields_ = 0;
    std::size_t aliases_ = 0;
    std::size_t depth_ = 1;
};

}  // namespace

Result<Plan> plan_operation(const schema::Model& model, const graphql::Document& document,
                            const graphql::OperationDefinition& operation,
                            const graphql::Condition& condition, const Limits& limits,
                            const Denied& denied) {
    const NamedType& root_type = *model.schema->root(operation.type);
    Plan plan{.type = operation.type, .root_type = std::string(root_type.name)};
    Planner planner(model, document, condition, limits, denied, plan);
    const std::array sets{&operation.selections};
    for (const FieldGroup& group :
         graphql::collect_fields(*model.schema, document, root_type, sets, condition)) {
        plan.roots.push_back(planner.root(group));
        if (planner.refusal) return fail(*planner.refusal);
        if (plan.roots.size() > limits.root_fields)
            return fail(Error{.code = ErrorCode::QueryTooComplex,
                              .message = fmt::format("The operation has more than {} root fields.",
                                                     limits.root_fields),
                              .hint = "Send several operations.",
                              .path = {plan.roots.back().response_key}});
    }
    return plan;
}

}  // namespace fraiseql::plan
