// SPDX-License-Identifier: MIT
#include "schema/dependencies.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <vector>

namespace fraiseql::schema {
namespace {

using catalog::Function;
using catalog::Oid;
using catalog::Relation;

/// Calls `each` with every number that stands behind `label` in the text of a node tree.
template <class Each>
void each_number(std::string_view tree, std::string_view label, const Each& each) {
    for (std::size_t at = tree.find(label); at != std::string_view::npos;
         at = tree.find(label, at)) {
        at += label.size();
        Oid number = 0;
        const auto read = std::from_chars(tree.data() + at, tree.data() + tree.size(), number);
        if (read.ec == std::errc()) each(number);
    }
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// Stable functions of PostgreSQL that depend on nothing but their arguments, the catalog and
/// settings like TimeZone, which are the same for all sessions of a server.
bool is_pure(std::string_view name) {
    for (const std::string_view prefix :
         {"json", "timestamp", "timestamptz", "date", "interval", "array_to_", "enum_"})
        if (name.starts_with(prefix)) return true;
    return is_one_of(name, {"to_char",
                            "to_date",
                            "to_json",
                            "to_jsonb",
                            "to_number",
                            "to_timestamp",
                            "to_tsquery",
                            "to_tsvector",
                            "row_to_json",
                            "concat",
                            "concat_ws",
                            "format",
                            "extract",
                            "timezone",
                            "time",
                            "timetz",
                            "numeric",
                            "money",
                            "quote_literal",
                            "quote_nullable",
                            "overlaps",
                            "length",
                            "generate_series",
                            "make_timestamptz",
                            "convert",
                            "convert_from",
                            "convert_to",
                            "plainto_tsquery",
                            "textanycat",
                            "anytextcat",
                            "phraseto_tsquery",
                            "websearch_to_tsquery",
                            "in_range",
                            "get_current_ts_config"});
}

/// Values of SQL that look like no call, by the number that a SQLVALUEFUNCTION node has.
constexpr std::array<std::string_view, 9> kTimeValues = {
    "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIME",   "CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP",
    "LOCALTIME",    "LOCALTIME",    "LOCALTIMESTAMP", "LOCALTIMESTAMP"};

class Walk {
  public:
    explicit Walk(const catalog::Catalog& catalog) : catalog_(catalog) {}

    Dependencies run(const Relation& relation) {
        visit(relation.oid);
        while (!pending_.empty()) {
            const Oid next = pending_.back();
            pending_.pop_back();
            step(next);
        }
        return std::move(found_);
    }

  private:
    void visit(Oid relation) {
        if (relation != 0 && seen_.insert(relation).second) pending_.push_back(relation);
    }

    void step(Oid oid) {
        const Relation* relation = catalog_.relation(oid);
        if (relation == nullptr) return unknown("a relation of PostgreSQL's own");
        if (relation->kind == Relation::Kind::View) {
            found_.views.insert(oid);
            return read(relation->rule);
        }
        found_.tables.insert(oid);
        if (!relation->row_security) return;
        found_.on_reader = true;
        for (const std::string& policy : relation->read_policies)
            read(policy);
    }

    void read(std::string_view tree) {
        each_number(tree, ":relid ", [&](Oid oid) { visit(oid); });
        for (const std::string_view label : {":funcid ", ":opfuncid ", ":aggfnoid ", ":winfnoid "})
            each_number(tree, label, [&](Oid oid) { call(oid); });
        each_number(tree, "{SQLVALUEFUNCTION :op ", [&](Oid op) {
            if (op < kTimeValues.size())
                found_.on_time.emplace(kTimeValues.at(op));
            else
                found_.on_reader = true;
        });
        if (tree.find("{TABLESAMPLECLAUSE") != std::string_view::npos)
            found_.on_time.emplace("TABLESAMPLE");
    }

    void call(Oid oid) {
        if (oid == 0) return;
        const Function* function = catalog_.function(oid);
        if (function == nullptr) return unknown("a function that is not in the catalog");
        // Aggregates count as immutable whatever they call.
        const bool declared = function->is_builtin() || function->kind != Function::Kind::Aggregate;
        if (function->volatility == Function::Volatility::Immutable && declared) return;
        if (!function->is_builtin()) return unknown(function->schema + "." + function->name + "()");
        const std::string& name = function->name;
        if (function->volatility == Function::Volatility::Volatile ||
            is_one_of(name, {"now", "transaction_timestamp", "statement_timestamp", "age"}))
            found_.on_time.insert(name + "()");
        else if (is_one_of(name, {"current_setting", "current_user", "session_user",
                                  "getpgusername", "current_schema", "current_schemas"}))
            found_.on_reader = true;
        else if (!is_pure(name))
            unknown(name + "()");
    }

    void unknown(std::string what) {
        found_.unknown.insert(std::move(what));
        found_.on_reader = true;
    }

    const catalog::Catalog& catalog_;
    Dependencies found_ = {};
    std::set<Oid> seen_ = {};
    std::vector<Oid> pending_ = {};
};

}  // namespace

Dependencies dependencies_of(const catalog::Catalog& catalog, const Relation& relation) {
    return Walk(catalog).run(relation);
}

std::set<Oid> reads_of(const catalog::Catalog& catalog, const Relation& relation) {
    std::set<Oid> out;
    const auto add = [&](Oid oid) {
        if (oid != relation.oid && catalog.relation(oid) != nullptr) out.insert(oid);
    };
    each_number(relation.rule, ":relid ", add);
    for (const std::string& policy : relation.read_policies)
        each_number(policy, ":relid ", add);
    return out;
}

}  // namespace fraiseql::schema
