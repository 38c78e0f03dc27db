// SPDX-License-Identifier: MIT
#include "explain/index_advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "explain/expression.hpp"

namespace fraiseql::explain {
namespace {

/// One key of an index that is yet to be.
struct Key {
    std::string sql;
    /// ` DESC`, ` NULLS LAST`: as it follows the key.
    std::string direction = {};
};

struct Candidate {
    std::string method = "btree";
    std::vector<Key> keys = {};
    std::string operator_class = {};
    std::vector<std::string> purposes = {};
    std::string note = {};
};

constexpr std::array kRangeOperators = {"<", "<=", ">", ">="};
constexpr std::array kPatternOperators = {"~~*", "~", "~*"};
constexpr std::array kContainmentOperators = {"@>", "<@", "&&"};
constexpr std::array kKeyOperators = {"?", "?|", "?&"};
constexpr std::array kNetworkOperators = {"<<=", "<<"};
constexpr const char* kTrigramNote =
    "It needs the extension pg_trgm (CREATE EXTENSION pg_trgm), and serves patterns with three "
    "letters or more.";

template <class List>
bool holds(const List& list, std::string_view word) {
    return std::any_of(list.begin(), list.end(), [&](const char* item) { return word == item; });
}

/// The text of a pattern begins with a letter that is no wildcard: a btree can find it.
bool has_prefix(std::string_view pattern) {
    return pattern.size() > 2 && pattern.front() == '\'' && pattern[1] != '%' && pattern[1] != '_';
}

Candidate one_key(std::string method, const Indexable& value, std::string operator_class) {
    return {.method = std::move(method),
            .keys = {{value.sql}},
            .operator_class = std::move(operator_class)};
}

/// The index for a condition that a btree of plain order does not serve.
std::optional<Candidate> special_index(const Comparison& condition, const Indexable& value) {
    const std::string_view op = condition.op;
    const std::string_view type = constant_type(condition.right);
    if (op == "~~" && has_prefix(condition.right))
        return one_key("btree", value, "text_pattern_ops");
    const bool pattern = op == "~~" || holds(kPatternOperators, op);
    if (pattern && (type == "text" || type.empty())) {
        Candidate out = one_key("gin", value, "gin_trgm_ops");
        out.note = kTrigramNote;
        return out;
    }
    if (type == "jsonb" && op == "@>") return one_key("gin", value, "jsonb_path_ops");
    if (type == "text" && op == "?") return one_key("gin", value, "");
    if (type == "text[]" && holds(kKeyOperators, op)) return one_key("gin", value, "");
    if (type.ends_with("[]") && holds(kContainmentOperators, op)) return one_key("gin", value, "");
    if ((type == "inet" || type == "cidr") && holds(kNetworkOperators, op))
        return one_key("gist", value, "inet_ops");
    if (op == "@@") return one_key("gin", value, "");
    const bool ranges = type.ends_with("range") || type == "ltree" || type == "public.ltree";
    if (ranges && holds(kContainmentOperators, op)) return one_key("gist", value, "");
    return std::nullopt;
}

struct Found {
    std::vector<Key> equal = {};
    std::vector<Key> range = {};
    std::optional<Candidate> special = {};
    std::vector<std::string> equal_purposes = {};
    std::vector<std::string> range_purposes = {};
};

void add_key(std::vector<Key>& keys, const std::string& sql) {
    if (std::none_of(keys.begin(), keys.end(), [&](const Key& key) { return key.sql == sql; }))
        keys.push_back({sql});
}

/// A column of what is outside of a sub-plan that reads the relation called `alias`: the same for
/// all of its rows.
bool is_outer_column(std::string_view text, std::string_view alias) {
    text = bare(text);
    const std::size_t dot = token_end(text, 0);
    if (dot >= text.size() || text[dot] != '.') return false;
    return token_end(text, dot + 1) == text.size() && unquoted(text.substr(0, dot)) != alias;
}

/// The comparison with its relation's own value on the left; nothing where that is not clear.
std::optional<Comparison> own_comparison(std::string_view text, std::string_view alias) {
    auto found = comparison(text);
    if (!found) return std::nullopt;
    const bool mirrored = found->op == "=" && is_outer_column(found->left, alias);
    if (mirrored) std::swap(found->left, found->right);
    const bool outer = found->op == "=" && is_outer_column(found->right, alias);
    return outer || is_constant(found->right) ? found : std::nullopt;
}

Found read_conditions(const PlanNode& scan) {
    Found found;
    for (const std::string_view text : conjuncts(scan.filter)) {
        const auto condition = own_comparison(text, scan.alias);
        if (!condition) continue;
        const auto value = indexable(condition->left, scan.alias);
        if (!value) continue;
        const std::string purpose = '(' + std::string(text) + ')';
        if (condition->op == "=") {
            add_key(found.equal, value->sql);
            found.equal_purposes.push_back(purpose);
        } else if (holds(kRangeOperators, condition->op)) {
            add_key(found.range, value->sql);
            found.range_purposes.push_back(purpose);
        } else if (!found.special) {
            found.special = special_index(*condition, *value);
            if (found.special) found.special->purposes = {purpose};
        }
    }
    return found;
}

/// The keys of an order whose every part is the relation's own; empty otherwise.
std::vector<Key> order_keys(const PlanNode& scan, const std::vector<std::string>& order) {
    std::vector<Key> keys;
    for (const std::string& term : order) {
        std::string_view value = term;
        for (const std::string_view suffix : {" NULLS FIRST", " NULLS LAST", " DESC"})
            if (value.ends_with(suffix)) value.remove_suffix(suffix.size());
        const auto column = indexable(value, scan.alias);
        if (!column) return {};
        keys.push_back({column->sql, term.substr(value.size())});
    }
    return keys;
}

constexpr std::size_t kMaxEqual = 3;

Candidate make_candidate(const PlanNode& scan, const std::vector<std::string>& order) {
    Found found = read_conditions(scan);
    const std::vector<Key> ordered = order_keys(scan, order);
    const std::size_t conditions = scan.filter.empty() ? 0 : conjuncts(scan.filter).size();
    Candidate out;
    if (found.equal.size() > kMaxEqual) found.equal.resize(kMaxEqual);
    out.keys = found.equal;
    out.purposes = found.equal_purposes;
    // An index gives order only where it also decides all of the conditions; else rows that a
    // condition drops may be most of those that it reads.
    if (!ordered.empty() && found.equal_purposes.size() == conditions) {
        out.purposes.push_back("the order of the first rows");
        for (const Key& key : ordered)
            if (std::none_of(found.equal.begin(), found.equal.end(),
                             [&](const Key& equal) { return equal.sql == key.sql; }))
                out.keys.push_back(key);
    } else if (!found.range.empty()) {
        out.keys.push_back(found.range.front());
        out.purposes.push_back(found.range_purposes.front());
    }
    if (out.keys.empty() && found.special) return *found.special;
    return out;
}

/// An index of the same method whose first keys are these; a btree reads either way.
bool has_index(const TableFacts& table, const Candidate& wanted) {
    return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const IndexFacts& index) {
        if (index.method != wanted.method || index.keys.size() < wanted.keys.size()) return false;
        for (std::size_t i = 0; i < wanted.keys.size(); ++i)
            if (bare(index.keys[i]) != bare(wanted.keys[i].sql)) return false;
        return wanted.operator_class.empty() ||
               index.operator_classes.front() == wanted.operator_class;
    });
}

}  // namespace

std::optional<IndexAdvice> advise_index(const PlanNode& scan, const TableFacts& table,
                                        const std::vector<std::string>& order) {
    if (table.kind != 'r' && table.kind != 'm' && table.kind != 'p') return std::nullopt;
    const Candidate wanted = make_candidate(scan, order);
    if (wanted.keys.empty() || has_index(table, wanted)) return std::nullopt;
    std::string keys;
    for (const Key& key : wanted.keys)
        keys += (keys.empty() ? "" : ", ") + key.sql + key.direction;
    if (!wanted.operator_class.empty()) keys += ' ' + wanted.operator_class;
    IndexAdvice out{.note = wanted.note};
    // Writers go on meanwhile, but PostgreSQL cannot do that for partitioned tables.
    out.sql = fmt::format("CREATE INDEX {}ON {} {}({});", table.partitioned ? "" : "CONCURRENTLY ",
                          table.owner,
                          wanted.method == "btree" ? "" : "USING " + wanted.method + ' ', keys);
    for (const std::string& purpose : wanted.purposes)
        out.purpose += (out.purpose.empty() ? "" : " and ") + purpose;
    return out;
}

}  // namespace fraiseql::explain
