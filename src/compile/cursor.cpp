// SPDX-License-Identifier: MIT
#include "compile/cursor.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <optional>

#include "compile/operator_sql.hpp"

namespace fraiseql::compile {
namespace {

using json::Value;
using sql::Fragment;

/// Tells orders apart: columns, directions and the place of nulls. FNV-1a, since it must be the
/// same in every process; a cursor is no secret and its values are bound like any others.
std::string signature(const std::vector<OrderTerm>& terms) {
    std::uint32_t hash = 2166136261U;
    auto mix = [&](std::string_view text) {
        for (char c : text)
            hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    };
    for (const OrderTerm& term : terms) {
        mix(term.meaning);
        mix(term.descending ? "-" : "+");
        mix(term.nulls_first ? "f" : "l");
    }
    return fmt::format("{:08x}", hash);
}

std::optional<std::string> decode_base64(std::string_view text) {
    if (text.empty() || text.size() % 4 != 0 || text.size() > 16384) return std::nullopt;
    std::string out(text.size() / 4 * 3, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    const auto padding = static_cast<std::size_t>(
        std::count(text.end() - std::min<std::ptrdiff_t>(2, std::ssize(text)), text.end(), '='));
    out.resize(static_cast<std::size_t>(size) - padding);
    return out;
}

/// One term against its value: strictly beyond it in the order, with nulls where the order has
/// them.
Fragment beyond(const catalog::Catalog& catalog, const OrderTerm& term, bool is_null, bool reversed,
                const Fragment& value) {
    const bool descending = term.descending != reversed;
    const bool nulls_first = term.nulls_first != reversed;
    if (is_null) return nulls_first ? Fragment(term.value).raw(" IS NOT NULL") : Fragment("false");
    Fragment out = term.value;
    const sql::Raw sign = descending ? sql::Raw("<") : sql::Raw(">");
    out.add(operator_sql(catalog, term.binding.type, sign)).add(value);
    if (nulls_first || !term.binding.nullable) return out;
    return Fragment("(").add(out).raw(" OR ").add(term.value).raw(" IS NULL)");
}

Fragment equals(const catalog::Catalog& catalog, const OrderTerm& term, bool is_null,
                const Fragment& value) {
    if (is_null) return Fragment(term.value).raw(" IS NULL");
    return Fragment(term.value)
        .add(operator_sql(catalog, term.binding.type, sql::Raw("=")))
        .add(value);
}

/// A row comparison can use one index: all terms in one direction, none of them nullable, and all
/// compared by operators of the same name.
bool is_row_comparable(const catalog::Catalog& catalog, const std::vector<OrderTerm>& terms) {
    return std::all_of(terms.begin(), terms.end(), [&](const OrderTerm& term) {
        return term.descending == terms.front().descending && !term.binding.nullable &&
               operator_sql(catalog, term.binding.type, sql::Raw("<")).text() == " < ";
    });
}

}  // namespace

Fragment cursor_sql(const std::vector<OrderTerm>& terms) {
    Fragment out("translate(encode(convert_to(json_build_array(");
    out.literal(signature(terms));
    for (const OrderTerm& term : terms)
        out.raw(", (").add(term.value).raw(")::text");
    return out.raw(")::text, 'UTF8'), 'base64'), chr(10), '')");
}

Result<Value> read_cursor(std::string_view cursor, const std::vector<OrderTerm>& terms,
                          std::string_view argument, Arena& arena) {
    auto refuse = [&](std::string why) {
        return fail(ErrorCode::BadUserInput, fmt::format("{} {}", argument, why),
                    "Send a cursor of an earlier answer of the same field and the same orderBy.");
    };
    const auto bytes = decode_base64(cursor);
    if (!bytes) return refuse("is not a cursor.");
    auto array = json::read(arena.copy(std::string_view(*bytes)), arena, 2);
    if (!array || !array->is_array() || array->items.empty()) return refuse("is not a cursor.");
    if (array->items.front().text != signature(terms)) return refuse("belongs to another order.");
    if (array->items.size() != terms.size() + 1) return refuse("is not a cursor.");
    for (const Value& item : array->items)
        if (!item.is_string() && !item.is_null()) return refuse("is not a cursor.");
    return Value{.kind = Value::Kind::Array, .items = array->items.subspan(1)};
}

Fragment after_sql(const schema::Model& model, const std::vector<OrderTerm>& terms,
                   const Value& values, bool reversed, const Path& path, Parameters& parameters) {
    std::vector<Fragment> bound;
    for (std::uint32_t i = 0; i < terms.size(); ++i) {
        if (values.items[i].is_null()) {
            bound.emplace_back();
            continue;
        }
        Path at = path;
        at.emplace_back(i);
        const catalog::Oid type = model.catalog.base_type(terms[i].binding.type);
        bound.push_back(parameters.add(std::move(at), schema::type_text(model.catalog, type)));
    }
    if (is_row_comparable(model.catalog, terms)) {
        std::vector<Fragment> left;
        for (const OrderTerm& term : terms)
            left.push_back(term.value);
        const bool descending = terms.front().descending != reversed;
        return Fragment("(")
            .add(join(left, ", "))
            .raw(descending ? sql::Raw(") < (") : sql::Raw(") > ("))
            .add(join(bound, ", "))
            .raw(")");
    }
    // (a beyond x) or (a is x and b beyond y) or …
    std::vector<Fragment> cases;
    Fragment equal_so_far;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        const bool is_null = values.items[i].is_null();
        Fragment part = equal_so_far;
        part.add(beyond(model.catalog, terms[i], is_null, reversed, bound[i]));
        cases.push_back(Fragment("(").add(part).raw(")"));
        equal_so_far.add(equals(model.catalog, terms[i], is_null, bound[i])).raw(" AND ");
    }
    return Fragment("(").add(join(cases, " OR ")).raw(")");
}

}  // namespace fraiseql::compile
