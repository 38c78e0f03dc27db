// SPDX-License-Identifier: MIT
// The one pass of validation: it knows the types, the rules look.
#include "graphql/validate.hpp"

#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

/// The rules' functions by place, without the empty ones.
struct RulePlaces {
    std::vector<decltype(Rule::document)> document;
    std::vector<decltype(Rule::operation)> operation;
    std::vector<decltype(Rule::variable)> variable;
    std::vector<decltype(Rule::type_name)> type_name;
    std::vector<decltype(Rule::type_condition)> type_condition;
    std::vector<decltype(Rule::field)> field;
    std::vector<decltype(Rule::spread)> spread;
    std::vector<decltype(Rule::fragment_use)> fragment_use;
    std::vector<decltype(Rule::directives)> directives;
    std::vector<decltype(Rule::argument_names)> argument_names;
    std::vector<decltype(Rule::arguments)> arguments;
    std::vector<decltype(Rule::value)> value;
    std::vector<decltype(Rule::object_value)> object_value;
    std::vector<decltype(Rule::reachable)> reachable;
    std::vector<decltype(Rule::finish)> finish;

    RulePlaces() {
        const auto add = [](auto& place, auto function) {
            if (function != nullptr) place.push_back(function);
        };
        for (const Rule& rule : validation_rules()) {
            add(document, rule.document);
            add(operation, rule.operation);
            add(variable, rule.variable);
            add(type_name, rule.type_name);
            add(type_condition, rule.type_condition);
            add(field, rule.field);
            add(spread, rule.spread);
            add(fragment_use, rule.fragment_use);
            add(directives, rule.directives);
            add(argument_names, rule.argument_names);
            add(arguments, rule.arguments);
            add(value, rule.value);
            add(object_value, rule.object_value);
            add(reachable, rule.reachable);
            add(finish, rule.finish);
        }
    }
};

const RulePlaces& rule_places() {
    static const RulePlaces places;
    return places;
}

/// Visits every node once. Its depth is that of the syntax tree, which the parser bounds; it does
/// not follow spreads.
class Walk {
  public:
    explicit Walk(ValidationContext& context) : context_(context), rules_(rule_places()) {}

    void run() {
        const Document& document = context_.document;
        for (auto check : rules_.document)
            check(context_);
        for (const OperationDefinition& operation : document.operations)
            walk(operation, context_.operation_contents[index(operation)]);
        for (const FragmentDefinition& fragment : document.fragments)
            walk(fragment, context_.fragment_contents[document.index_of(fragment)]);
        for (const OperationDefinition& operation : document.operations)
            reach(operation);
        for (auto check : rules_.finish)
            if (!context_.is_full()) check(context_);
    }

  private:
    std::size_t index(const OperationDefinition& operation) const {
        return static_cast<std::size_t>(&operation - context_.document.operations.data());
    }

    void begin(Contents& contents) {
        contents.usages_begin = static_cast<std::uint32_t>(context_.usages.size());
        contents.spreads_begin = static_cast<std::uint32_t>(context_.spreads.size());
    }

    void end(Contents& contents) {
        contents.usages_end = static_cast<std::uint32_t>(context_.usages.size());
        contents.spreads_end = static_cast<std::uint32_t>(context_.spreads.size());
    }

    void walk(const OperationDefinition& operation, Contents& contents) {
        constexpr DirectiveLocation kLocations[] = {
            DirectiveLocation::Query, DirectiveLocation::Mutation, DirectiveLocation::Subscription};
        begin(contents);
        for (auto check : rules_.operation)
            check(context_, operation);
        for (const VariableDefinition& variable : operation.variables)
            walk(variable);
        walk(operation.directives, kLocations[static_cast<std::size_t>(operation.type)]);
        walk(operation.selections, context_.schema.root(operation.type));
        end(contents);
    }

    void walk(const VariableDefinition& variable) {
        const std::string_view name = variable.type.named();
        for (auto check : rules_.variable)
            check(context_, variable);
        for (auto check : rules_.type_name)
            check(context_, name, context_.document.offset_of(name));
        walk(variable.directives, DirectiveLocation::VariableDefinition);
        if (variable.default_value == nullptr) return;
        const NamedType* named = context_.schema.type(name);
        const Type* type =
            named == nullptr || !named->is_input() ? nullptr : made(variable.type, *named);
        walk(*variable.default_value, type, {}, type != nullptr);
    }

    /// Makes the type of a variable, whose wrappers need not occur in the schema.
    const Type* made(const TypeReference& reference, const NamedType& named) {
        if (reference.kind == TypeReference::Kind::Named) return named.type;
        const Type* of = made(*reference.of, named);
        const bool list = reference.kind == TypeReference::Kind::List;
        return arena_.make<Type>(list ? Type::Kind::List : Type::Kind::NonNull, of, &named);
    }

    void walk(const FragmentDefinition& fragment, Contents& contents) {
        begin(contents);
        const NamedType* type =
            condition(fragment.name, fragment.type_condition, fragment.type_condition_offset);
        walk(fragment.directives, DirectiveLocation::FragmentDefinition);
        walk(fragment.selections, type);
        end(contents);
    }

    /// Returns the type of a type condition, or nullptr where it is unknown or not composite.
    const NamedType* condition(std::string_view fragment, std::string_view name,
                               std::uint32_t offset) {
        const NamedType* type = context_.schema.type(name);
        for (auto check : rules_.type_name)
            check(context_, name, offset);
        if (type == nullptr) return nullptr;
        for (auto check : rules_.type_condition)
            check(context_, fragment, *type, offset);
        return type->is_composite() ? type : nullptr;
    }

    void walk(const SelectionSet& set, const NamedType* parent) {
        if (set.empty()) return;
        context_.parent_types[set.id] = parent;
        for (const Selection& selection : set.selections) {
            if (context_.is_full()) return;
            switch (selection.kind) {
                case Selection::Kind::Field:
                    walk(*selection.field, parent);
                    break;
                case Selection::Kind::FragmentSpread:
                    walk(*selection.fragment_spread, parent);
                    break;
                case Selection::Kind::InlineFragment:
                    walk(*selection.inline_fragment, parent);
            }
        }
    }

    void walk(const Field& field, const NamedType* parent) {
        const FieldDef* definition =
            parent == nullptr ? nullptr : context_.schema.field(*parent, field.name);
        context_.field_definitions[field.id] = definition;
        const FieldVisit visit{field, parent, definition};
        for (auto check : rules_.field)
            check(context_, visit);
        if (definition == nullptr) {
            walk_arguments(field.arguments, {});
        } else {
            if (!field.arguments.empty() || !definition->args.empty()) {
                const ArgumentsVisit arguments{field.arguments, definition->args, field.offset,
                                               &visit, nullptr};
                for (auto check : rules_.arguments)
                    check(context_, arguments);
            }
            walk_arguments(field.arguments, definition->args);
        }
        walk(field.directives, DirectiveLocation::Field);
        const NamedType* type = definition == nullptr ? nullptr : definition->type->named;
        walk(field.selections, type != nullptr && type->is_composite() ? type : nullptr);
    }

    void walk(const FragmentSpread& spread, const NamedType* parent) {
        context_.spreads.push_back(&spread);
        for (auto check : rules_.spread)
            check(context_, spread);
        walk(spread.directives, DirectiveLocation::FragmentSpread);
        if (spread.fragment == nullptr) return;
        const NamedType* type = context_.schema.type(spread.fragment->type_condition);
        use({spread.name, spread.offset, parent,
             type != nullptr && type->is_composite() ? type : nullptr});
    }

    void walk(const InlineFragment& fragment, const NamedType* parent) {
        const NamedType* type = parent;
        if (!fragment.type_condition.empty())
            type = condition({}, fragment.type_condition, fragment.type_condition_offset);
        use({{}, fragment.offset, parent, type});
        walk(fragment.directives, DirectiveLocation::InlineFragment);
        walk(fragment.selections, type);
    }

    void use(const FragmentVisit& visit) {
        for (auto check : rules_.fragment_use)
            check(context_, visit);
    }

    void walk(std::span<const Directive> directives, DirectiveLocation location) {
        if (directives.empty()) return;
        for (auto check : rules_.directives)
            check(context_, directives, location);
        for (const Directive& directive : directives) {
            const DirectiveDef* definition = context_.schema.directive(directive.name);
            if (definition == nullptr) {
                walk_arguments(directive.arguments, {});
                continue;
            }
            const ArgumentsVisit arguments{directive.arguments, definition->args, directive.offset,
                                           nullptr, definition};
            for (auto check : rules_.arguments)
                check(context_, arguments);
            walk_arguments(directive.arguments, definition->args);
        }
    }

    void walk_arguments(std::span<const Argument> arguments,
                        std::span<const InputValueDef> definitions) {
        if (arguments.empty()) return;
        for (auto check : rules_.argument_names)
            check(context_, arguments);
        for (const Argument& argument : arguments) {
            const InputValueDef* definition = nullptr;
            for (const InputValueDef& one : definitions)
                if (one.name == argument.name) definition = &one;
            const bool known = definition != nullptr;
            walk(argument.value, known ? definition->type : nullptr,
                 {known && definition->default_value != nullptr, nullptr}, known);
        }
    }

    /// What surrounds a value: whether its place has a default, the oneOf object that it is in.
    struct Place {
        bool has_default = false;
        const NamedType* one_of = nullptr;
    };

    /// Looks at a value of which `type` is expected, nullptr where that is unknown. Where `held` is
    /// false, only variables and names are looked at: what stands above was wrong already.
    void walk(const Value& value, const Type* type, Place place, bool held) {
        if (value.kind == Value::Kind::Variable) {
            context_.usages.push_back({&value, type, place.has_default, place.one_of});
            return;
        }
        if (context_.is_full()) return;
        if (held && type != nullptr)
            for (auto check : rules_.value)
                held = check(context_, value, *type) && held;
        if (value.kind == Value::Kind::List) {
            const Type* nullable = type == nullptr ? nullptr : type->nullable();
            const bool list = nullable != nullptr && nullable->is_list();
            for (const Value& item : value.items)
                walk(item, list ? nullable->of : nullable, {}, held);
        }
        if (value.kind != Value::Kind::Object) return;
        for (auto check : rules_.object_value)
            check(context_, value);
        const NamedType* object = type == nullptr ? nullptr : type->named;
        if (object != nullptr && object->kind != TypeKind::InputObject) object = nullptr;
        for (const ObjectField& field : value.fields) {
            const InputValueDef* definition =
                object == nullptr ? nullptr : object->input_field(field.name);
            const bool known = definition != nullptr;
            walk(field.value, known ? definition->type : nullptr,
                 {known && definition->default_value != nullptr,
                  object != nullptr && object->one_of ? object : nullptr},
                 held);
        }
    }

    /// Finds the fragments that an operation reaches and shows the rules the whole of it.
    void reach(const OperationDefinition& operation) {
        const Contents& contents = context_.operation_contents[index(operation)];
        reached_.clear();
        stamps_.resize(context_.document.fragments.size());
        ++stamp_;
        reach(contents);
        for (std::size_t i = 0; i < reached_.size(); ++i)
            reach(context_.fragment_contents[reached_[i]]);
        for (auto check : rules_.reachable)
            check(context_, {operation, contents, reached_});
    }

    void reach(const Contents& contents) {
        for (const FragmentSpread* spread : context_.spreads_of(contents)) {
            if (spread->fragment == nullptr) continue;
            const std::size_t target = context_.document.index_of(*spread->fragment);
            if (stamps_[target] == stamp_) continue;
            stamps_[target] = stamp_;
            reached_.push_back(static_cast<std::uint32_t>(target));
        }
    }

    ValidationContext& context_;
    const RulePlaces& rules_;
    Arena arena_;
    std::vector<std::uint32_t> reached_;
    std::vector<std::uint32_t> stamps_;
    std::uint32_t stamp_ = 0;
};

}  // namespace

std::vector<Error> validate(const Schema& schema, const Document& document,
                            const ValidateLimits& limits) {
    ValidationContext context(schema, document, limits);
    Walk(context).run();
    return context.take();
}

}  // namespace fraiseql::graphql
