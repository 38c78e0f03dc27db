// SPDX-License-Identifier: MIT
#include "plan/access.hpp"

#include <fmt/format.h>

#include "plan/plan.hpp"

namespace fraiseql::plan {
namespace {

/// Walks a coerced value along its type.
class ArgumentWalk {
  public:
    ArgumentWalk(const schema::Model& model, const Denied& denied, std::vector<Error>& errors)
        : model_(model), denied_(denied), errors_(errors) {}

    /// `place` is the path of the field.
    void field(const graphql::FieldGroup& group, const json::Value& arguments, Path place) {
        place_ = std::move(place);
        for (const graphql::InputValueDef& argument : group.definition->args)
            if (const json::Value* value = arguments.find(argument.name))
                this->value(*argument.type, *value, {std::string(argument.name)});
    }

  private:
    /// `path` leads to the value.
    void value(const graphql::Type& type, const json::Value& value, const Path& path) {
        const graphql::Type& bare = *type.nullable();
        if (bare.is_list()) {
            for (const json::Value& item : value.items)
                this->value(*bare.of, item, path);
            return;
        }
        if (bare.named->kind != graphql::TypeKind::InputObject) return;
        const std::string type_name(bare.named->name);
        for (const json::Member& member : value.members) {
            const graphql::InputValueDef* field = bare.named->input_field(member.name);
            if (field == nullptr) continue;
            Path inner = path;
            inner.emplace_back(std::string(member.name));
            if (const schema::InputBinding* binding = model_.input(type_name, member.name))
                check(binding->value.guard, inner);
            this->value(*field->type, member.value, inner);
        }
    }

    void check(const schema::Guard* guard, const Path& path) {
        const schema::Rule* rule = first_denied(guard, denied_);
        if (rule == nullptr) return;
        errors_.push_back(forbidden(*guard, *rule, "be used to filter, order or group"));
        errors_.back().path = place_;
        errors_.back().input = path;
    }

    const schema::Model& model_;
    const Denied& denied_;
    std::vector<Error>& errors_;
    Path place_ = {};
};

}  // namespace

const schema::Rule* first_denied(const schema::Guard* guard, const Denied& denied) {
    if (guard == nullptr) return nullptr;
    for (const schema::Rule* rule : guard->rules)
        if (rule->id < denied.size() && denied[rule->id]) return rule;
    return nullptr;
}

Error forbidden(const schema::Guard& guard, const schema::Rule& rule, std::string_view use) {
    const std::string takes = schema::describe(rule);
    return {.code = ErrorCode::Forbidden,
            .message = fmt::format("{} may not {}.", guard.subject, use),
            .hint = takes.empty() ? "" : fmt::format("It takes {}.", takes)};
}

std::vector<Error> refuse_arguments(const schema::Model& model, const Plan& plan,
                                    std::span<const json::Value> arguments, const Denied& denied) {
    std::vector<Error> errors;
    ArgumentWalk walk(model, denied, errors);
    for (std::size_t i = 0; i < plan.roots.size(); ++i)
        if (plan.roots[i].kind == Root::Kind::Read || plan.roots[i].kind == Root::Kind::Call)
            walk.field(plan.roots[i].group, arguments[i], {plan.roots[i].response_key});
    for (std::uint32_t i = 0; i < plan.lists.size(); ++i)
        walk.field(plan.lists[i].group, arguments[plan.arguments_of_list(i)], plan.lists[i].path);
    return errors;
}

}  // namespace fraiseql::plan
