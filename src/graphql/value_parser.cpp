// SPDX-License-Identifier: MIT
// Values, type references, arguments and directives (spec §2.6, §2.9 to §2.12).
#include "graphql/document_parser.hpp"
#include "graphql/string_literal.hpp"

namespace fraiseql::graphql {

Value DocumentParser::take(Value::Kind kind) {
    Value out{.kind = kind, .offset = token_.begin, .text = text()};
    advance();
    return out;
}

Value DocumentParser::value_literal(Variables variables) {
    switch (token_.kind) {
        case Kind::Int:
            return take(Value::Kind::Int);
        case Kind::Float:
            return take(Value::Kind::Float);
        case Kind::String:
        case Kind::BlockString:
            return string_value();
        case Kind::Name:
            return name_value();
        case Kind::BracketL:
            return list_value(variables);
        case Kind::BraceL:
            return object_value(variables);
        case Kind::Dollar: {
            if (variables == Variables::Allowed) return variable();
            const std::uint32_t offset = token_.begin;
            advance();
            fail_at(offset, peek(Kind::Name) ? "Unexpected variable \"$" + std::string(text()) +
                                                   "\" in constant value."
                                             : std::string("Unexpected \"$\"."));
            return {};
        }
        default:
            unexpected();
            return {};
    }
}

Value DocumentParser::name_value() {
    const std::string_view word = text();
    if (word == "true" || word == "false") return take(Value::Kind::Boolean);
    if (word != "null") return take(Value::Kind::Enum);
    Value out = take(Value::Kind::Null);
    out.text = {};
    return out;
}

Value DocumentParser::string_value() {
    const bool block = peek(Kind::BlockString);
    const std::size_t quotes = block ? 3 : 1;
    Value out = take(Value::Kind::String);
    const std::string_view raw = out.text.substr(quotes, out.text.size() - 2 * quotes);
    out.block = block;
    out.text = block ? decode_block_string(raw, arena_) : decode_string(raw, arena_);
    return out;
}

Value DocumentParser::variable() {
    Value out{.kind = Value::Kind::Variable, .offset = token_.begin};
    if (expect(Kind::Dollar)) out.text = expect_name();
    return out;
}

Value DocumentParser::list_value(Variables variables) {
    Value out{.kind = Value::Kind::List, .offset = token_.begin};
    if (!enter()) return out;
    advance();
    const std::size_t mark = items_.open();
    while (!failed() && !accept(Kind::BracketR))
        items_.add(value_literal(variables));
    out.items = items_.close(mark, arena_);
    leave();
    return out;
}

Value DocumentParser::object_value(Variables variables) {
    Value out{.kind = Value::Kind::Object, .offset = token_.begin};
    if (!enter()) return out;
    advance();
    const std::size_t mark = object_fields_.open();
    while (!failed() && !accept(Kind::BraceR)) {
        ObjectField field{.name = {}, .offset = token_.begin};
        field.name = expect_name();
        if (expect(Kind::Colon)) field.value = value_literal(variables);
        object_fields_.add(field);
    }
    out.fields = object_fields_.close(mark, arena_);
    leave();
    return out;
}

const Value* DocumentParser::description() {
    return peek_string() ? arena_.make<Value>(string_value()) : nullptr;
}

TypeReference DocumentParser::type_reference() {
    TypeReference out{.offset = token_.begin};
    if (!peek(Kind::BracketL)) {
        out.name = expect_name();
    } else if (enter()) {
        advance();
        out.kind = TypeReference::Kind::List;
        out.of = arena_.make<TypeReference>(type_reference());
        expect(Kind::BracketR);
        leave();
    }
    if (!accept(Kind::Bang)) return out;
    return {.kind = TypeReference::Kind::NonNull,
            .offset = out.offset,
            .of = arena_.make<TypeReference>(out)};
}

std::span<const Argument> DocumentParser::arguments(Variables variables) {
    if (!accept(Kind::ParenL)) return {};
    const std::size_t mark = arguments_.open();
    many(Kind::ParenR, [&] {
        Argument one{.name = {}, .offset = token_.begin};
        one.name = expect_name();
        if (expect(Kind::Colon)) one.value = value_literal(variables);
        arguments_.add(one);
    });
    return arguments_.close(mark, arena_);
}

std::span<const graphql::Directive> DocumentParser::directives(Variables variables) {
    if (!peek(Kind::At)) return {};
    const std::size_t mark = directives_.open();
    while (peek(Kind::At)) {
        graphql::Directive one{.name = {}, .offset = token_.begin};
        advance();
        one.name = expect_name();
        one.arguments = arguments(variables);
        directives_.add(one);
    }
    return directives_.close(mark, arena_);
}

}  // namespace fraiseql::graphql
