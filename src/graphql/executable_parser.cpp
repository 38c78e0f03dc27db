// SPDX-License-Identifier: MIT
// Operations, fragments and selections (spec §2.3 to §2.8).
#include <unordered_map>

#include "graphql/document_parser.hpp"

namespace fraiseql::graphql {

void DocumentParser::definition() {
    const std::uint32_t offset = token_.begin;
    if (peek(Kind::BraceL)) return operation(nullptr, offset);
    const Value* text_before = description();
    if (failed()) return;
    if (text_before != nullptr && peek(Kind::BraceL))
        return fail_at(offset,
                       "Unexpected description, descriptions are not supported on "
                       "shorthand queries.");
    if (peek_keyword("query") || peek_keyword("mutation") || peek_keyword("subscription"))
        return operation(text_before, offset);
    if (peek_keyword("fragment")) return fragment(text_before, offset);
    if (type_system_definition(text_before, offset, false)) return;
    if (text_before != nullptr && peek(Kind::Name))
        return fail_at(offset,
                       "Unexpected description, only GraphQL definitions support descriptions.");
    if (accept_keyword("extend") && type_system_definition(nullptr, offset, true)) return;
    unexpected();
}

void DocumentParser::operation(const Value* text_before, std::uint32_t offset) {
    OperationDefinition out{.offset = offset, .description = text_before};
    if (peek(Kind::BraceL)) {
        out.shorthand = true;
    } else {
        const std::string_view word = expect_name();
        out.type = word == "query"      ? OperationType::Query
                   : word == "mutation" ? OperationType::Mutation
                                        : OperationType::Subscription;
        if (peek(Kind::Name)) out.name = expect_name();
        out.variables = variable_definitions();
        out.directives = directives(Variables::Allowed);
    }
    out.selections = selection_set();
    definitions_.push_back(
        {Definition::Kind::Operation, static_cast<std::uint32_t>(operations_.size())});
    operations_.push_back(out);
}

std::span<const VariableDefinition> DocumentParser::variable_definitions() {
    if (!accept(Kind::ParenL)) return {};
    std::vector<VariableDefinition> out;
    many(Kind::ParenR, [&] {
        VariableDefinition one{.name = {}, .offset = token_.begin, .description = description()};
        one.name = variable().text;
        expect(Kind::Colon);
        one.type = type_reference();
        if (accept(Kind::Equals))
            one.default_value = arena_.make<Value>(value_literal(Variables::Refused));
        one.directives = directives(Variables::Refused);
        out.push_back(one);
    });
    return arena_.copy(out);
}

void DocumentParser::fragment(const Value* text_before, std::uint32_t offset) {
    FragmentDefinition out{.name = {}, .offset = offset, .description = text_before};
    expect_keyword("fragment");
    out.name = fragment_name();
    expect_keyword("on");
    out.type_condition_offset = token_.begin;
    out.type_condition = expect_name();
    out.directives = directives(Variables::Allowed);
    out.selections = selection_set();
    definitions_.push_back(
        {Definition::Kind::Fragment, static_cast<std::uint32_t>(fragments_.size())});
    fragments_.push_back(out);
}

std::string_view DocumentParser::fragment_name() {
    if (peek_keyword("on")) {
        unexpected();
        return {};
    }
    return expect_name();
}

SelectionSet DocumentParser::selection_set() {
    SelectionSet out{.offset = token_.begin, .id = selection_set_count_};
    if (!expect(Kind::BraceL) || !enter()) return out;
    ++selection_set_count_;
    const std::size_t mark = selections_.open();
    many(Kind::BraceR, [this] { selections_.add(selection()); });
    out.selections = selections_.close(mark, arena_);
    leave();
    return out;
}

Selection DocumentParser::selection() {
    const std::uint32_t offset = token_.begin;
    if (!accept(Kind::Spread)) return Selection(field());
    const bool conditioned = accept_keyword("on");
    if (!conditioned && peek(Kind::Name)) {
        auto* spread = arena_.make<FragmentSpread>();
        spread->offset = offset;
        spread->name = expect_name();
        spread->directives = directives(Variables::Allowed);
        spreads_.push_back(spread);
        return Selection(spread);
    }
    auto* fragment = arena_.make<InlineFragment>();
    fragment->offset = offset;
    fragment->type_condition_offset = token_.begin;
    if (conditioned) fragment->type_condition = expect_name();
    fragment->directives = directives(Variables::Allowed);
    fragment->selections = selection_set();
    return Selection(fragment);
}

const Field* DocumentParser::field() {
    auto* out = arena_.make<Field>();
    out->offset = token_.begin;
    out->id = field_count_++;
    out->name = expect_name();
    if (accept(Kind::Colon)) {
        out->alias = out->name;
        out->name = expect_name();
    }
    out->arguments = arguments(Variables::Allowed);
    out->directives = directives(Variables::Allowed);
    if (peek(Kind::BraceL)) out->selections = selection_set();
    return out;
}

void DocumentParser::link_fragments(std::span<const FragmentDefinition> fragments) {
    if (spreads_.empty() || fragments.empty()) return;
    std::unordered_map<std::string_view, const FragmentDefinition*> by_name;
    by_name.reserve(fragments.size());
    for (const FragmentDefinition& fragment : fragments)
        by_name.emplace(fragment.name, &fragment);
    for (FragmentSpread* spread : spreads_)
        if (auto found = by_name.find(spread->name); found != by_name.end())
            spread->fragment = found->second;
}

}  // namespace fraiseql::graphql
