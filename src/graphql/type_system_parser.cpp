// SPDX-License-Identifier: MIT
// Type system definitions and extensions (spec §3).
#include <fmt/format.h>

#include "graphql/document_parser.hpp"
#include "graphql/schema.hpp"

namespace fraiseql::graphql {
namespace {

constexpr std::pair<std::string_view, TypeKind> kTypeKeywords[] = {
    {"scalar", TypeKind::Scalar}, {"type", TypeKind::Object}, {"interface", TypeKind::Interface},
    {"union", TypeKind::Union},   {"enum", TypeKind::Enum},   {"input", TypeKind::InputObject}};

}  // namespace

bool DocumentParser::type_system_definition(const Value* text_before, std::uint32_t offset,
                                            bool extend) {
    if (accept_keyword("schema")) {
        schema_definition(text_before, offset, extend);
        return true;
    }
    if (!extend && accept_keyword("directive")) {
        directive_definition(text_before, offset);
        return true;
    }
    for (const auto& [keyword, kind] : kTypeKeywords) {
        if (!accept_keyword(keyword)) continue;
        type_definition(kind, text_before, offset, extend);
        return true;
    }
    return failed();
}

void DocumentParser::schema_definition(const Value* text_before, std::uint32_t offset,
                                       bool extend) {
    SchemaDefinition out{.extend = extend, .offset = offset, .description = text_before};
    out.directives = directives(Variables::Refused);
    const bool bare_extension = extend && !out.directives.empty() && !peek(Kind::BraceL);
    if (!bare_extension && expect(Kind::BraceL)) {
        std::vector<RootOperationType> operations;
        many(Kind::BraceR, [&] {
            RootOperationType one{.offset = token_.begin};
            if (peek_keyword("mutation"))
                one.operation = OperationType::Mutation;
            else if (peek_keyword("subscription"))
                one.operation = OperationType::Subscription;
            else if (!peek_keyword("query"))
                return unexpected();
            advance();
            expect(Kind::Colon);
            one.type = expect_name();
            operations.push_back(one);
        });
        out.operations = arena_.copy(operations);
    }
    definitions_.push_back({Definition::Kind::Schema, static_cast<std::uint32_t>(schemas_.size())});
    schemas_.push_back(out);
}

void DocumentParser::type_definition(TypeKind kind, const Value* text_before, std::uint32_t offset,
                                     bool extend) {
    TypeDefinition out{
        .kind = kind, .extend = extend, .offset = offset, .description = text_before};
    out.name = expect_name();
    const bool has_fields = kind == TypeKind::Object || kind == TypeKind::Interface;
    if (has_fields && accept_keyword("implements")) out.interfaces = names(Kind::Amp);
    out.directives = directives(Variables::Refused);
    if (has_fields) out.fields = field_definitions();
    if (kind == TypeKind::Union && accept(Kind::Equals)) out.members = names(Kind::Pipe);
    if (kind == TypeKind::Enum) out.values = enum_values();
    if (kind == TypeKind::InputObject) out.input_fields = input_values(Kind::BraceL, Kind::BraceR);
    if (extend && out.directives.empty() && out.interfaces.empty() && out.fields.empty() &&
        out.members.empty() && out.values.empty() && out.input_fields.empty())
        unexpected();
    definitions_.push_back({Definition::Kind::Type, static_cast<std::uint32_t>(types_.size())});
    types_.push_back(out);
}

void DocumentParser::directive_definition(const Value* text_before, std::uint32_t offset) {
    DirectiveDefinition out{.name = {}, .offset = offset, .description = text_before};
    expect(Kind::At);
    out.name = expect_name();
    out.arguments = input_values(Kind::ParenL, Kind::ParenR);
    out.repeatable = accept_keyword("repeatable");
    expect_keyword("on");
    out.locations = names(Kind::Pipe);
    for (const NameReference& location : out.locations)
        if (!failed() && !directive_location(location.name))
            fail_at(location.offset, fmt::format("Unexpected Name \"{}\".", location.name));
    definitions_.push_back(
        {Definition::Kind::Directive, static_cast<std::uint32_t>(directive_definitions_.size())});
    directive_definitions_.push_back(out);
}

std::span<const NameReference> DocumentParser::names(Kind delimiter) {
    std::vector<NameReference> out;
    accept(delimiter);
    do {
        const std::uint32_t offset = token_.begin;
        out.push_back({expect_name(), offset});
    } while (!failed() && accept(delimiter));
    return arena_.copy(out);
}

std::span<const FieldDefinition> DocumentParser::field_definitions() {
    if (!accept(Kind::BraceL)) return {};
    std::vector<FieldDefinition> out;
    many(Kind::BraceR, [&] {
        FieldDefinition one{.name = {}, .offset = token_.begin, .description = description()};
        one.name = expect_name();
        one.arguments = input_values(Kind::ParenL, Kind::ParenR);
        expect(Kind::Colon);
        one.type = type_reference();
        one.directives = directives(Variables::Refused);
        out.push_back(one);
    });
    return arena_.copy(out);
}

std::span<const EnumValueDefinition> DocumentParser::enum_values() {
    if (!accept(Kind::BraceL)) return {};
    std::vector<EnumValueDefinition> out;
    many(Kind::BraceR, [&] {
        EnumValueDefinition one{.name = {}, .offset = token_.begin, .description = description()};
        if (peek_keyword("true") || peek_keyword("false") || peek_keyword("null"))
            fail_at(token_.begin,
                    fmt::format("Name \"{}\" is reserved and cannot be used for an enum value.",
                                text()));
        one.name = expect_name();
        one.directives = directives(Variables::Refused);
        out.push_back(one);
    });
    return arena_.copy(out);
}

std::span<const InputValueDefinition> DocumentParser::input_values(Kind open, Kind close) {
    if (!accept(open)) return {};
    std::vector<InputValueDefinition> out;
    many(close, [&] {
        InputValueDefinition one{.name = {}, .offset = token_.begin, .description = description()};
        one.name = expect_name();
        expect(Kind::Colon);
        one.type = type_reference();
        if (accept(Kind::Equals))
            one.default_value = arena_.make<Value>(value_literal(Variables::Refused));
        one.directives = directives(Variables::Refused);
        out.push_back(one);
    });
    return arena_.copy(out);
}

}  // namespace fraiseql::graphql
