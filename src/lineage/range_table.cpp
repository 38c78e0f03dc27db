// SPDX-License-Identifier: MIT
// FROM: the range table, which of its entries outer joins may null, and the columns they offer.
#include <fmt/format.h>

#include <algorithm>

#include "lineage/inference.hpp"

namespace fraiseql::lineage {
namespace {

using namespace catalog;

/// JoinType of nodes/nodes.h, as far as it stands in rules.
enum class JoinType : std::uint8_t { Inner, Left, Full, Right };

std::string_view column_name(const Node& entry, std::size_t i) {
    auto names = entry["eref"].list("colnames");
    return i < names.size() ? names[i].text : std::string_view{};
}

}  // namespace

void Inference::fill_range(Scope& scope) {
    for (const Node& entry : scope.query.list("rtable")) {
        auto kind = static_cast<RangeKind>(entry.number("rtekind", 8));
        scope.range.push_back({.node = &entry, .kind = kind});
    }
    mark_joins(scope.query["jointree"], false, scope);
    // In order: a LATERAL entry sees only those before it.
    for (RangeEntry& entry : scope.range) {
        entry.columns = range_columns(*entry.node, entry.kind, scope);
    }
}

void Inference::mark_joins(const Node& from, bool nullable, Scope& scope) {
    if (depth_ > 1000) return;
    ++depth_;
    if (from.is("RANGETBLREF")) {
        RangeEntry* entry = scope.entry(from.number("rtindex"));
        if (entry) entry->nullable_side = nullable;
    } else if (from.is("FROMEXPR")) {
        for (const Node& item : from.list("fromlist"))
            mark_joins(item, nullable, scope);
        if (!nullable) assume_true(from["quals"], scope);
    } else if (from.is("JOINEXPR")) {
        auto type = static_cast<JoinType>(from.number("jointype"));
        bool left = type == JoinType::Full || type == JoinType::Right;
        bool right = type == JoinType::Full || type == JoinType::Left;
        mark_joins(from["larg"], nullable || left, scope);
        mark_joins(from["rarg"], nullable || right, scope);
        if (!nullable && type == JoinType::Inner) assume_true(from["quals"], scope);
    }
    --depth_;
}

ResultColumns Inference::range_columns(const Node& entry, RangeKind kind, Scope& scope) {
    ResultColumns out;
    switch (kind) {
        case RangeKind::Subquery:
            out = query(entry["subquery"], &scope);
            break;
        case RangeKind::Values:
            out = values_columns(entry, scope);
            break;
        case RangeKind::Function:
            out = function_columns(entry, scope);
            break;
        case RangeKind::CommonTable:
            out = with_columns_of(entry, scope);
            break;
        case RangeKind::Relation:
        case RangeKind::Join:
        case RangeKind::TableFunction:
        case RangeKind::NamedTuples:
        case RangeKind::Result:
        case RangeKind::Group:
            return out;
    }
    for (std::size_t i = 0; i < out.size(); ++i) {
        std::string_view alias = column_name(entry, i);
        if (!alias.empty()) out[i].name = alias;
    }
    return out;
}

ResultColumns Inference::values_columns(const Node& entry, Scope& scope) {
    ResultColumns out;
    for (const Node& values : entry.list("values_lists")) {
        ResultColumns columns;
        for (const Node& value : values.items) {
            columns.push_back({.name = {}, .shape = without_columns(expression(value, scope))});
        }
        out = out.empty() ? std::move(columns) : unify_columns(std::move(out), columns);
    }
    return out;
}

/// Several functions of ROWS FROM stand side by side; shorter ones are filled up with nulls.
ResultColumns Inference::function_columns(const Node& entry, Scope& scope) {
    ResultColumns out;
    auto functions = entry.list("functions");
    for (const Node& item : functions) {
        auto count = static_cast<std::size_t>(
            std::clamp<std::int64_t>(item.number("funccolcount", 1), 0, 1664));
        ShapePointer value = without_columns(expression(item["funcexpr"], scope));
        const Object* row = value->object();
        std::size_t start = out.size();
        if (row && row->row_type != 0 && row->fields.size() == count) {
            for (const Field& field : row->fields)
                out.push_back({field.key, field.shape});
        } else if (count == 1) {
            out.push_back({.name = {}, .shape = value});
        }
        // Columns of which only VAR tells the type: see entry_column.
        out.resize(start + count);
        for (std::size_t i = start; functions.size() > 1 && i < out.size(); ++i) {
            if (out[i].shape) out[i].shape = with_nullable(out[i].shape, true);
        }
    }
    if (entry.flag("funcordinality")) out.push_back({{}, scalar_shape(kInt8, false)});
    return out;
}

ResultColumns Inference::with_columns_of(const Node& entry, Scope& scope) {
    Scope* owner = scope.outer(entry.number("ctelevelsup"));
    if (!owner) return {};
    std::string_view name = entry["ctename"].text;
    auto recursive = owner->recursive.find(name);
    ResultColumns out;
    if (recursive != owner->recursive.end()) {
        out = recursive->second->columns;
    } else if (auto known = owner->with.find(name); known != owner->with.end()) {
        out = known->second;
    }
    // What those columns equal is a matter of the other query; its result numbers are ours.
    return out;
}

ShapePointer Inference::entry_column(const Node& var, RangeEntry& entry, Scope& scope) {
    auto number = static_cast<AttributeNumber>(var.number("varattno"));
    if (number == 0) return whole_row(var, entry, scope);
    if (number < 0) return typed_by(var, "vartype", true, "A system column");
    auto index = static_cast<std::size_t>(number) - 1;
    if (entry.kind == RangeKind::Relation) {
        return relation_column(static_cast<Oid>(entry.node->number("relid")), number, var);
    }
    if (entry.kind == RangeKind::Join || entry.kind == RangeKind::Group) {
        bool join = entry.kind == RangeKind::Join;
        auto expressions = entry.node->list(join ? "joinaliasvars" : "groupexprs");
        if (index < expressions.size()) return expression(expressions[index], scope);
    }
    if (index < entry.columns.size() && entry.columns[index].shape) {
        return entry.columns[index].shape;
    }
    return typed_by(var, "vartype", true, "The query");
}

ShapePointer Inference::relation_column(Oid oid, AttributeNumber number, const Node& var) const {
    const Relation* relation = catalog_.relation(oid);
    const ColumnShape* column = relation ? relation_shape_(oid).column(number) : nullptr;
    if (!column) return typed_by(var, "vartype", true, "A system catalog");
    return reference_or_shape(*relation, *column);
}

ShapePointer Inference::whole_row(const Node& var, RangeEntry& entry, Scope& scope) {
    ResultColumns columns = entry.columns;
    auto type = static_cast<Oid>(var.number("vartype"));
    if (entry.kind == RangeKind::Relation) {
        columns = relation_columns(static_cast<Oid>(entry.node->number("relid")));
    } else if (entry.kind == RangeKind::Join) {
        std::size_t i = 0;
        for (const Node& alias : entry.node->list("joinaliasvars")) {
            std::string name(column_name(*entry.node, i++));
            if (!alias.is_null()) columns.push_back({std::move(name), expression(alias, scope)});
        }
    } else if (columns.size() == 1 && entry.kind == RangeKind::Function &&
               catalog_.row_columns(type).empty() && type != kRecord) {
        return columns[0].shape;  // the row of a function that returns one scalar is that scalar
    }
    bool known = !columns.empty() && std::ranges::all_of(columns, [](const ResultColumn& c) {
        return c.shape != nullptr;
    });
    if (!known) return typed_by(var, "vartype", true, "The query");
    Object row{.row_type = type};
    AttributeNumber number = 0;
    std::int64_t varno = var.number("varno");
    for (const ResultColumn& column : columns) {
        ++number;
        row.fields.push_back({.key = column.name,
                              .shape = without_columns(column.shape),
                              .same_as_column = target_of_column(scope, varno, number),
                              .description = description_of(*column.shape)});
    }
    return make_shape(std::move(row), false);
}

std::optional<AttributeNumber> Inference::target_of_column(const Scope& scope, std::int64_t varno,
                                                           std::int64_t column) const {
    for (const Target& target : scope.targets) {
        const Node& var = *target.expression;
        if (var.is("VAR") && var.number("varno") == varno && var.number("varattno") == column &&
            var.number("varlevelsup") == 0) {
            return target.number;
        }
    }
    return std::nullopt;
}

}  // namespace fraiseql::lineage
