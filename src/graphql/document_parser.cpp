// SPDX-License-Identifier: MIT
#include "graphql/document_parser.hpp"

#include <fmt/format.h>

#include "graphql/source.hpp"
#include "graphql/string_literal.hpp"

namespace fraiseql::graphql {

DocumentParser::DocumentParser(std::string_view source, Arena& arena, const ParseLimits& limits)
    : source_(source), arena_(arena), limits_(limits), lexer_(source) {}

Result<Document> DocumentParser::document() {
    if (start()) many(Kind::End, [this] { definition(); });
    if (failed()) return fail(std::move(*error_));
    Document out;
    out.source = source_;
    out.definitions = arena_.copy(definitions_);
    out.operations = arena_.copy(operations_);
    out.fragments = arena_.copy(fragments_);
    out.types = arena_.copy(types_);
    out.directives = arena_.copy(directive_definitions_);
    out.schemas = arena_.copy(schemas_);
    out.field_count = field_count_;
    out.selection_set_count = selection_set_count_;
    link_fragments(out.fragments);
    return out;
}

Result<Value> DocumentParser::value() {
    Value out;
    if (start()) out = value_literal(Variables::Refused);
    if (!failed()) expect(Kind::End);
    if (failed()) return fail(std::move(*error_));
    return out;
}

Result<TypeReference> DocumentParser::type() {
    TypeReference out;
    if (start()) out = type_reference();
    if (!failed()) expect(Kind::End);
    if (failed()) return fail(std::move(*error_));
    return out;
}

bool DocumentParser::start() {
    if (source_.size() > limits_.max_source_bytes) {
        fail_at(0, fmt::format("Document has {} bytes; {} are allowed.", source_.size(),
                               limits_.max_source_bytes));
        return false;
    }
    if (std::size_t wrong = 0; !is_utf8(source_, wrong)) {
        fail_at(static_cast<std::uint32_t>(wrong), "Document is not valid UTF-8.");
        return false;
    }
    advance();
    return !failed();
}

void DocumentParser::advance() {
    token_ = lexer_.next();
    if (token_.kind == Kind::Invalid) {
        fail_at(token_.begin, lexer_.problem());
    } else if (token_.kind != Kind::End && ++tokens_ > limits_.max_tokens) {
        fail_at(token_.begin, fmt::format("Document contains more than {} tokens. Parsing aborted.",
                                          limits_.max_tokens));
    }
}

bool DocumentParser::accept(Kind kind) {
    if (!peek(kind)) return false;
    advance();
    return true;
}

bool DocumentParser::accept_keyword(std::string_view word) {
    if (!peek_keyword(word)) return false;
    advance();
    return true;
}

bool DocumentParser::expect(Kind kind) {
    if (peek(kind)) {
        advance();
        return true;
    }
    fail_at(token_.begin, fmt::format("Expected {}, found {}.", describe(kind), describe_token()));
    return false;
}

bool DocumentParser::expect_keyword(std::string_view word) {
    if (accept_keyword(word)) return true;
    fail_at(token_.begin, fmt::format("Expected \"{}\", found {}.", word, describe_token()));
    return false;
}

std::string_view DocumentParser::expect_name() {
    std::string_view name = text();
    return expect(Kind::Name) ? name : std::string_view{};
}

std::string DocumentParser::describe_token() {
    std::string_view raw = text();
    switch (token_.kind) {
        case Kind::Name:
        case Kind::Int:
        case Kind::Float:
            return fmt::format("{} \"{}\"", describe(token_.kind), raw);
        case Kind::String:
            return fmt::format("String \"{}\"",
                               decode_string(raw.substr(1, raw.size() - 2), arena_));
        case Kind::BlockString:
            return fmt::format("BlockString \"{}\"",
                               decode_block_string(raw.substr(3, raw.size() - 6), arena_));
        default:
            return std::string(describe(token_.kind));
    }
}

void DocumentParser::unexpected() {
    fail_at(token_.begin, fmt::format("Unexpected {}.", describe_token()));
}

void DocumentParser::fail_at(std::uint32_t offset, std::string problem) {
    if (failed()) return;
    token_.kind = Kind::Invalid;
    error_ = Error{.code = ErrorCode::GraphqlParseFailed,
                   .message = "Syntax Error: " + std::move(problem),
                   .locations = {locate(source_, offset)}};
}

bool DocumentParser::enter() {
    if (depth_ >= limits_.max_depth) {
        fail_at(token_.begin,
                fmt::format("Document nests more than {} levels deep.", limits_.max_depth));
        return false;
    }
    ++depth_;
    return true;
}

}  // namespace fraiseql::graphql
