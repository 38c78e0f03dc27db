// SPDX-License-Identifier: MIT
#include "projection/naming.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace fraiseql::projection {
namespace {

/// Keywords that are no names without quotes (PostgreSQL, appendix C: all but "non-reserved").
constexpr std::array<std::string_view, 157> kKeywords = {"all",
                                                         "analyse",
                                                         "analyze",
                                                         "and",
                                                         "any",
                                                         "array",
                                                         "as",
                                                         "asc",
                                                         "asymmetric",
                                                         "authorization",
                                                         "between",
                                                         "bigint",
                                                         "binary",
                                                         "bit",
                                                         "boolean",
                                                         "both",
                                                         "case",
                                                         "cast",
                                                         "char",
                                                         "character",
                                                         "check",
                                                         "coalesce",
                                                         "collate",
                                                         "collation",
                                                         "column",
                                                         "concurrently",
                                                         "constraint",
                                                         "create",
                                                         "cross",
                                                         "current_catalog",
                                                         "current_date",
                                                         "current_role",
                                                         "current_schema",
                                                         "current_time",
                                                         "current_timestamp",
                                                         "current_user",
                                                         "dec",
                                                         "decimal",
                                                         "default",
                                                         "deferrable",
                                                         "desc",
                                                         "distinct",
                                                         "do",
                                                         "else",
                                                         "end",
                                                         "except",
                                                         "exists",
                                                         "extract",
                                                         "false",
                                                         "fetch",
                                                         "float",
                                                         "for",
                                                         "foreign",
                                                         "freeze",
                                                         "from",
                                                         "full",
                                                         "grant",
                                                         "greatest",
                                                         "group",
                                                         "grouping",
                                                         "having",
                                                         "ilike",
                                                         "in",
                                                         "initially",
                                                         "inner",
                                                         "inout",
                                                         "int",
                                                         "integer",
                                                         "intersect",
                                                         "interval",
                                                         "into",
                                                         "is",
                                                         "isnull",
                                                         "join",
                                                         "json_array",
                                                         "json_object",
                                                         "lateral",
                                                         "leading",
                                                         "least",
                                                         "left",
                                                         "like",
                                                         "limit",
                                                         "localtime",
                                                         "localtimestamp",
                                                         "national",
                                                         "natural",
                                                         "nchar",
                                                         "none",
                                                         "normalize",
                                                         "not",
                                                         "notnull",
                                                         "null",
                                                         "nullif",
                                                         "numeric",
                                                         "offset",
                                                         "on",
                                                         "only",
                                                         "or",
                                                         "order",
                                                         "out",
                                                         "outer",
                                                         "overlaps",
                                                         "overlay",
                                                         "placing",
                                                         "position",
                                                         "precision",
                                                         "primary",
                                                         "real",
                                                         "references",
                                                         "returning",
                                                         "right",
                                                         "row",
                                                         "select",
                                                         "session_user",
                                                         "setof",
                                                         "similar",
                                                         "smallint",
                                                         "some",
                                                         "substring",
                                                         "symmetric",
                                                         "system_user",
                                                         "table",
                                                         "tablesample",
                                                         "then",
                                                         "time",
                                                         "timestamp",
                                                         "to",
                                                         "trailing",
                                                         "treat",
                                                         "trim",
                                                         "true",
                                                         "union",
                                                         "unique",
                                                         "user",
                                                         "using",
                                                         "values",
                                                         "varchar",
                                                         "variadic",
                                                         "verbose",
                                                         "when",
                                                         "where",
                                                         "window",
                                                         "with",
                                                         "xmlattributes",
                                                         "xmlconcat",
                                                         "xmlelement",
                                                         "xmlexists",
                                                         "xmlforest",
                                                         "xmlnamespaces",
                                                         "xmlparse",
                                                         "xmlpi",
                                                         "xmlroot",
                                                         "xmlserialize",
                                                         "xmltable"};

bool is_plain(std::string_view name) {
    if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
    const bool letters = std::all_of(name.begin(), name.end(), [](char c) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    });
    return letters && std::find(kKeywords.begin(), kKeywords.end(), name) == kKeywords.end();
}

std::string doubled(std::string_view text, char quote) {
    std::string out(1, quote);
    for (char c : text) {
        if (c == quote) out += quote;
        out += c;
    }
    return out + quote;
}

}  // namespace

std::string quoted(std::string_view name) {
    return is_plain(name) ? std::string(name) : doubled(name, '"');
}

std::string qualified(std::string_view schema, std::string_view name) {
    return quoted(schema) + "." + quoted(name);
}

std::string type_name(const catalog::Catalog& catalog, catalog::Oid oid) {
    const catalog::Type* type = catalog.type(oid);
    if (type == nullptr) return catalog.type_name(oid);
    if (type->kind == catalog::Type::Kind::Array) return type_name(catalog, type->element) + "[]";
    if (type->schema != "pg_catalog") return qualified(type->schema, type->name);
    return type->name == "char" ? "\"char\"" : type->name;
}

std::string literal(std::string_view text) {
    const bool escapes = text.find('\\') != std::string_view::npos;
    if (!escapes) return doubled(text, '\'');
    std::string out = "E'";
    for (char c : text) {
        if (c == '\'' || c == '\\') out += c;
        out += c;
    }
    return out + "'";
}

std::string fitting(std::string_view name) {
    constexpr std::size_t kMost = 63;
    if (name.size() <= kMost) return std::string(name);
    std::uint32_t hash = 2166136261U;  // FNV-1a
    for (char c : name)
        hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619U;
    std::size_t end = kMost - 9;
    while (end > 0 && (static_cast<std::uint8_t>(name[end]) & 0xC0U) == 0x80U)
        --end;
    return fmt::format("{}_{:08x}", name.substr(0, end), hash);
}

std::string table_name(std::string_view view) {
    return fitting("tv_" + std::string(view.starts_with("v_") ? view.substr(2) : view));
}

}  // namespace fraiseql::projection
