// SPDX-License-Identifier: MIT
#include "lineage/nullability.hpp"

#include <string_view>
#include <unordered_set>

namespace fraiseql::lineage {
namespace {

using Names = std::unordered_set<std::string_view>;

/// point, lseg, path, box, polygon, line, circle: their operators return null for "no such point".
bool is_geometric(catalog::Oid type) {
    return (type >= 600 && type <= 604) || type == 628 || type == 718;
}

}  // namespace

bool never_null(const catalog::Function& function) {
    static const Names kNames = {
        // text
        "lower", "upper", "initcap", "length", "char_length", "character_length", "octet_length",
        "bit_length", "btrim", "ltrim", "rtrim", "lpad", "rpad", "replace", "translate", "left",
        "right", "repeat", "reverse", "split_part", "strpos", "position", "starts_with", "md5",
        "sha256", "sha512", "encode", "decode", "ascii", "chr", "to_hex", "format", "quote_ident",
        "quote_literal", "regexp_replace", "overlay", "convert_from", "convert_to", "to_tsvector",
        "to_tsquery", "plainto_tsquery", "websearch_to_tsquery", "ts_rank", "ts_rank_cd",
        "ts_headline", "array_to_string",
        // numbers
        "abs", "ceil", "ceiling", "floor", "round", "trunc", "sign", "sqrt", "cbrt", "exp", "ln",
        "log", "power", "pow", "mod", "div", "random", "pi", "degrees", "radians", "gcd", "lcm",
        "width_bucket",
        // dates
        "now", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday",
        "date_trunc", "date_bin", "age", "make_date", "make_time", "make_timestamp",
        "make_timestamptz", "make_interval", "to_timestamp", "to_date", "timezone", "justify_days",
        "justify_hours", "justify_interval",
        // others
        "gen_random_uuid", "cardinality", "array_cat", "array_append", "array_prepend", "host",
        "family", "masklen", "network", "broadcast", "isempty", "generate_series", "hashtext",
        "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange"};
    // The bounds of a range may be missing; text has both cases.
    bool bound = function.name == "lower" || function.name == "upper";
    if (bound && function.return_type != catalog::kText) return false;
    return kNames.contains(function.name);
}

bool extracts_from_infinity(std::string_view unit) {
    static const Names kUnits = {"year",  "isoyear",    "decade", "century",
                                 "epoch", "millennium", "julian"};
    return kUnits.contains(unit);
}

bool operator_never_null(const catalog::Function& function) {
    return !function.name.starts_with("json") && !is_geometric(function.return_type);
}

bool aggregate_keeps_not_null(const catalog::Function& function) {
    static const Names kNames = {"max",      "min",       "sum",       "avg",    "bool_and",
                                 "bool_or",  "every",     "bit_and",   "bit_or", "array_agg",
                                 "json_agg", "jsonb_agg", "string_agg"};
    return function.is_builtin() && kNames.contains(function.name);
}

bool counts(const catalog::Function& function) {
    static const Names kNames = {"count", "row_number", "rank",        "dense_rank",
                                 "ntile", "cume_dist",  "percent_rank"};
    return function.is_builtin() && kNames.contains(function.name);
}

}  // namespace fraiseql::lineage
