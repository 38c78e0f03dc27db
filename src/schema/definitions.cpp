// SPDX-License-Identifier: MIT
#include "schema/definitions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/suggest.hpp"
#include "fraiseql/definition.hpp"
#include "graphql/lexer.hpp"
#include "graphql/scalars.hpp"
#include "schema/authorizer.hpp"
#include "schema/naming.hpp"
#include "schema/rules.hpp"

namespace fraiseql::detail {

std::string graphql_name(std::string_view name) { return schema::camel_case(name); }

}  // namespace fraiseql::detail

namespace fraiseql::schema {
namespace {

using detail::argument_definition;
using detail::field_definition;
using detail::member_shape;
using detail::type_shape;
using Kind = type_shape::kind;

std::optional<std::string> said(std::string_view text) {
    if (text.empty()) return std::nullopt;
    return std::string(text);
}

std::string input_name(const type_shape& shape) {
    return shape.name.ends_with("Input") ? shape.name : shape.name + "Input";
}

/// What every struct of the variant has, of the same type.
std::vector<const member_shape*> common_members(const type_shape& variant) {
    std::vector<const member_shape*> out;
    for (const member_shape& member : variant.alternatives.front()().members) {
        const auto has = [&](detail::shape_function each) {
            const auto& members = each().members;
            return std::any_of(members.begin(), members.end(), [&](const member_shape& other) {
                return other.name == member.name && &other.type() == &member.type();
            });
        };
        if (std::all_of(variant.alternatives.begin(), variant.alternatives.end(), has))
            out.push_back(&member);
    }
    return out;
}

class DefinitionWriter {
  public:
    explicit DefinitionWriter(Draft& draft) : draft_(draft) {}

    void write(const field_definition& field) {
        const std::string subject = field.parent + '.' + field.name;
        if (field.resolve_all) return write_computed(field, subject);
        const auto known = draft_.roots.find({field.parent, field.name});
        const bool taken = known != draft_.roots.end();
        if (taken && known->second.kind == RootBinding::Kind::Resolver)
            return refuse(subject + " is there twice.", "Give one of them another name.");
        if (taken)
            return refuse(subject + ": the database has a field of that name already.",
                          "Give the one in code another name, or the view or function with "
                          "'@name' in its comment.");
        graphql::FieldSpec spec{.name = field.name};
        spec.type = field.type.empty() ? output(field.result(), subject) : field.type;
        if (!field.type.empty()) check_own_type(field, subject);
        spec.description = said(field.description);
        spec.deprecation_reason = said(field.deprecated);
        for (const argument_definition& argument : field.arguments)
            spec.args.push_back(value_of(argument.name, argument.type(), argument.description,
                                         argument.default_value, subject));
        RootBinding binding{.kind = RootBinding::Kind::Resolver, .resolver = &field};
        if (!field.authorize.empty()) {
            auto guard = line_guard(draft_, subject, field.authorize);
            if (!guard) return draft_.errors.push_back(guard.error());
            binding.guard = *guard;
        }
        draft_.roots[{field.parent, field.name}] = binding;
        root(field.parent).fields.push_back(std::move(spec));
    }

  private:
    void write_computed(const field_definition& field, const std::string& subject) {
        if (field.parent == "Query" || field.parent == "Mutation" || field.parent == "Subscription")
            return refuse(subject + ": " + field.parent + " is no type of objects.",
                          "application::field() is for those; a field of its own is added by "
                          "query(), mutation() or subscription().");
        if (ours_.contains(field.parent))
            return refuse(fmt::format("{}: {} is a type of the code.", subject, field.parent),
                          "Give its struct one more member.");
        const graphql::TypeSpec* type = draft_.builder.find(field.parent);
        if (type == nullptr || type->kind != graphql::TypeKind::Object)
            return refuse(
                fmt::format("{}: the database has no object type {}.", subject, field.parent),
                did_you_mean(field.parent, type_names()));
        if (const FieldBinding* known = draft_.field(field.parent, field.name))
            return known->computed != nullptr
                       ? refuse(subject + " is there twice.", "Give one of them another name.")
                       : refuse(subject + ": the database has a field of that name already.",
                                "Give the one in code another name.");
        // With `@`, they are the arguments of one json_build_object.
        constexpr std::size_t kMostNeeds = 49;
        if (field.needs.size() > kMostNeeds)
            return refuse(
                fmt::format("{} needs {} values of {}.", subject, field.needs.size(), field.parent),
                "A computed field may need 49.");
        ComputedBinding& computed = draft_.model.computed.emplace_back();
        computed.resolver = &field;
        for (const std::string& need : field.needs) {
            const FieldBinding* binding = find_need(field.parent, need);
            if (binding == nullptr) return refuse_need(subject, field.parent, need);
            computed.needs.emplace_back(need, *binding);
        }
        FieldBinding binding{.nullable = true, .cost = field.cost, .computed = &computed};
        if (!field.authorize.empty()) {
            auto guard = line_guard(draft_, subject, field.authorize);
            if (!guard) return draft_.errors.push_back(guard.error());
            binding.guard = *guard;
        }
        graphql::FieldSpec spec{.name = field.name};
        spec.type = field.type.empty() ? output(field.result(), subject) : field.type;
        if (!field.type.empty()) check_own_type(field, subject);
        spec.description = said(field.description);
        spec.deprecation_reason = said(field.deprecated);
        draft_.fields[field.parent][field.name] = binding;
        // Types may have been added: the one from before may have moved.
        draft_.builder.find(field.parent)->fields.push_back(std::move(spec));
    }

    void refuse_need(const std::string& subject, const std::string& type, const std::string& need) {
        std::vector<std::string_view> known;
        bool has_inside = false;
        for (const auto& [name, binding] : draft_.fields_of(type)) {
            if (binding.computed != nullptr) continue;
            const bool called = binding.key == need || name == need || name == camel_case(need);
            has_inside = has_inside || (called && binding.type == 0);
            if (binding.type != 0) known.push_back(binding.key);
        }
        if (has_inside)
            return refuse(
                fmt::format("{}: {} of {} is an object or a list of objects.", subject, need, type),
                "A computed field is given scalars, enums and lists of them; give it the "
                "key, and read the rest with context::repo() in a loader.");
        std::string hint = did_you_mean(need, known);
        if (hint.empty())
            hint =
                "The members of what a computed field is given are called as the keys of the "
                "view's document, or as the fields of the type.";
        refuse(fmt::format("{}: {} has no value called {}.", subject, type, need), std::move(hint));
    }

    std::vector<std::string_view> type_names() const {
        std::vector<std::string_view> out;
        for (const Entity& entity : draft_.model.entities)
            out.push_back(entity.type_name);
        return out;
    }

    /// Returns where a scalar, enum or list of them is that the type has under this key or name.
    const FieldBinding* find_need(const std::string& type, const std::string& need) const {
        for (const auto& [name, binding] : draft_.fields_of(type))
            if (binding.type != 0 && binding.computed == nullptr &&
                (binding.key == need || name == need || name == camel_case(need)))
                return &binding;
        return nullptr;
    }

    void refuse(std::string message, std::string hint) {
        draft_.errors.push_back({.code = ErrorCode::Configuration,
                                 .message = std::move(message),
                                 .hint = std::move(hint)});
    }

    /// Only JSON may be said to be of another type: a C++ type says itself what it is.
    void check_own_type(const field_definition& field, const std::string& subject) {
        if (field.result().name != "JSON")
            return refuse(fmt::format("{}: its resolver returns {}, so field_options::type cannot "
                                      "say '{}'.",
                                      subject, output(field.result(), subject), field.type),
                          "Leave the type out, or return fraiseql::json_text.");
        std::string_view name = field.type;
        while (!name.empty() && (name.back() == '!' || name.back() == ']'))
            name.remove_suffix(1);
        while (name.starts_with('['))
            name.remove_prefix(1);
        if (graphql::find_scalar(name) != nullptr)
            draft_.use_leaf({.type = std::string(name)}, 0, true);
    }

    graphql::TypeSpec& root(const std::string& name) {
        if (graphql::TypeSpec* known = draft_.builder.find(name)) return *known;
        graphql::TypeSpec& added = draft_.builder.add(graphql::TypeKind::Object, name);
        if (name == "Subscription") {
            draft_.builder.subscription = name;
        } else if (name == "Mutation") {
            added.description = "Writing.";
            draft_.builder.mutation = name;
        } else {
            draft_.builder.query = name;
        }
        return added;
    }

    std::string output(const type_shape& shape, const std::string& subject, bool nullable = false) {
        if (shape.what == Kind::optional) return output(shape.inner(), subject, true);
        const std::string end = nullable ? "" : "!";
        if (shape.what == Kind::list) return '[' + output(shape.inner(), subject) + ']' + end;
        return named_output(shape, subject) + end;
    }

    std::string input(const type_shape& shape, const std::string& subject, bool nullable = false) {
        if (shape.what == Kind::optional) return input(shape.inner(), subject, true);
        const std::string end = nullable ? "" : "!";
        if (shape.what == Kind::list) return '[' + input(shape.inner(), subject) + ']' + end;
        if (shape.what != Kind::object) return named_output(shape, subject) + end;
        const std::string name = input_name(shape);
        if (take(name, shape, subject)) {
            std::vector<graphql::InputValueSpec> fields;
            for (const member_shape& member : shape.members)
                fields.push_back(value_of(member.name, member.type(), member.description,
                                          member.default_value, name));
            graphql::TypeSpec& spec = draft_.builder.add(graphql::TypeKind::InputObject, name);
            spec.description = said(shape.description);
            spec.input_fields = std::move(fields);
        }
        return name + end;
    }

    graphql::InputValueSpec value_of(const std::string& name, const type_shape& shape,
                                     std::string_view description, std::string_view default_value,
                                     const std::string& subject) {
        return {.name = name,
                .type = input(shape, subject),
                .default_value = said(default_value),
                .description = said(description)};
    }

    /// Whether the type of this name is to be added now; a name stands for one C++ type.
    bool take(const std::string& name, const type_shape& shape, const std::string& subject) {
        if (!graphql::is_name(name)) {
            refuse(fmt::format("{}: \"{}\" cannot be the name of a type: those are letters, digits "
                               "and _, and do not begin with a digit.",
                               subject, name),
                   "Give the C++ type another name with fraiseql::annotate.");
            return false;
        }
        if (auto known = ours_.find(name); known != ours_.end()) {
            if (known->second != &shape)
                refuse(fmt::format("{}: two C++ types are called {} in GraphQL.", subject, name),
                       "Give one another name with fraiseql::annotate.");
            return false;
        }
        if (!draft_.type_names.insert(name).second) {
            const std::string rows = fmt::format(
                "; to return rows of the database as {0}, return fraiseql::json_text "
                "and say .type = \"{0}!\"",
                name);
            refuse(fmt::format("{}: the database has a type {} already.", subject, name),
                   fmt::format("Give the C++ type another name with fraiseql::annotate{}.",
                               shape.what == Kind::scalar ? "" : rows));
            return false;
        }
        ours_[name] = &shape;
        return true;
    }

    std::string named_output(const type_shape& shape, const std::string& subject) {
        switch (shape.what) {
            case Kind::scalar:
                use_scalar(shape, subject);
                break;
            case Kind::enumeration:
                if (take(shape.name, shape, subject)) add_enum(shape);
                break;
            case Kind::object:
                if (take(shape.name, shape, subject)) add_object(shape);
                break;
            case Kind::variant:
                if (take(shape.name, shape, subject)) add_variant(shape, subject);
                break;
            case Kind::optional:
            case Kind::list:
                break;
        }
        return shape.name;
    }

    /// A scalar of ours, or one that the application describes as its own.
    void use_scalar(const type_shape& shape, const std::string& subject) {
        const bool own = shape.refusal != nullptr && !shape.description.empty();
        const bool known = graphql::find_scalar(shape.name) != nullptr;
        if (own && known)
            return refuse(fmt::format("{}: there is a scalar {} already.", subject, shape.name),
                          "Give the one in code another name, or leave the description out of "
                          "fraiseql::annotate to use the one that is there.");
        if (!own && !known)
            return refuse(fmt::format("{}: there is no scalar {}.", subject, shape.name),
                          "To make one, say what it is with `description` in fraiseql::annotate; "
                          "those that are there are listed in docs/graphql.md.");
        if (known) {
            draft_.use_leaf({.type = shape.name}, 0, true);
        } else if (take(shape.name, shape, subject)) {
            const graphql::Scalar& scalar = draft_.own_scalars.emplace_back(
                graphql::Scalar{.name = shape.name,
                                .description = shape.description,
                                .specified_by_url = shape.specified_by,
                                .validate = shape.refusal});
            draft_.builder.add_scalar(scalar);
        }
    }

    void add_enum(const type_shape& shape) {
        graphql::TypeSpec& spec = draft_.builder.add(graphql::TypeKind::Enum, shape.name);
        spec.description = said(shape.description);
        for (const detail::value_shape& value : shape.values)
            spec.values.push_back({.name = std::string(value.name),
                                   .description = said(value.description),
                                   .deprecation_reason = said(value.deprecated)});
    }

    graphql::FieldSpec member_field(const std::string& type, const member_shape& member) {
        graphql::FieldSpec spec{.name = member.name};
        spec.type = output(member.type(), type + '.' + member.name);
        spec.description = said(member.description);
        spec.deprecation_reason = said(member.deprecated);
        draft_.fields[type][member.name] = {.key = std::string(member.key)};
        return spec;
    }

    void add_object(const type_shape& shape) {
        std::vector<graphql::FieldSpec> fields;
        for (const member_shape& member : shape.members)
            fields.push_back(member_field(shape.name, member));
        graphql::TypeSpec& spec = draft_.builder.add(graphql::TypeKind::Object, shape.name);
        spec.description = said(shape.description);
        spec.fields = std::move(fields);
    }

    void add_variant(const type_shape& shape, const std::string& subject) {
        std::vector<std::string> names;
        for (const detail::shape_function each : shape.alternatives)
            names.push_back(named_output(each(), subject));
        if (!shape.interface) {
            graphql::TypeSpec& spec = draft_.builder.add(graphql::TypeKind::Union, shape.name);
            spec.description = said(shape.description);
            spec.members = std::move(names);
            return;
        }
        std::vector<graphql::FieldSpec> fields;
        for (const member_shape* member : common_members(shape))
            fields.push_back(member_field(shape.name, *member));
        graphql::TypeSpec& spec = draft_.builder.add(graphql::TypeKind::Interface, shape.name);
        spec.description = said(shape.description);
        spec.fields = std::move(fields);
        for (const std::string& name : names)
            draft_.builder.find(name)->interfaces.push_back(shape.name);
    }

    Draft& draft_;
    /// The types that were added for C++ types, by their names.
    std::map<std::string, const type_shape*> ours_ = {};
};

}  // namespace

void build_definitions(Draft& draft) {
    if (draft.options.definitions == nullptr) return;
    draft.model.definitions = draft.options.definitions;
    DefinitionWriter writer(draft);
    for (const field_definition& field : draft.options.definitions->fields)
        writer.write(field);
    for (const detail::route_definition& route : draft.options.definitions->routes) {
        if (route.authorize.empty()) continue;
        const auto guard = line_guard(draft, "route " + route.path, route.authorize);
        if (!guard) draft.errors.push_back(guard.error());
    }
}

void check_authorizers(Draft& draft) {
    const detail::definitions* code = draft.options.definitions.get();
    for (const Rule& rule : draft.model.rules)
        for (const std::string& role : rule.roles) {
            if (!role.starts_with(kAuthorizerPrefix)) continue;
            const std::string_view name = std::string_view(role).substr(kAuthorizerPrefix.size());
            std::vector<std::string_view> known;
            if (code != nullptr)
                for (const detail::authorizer_definition& each : code->authorizers)
                    known.push_back(each.name);
            if (std::find(known.begin(), known.end(), name) != known.end()) continue;
            std::string hint = did_you_mean(name, known);
            if (hint.empty())
                hint =
                    "Serve this database with the application that has it, or take the rule out.";
            draft.errors.push_back(
                {.code = ErrorCode::Configuration,
                 .message = fmt::format("'@authorize {}': there is no such authorizer.", role),
                 .hint = std::move(hint)});
        }
}

}  // namespace fraiseql::schema
