// SPDX-License-Identifier: MIT
#include "schema/leaf.hpp"

#include <algorithm>
#include <array>

#include "graphql/scalars.hpp"
#include "schema/naming.hpp"

namespace fraiseql::schema {
namespace {

using catalog::Catalog;
using catalog::Oid;
using catalog::Type;

struct Row {
    std::string_view pg;
    std::string_view graphql;
};

/// PostgreSQL type names → scalars. Types of extensions (citext, ltree, vector) stand here by name.
constexpr std::array kScalars = {
    Row{"bool", "Boolean"},
    Row{"int2", "Int"},
    Row{"int4", "Int"},
    Row{"int8", "BigInt"},
    Row{"oid", "BigInt"},
    Row{"float4", "Float"},
    Row{"float8", "Float"},
    Row{"numeric", "Decimal"},
    Row{"text", "String"},
    Row{"varchar", "String"},
    Row{"bpchar", "String"},
    Row{"name", "String"},
    Row{"char", "String"},
    Row{"citext", "String"},
    Row{"xml", "String"},
    Row{"money", "String"},
    Row{"tsvector", "String"},
    Row{"tsquery", "String"},
    Row{"bit", "String"},
    Row{"varbit", "String"},
    Row{"uuid", "UUID"},
    Row{"date", "Date"},
    Row{"time", "Time"},
    Row{"timetz", "OffsetTime"},
    Row{"timestamp", "LocalDateTime"},
    Row{"timestamptz", "DateTime"},
    Row{"interval", "Interval"},
    Row{"json", "JSON"},
    Row{"jsonb", "JSON"},
    Row{"bytea", "Bytes"},
    Row{"inet", "IPAddress"},
    Row{"cidr", "CIDR"},
    Row{"macaddr", "MacAddress"},
    Row{"macaddr8", "MacAddress"},
    Row{"ltree", "LTree"},
    Row{"vector", "Vector"},
    Row{"daterange", "DateRange"},
    Row{"int4range", "IntRange"},
    Row{"int8range", "BigIntRange"},
    Row{"numrange", "DecimalRange"},
    Row{"tsrange", "LocalDateTimeRange"},
    Row{"tstzrange", "DateTimeRange"},
    Row{"datemultirange", "DateMultirange"},
    Row{"int4multirange", "IntMultirange"},
    Row{"int8multirange", "BigIntMultirange"},
    Row{"nummultirange", "DecimalMultirange"},
    Row{"tsmultirange", "LocalDateTimeMultirange"},
    Row{"tstzmultirange", "DateTimeMultirange"},
};

std::string_view scalar_of(std::string_view pg) {
    auto row =
        std::find_if(kScalars.begin(), kScalars.end(), [&](const Row& r) { return r.pg == pg; });
    return row == kScalars.end() ? std::string_view("JSON") : row->graphql;
}

/// A domain that is called like a scalar (email_address, url, Port) shows as that scalar, which
/// says more than the type under it. Empty where there is no such scalar.
std::string scalar_of_domain(const Type& domain) {
    auto bare = [](std::string_view text) {
        std::string out;
        for (char c : text)
            if (c != '_') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        return out;
    };
    for (const graphql::Scalar& scalar : graphql::scalars())
        if (bare(scalar.name) == bare(domain.name)) return std::string(scalar.name);
    return {};
}

bool is_key_name(std::string_view name) {
    return name == "id" || name.ends_with("_id") || name.starts_with("pk_") ||
           name.starts_with("fk_");
}

bool is_key_type(std::string_view pg) {
    return pg == "uuid" || pg == "int2" || pg == "int4" || pg == "int8" || pg == "text" ||
           pg == "varchar";
}

bool is_name(std::string_view text) {
    auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    if (text.empty() || !letter(text[0])) return false;
    return std::all_of(text.begin(), text.end(),
                       [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

/// The types whose SQL names need no quotes and mean themselves under any search_path.
bool is_plain_builtin(const Type& type) {
    return type.schema == "pg_catalog" && type.name != "char" &&
           std::all_of(type.name.begin(), type.name.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

}  // namespace

sql::Fragment type_text(const Catalog& catalog, Oid oid) {
    const Type* type = catalog.type(oid);
    if (type == nullptr) return sql::Raw("text");
    if (type->kind == Type::Kind::Array) return type_text(catalog, type->element).raw("[]");
    if (is_plain_builtin(*type)) return sql::Fragment::from_catalog(type->name);
    return sql::Fragment().qualified(type->schema, type->name);
}

bool is_graphql_enum(const Type& type) {
    return type.kind == Type::Kind::Enum && !type.labels.empty() &&
           std::all_of(type.labels.begin(), type.labels.end(), [](const std::string& label) {
               return is_name(label) && !label.starts_with("__") && label != "true" &&
                      label != "false" && label != "null";
           });
}

Leaf leaf_of(const Catalog& catalog, Oid oid, std::string_view name) {
    const Type* declared = catalog.type(oid);
    const Type* type = catalog.type(catalog.base_type(oid));
    if (declared == nullptr || type == nullptr) return {.type = "JSON"};
    if (type->kind == Type::Kind::Array) {
        Leaf leaf = leaf_of(catalog, type->element, singular(name));
        leaf.list = true;
        leaf.cast = type_text(catalog, oid);
        return leaf;
    }
    Leaf leaf{.cast = type_text(catalog, oid)};
    if (declared->kind == Type::Kind::Domain && !(leaf.type = scalar_of_domain(*declared)).empty())
        return leaf;
    if (type->kind == Type::Kind::Enum) {
        leaf.type = is_graphql_enum(*type) ? pascal_case(type->name) : "String";
    } else if (type->kind == Type::Kind::Base && is_key_name(name) && is_key_type(type->name)) {
        leaf.type = "ID";
        leaf.as_text = type->name.starts_with("int");
    } else if (type->kind == Type::Kind::Base || type->kind == Type::Kind::Range ||
               type->kind == Type::Kind::Multirange) {
        leaf.type = scalar_of(type->name);
    } else {
        leaf.type = "JSON";
    }
    return leaf;
}

}  // namespace fraiseql::schema
