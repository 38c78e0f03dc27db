// SPDX-License-Identifier: MIT
// Any document against a fixed schema: validation ends, and what it lets through can be collected,
// coerced and introspected.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "graphql/coerce.hpp"
#include "graphql/collect.hpp"
#include "graphql/introspection.hpp"
#include "graphql/lexer.hpp"
#include "graphql/parser.hpp"
#include "graphql/validate.hpp"

using namespace fraiseql;

namespace {

const graphql::Schema& schema() {
    static const std::shared_ptr<const graphql::Schema> built = graphql::build_schema(R"(
        interface N { id: ID! }
        type A implements N { id: ID!  a(x: Int = 1, i: I): A  n: N  u: U  l: [Int!]! }
        type B implements N { id: ID!  b(o: O!): B  n: [N!]  e(e: E): E }
        union U = A | B
        enum E { X Y }
        input I { a: Int! = 1  b: [I!]  e: E  s: String }
        input O @oneOf { a: Int  b: I }
        type Query { a: A  b: B  n(id: ID!): N  u: [U] }
        type Mutation { a: A }
        type Subscription { a: A  b: B }
    )")
                                                                    .value();
    return *built;
}

/// Visits what an operation selects, a few levels deep.
void visit(const graphql::Document& document, const graphql::NamedType& object,
           std::span<const graphql::SelectionSet* const> sets, const json::Value& variables,
           int depth) {
    Arena arena;
    const auto condition = graphql::condition_of(variables);
    for (const auto& group : graphql::collect_fields(schema(), document, object, sets, condition)) {
        if (group.definition == nullptr) std::abort();
        (void)graphql::coerce_argument_values(*group.definition, group.node(), variables, arena);
        if (group.definition == &schema().schema_field() ||
            group.definition == &schema().type_field()) {
            std::string out;
            graphql::write_introspection(out, schema(), document, group, variables);
            if (!json::read(out, arena, 1000)) std::abort();
            continue;
        }
        if (depth == 0) continue;
        std::vector<const graphql::SelectionSet*> below;
        for (const graphql::Field* node : group.nodes)
            below.push_back(&node->selections);
        for (const graphql::NamedType* type : group.definition->type->named->possible_types)
            visit(document, *type, below, variables, depth - 1);
    }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

/// Bytes at random are almost never a valid document, so half of the mutations work on tokens: one
/// is removed, doubled, or followed by a word that the schema knows.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
    constexpr std::string_view kWords[] = {"{",
                                           "}",
                                           "a",
                                           "b",
                                           "n",
                                           "u",
                                           "l",
                                           "e",
                                           "id",
                                           "x:",
                                           "(x: 1)",
                                           "(i: {a: 1})",
                                           "(id: \"1\")",
                                           "(o: {a: 2})",
                                           "(e: X)",
                                           "$v",
                                           "($v: Int)",
                                           "($i: ID!)",
                                           "(id: $i)",
                                           "query",
                                           "mutation",
                                           "subscription",
                                           "Q",
                                           "{ id }",
                                           "... on A",
                                           "... on B",
                                           "...F",
                                           "fragment F on A",
                                           "__typename",
                                           "@skip(if: true)",
                                           "@include(if: false)",
                                           "[",
                                           "]",
                                           ":",
                                           "null",
                                           "[1, 2]"};
    if (seed % 2 == 0) return LLVMFuzzerMutate(data, size, max_size);
    const std::string_view source(reinterpret_cast<const char*>(data), size);
    std::vector<std::string_view> tokens;
    graphql::Lexer lexer(source);
    for (auto token = lexer.next();
         token.kind != graphql::Token::Kind::End && token.kind != graphql::Token::Kind::Invalid;
         token = lexer.next())
        tokens.push_back(source.substr(token.begin, token.end - token.begin));
    std::minstd_rand random(seed);
    const auto at = static_cast<std::ptrdiff_t>(random() % (tokens.size() + 1));
    const std::string_view word = kWords[random() % std::size(kWords)];
    const bool has_one = at < static_cast<std::ptrdiff_t>(tokens.size());
    switch (random() % 4) {
        case 0:
            if (has_one) tokens.erase(tokens.begin() + at);
            break;
        case 1:
            if (has_one) tokens.insert(tokens.begin() + at, tokens[random() % tokens.size()]);
            break;
        default:
            tokens.insert(tokens.begin() + at, word);
    }
    std::string out;
    for (const std::string_view token : tokens)
        out.append(token).append(" ");
    out.resize(std::min(out.size(), max_size));
    std::memcpy(data, out.data(), out.size());
    return out.size();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view source(reinterpret_cast<const char*>(data), size);
    Arena arena;
    const auto document = graphql::parse(source, arena);
    if (!document || !graphql::validate(schema(), *document).empty()) return 0;
    for (const graphql::OperationDefinition& operation : document->operations) {
#ifdef FRAISEQL_PLANTED_BUG
        if (operation.type != graphql::OperationType::Query && !operation.name.empty())
            std::abort();
#endif
        const auto variables =
            graphql::coerce_variable_values(schema(), *document, operation, {}, arena);
        if (!variables) continue;
        const graphql::SelectionSet* sets[] = {&operation.selections};
        visit(*document, *schema().root(operation.type), sets, *variables, 3);
    }
    return 0;
}
