// SPDX-License-Identifier: MIT
#include "catalog/read_snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "catalog/record_reader.hpp"
#include "json/value.hpp"

namespace fraiseql::catalog {
namespace {

using json::Value;

constexpr int kMaxDepth = 16;

/// Reads each item of the array `name` with `read_one`.
template <class ReadOne>
auto read_each(const RecordReader& record, std::string_view name, std::string_view what,
               ReadOne read_one) {
    std::vector<decltype(read_one(record))> out;
    auto items = record.items(name);
    out.reserve(items.size());
    for (const Value& item : items)
        out.push_back(read_one(RecordReader(item, what, record.fault())));
    return out;
}

Column read_column(const RecordReader& r) {
    char identity = r.letter("identity");
    return {.number = r.number<AttributeNumber>("number"),
            .name = r.text("name"),
            .type = r.number<Oid>("type"),
            .typmod = r.number<std::int32_t>("typmod"),
            .not_null = r.flag("not_null"),
            .has_default = r.flag("has_default"),
            .generated = r.flag("generated"),
            .generated_as = r.text("generated_as"),
            .compressed = r.flag("compressed"),
            .identity = identity != '\0',
            .identity_always = identity == 'a',
            .can_select = r.flag("can_select"),
            .comment = r.text("comment")};
}

Index read_index(const RecordReader& r) {
    return {.oid = r.number<Oid>("oid"),
            .name = r.text("name"),
            .method = r.text("method"),
            .unique = r.flag("unique"),
            .primary = r.flag("primary"),
            .valid = r.flag("valid"),
            .nulls_not_distinct = r.flag("nulls_not_distinct"),
            .columns = r.numbers<AttributeNumber>("columns"),
            .has_expressions = r.flag("has_expressions"),
            .predicate = r.text("predicate")};
}

ForeignKey read_foreign_key(const RecordReader& r) {
    return {.oid = r.number<Oid>("oid"),
            .name = r.text("name"),
            .columns = r.numbers<AttributeNumber>("columns"),
            .target = r.number<Oid>("target"),
            .target_columns = r.numbers<AttributeNumber>("target_columns"),
            .validated = r.flag("validated")};
}

Constraint::Kind constraint_kind(char letter) {
    switch (letter) {
        case 'p':
            return Constraint::Kind::Primary;
        case 'u':
            return Constraint::Kind::Unique;
        case 'x':
            return Constraint::Kind::Exclusion;
        default:
            return Constraint::Kind::Check;
    }
}

Constraint read_constraint(const RecordReader& r) {
    return {.name = r.text("name"),
            .kind = constraint_kind(r.letter("kind")),
            .columns = r.numbers<AttributeNumber>("columns"),
            .definition = r.text("definition")};
}

/// A role that was dropped behind our back reads as null: nobody, without privileges.
Role read_role(const RecordReader& owner, std::string_view name) {
    const Value& value = owner.member(name);
    if (value.is_null()) return {};
    RecordReader r(value, "role", owner.fault());
    return {.oid = r.number<Oid>("oid"),
            .name = r.text("name"),
            .superuser = r.flag("superuser"),
            .bypasses_rls = r.flag("bypasses_rls")};
}

Relation::Kind relation_kind(const RecordReader& r) {
    switch (r.letter("kind")) {
        case 'r':
            return Relation::Kind::Table;
        case 'p':
            return Relation::Kind::PartitionedTable;
        case 'v':
            return Relation::Kind::View;
        case 'm':
            return Relation::Kind::MaterializedView;
        case 'f':
            return Relation::Kind::ForeignTable;
        default:
            r.fault().note(fmt::format("relation kind \"{}\" is unknown", r.text("kind")));
    }
    return Relation::Kind::Table;
}

Relation read_relation(const RecordReader& r) {
    return {.oid = r.number<Oid>("oid"),
            .schema = r.text("schema"),
            .name = r.text("name"),
            .kind = relation_kind(r),
            .comment = r.text("comment"),
            .columns = read_each(r, "columns", "column", read_column),
            .rule = r.text("rule"),
            .definition = r.text("definition"),
            .owner = read_role(r, "owner"),
            .row_type = r.number<Oid>("row_type"),
            .security_invoker = r.flag("security_invoker"),
            .security_barrier = r.flag("security_barrier"),
            .row_security = r.flag("row_security"),
            .force_row_security = r.flag("force_row_security"),
            .is_partition = r.flag("is_partition"),
            .from_extension = r.flag("from_extension"),
            .populated = r.flag("populated"),
            .estimated_rows = r.number<double>("estimated_rows"),
            .can_select = r.flag("can_select"),
            .indexes = read_each(r, "indexes", "index", read_index),
            .foreign_keys = read_each(r, "foreign_keys", "foreign key", read_foreign_key),
            .constraints = read_each(r, "constraints", "constraint", read_constraint),
            .parents = r.numbers<Oid>("parents"),
            .read_policies = r.texts("read_policies"),
            .versioned = r.flag("versioned")};
}

/// PostgreSQL calls arrays base types of category A that have elements.
Type::Kind type_kind(char typtype, char category, Oid element) {
    switch (typtype) {
        case 'e':
            return Type::Kind::Enum;
        case 'd':
            return Type::Kind::Domain;
        case 'c':
            return Type::Kind::Composite;
        case 'r':
            return Type::Kind::Range;
        case 'm':
            return Type::Kind::Multirange;
        case 'p':
            return Type::Kind::Pseudo;
        default:
            return category == 'A' && element != 0 ? Type::Kind::Array : Type::Kind::Base;
    }
}

Type read_type(const RecordReader& r) {
    char category = r.letter("category", 'U');
    Oid element = r.number<Oid>("element");
    return {.oid = r.number<Oid>("oid"),
            .schema = r.text("schema"),
            .name = r.text("name"),
            .kind = type_kind(r.letter("kind"), category, element),
            .category = category,
            .comment = r.text("comment"),
            .labels = r.texts("labels"),
            .base = r.number<Oid>("base"),
            .base_typmod = r.number<std::int32_t>("base_typmod"),
            .not_null = r.flag("not_null"),
            .checks = r.texts("checks"),
            .element = element,
            .array = r.number<Oid>("array"),
            .relation = r.number<Oid>("relation"),
            .attributes = read_each(r, "attributes", "attribute", read_column),
            .from_extension = r.flag("from_extension")};
}

Argument::Mode argument_mode(std::string_view letter) {
    if (letter == "o") return Argument::Mode::Out;
    if (letter == "b") return Argument::Mode::InOut;
    if (letter == "v") return Argument::Mode::Variadic;
    if (letter == "t") return Argument::Mode::Table;
    return Argument::Mode::In;
}

/// pg_proc keeps types, names and modes in parallel arrays; the last inputs have the defaults.
std::vector<Argument> read_arguments(const RecordReader& r) {
    auto types = r.numbers<Oid>("argument_types");
    auto names = r.texts("argument_names");
    auto modes = r.texts("argument_modes");
    std::vector<Argument> out(types.size());
    for (std::size_t i = 0; i < types.size(); ++i) {
        out[i].type = types[i];
        if (i < names.size()) out[i].name = names[i];
        if (i < modes.size()) out[i].mode = argument_mode(modes[i]);
    }
    auto defaults = r.number<std::int32_t>("defaults");
    for (auto argument = out.rbegin(); argument != out.rend() && defaults > 0; ++argument) {
        if (!argument->is_input()) continue;
        argument->has_default = true;
        --defaults;
    }
    return out;
}

Function::Kind function_kind(char letter) {
    switch (letter) {
        case 'p':
            return Function::Kind::Procedure;
        case 'a':
            return Function::Kind::Aggregate;
        case 'w':
            return Function::Kind::Window;
        default:
            return Function::Kind::Function;
    }
}

Function::Volatility volatility(char letter) {
    if (letter == 'i') return Function::Volatility::Immutable;
    return letter == 's' ? Function::Volatility::Stable : Function::Volatility::Volatile;
}

Function read_function(const RecordReader& r) {
    Function out{.oid = r.number<Oid>("oid"),
                 .schema = r.text("schema"),
                 .name = r.text("name"),
                 .kind = function_kind(r.letter("kind")),
                 .arguments = read_arguments(r),
                 .return_type = r.number<Oid>("return_type"),
                 .returns_set = r.flag("returns_set"),
                 .volatility = volatility(r.letter("volatility")),
                 .strict = r.flag("strict"),
                 .leakproof = r.flag("leakproof"),
                 .security_definer = r.flag("security_definer"),
                 .config = {},
                 .comment = r.text("comment"),
                 .language = r.text("language"),
                 .owner = read_role(r, "owner"),
                 .changes_session = r.flag("changes_session"),
                 .from_extension = r.flag("from_extension"),
                 .can_execute = r.flag("can_execute")};
    for (const std::string& setting : r.texts("config")) {
        auto equals = std::min(setting.find('='), setting.size());
        out.config.emplace_back(setting.substr(0, equals),
                                setting.substr(std::min(equals + 1, setting.size())));
    }
    return out;
}

/// The functions of pg_catalog come as arrays: there are thousands, and they are always the same.
Function read_builtin(const Value& row, SnapshotFault& fault) {
    static constexpr std::size_t kCells = 8;
    if (!row.is_array() || row.items.size() != kCells) {
        fault.note("a built-in function is not an array of eight");
        return {};
    }
    static constexpr std::string_view kNames[kCells] = {
        "oid", "name", "kind", "return_type", "returns_set", "volatility", "strict", "leakproof"};
    std::vector<json::Member> members;
    for (std::size_t i = 0; i < kCells; ++i)
        members.push_back({kNames[i], row.items[i]});
    Value record{.kind = Value::Kind::Object, .members = members};
    RecordReader r(record, "built-in function", fault);
    Function out;
    out.oid = r.number<Oid>("oid");
    out.schema = "pg_catalog";
    out.name = r.text("name");
    out.kind = function_kind(r.letter("kind"));
    out.return_type = r.number<Oid>("return_type");
    out.returns_set = r.flag("returns_set");
    out.volatility = volatility(r.letter("volatility"));
    out.strict = r.flag("strict");
    out.leakproof = r.flag("leakproof");
    out.can_execute = true;
    return out;
}

}  // namespace

Result<Catalog> read_snapshot(std::string_view json) {
    Arena arena;
    auto document = json::read(json, arena, kMaxDepth);
    SnapshotFault fault;
    CatalogParts parts;
    if (!document) {
        fault.note(document.error().message);
    } else {
        RecordReader r(*document, "snapshot", fault);
        parts.server_version = r.number<std::int32_t>("server_version");
        parts.database = r.text("database");
        parts.current_user = read_role(r, "current_user");
        parts.search_path = r.texts("search_path");
        parts.session_settings = r.text("session_settings");
        parts.relations = read_each(r, "relations", "relation", read_relation);
        parts.types = read_each(r, "types", "type", read_type);
        parts.functions = read_each(r, "functions", "function", read_function);
        for (const Value& row : r.items("builtin_functions")) {
            parts.builtin_functions.push_back(read_builtin(row, fault));
        }
    }
    if (!fault.message.empty()) {
        return fail(ErrorCode::Configuration,
                    fmt::format("The catalog snapshot cannot be read: {}.", fault.message),
                    "Take the snapshot again with this version of the program.");
    }
    return Catalog(std::move(parts));
}

}  // namespace fraiseql::catalog
