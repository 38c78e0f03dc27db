// SPDX-License-Identifier: MIT
#include "rewrite/expression_type.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace fraiseql::rewrite {
namespace {

using catalog::Oid;
using lineage::Node;

/// Where the nodes of nodes/primnodes.h keep the type of their result.
constexpr std::array<std::pair<std::string_view, std::string_view>, 23> kTypeFields = {{
    {"VAR", "vartype"},
    {"CONST", "consttype"},
    {"FUNCEXPR", "funcresulttype"},
    {"OPEXPR", "opresulttype"},
    {"NULLIFEXPR", "opresulttype"},
    {"AGGREF", "aggtype"},
    {"WINDOWFUNC", "wintype"},
    {"CASE", "casetype"},
    {"CASEEXPR", "casetype"},
    {"COALESCE", "coalescetype"},
    {"COALESCEEXPR", "coalescetype"},
    {"MINMAX", "minmaxtype"},
    {"MINMAXEXPR", "minmaxtype"},
    {"RELABELTYPE", "resulttype"},
    {"COERCEVIAIO", "resulttype"},
    {"ARRAYCOERCEEXPR", "resulttype"},
    {"COERCETODOMAIN", "resulttype"},
    {"FIELDSELECT", "resulttype"},
    {"ARRAY", "array_typeid"},
    {"ARRAYEXPR", "array_typeid"},
    {"SQLVALUEFUNCTION", "type"},
    {"ROW", "row_typeid"},
    {"ROWEXPR", "row_typeid"},
}};

constexpr std::array<std::string_view, 8> kBooleans = {
    "BOOLEXPR",     "NULLTEST",       "BOOLEANTEST", "SCALARARRAYOPEXPR",
    "DISTINCTEXPR", "ROWCOMPAREEXPR", "ROWCOMPARE",  "XMLISDOCUMENT"};

constexpr std::array<std::string_view, 12> kCollations = {
    "varcollid",      "constcollid",  "funccollid",   "opcollid", "aggcollid", "casecollid",
    "coalescecollid", "minmaxcollid", "resultcollid", "collOid",  "wincollid", "array_collid"};

/// DEFAULT_COLLATION_OID.
constexpr std::int64_t kDefaultCollation = 100;

/// EXPR_SUBLINK of nodes/primnodes.h.
constexpr std::int64_t kExpressionSubLink = 4;

const Node* first_target(const Node& query) {
    for (const Node& target : query.list("targetList"))
        if (!target.flag("resjunk")) return &target["expr"];
    return nullptr;
}

}  // namespace

Oid type_of(const Node& expression) {
    if (!expression.is_record()) return 0;
    for (const auto& [tag, field] : kTypeFields)
        if (expression.is(tag)) return static_cast<Oid>(expression.number(field));
    if (std::find(kBooleans.begin(), kBooleans.end(), expression.text) != kBooleans.end())
        return catalog::kBool;
    if (expression.is("COLLATE") || expression.is("COLLATEEXPR")) return type_of(expression["arg"]);
    if (expression.is("SUBLINK")) {
        const std::int64_t kind = expression.number("subLinkType");
        if (kind < kExpressionSubLink) return catalog::kBool;
        const Node* target = first_target(expression["subselect"]);
        if (kind == kExpressionSubLink && target != nullptr) return type_of(*target);
    }
    return 0;
}

bool has_default_collation(const Node& expression) {
    if (expression.is("SUBLINK")) {
        const Node* target = first_target(expression["subselect"]);
        return target == nullptr || has_default_collation(*target);
    }
    for (std::string_view field : kCollations) {
        const std::int64_t collation = expression.number(field);
        if (collation != 0 && collation != kDefaultCollation) return false;
    }
    return true;
}

bool is_same_in_json(const catalog::Catalog& catalog, Oid oid) {
    const catalog::Type* type = catalog.type(catalog.base_type(oid));
    if (type == nullptr) return false;
    if (type->kind == catalog::Type::Kind::Array) return is_same_in_json(catalog, type->element);
    if (type->kind == catalog::Type::Kind::Enum) return true;
    const bool plain = type->kind == catalog::Type::Kind::Base && type->schema == "pg_catalog";
    return plain && type->oid != catalog::kFloat4 && type->oid != catalog::kFloat8 &&
           type->oid != catalog::kJson;
}

}  // namespace fraiseql::rewrite
