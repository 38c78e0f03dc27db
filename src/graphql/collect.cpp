// SPDX-License-Identifier: MIT
#include "graphql/collect.hpp"

#include <unordered_map>

namespace fraiseql::graphql {
namespace {

bool condition_holds(const Directive& directive, const Condition& condition) {
    const Argument* argument = directive.argument("if");
    return argument != nullptr && condition(argument->value);
}

/// One collection. Fragments may nest as deep as there are definitions, so the selections still to
/// visit stand on a stack of our own.
class Collection {
  public:
    Collection(const Schema& schema, const Document& document, const NamedType& object,
               const Condition& condition)
        : schema_(schema), document_(document), object_(object), condition_(condition) {}

    void add(const SelectionSet& set) {
        open_.push_back(set.selections);
        while (!open_.empty()) {
            if (open_.back().empty()) {
                open_.pop_back();
                continue;
            }
            const Selection& selection = open_.back().front();
            open_.back() = open_.back().subspan(1);
            visit(selection);
        }
    }

    std::vector<FieldGroup> take() { return std::move(groups_); }

  private:
    void visit(const Selection& selection) {
        switch (selection.kind) {
            case Selection::Kind::Field:
                if (is_included(selection.field->directives, condition_))
                    add_field(*selection.field);
                return;
            case Selection::Kind::FragmentSpread:
                return enter(*selection.fragment_spread);
            case Selection::Kind::InlineFragment: {
                const InlineFragment& fragment = *selection.inline_fragment;
                if (is_included(fragment.directives, condition_) &&
                    applies(fragment.type_condition))
                    open_.push_back(fragment.selections.selections);
                return;
            }
        }
    }

    void enter(const FragmentSpread& spread) {
        if (spread.fragment == nullptr || !is_included(spread.directives, condition_)) return;
        if (visited_.empty()) visited_.resize(document_.fragments.size());
        const std::size_t index = document_.index_of(*spread.fragment);
        if (visited_[index]) return;
        visited_[index] = true;
        if (applies(spread.fragment->type_condition))
            open_.push_back(spread.fragment->selections.selections);
    }

    bool applies(std::string_view type_condition) const {
        if (type_condition.empty() || type_condition == object_.name) return true;
        const NamedType* type = schema_.type(type_condition);
        return type != nullptr && type->is_possible(object_);
    }

    void add_field(const Field& field) {
        if (FieldGroup* group = find(field.response_key())) return group->nodes.push_back(&field);
        groups_.push_back({field.response_key(), schema_.field(object_, field.name), {&field}});
        if (groups_.size() > kFew) by_key_.emplace(field.response_key(), groups_.size() - 1);
        if (groups_.size() == kFew + 1)
            for (std::size_t i = 0; i < kFew; ++i)
                by_key_.emplace(groups_[i].response_key, i);
    }

    FieldGroup* find(std::string_view key) {
        if (groups_.size() > kFew) {
            auto found = by_key_.find(key);
            return found == by_key_.end() ? nullptr : &groups_[found->second];
        }
        for (FieldGroup& group : groups_)
            if (group.response_key == key) return &group;
        return nullptr;
    }

    /// Up to so many groups, comparing each is quicker than hashing.
    static constexpr std::size_t kFew = 12;

    const Schema& schema_;
    const Document& document_;
    const NamedType& object_;
    const Condition& condition_;
    std::vector<std::span<const Selection>> open_;
    std::vector<bool> visited_;
    std::vector<FieldGroup> groups_;
    std::unordered_map<std::string_view, std::size_t> by_key_;
};

}  // namespace

Condition condition_of(const json::Value& variables) {
    return [&variables](const Value& value) {
        if (value.kind != Value::Kind::Variable) return value.text == "true";
        const json::Value* found = variables.find(value.text);
        return found != nullptr && found->kind == json::Value::Kind::True;
    };
}

bool is_included(std::span<const Directive> directives, const Condition& condition) {
    for (const Directive& directive : directives) {
        if (directive.name == "skip" && condition_holds(directive, condition)) return false;
        if (directive.name == "include" && !condition_holds(directive, condition)) return false;
    }
    return true;
}

std::vector<FieldGroup> collect_fields(const Schema& schema, const Document& document,
                                       const NamedType& object,
                                       std::span<const SelectionSet* const> sets,
                                       const Condition& condition) {
    Collection collection(schema, document, object, condition);
    for (const SelectionSet* set : sets)
        collection.add(*set);
    return collection.take();
}

std::vector<FieldGroup> collect_subfields(const Schema& schema, const Document& document,
                                          const NamedType& object, const FieldGroup& group,
                                          const Condition& condition) {
    Collection collection(schema, document, object, condition);
    for (const Field* node : group.nodes)
        collection.add(node->selections);
    return collection.take();
}

}  // namespace fraiseql::graphql
