// SPDX-License-Identifier: MIT
#include "schema/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/suggest.hpp"
#include "schema/authorizer.hpp"
#include "schema/naming.hpp"
#include "schema/rule_line.hpp"

namespace fraiseql::schema {
namespace {

using catalog::Annotation;
using catalog::Column;
using catalog::Relation;

Error in_line(Error error, const std::string& subject, const Annotation& line) {
    error.message = fmt::format("{}, line {} of its comment: '@authorize {}': {}", subject,
                                line.line, line.arguments, error.message);
    return error;
}

Error wrong(std::string message, std::string hint) {
    return {
        .code = ErrorCode::Configuration, .message = std::move(message), .hint = std::move(hint)};
}

const Rule* add_rule(Draft& draft, Rule rule) {
    rule.id = static_cast<std::uint32_t>(draft.model.rules.size());
    return &draft.model.rules.emplace_back(std::move(rule));
}

/// Returns `guard` with one more rule; guards are shared, so it is another one.
const Guard* with_rule(Draft& draft, const Guard* guard, const std::string& subject,
                       const Rule* rule) {
    Guard next{.subject = subject};
    if (guard != nullptr) next.rules = guard->rules;
    next.rules.push_back(rule);
    return &draft.model.guards.emplace_back(std::move(next));
}

Error unknown_column(const Relation& relation, const std::string& name) {
    std::vector<std::string_view> names;
    for (const Column& column : relation.columns)
        names.push_back(column.name);
    return wrong(fmt::format("there is no column '{}'.", name), did_you_mean(name, names));
}

/// Words of conditions that read nothing. Types of time are not among them: 'now' is a time.
bool is_self_contained_word(std::string_view word) {
    constexpr std::array<std::string_view, 41> kWords = {
        "all",  "and",      "any",    "array", "as",       "between", "bigint",
        "bool", "boolean",  "case",   "cast",  "coalesce", "else",    "current_setting",
        "end",  "distinct", "false",  "from",  "greatest", "ilike",   "in",
        "int",  "int4",     "int8",   "is",    "integer",  "least",   "like",
        "not",  "null",     "nullif", "or",    "numeric",  "similar", "smallint",
        "text", "then",     "to",     "true",  "uuid",     "when"};
    return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

/// Looks up the columns that a line names.
Result<Rule> resolve(const catalog::Catalog& catalog, const Relation& relation, RuleLine line) {
    Rule rule = std::move(line.rule);
    for (const std::string& owner : line.owners) {
        const Column* column = relation.column(owner);
        if (column == nullptr) return fail(unknown_column(relation, owner));
        rule.rows.push_back(
            {.owner = column->number, .owner_type = type_text(catalog, column->type)});
    }
    if (line.condition.empty()) return rule;
    const auto names = names_in_condition(line.condition);
    if (!names)
        return fail(wrong("what follows 'when:' is no single expression.",
                          "Brackets and quotes must be closed; ';', '$', '\\' and SQL comments "
                          "cannot stand in it."));
    RowCondition condition{.expression = sql::Fragment::from_catalog(line.condition)};
    for (const Column& column : relation.columns)
        if (std::find(names->begin(), names->end(), column.name) != names->end())
            condition.columns.push_back(column.number);
    condition.self_contained =
        std::all_of(names->begin(), names->end(), [&](const std::string& name) {
            return relation.column(name) != nullptr || is_self_contained_word(name);
        });
    rule.rows.push_back(std::move(condition));
    return rule;
}

std::string_view bare(std::string_view type) {
    while (type.ends_with('!') || type.ends_with(']'))
        type.remove_suffix(1);
    while (type.starts_with('['))
        type.remove_prefix(1);
    return type;
}

class RuleWriter {
  public:
    RuleWriter(Draft& draft, Entity& entity)
        : draft_(draft), entity_(entity), subject_(subject_of(*entity.relation)) {}

    void write(const Annotation& line) {
        auto read = read_rule_line(line.arguments);
        if (!read) return refuse(line, read.error());
        const std::string field = read->field;
        auto rule = resolve(draft_.model.catalog, *entity_.relation, std::move(*read));
        if (!rule) return refuse(line, rule.error());
        if (!field.empty() && !rule->rows.empty() && !rule->mask)
            return refuse(line, wrong("of a field, 'owner:' and 'when:' can only make it null.",
                                      "Add 'mask', or put the rule on the whole view."));
        if (!field.empty() && !rule->rows.empty() && field.find('.') != std::string::npos)
            return refuse(line, wrong("'owner:' and 'when:' protect fields of the rows only.",
                                      "Name a field that is not inside another."));
        const Rule* added = add_rule(draft_, std::move(*rule));
        if (field.empty())
            entity_.guard = with_rule(draft_, entity_.guard, entity_.type_name, added);
        else if (!protect(entity_.type_name, field, added))
            refuse(line, unknown_field(field));
    }

  private:
    void refuse(const Annotation& line, const Error& error) {
        draft_.errors.push_back(in_line(error, subject_, line));
    }

    /// Protects what `path` leads to in `type`, and returns whether there is such a field. Of an
    /// interface or union, it is that of each member that has it.
    bool protect(const std::string& type_name, std::string_view path, const Rule* rule) {
        graphql::TypeSpec* type = draft_.builder.find(type_name);
        if (type == nullptr) return false;
        bool found = protect_own(*type, path, rule);
        std::vector<std::string> members = type->members;
        for (const graphql::TypeSpec& other : draft_.builder.types)
            if (std::find(other.interfaces.begin(), other.interfaces.end(), type_name) !=
                other.interfaces.end())
                members.push_back(other.name);
        for (const std::string& member : members)
            if (graphql::TypeSpec* other = draft_.builder.find(member);
                other != nullptr && !is_other_entity(member))
                found = protect_own(*other, path, rule) || found;
        // A column beside the document, that rows can be filtered and ordered by.
        if (type_name != entity_.type_name || path.find('.') != std::string_view::npos)
            return found;
        for (const Column& column : entity_.relation->columns)
            if (column.number != entity_.document &&
                (column.name == path || camel_case(bare_column(column.name)) == path)) {
                protect_column(column.number, rule);
                protect_shown(*type, column.number, rule);
                found = true;
            }
        return found;
    }

    bool protect_own(graphql::TypeSpec& type, std::string_view path, const Rule* rule) {
        const std::string_view key = path.substr(0, path.find('.'));
        for (graphql::FieldSpec& field : type.fields) {
            FieldBinding* binding = draft_.field(type.name, field.name);
            if (binding == nullptr) continue;
            if (binding->key != key && field.name != key) continue;
            if (key.size() < path.size()) {
                const std::string inner(bare(field.type));
                return !is_other_entity(inner) && protect(inner, path.substr(key.size() + 1), rule);
            }
            protect_field(type, field, *binding, rule);
            return true;
        }
        return false;
    }

    void protect_field(const graphql::TypeSpec& type, graphql::FieldSpec& field,
                       FieldBinding& binding, const Rule* rule) {
        binding.guard = with_rule(draft_, binding.guard, type.name + '.' + field.name, rule);
        if (masks(binding.guard)) {
            binding.nullable = true;
            if (field.type.ends_with('!')) field.type.pop_back();
        }
        // The same value under another name would tell as much.
        if (type.name == entity_.type_name && binding.column) protect_column(*binding.column, rule);
    }

    /// Protects the fields that show a column under another name.
    void protect_shown(graphql::TypeSpec& type, catalog::AttributeNumber column, const Rule* rule) {
        for (graphql::FieldSpec& field : type.fields) {
            FieldBinding* binding = draft_.field(type.name, field.name);
            if (binding == nullptr || binding->column != column) continue;
            const Guard* guard = binding->guard;
            const bool done =
                guard != nullptr &&
                std::find(guard->rules.begin(), guard->rules.end(), rule) != guard->rules.end();
            if (!done) protect_field(type, field, *binding, rule);
        }
    }

    void protect_column(catalog::AttributeNumber column, const Rule* rule) {
        const Guard*& guard = entity_.column_guards[column];
        guard = with_rule(draft_, guard,
                          entity_.type_name + '.' + entity_.relation->column(column)->name, rule);
    }

    bool is_other_entity(const std::string& type_name) const {
        return type_name != entity_.type_name &&
               std::any_of(draft_.model.entities.begin(), draft_.model.entities.end(),
                           [&](const Entity& entity) { return entity.type_name == type_name; });
    }

    Error unknown_field(const std::string& path) const {
        std::vector<std::string_view> names;
        for (const auto& [name, binding] : draft_.fields_of(entity_.type_name))
            names.push_back(name);
        std::string hint = did_you_mean(path, names);
        if (hint.empty())
            hint =
                "Name a key of the document or a column. Fields of another view are protected "
                "by that view's own comment.";
        return wrong(fmt::format("{} has no field '{}'.", entity_.type_name, path),
                     std::move(hint));
    }

    Draft& draft_;
    Entity& entity_;
    std::string subject_;
};

}  // namespace

std::string describe(const Rule& rule) {
    std::string out = rule.authenticated ? "a valid token" : "";
    auto add = [&](std::string_view word, const std::vector<std::string>& names) {
        for (const std::string& name : names)
            out += fmt::format("{}{} {}", out.empty() ? "" : " or ", word, name);
    };
    std::vector<std::string> roles;
    std::vector<std::string> authorizers;
    for (const std::string& name : rule.roles)
        if (name.starts_with(kAuthorizerPrefix))
            authorizers.push_back(name.substr(kAuthorizerPrefix.size()));
        else
            roles.push_back(name);
    add("role", roles);
    add("authorizer", authorizers);
    add("permission", rule.permissions);
    return out;
}

bool masks(const Guard* guard) noexcept {
    return guard != nullptr && std::any_of(guard->rules.begin(), guard->rules.end(),
                                           [](const Rule* rule) { return rule->narrows(); });
}

const Guard* column_guard(Draft& draft, const std::string& subject, catalog::Oid relation,
                          catalog::AttributeNumber number) {
    const Relation* table = draft.model.catalog.relation(relation);
    const Column* column = table == nullptr ? nullptr : table->column(number);
    if (column == nullptr || column->comment.find("@authorize") == std::string::npos)
        return nullptr;
    auto [rules, is_new] = draft.column_rules.try_emplace({relation, number});
    const catalog::Annotations annotations = catalog::read_annotations(column->comment);
    if (is_new)
        for (const Annotation* line : annotations.find_all("authorize")) {
            auto read = read_rule_line(line->arguments);
            if (read && (!read->field.empty() || !read->owners.empty() || !read->condition.empty()))
                read =
                    fail(wrong("of a column, only roles, permissions and 'authenticated' can be "
                               "asked for.",
                               "Put fields, 'owner:' and 'when:' into the comment of the view."));
            if (read)
                rules->second.push_back(add_rule(draft, std::move(read->rule)));
            else
                draft.errors.push_back(
                    in_line(read.error(),
                            fmt::format("{}, column {}", subject_of(*table), column->name), *line));
        }
    if (rules->second.empty()) return nullptr;
    return &draft.model.guards.emplace_back(Guard{.subject = subject, .rules = rules->second});
}

const Guard* function_guard(Draft& draft, const std::string& subject,
                            const catalog::Function& function,
                            const catalog::Annotations& annotations) {
    const Guard* guard = nullptr;
    for (const Annotation* line : annotations.find_all("authorize")) {
        auto read = read_rule_line(line->arguments);
        if (read && (!read->field.empty() || !read->owners.empty() || !read->condition.empty() ||
                     read->rule.mask))
            read =
                fail(wrong("of a function, only roles, permissions and 'authenticated' can be "
                           "asked for: it is called or it is not.",
                           "Let the function itself look at what belongs to whom."));
        if (read)
            guard = with_rule(draft, guard, subject, add_rule(draft, std::move(read->rule)));
        else
            draft.errors.push_back(
                in_line(read.error(), subject_of(draft.model.catalog, function), *line));
    }
    return guard;
}

Result<const Guard*> line_guard(Draft& draft, const std::string& subject, const std::string& line) {
    auto read = read_rule_line(line);
    if (!read)
        return fail(
            wrong(fmt::format("{}, authorize '{}': {}", subject, line, read.error().message),
                  read.error().hint));
    if (!read->field.empty() || !read->owners.empty() || !read->condition.empty() ||
        read->rule.mask)
        return fail(wrong(fmt::format("{}, authorize '{}': a field that code answers has no rows.",
                                      subject, line),
                          "Use 'role:', 'permission:', 'authorizer:' and 'authenticated'."));
    return with_rule(draft, nullptr, subject, add_rule(draft, std::move(read->rule)));
}

const Guard* both(Draft& draft, const std::string& subject, const Guard* one, const Guard* other) {
    if (one == nullptr || other == nullptr || one == other) return one == nullptr ? other : one;
    Guard all{.subject = subject, .rules = one->rules};
    for (const Rule* rule : other->rules)
        if (std::find(all.rules.begin(), all.rules.end(), rule) == all.rules.end())
            all.rules.push_back(rule);
    return &draft.model.guards.emplace_back(std::move(all));
}

void apply_rules(Draft& draft) {
    for (Entity& entity : draft.model.entities) {
        const catalog::Annotations annotations =
            catalog::read_annotations(entity.relation->comment);
        RuleWriter writer(draft, entity);
        for (const Annotation* line : annotations.find_all("authorize"))
            writer.write(*line);
    }
}

}  // namespace fraiseql::schema
