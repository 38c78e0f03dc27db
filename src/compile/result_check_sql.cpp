// SPDX-License-Identifier: MIT
#include "compile/result_check_sql.hpp"

#include <algorithm>
#include <string>

#include "compile/payload_sql.hpp"
#include "json/writer.hpp"

namespace fraiseql::compile {
namespace {

using schema::DocumentPath;
using schema::Expectation;
using schema::ResultBinding;
using sql::Fragment;

/// The first `count` keys of `place` as an SQL/JSON path: `$."results"[*]."id"`.
std::string json_path(const Expectation& expectation, std::size_t count) {
    std::string out = "$";
    auto list = expectation.lists.begin();
    for (std::size_t i = 0;; ++i) {
        for (; list != expectation.lists.end() && *list == i; ++list)
            out += "[*]";
        if (i == count) return out;
        out += '.';
        json::write_string(out, expectation.place[i]);
    }
}

std::string is_one_of(std::string_view value, const Expectation& expectation) {
    std::string out;
    for (const std::string& type : expectation.types)
        out += (out.empty() ? "(" : " || ") + std::string(value) + ".type() == \"" + type + "\"";
    return out + ")";
}

/// Whether the last step is a key, and not the element of a list.
bool ends_with_key(const Expectation& expectation) {
    return !expectation.place.empty() &&
           (expectation.lists.empty() || expectation.lists.back() < expectation.place.size());
}

/// The path of values that are not as expected. An object that is not there, or is something else,
/// is the matter of its own expectation. Strict: a key of an array is none of its elements' key.
std::string broken_path(const Expectation& expectation) {
    const std::size_t size = expectation.place.size();
    if (!ends_with_key(expectation))
        return "strict " + json_path(expectation, size) + " ? (!" + is_one_of("@", expectation) +
               ")";
    std::string key = "@.";
    json::write_string(key, expectation.place.back());
    const std::string right = is_one_of(key, expectation);
    return "strict " + json_path(expectation, size - 1) + " ? (@.type() == \"object\") ? (!" +
           right + (expectation.required ? " || " + right + " is unknown)" : ")");
}

std::string name_of(const Expectation& expectation) {
    std::string out;
    auto list = expectation.lists.begin();
    for (std::size_t i = 0;; ++i) {
        for (; list != expectation.lists.end() && *list == i; ++list)
            out += "[]";
        if (i == expectation.place.size()) break;
        out += (out.empty() ? "" : ".") + expectation.place[i];
    }
    return out.empty() ? "the result" : out;
}

Fragment at(const Fragment& document, const DocumentPath& path, std::size_t count) {
    Fragment out(document);
    for (std::size_t i = 0; i < count; ++i)
        out.raw("->").literal(path[i]);
    return out;
}

Fragment type_at(const Expectation& expectation, std::size_t count) {
    return Fragment("coalesce(jsonb_typeof(")
        .add(at(Fragment("x.result"), expectation.place, count))
        .raw("), 'null')");
}

/// `WHEN … THEN` what is wrong, in words.
Fragment broken_case(const ResultBinding& result, const Expectation& expectation) {
    std::string words;
    std::vector<Fragment> types;
    for (const std::string& type : expectation.types) {
        words += (words.empty() ? "" : " or ") + type;
        types.push_back(Fragment().literal(type));
    }
    const std::string said = name_of(expectation) + " must be " + words;
    Fragment out("\n    WHEN ");
    if (expectation.of_success) out.add(verdict_sql(result, Fragment("x.result"))).raw(" AND ");
    if (!expectation.lists.empty())
        return out.raw("jsonb_path_exists(x.result, ")
            .literal(broken_path(expectation))
            .raw(", silent => true)\n    THEN ")
            .literal(said);
    const std::size_t size = expectation.place.size();
    if (size > 1) out.add(type_at(expectation, size - 1)).raw(" = 'object' AND ");
    return out.add(type_at(expectation, size))
        .raw(" NOT IN (")
        .add(join(types, ", "))
        .raw(")\n    THEN ")
        .literal(said + ", not ")
        .raw(" || ")
        .add(type_at(expectation, size));
}

/// Puts the document of a row in its place, where there is a row.
Fragment unwrapped(const Fragment& document, const schema::RowPlace& row) {
    const Fragment value = at(document, row.place, row.place.size());
    Fragment inner = Fragment(value).raw("->").literal(row.column);
    Fragment condition = Fragment("jsonb_typeof(").add(inner).raw(") = 'object'");
    if (row.list) {
        condition = Fragment("jsonb_typeof(").add(value).raw(") = 'array'");
        inner = Fragment("(SELECT coalesce(jsonb_agg(CASE jsonb_typeof(e.value->")
                    .literal(row.column)
                    .raw(") WHEN 'object' THEN e.value->")
                    .literal(row.column)
                    .raw(" ELSE e.value END ORDER BY e.n), '[]')\n      FROM jsonb_array_elements(")
                    .add(value)
                    .raw(") WITH ORDINALITY AS e(value, n))");
    }
    if (!row.place.empty()) {
        std::vector<Fragment> keys;
        for (const std::string& key : row.place)
            keys.push_back(Fragment().literal(key));
        inner = Fragment("jsonb_set(")
                    .add(document)
                    .raw(", ARRAY[")
                    .add(join(keys, ", "))
                    .raw("], ")
                    .add(inner)
                    .raw(")");
    }
    return Fragment("CASE WHEN ")
        .add(condition)
        .raw("\n    THEN ")
        .add(inner)
        .raw(" ELSE ")
        .add(document)
        .raw(" END");
}

}  // namespace

Fragment checked_result_sql(const ResultBinding& result, const Fragment& source) {
    Fragment rows(source);
    for (const schema::RowPlace& row : result.rows_at)
        rows = Fragment("SELECT ")
                   .add(unwrapped(Fragment("w.result"), row))
                   .raw(" AS result\n  FROM (")
                   .add(rows)
                   .raw(") AS w OFFSET 0");
    if (result.expectations.empty()) return rows;
    Fragment cases;
    const std::vector<std::string>& whole = result.expectations.front().types;
    if (std::find(whole.begin(), whole.end(), "null") != whole.end())
        cases.raw("\n    WHEN coalesce(jsonb_typeof(x.result), 'null') = 'null' THEN NULL");
    for (const Expectation& expectation : result.expectations)
        cases.add(broken_case(result, expectation));
    // A text that is no number: SQL has no other way to raise an error with words of one's own.
    return Fragment("SELECT coalesce(to_jsonb(('fraiseql: ' || CASE")
        .add(cases)
        .raw(" END)::int4), x.result) AS result\n  FROM (")
        .add(rows)
        .raw(") AS x OFFSET 0");
}

}  // namespace fraiseql::compile
