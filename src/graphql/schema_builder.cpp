// SPDX-License-Identifier: MIT
// From specs to a schema: names become pointers, then everything is checked.
#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <map>
#include <set>
#include <unordered_map>

#include "base/suggest.hpp"
#include "graphql/coerce.hpp"
#include "graphql/name_index.hpp"
#include "graphql/parser.hpp"
#include "graphql/printer.hpp"
#include "graphql/schema.hpp"
#include "graphql/schema_check.hpp"
#include "graphql/schema_storage.hpp"
#include "graphql/sdl.hpp"
#include "graphql/system_types.hpp"

namespace fraiseql::graphql {
namespace {

using Problems = std::vector<std::string>;

/// The specs of what every schema has; parsed once.
const SchemaBuilder& system_specs() {
    static const SchemaBuilder specs = [] {
        Arena arena;
        SchemaBuilder out;
        Problems problems;
        add_sdl(parse_schema(kSystemTypes, arena).value(), out, problems);
        return out;
    }();
    return specs;
}

/// Where something stands, for problems: "Post.comments.first". Made a text only where there is
/// one.
struct Place {
    std::string_view owner;
    std::string_view member = {};
    std::string_view argument = {};

    std::string text() const {
        std::string out(owner);
        for (const std::string_view part : {member, argument})
            if (!part.empty()) out.append(".").append(part);
        return out;
    }
    /// Returns that of an argument, or of an input field.
    Place of(std::string_view name) const {
        return member.empty() ? Place{owner, name} : Place{owner, member, name};
    }
};

/// `[Post!]!` → `Post`.
std::string_view innermost(std::string_view type) {
    type.remove_prefix(std::min(type.find_first_not_of("[ "), type.size()));
    return type.substr(0, type.find_last_not_of("]! ") + 1);
}

/// Makes one schema. Problems are collected; what is wrong is left out and never dereferenced.
class Assembly {
  public:
    explicit Assembly(const SchemaBuilder& specs) : specs_(specs) {}

    Result<std::shared_ptr<const Schema>> run() {
        declare_types();
        for (std::size_t i = 0; i < type_specs_.size(); ++i)
            define(*type_specs_[i], *types_[i]);
        link_possible_types();
        add_directives();
        add_roots();
        // Default values can only be read once every type stands.
        if (problems_.empty()) coerce_defaults();
        index();
        if (problems_.empty()) check_schema(*storage_, problems_);
        if (!problems_.empty())
            return fail(ErrorCode::Configuration, fmt::format("{}", fmt::join(problems_, "\n")));
        for (const Default& one : defaults_)
            complete(*one.value);
        return std::make_shared<const Schema>(std::move(storage_));
    }

  private:
    Arena& arena() { return storage_->arena; }
    std::string_view keep(std::string_view text) { return arena().copy(text); }
    std::optional<std::string_view> keep_text(const std::optional<std::string>& text) {
        if (!text) return std::nullopt;
        return keep(*text);
    }
    template <class... Args>
    void problem(fmt::format_string<Args...> format, Args&&... args) {
        problems_.push_back(fmt::format(format, std::forward<Args>(args)...));
    }

    void declare(const TypeSpec& spec) {
        auto* type = arena().make<NamedType>();
        type->kind = spec.kind;
        type->name = keep(spec.name);
        type->id = static_cast<std::uint32_t>(types_.size());
        type->type = arena().make<Type>(Type::Kind::Named, nullptr, type);
        if (!by_name_.emplace(type->name, type).second)
            return problem("There can be only one type named \"{}\".", spec.name);
        types_.push_back(type);
        type_specs_.push_back(&spec);
    }

    void declare_types() {
        by_name_.reserve(specs_.types.size());
        for (const TypeSpec& spec : specs_.types)
            declare(spec);
        const std::set<std::string_view> referred = referred_scalars();
        for (std::string_view name : {"Int", "Float", "String", "Boolean", "ID"})
            if (!by_name_.contains(name) && referred.contains(name))
                declare(scalar_specs_.emplace_back(scalar_spec(*find_scalar(name))));
        for (const TypeSpec& spec : system_specs().types)
            declare(spec);
    }

    static TypeSpec scalar_spec(const Scalar& scalar) {
        TypeSpec spec;
        spec.kind = TypeKind::Scalar;
        spec.name = scalar.name;
        spec.description = scalar.description;
        spec.specified_by_url = scalar.specified_by_url;
        spec.scalar = &scalar;
        return spec;
    }

    /// A built-in scalar that nothing refers to must not show in introspection (§3.5), which itself
    /// refers to two.
    std::set<std::string_view> referred_scalars() const {
        std::set<std::string_view> found = {"String", "Boolean"};
        const auto note = [&found](std::string_view type) {
            const std::string_view name = innermost(type);
            if (name == "Int" || name == "Float" || name == "ID") found.insert(name);
        };
        const auto note_inputs = [&note](const std::vector<InputValueSpec>& values) {
            for (const InputValueSpec& value : values)
                note(value.type);
        };
        for (const TypeSpec& type : specs_.types) {
            note_inputs(type.input_fields);
            for (const FieldSpec& field : type.fields) {
                note(field.type);
                note_inputs(field.args);
            }
        }
        for (const DirectiveSpec& directive : specs_.directives)
            note_inputs(directive.args);
        return found;
    }

    const Type* wrap(Type::Kind kind, const Type* of) {
        const Type*& wrapped = wrapped_[{kind, of}];
        if (wrapped == nullptr) wrapped = arena().make<Type>(kind, of, of->named);
        return wrapped;
    }

    const Type* resolve(const TypeReference& reference, const Place& where) {
        if (reference.kind == TypeReference::Kind::Named) {
            const NamedType* named = lookup(reference.name, where);
            return named == nullptr ? nullptr : named->type;
        }
        const Type* of = resolve(*reference.of, where);
        if (of == nullptr) return nullptr;
        return wrap(
            reference.kind == TypeReference::Kind::List ? Type::Kind::List : Type::Kind::NonNull,
            of);
    }

    /// `text` is of the specs, or a literal: it is kept as a key.
    const Type* resolve(std::string_view text, const Place& where) {
        const auto known = resolved_.find(text);
        if (known != resolved_.end()) return known->second;
        auto reference = parse_type(text, scratch_);
        if (!reference) {
            problem("{} has a broken type \"{}\": {}", where.text(), text,
                    reference.error().message);
            return nullptr;
        }
        const Type* type = resolve(*reference, where);
        if (type != nullptr) resolved_.emplace(text, type);
        return type;
    }

    NamedType* lookup(std::string_view name, const Place& where) {
        auto found = by_name_.find(name);
        if (found != by_name_.end()) return found->second;
        std::vector<std::string_view> names;
        for (const auto& [known, type] : by_name_)
            names.push_back(known);
        std::string hint = did_you_mean(name, names);
        problem("Unknown type \"{}\" at {}.{}{}", name, where.text(), hint.empty() ? "" : " ",
                hint);
        return nullptr;
    }

    std::span<const InputValueDef> define_inputs(const std::vector<InputValueSpec>& specs,
                                                 const Place& where) {
        std::vector<InputValueDef> out;
        out.reserve(specs.size());
        for (const InputValueSpec& spec : specs) {
            InputValueDef value;
            value.name = keep(spec.name);
            value.description = keep_text(spec.description);
            value.type = resolve(spec.type, where.of(spec.name));
            value.deprecation_reason = keep_text(spec.deprecation_reason);
            if (value.type != nullptr) out.push_back(value);
        }
        std::span<const InputValueDef> kept = arena().copy(out);
        for (const InputValueSpec& spec : specs) {
            if (!spec.default_value) continue;
            for (const InputValueDef& value : kept)
                if (value.name == spec.name)
                    // The span is ours; only its users must not change it.
                    defaults_.push_back({const_cast<InputValueDef*>(&value), *spec.default_value,
                                         where.of(spec.name).text()});
        }
        return kept;
    }

    std::span<const FieldDef> define_fields(const TypeSpec& spec, const NamedType& parent) {
        std::vector<FieldDef> out;
        out.reserve(spec.fields.size());
        for (const FieldSpec& from : spec.fields) {
            const Place where{spec.name, from.name};
            FieldDef field;
            field.name = keep(from.name);
            field.description = keep_text(from.description);
            field.args = define_inputs(from.args, where);
            field.type = resolve(from.type, where);
            field.deprecation_reason = keep_text(from.deprecation_reason);
            field.id = storage_->field_count++;
            field.parent = &parent;
            if (field.type != nullptr) out.push_back(field);
        }
        return arena().copy(out);
    }

    std::span<const NamedType* const> references(const std::vector<std::string>& names,
                                                 const Place& where) {
        std::vector<const NamedType*> out;
        for (const std::string& name : names)
            if (const NamedType* type = lookup(name, where)) out.push_back(type);
        return arena().copy(out);
    }

    void define(const TypeSpec& spec, NamedType& type) {
        type.description = keep_text(spec.description);
        type.fields = define_fields(spec, type);
        type.interfaces = references(spec.interfaces, {spec.name});
        if (spec.kind == TypeKind::Union)
            type.possible_types = references(spec.members, {spec.name});
        std::vector<EnumValueDef> values;
        for (const EnumValueSpec& value : spec.values)
            values.push_back({keep(value.name), keep_text(value.description),
                              keep_text(value.deprecation_reason)});
        type.enum_values = arena().copy(values);
        type.input_fields = define_inputs(spec.input_fields, {spec.name});
        type.one_of = spec.one_of;
        type.specified_by_url = keep(spec.specified_by_url);
        // Those of the table are there for ever.
        const bool own = spec.scalar != nullptr && spec.scalar != find_scalar(spec.scalar->name);
        type.scalar = own ? arena().make<Scalar>(*spec.scalar) : spec.scalar;
    }

    void link_possible_types() {
        std::map<const NamedType*, std::vector<const NamedType*>> objects;
        std::map<const NamedType*, std::vector<const NamedType*>> interfaces;
        for (const NamedType* type : types_) {
            auto& implementors = type->kind == TypeKind::Interface ? interfaces : objects;
            for (const NamedType* interface : type->interfaces)
                implementors[interface].push_back(type);
        }
        for (NamedType* type : types_) {
            if (type->kind == TypeKind::Object)
                type->possible_types = arena().copy(std::vector<const NamedType*>{type});
            if (type->kind == TypeKind::Interface) {
                type->possible_types = arena().copy(objects[type]);
                type->implementing_interfaces = arena().copy(interfaces[type]);
            }
            if (!type->is_composite()) continue;
            // Only words that have any: a bit for each other type would be quadratic.
            std::map<std::uint64_t, std::uint64_t> words;
            for (const NamedType* possible : type->possible_types)
                words[possible->id / 64] |= std::uint64_t{1} << (possible->id % 64);
            std::vector<std::uint64_t> bits;
            for (const auto& [word, set] : words)
                bits.insert(bits.end(), {word, set});
            type->possible_bits = arena().copy(bits);
        }
    }

    void add_directives() {
        std::vector<const DirectiveSpec*> all;
        for (const DirectiveSpec& spec : specs_.directives)
            all.push_back(&spec);
        for (const DirectiveSpec& spec : system_specs().directives)
            if (std::none_of(specs_.directives.begin(), specs_.directives.end(),
                             [&](const DirectiveSpec& own) { return own.name == spec.name; }))
                all.push_back(&spec);
        for (const DirectiveSpec* spec : all) {
            DirectiveDef directive;
            directive.name = keep(spec->name);
            directive.description = keep_text(spec->description);
            const std::string name = '@' + spec->name;
            directive.args = define_inputs(spec->args, {name});
            directive.locations = arena().copy(spec->locations);
            directive.repeatable = spec->repeatable;
            storage_->directives.push_back(directive);
        }
    }

    void add_roots() {
        const auto root = [this](const std::string& name, const char* operation) {
            const std::string where = fmt::format("the {} root", operation);
            return name.empty() ? nullptr : lookup(name, {where});
        };
        storage_->description = keep_text(specs_.description);
        storage_->query = root(specs_.query, "query");
        storage_->mutation = root(specs_.mutation, "mutation");
        storage_->subscription = root(specs_.subscription, "subscription");
        add_meta_field(storage_->typename_field, "__typename", "String!", "");
        add_meta_field(storage_->schema_field, "__schema", "__Schema!", "");
        add_meta_field(storage_->type_field, "__type", "__Type", "name");
        storage_->schema_field.parent = storage_->type_field.parent = storage_->query;
    }

    void add_meta_field(FieldDef& field, std::string_view name, std::string_view type,
                        std::string_view arg) {
        field.name = name;
        field.type = resolve(type, {name});
        field.id = storage_->field_count++;
        if (arg.empty()) return;
        InputValueDef value;
        value.name = arg;
        value.type = resolve("String!", {arg});
        field.args = arena().copy(std::vector<InputValueDef>{value});
    }

    void coerce_defaults() {
        // All texts first: a field that has a default need not be given by the default of another.
        for (Default& one : defaults_) {
            auto literal = parse_value(arena().copy(std::string_view(one.text)), arena());
            if (!literal) {
                problem("{} has a broken default value {}: {}", one.where, one.text,
                        literal.error().message);
            } else if (one.value->type->named->is_input()) {
                one.literal = *literal;
                one.value->default_text = keep(print(*literal));
            }
        }
        for (const Default& one : defaults_) {
            if (one.value->default_text.empty()) continue;
            auto value = coerce_default(one.literal, *one.value->type, arena());
            if (value)
                one.value->default_value = arena().make<json::Value>(*value);
            else
                problem("{} has a default value of a wrong type: {}", one.where,
                        value.error().message);
        }
    }

    /// Fills in what a default leaves to the defaults of the fields within; they are not circular.
    void complete(InputValueDef& value) {
        if (value.default_value == nullptr || !completed_.insert(&value).second) return;
        value.default_value =
            arena().make<json::Value>(completed(*value.type, *value.default_value));
    }

    json::Value completed(const Type& type, json::Value value) {
        if (value.is_array() && type.nullable()->is_list()) {
            std::vector<json::Value> items;
            for (const json::Value& item : value.items)
                items.push_back(completed(*type.nullable()->of, item));
            value.items = arena().copy(items);
        }
        if (!value.is_object() || type.named->kind != TypeKind::InputObject) return value;
        std::vector<json::Member> members;
        for (const InputValueDef& field : type.named->input_fields) {
            if (const json::Value* given = value.find(field.name)) {
                members.push_back({field.name, completed(*field.type, *given)});
            } else if (field.default_value != nullptr) {
                complete(const_cast<InputValueDef&>(field));
                members.push_back({field.name, *field.default_value});
            }
        }
        value.members = arena().copy(members);
        return value;
    }

    void index() {
        for (NamedType* type : types_) {
            type->name_index = !type->fields.empty() ? index_by_name(type->fields, arena())
                               : !type->enum_values.empty()
                                   ? index_by_name(type->enum_values, arena())
                                   : index_by_name(type->input_fields, arena());
            storage_->types.push_back(type);
            storage_->entries.push_back({type->name, type});
        }
        storage_->type_index =
            index_by_name(std::span<const TypeEntry>(storage_->entries), arena());
        storage_->directive_index =
            index_by_name(std::span<const DirectiveDef>(storage_->directives), arena());
    }

    struct Default {
        InputValueDef* value;
        std::string text;
        std::string where;
        Value literal = {};
    };

    const SchemaBuilder& specs_;
    std::unique_ptr<Schema::Storage> storage_ = std::make_unique<Schema::Storage>();
    std::vector<NamedType*> types_;
    std::vector<const TypeSpec*> type_specs_;
    std::list<TypeSpec> scalar_specs_;
    std::unordered_map<std::string_view, NamedType*> by_name_;
    std::map<std::pair<Type::Kind, const Type*>, const Type*> wrapped_;
    /// By the text of the reference, and what parsing those takes.
    std::unordered_map<std::string_view, const Type*> resolved_;
    Arena scratch_;
    std::vector<Default> defaults_;
    std::set<const InputValueDef*> completed_;
    Problems problems_;
};

}  // namespace

TypeSpec& SchemaBuilder::add(TypeKind kind, std::string name) {
    TypeSpec& spec = types.emplace_back();
    spec.kind = kind;
    spec.name = std::move(name);
    return spec;
}

void SchemaBuilder::add_scalar(const Scalar& scalar) {
    if (find(scalar.name) != nullptr) return;
    TypeSpec& spec = add(TypeKind::Scalar, std::string(scalar.name));
    spec.description = scalar.description;
    spec.specified_by_url = scalar.specified_by_url;
    spec.scalar = &scalar;
}

TypeSpec* SchemaBuilder::find(std::string_view name) {
    for (TypeSpec& spec : types)
        if (spec.name == name) return &spec;
    return nullptr;
}

Result<std::shared_ptr<const Schema>> SchemaBuilder::build() const { return Assembly(*this).run(); }

}  // namespace fraiseql::graphql
