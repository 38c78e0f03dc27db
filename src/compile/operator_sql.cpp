// SPDX-License-Identifier: MIT
#include "compile/operator_sql.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace fraiseql::compile {
namespace {

using sql::Fragment;

/// The schema to name for operators on `type`; nullptr where they are found without.
const std::string* schema_to_name(const catalog::Catalog& catalog, catalog::Oid oid) {
    const catalog::Type* type = catalog.type(catalog.base_type(oid));
    if (type == nullptr || type->kind != catalog::Type::Kind::Base) return nullptr;
    const auto path = catalog.search_path();
    const bool found = type->schema == "pg_catalog" ||
                       std::find(path.begin(), path.end(), type->schema) != path.end();
    return found ? nullptr : &type->schema;
}

/// What LIKE and its like are called as operators (PostgreSQL §9.7.1).
std::string_view operator_of(std::string_view word) {
    if (word == "LIKE") return "~~";
    if (word == "ILIKE") return "~~*";
    return word;
}

bool is_operator(std::string_view word) {
    return word == "LIKE" || word == "ILIKE" ||
           word.find_first_not_of("+-*/<>=~!@#^&|?") == std::string_view::npos;
}

Fragment qualified_operator(const std::string& schema, std::string_view name) {
    return Fragment("OPERATOR(")
        .identifier(schema)
        .raw(".")
        .add(Fragment::from_catalog(operator_of(name)))
        .raw(")");
}

/// A word of a template with its placeholders filled in.
Fragment fill(std::string_view word, const Fragment& value, const Fragment& first,
              const Fragment& second) {
    Fragment out;
    while (!word.empty()) {
        const std::size_t at = std::min(word.find('%'), word.size());
        out.add(Fragment::from_catalog(word.substr(0, at)));
        if (at == word.size()) break;
        const char name = word[at + 1];
        out.add(name == 'c' ? value : name == 'v' ? first : second);
        word.remove_prefix(at + 2);
    }
    return out;
}

/// `%v::lquery` and `nlevel(%c)` are of the extension, too.
std::string named(std::string_view word, const std::string& schema) {
    const std::string prefix = Fragment().identifier(schema).raw(".").text();
    std::string out(word);
    if (word.starts_with("nlevel(")) out.insert(0, prefix);
    if (const std::size_t cast = out.find("::l"); cast != std::string::npos)
        out.insert(cast + 2, prefix);
    return out;
}

}  // namespace

Fragment operator_sql(const catalog::Catalog& catalog, catalog::Oid type, sql::Raw name) {
    const std::string* schema = schema_to_name(catalog, type);
    Fragment op = schema == nullptr ? Fragment(name) : qualified_operator(*schema, name.text());
    return Fragment(" ").add(op).raw(" ");
}

Fragment aggregate_sql_name(const catalog::Catalog& catalog, catalog::Oid type, sql::Raw name) {
    const std::string* schema = schema_to_name(catalog, type);
    return schema == nullptr ? Fragment(name) : Fragment().identifier(*schema).raw(".").raw(name);
}

Fragment apply(const catalog::Catalog& catalog, catalog::Oid type, const schema::Operator& op,
               const Fragment& value, const Fragment& first, const Fragment& second) {
    using schema::Operand;
    using schema::OperatorFamily;
    const std::string* schema = schema_to_name(catalog, type);
    // These compare what a function makes of the value: a number, a tsvector.
    const bool own = op.operand != Operand::Depth && op.name != "search";
    if (schema == nullptr) return fill(op.sql, value, first, second);
    Fragment out;
    std::string_view rest = op.sql;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        const std::string_view word = rest.substr(0, end);
        if (!out.empty()) out.raw(" ");
        if (own && is_operator(word))
            out.add(qualified_operator(*schema, word));
        else
            out.add(fill(named(word, *schema), value, first, second));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return out;
}

}  // namespace fraiseql::compile
