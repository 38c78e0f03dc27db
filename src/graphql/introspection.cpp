// SPDX-License-Identifier: MIT
#include "graphql/introspection.hpp"

#include <algorithm>
#include <unordered_map>

#include "json/writer.hpp"

namespace fraiseql::graphql {
namespace {

using Text = std::optional<std::string_view>;

/// Writes one answer. What a selection asks of a type is collected once, however many types answer.
/// Depth is bounded: validation limits how lists nest, and `ofType` ends with the type.
class IntrospectionWriter {
  public:
    IntrospectionWriter(std::string& out, const Schema& schema, const Document& document,
                        const json::Value& variables, const Visibility& visibility)
        : out_(out),
          schema_(schema),
          document_(document),
          variables_(variables),
          condition_(condition_of(variables)),
          visibility_(visibility) {}

    void root(const FieldGroup& group) {
        if (group.definition == &schema_.schema_field()) return schema(group);
        const Argument* name = group.node().argument("name");
        const NamedType* found = nullptr;
        if (name != nullptr && name->value.kind == Value::Kind::Variable) {
            const json::Value* value = variables_.find(name->value.text);
            if (value != nullptr) found = schema_.type(value->text);
        } else if (name != nullptr) {
            found = schema_.type(name->value.text);
        }
        if (found == nullptr)
            out_ += "null";
        else
            type(group, *found->type);
    }

  private:
    const std::vector<FieldGroup>& subfields(const FieldGroup& group) {
        auto [at, is_new] = collected_.try_emplace(&group);
        if (is_new)
            at->second = collect_subfields(schema_, document_, *group.definition->type->named,
                                           group, condition_);
        return at->second;
    }

    /// Writes an object of the group's type; `write(name, field)` writes what is not __typename.
    template <class Write>
    void object(const FieldGroup& group, Write write) {
        char separator = '{';
        for (const FieldGroup& field : subfields(group)) {
            out_ += separator;
            separator = ',';
            json::write_string(out_, field.response_key);
            out_ += ':';
            if (field.definition == &schema_.typename_field())
                json::write_string(out_, group.definition->type->named->name);
            else
                write(field.definition->name, field);
        }
        out_ += separator == '{' ? "{}" : "}";
    }

    template <class Items, class Write>
    void list(const Items& items, Write write) {
        out_ += '[';
        bool first = true;
        for (const auto& item : items) {
            const std::size_t before = out_.size();
            if (!first) out_ += ',';
            if (write(item))
                first = false;
            else
                out_.resize(before);
        }
        out_ += ']';
    }

    void text(const Text& value) {
        if (value)
            json::write_string(out_, *value);
        else
            out_ += "null";
    }
    void boolean(bool value) { out_ += value ? "true" : "false"; }

    bool includes_deprecated(const FieldGroup& group) const {
        const Argument* argument = group.node().argument("includeDeprecated");
        return argument != nullptr && condition_(argument->value);
    }

    void schema(const FieldGroup& group) {
        object(group, [this](std::string_view name, const FieldGroup& field) {
            if (name == "description") return text(schema_.description());
            if (name == "types")
                return list(schema_.types(), [&](const NamedType* one) {
                    type(field, *one->type);
                    return true;
                });
            if (name == "directives")
                return list(schema_.directives(), [&](const DirectiveDef& one) {
                    directive(field, one);
                    return true;
                });
            const NamedType* root = name == "queryType"      ? schema_.query()
                                    : name == "mutationType" ? schema_.mutation()
                                                             : schema_.subscription();
            if (root == nullptr)
                out_ += "null";
            else
                type(field, *root->type);
        });
    }

    static std::string_view kind_of(const Type& type) {
        if (type.kind == Type::Kind::List) return "LIST";
        if (type.kind == Type::Kind::NonNull) return "NON_NULL";
        constexpr std::string_view kKinds[] = {"SCALAR", "OBJECT", "INTERFACE",
                                               "UNION",  "ENUM",   "INPUT_OBJECT"};
        return kKinds[static_cast<std::size_t>(type.named->kind)];
    }

    void type(const FieldGroup& group, const Type& type) {
        object(group, [&](std::string_view name, const FieldGroup& field) {
            if (name == "kind") return text(kind_of(type));
            if (name == "ofType") {
                if (type.of == nullptr)
                    out_ += "null";
                else
                    this->type(field, *type.of);
                return;
            }
            if (type.kind != Type::Kind::Named)
                out_ += "null";
            else
                named_type(name, field, *type.named);
        });
    }

    void named_type(std::string_view name, const FieldGroup& field, const NamedType& type) {
        const TypeKind kind = type.kind;
        const bool has_fields = kind == TypeKind::Object || kind == TypeKind::Interface;
        if (name == "name") return text(type.name);
        if (name == "description") return text(type.description);
        if (name == "specifiedByURL" && !type.specified_by_url.empty())
            return text(type.specified_by_url);
        if (name == "fields" && has_fields) return fields(field, type);
        if (name == "interfaces" && has_fields) return types(field, type.interfaces);
        if (name == "possibleTypes" && type.is_abstract()) return types(field, type.possible_types);
        if (name == "enumValues" && kind == TypeKind::Enum) return enum_values(field, type);
        if (name == "inputFields" && kind == TypeKind::InputObject)
            return input_values(field, type.input_fields, &type);
        if (name == "isOneOf" && kind == TypeKind::InputObject) return boolean(type.one_of);
        out_ += "null";
    }

    void types(const FieldGroup& group, std::span<const NamedType* const> types) {
        list(types, [&](const NamedType* one) {
            type(group, *one->type);
            return true;
        });
    }

    void fields(const FieldGroup& group, const NamedType& type) {
        const bool all = includes_deprecated(group);
        list(type.fields, [&](const FieldDef& one) {
            if (one.deprecation_reason && !all) return false;
            if (visibility_.field && !visibility_.field(one)) return false;
            object(group, [&](std::string_view name, const FieldGroup& field) {
                if (name == "args") return input_values(field, one.args);
                if (name == "type") return this->type(field, *one.type);
                described(name, one);
            });
            return true;
        });
    }

    /// The members that fields, arguments and enum values have in common.
    template <class Element>
    void described(std::string_view name, const Element& element) {
        if (name == "name") return text(element.name);
        if (name == "description") return text(element.description);
        if (name == "isDeprecated") return boolean(element.deprecation_reason.has_value());
        text(element.deprecation_reason);
    }

    void enum_values(const FieldGroup& group, const NamedType& type) {
        const bool all = includes_deprecated(group);
        list(type.enum_values, [&](const EnumValueDef& one) {
            if (one.deprecation_reason && !all) return false;
            object(group, [&](std::string_view name, const FieldGroup&) { described(name, one); });
            return true;
        });
    }

    /// Arguments, or members of the input object `type`.
    void input_values(const FieldGroup& group, std::span<const InputValueDef> values,
                      const NamedType* type = nullptr) {
        const bool all = includes_deprecated(group);
        list(values, [&](const InputValueDef& one) {
            if (one.deprecation_reason && !all) return false;
            if (type != nullptr && visibility_.input && !visibility_.input(*type, one.name))
                return false;
            object(group, [&](std::string_view name, const FieldGroup& field) {
                if (name == "type") return this->type(field, *one.type);
                if (name == "defaultValue")
                    return text(one.default_text.empty() ? Text{} : Text{one.default_text});
                described(name, one);
            });
            return true;
        });
    }

    void directive(const FieldGroup& group, const DirectiveDef& directive) {
        object(group, [&](std::string_view name, const FieldGroup& field) {
            if (name == "name") return text(directive.name);
            if (name == "description") return text(directive.description);
            if (name == "isRepeatable") return boolean(directive.repeatable);
            if (name == "args") return input_values(field, directive.args);
            list(directive.locations, [&](DirectiveLocation location) {
                text(to_string(location));
                return true;
            });
        });
    }

    std::string& out_;
    const Schema& schema_;
    const Document& document_;
    const json::Value& variables_;
    Condition condition_;
    const Visibility& visibility_;
    std::unordered_map<const FieldGroup*, std::vector<FieldGroup>> collected_;
};

}  // namespace

void write_introspection(std::string& out, const Schema& schema, const Document& document,
                         const FieldGroup& group, const json::Value& variables,
                         const Visibility& visibility) {
    IntrospectionWriter(out, schema, document, variables, visibility).root(group);
}

}  // namespace fraiseql::graphql
