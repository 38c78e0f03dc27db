// SPDX-License-Identifier: MIT
#include "compile/set_sql.hpp"

#include "compile/filter_sql.hpp"
#include "compile/json_sql.hpp"
#include "compile/order_sql.hpp"
#include "compile/payload_sql.hpp"
#include "compile/read_sql.hpp"
#include "compile/reading.hpp"
#include "compile/result_check_sql.hpp"
#include "compile/rule_sql.hpp"
#include "schema/inputs.hpp"

namespace fraiseql::compile {
namespace {

using json::Value;
using schema::ResultBinding;
using sql::Fragment;
using Kind = ResultBinding::Kind;

Fragment array_of(const Fragment& item) {
    return Fragment("SELECT coalesce(json_agg(").add(item).raw("), '[]'::json)\nFROM (SELECT ");
}

class SetWriter {
  public:
    SetWriter(const schema::Model& model, const plan::Call& call, const Value& arguments,
              const Fragment& function, const Rows& page, const CompileOptions& options,
              Parameters& parameters, Lists& lists)
        : model_(model),
          call_(call),
          result_(call.function->result),
          arguments_(arguments),
          function_(function),
          page_(page),
          options_(options),
          parameters_(parameters),
          lists_(lists) {}

    Result<Fragment> write() const {
        if (result_.kind == Kind::EntityRows) return entity_rows();
        return result_.entity != nullptr ? entities_by_key() : documents();
    }

  private:
    /// Rows of the entity's own relation, as the function returned them.
    Result<Fragment> entity_rows() const {
        const schema::Entity& entity = *result_.entity;
        const Source source = row_source(model_, entity, "f");
        Rows rows = page_;
        FRAISEQL_TRY(const Fragment condition, where(source));
        rows.where.raw("NOT f IS NULL");
        if (!condition.empty()) rows.where.raw(" AND ").add(condition);
        add_rules(call_.row_rules, *entity.relation, source, rows.where);
        if (is_ordered())
            rows.order = order_sql(order_terms(model_, entity, arguments_.find("orderBy"), source));
        return array_of(object_sql(call_.branches, row_source(model_, entity, "r"), lists_))
            .raw("* FROM ")
            .add(function_)
            .raw(" AS f")
            .add(clauses(rows))
            .raw(") AS r");
    }

    /// The function returns keys, or rows that have them: the entity's rows are read by those.
    Result<Fragment> entities_by_key() const {
        const schema::Entity& entity = *result_.entity;
        Reading reading(model_, entity, options_);
        const Source source = reading.rows();
        Rows rows;
        FRAISEQL_TRY(rows.where, where(source));
        add_rules(call_.row_rules, *entity.relation, source, rows.where);
        rows.order =
            is_ordered()
                ? order_sql(order_terms(model_, entity, arguments_.find("orderBy"), source))
                : Fragment("f.n");
        // Without criteria, only the rows of the page are looked up.
        const bool cut_first = rows.where.empty() && !is_ordered();
        if (!cut_first) rows.limit = page_.limit, rows.offset = page_.offset;
        const Fragment object = object_sql(call_.branches, reading.answer(), lists_);
        const Fragment join = key_equals(reading, entity, Fragment("f.key"));
        return array_of(object)
            .add(reading.columns())
            .raw("\nFROM (SELECT ")
            .add(key(entity))
            .raw(" AS key, row_number() OVER () AS n FROM ")
            .add(result_.json ? checked_rows() : function_)
            .raw(" AS r")
            .add(cut_first ? clauses(page_) : Fragment())
            .raw(") AS f\nJOIN ")
            .add(reading.from())
            .raw(" ON ")
            .add(join)
            .add(clauses(rows))
            .raw(") AS r");
    }

    Fragment key(const schema::Entity& entity) const {
        const auto& places = result_.key_places;
        if (places.empty()) return Fragment(result_.json ? sql::Raw("r.result") : sql::Raw("r"));
        if (!result_.json && places.size() == 1 && places[0].size() == 1)
            return Fragment("r.").identifier(places[0][0]);
        const catalog::Column& column = *entity.relation->column(*entity.key);
        return Fragment("(")
            .add(first_of(Fragment(result_.json ? sql::Raw("r.result") : sql::Raw("to_jsonb(r)")),
                          places, true))
            .raw(")::")
            .add(schema::type_text(model_.catalog, column.type));
    }

    /// JSON held to the function's comment.
    Fragment checked_rows() const {
        const Fragment rows =
            Fragment("SELECT to_jsonb(r) AS result FROM ").add(function_).raw(" AS r");
        return Fragment("(").add(checked_result_sql(result_, rows)).raw(")");
    }

    Result<Fragment> documents() const {
        const bool text = result_.kind == Kind::Leaf && result_.leaf.as_text;
        Fragment rows("SELECT ");
        rows.raw(text ? sql::Raw("to_jsonb(r::text)") : sql::Raw("to_jsonb(r)"))
            .raw(" AS result FROM ")
            .add(function_)
            .raw(" AS r");
        // What is held to the function's comment may change by that: criteria come after it.
        const Fragment checked = checked_result_sql(result_, rows);
        const bool changed = checked.text() != rows.text();
        FRAISEQL_TRY(
            const Rows criteria,
            document_criteria(changed ? Source::inside(Fragment("r.result"), true) : row_fields()));
        if (changed) rows = Fragment("SELECT r.result FROM (").add(checked).raw(") AS r");
        const graphql::Type& item = *call_.type->nullable()->of;
        return Fragment("SELECT coalesce(json_agg(")
            .add(document_sql(Fragment("c.result"), item, call_.branches, lists_))
            .raw("), '[]'::json)\nFROM (")
            .add(rows)
            .add(clauses(criteria))
            .raw(") AS c");
    }

    Result<Rows> document_criteria(const Source& source) const {
        Rows rows = page_;
        if (result_.row_type.empty()) return rows;
        FRAISEQL_TRY(rows.where, where(source));
        if (!is_ordered()) return rows;
        FRAISEQL_TRY(const auto terms,
                     list_order_terms(model_, schema::order_input(result_.row_type),
                                      arguments_.find("orderBy"), source));
        // Rows that are equal as a whole cannot be told apart.
        rows.order = order_sql(terms).raw(", result");
        return rows;
    }

    /// The columns of the function's rows, or what is in its JSON.
    Source row_fields() const {
        if (!result_.json) return {.alias = Fragment("r"), .named_columns = true};
        const catalog::Oid type = call_.function->function->return_type;
        return Source::inside(Fragment("r"), model_.catalog.base_type(type) == catalog::kJsonb);
    }

    Result<Fragment> where(const Source& source) const {
        if (result_.row_type.empty()) return Fragment();
        const Value* given = arguments_.find("where");
        if (given == nullptr) return Fragment();
        return filter_sql(model_, schema::where_input(result_.row_type), *given, source,
                          {std::string("where")}, parameters_);
    }

    bool is_ordered() const {
        const Value* given = arguments_.find("orderBy");
        return !result_.row_type.empty() && given != nullptr && !given->items.empty();
    }

    const schema::Model& model_;
    const plan::Call& call_;
    const ResultBinding& result_;
    const Value& arguments_;
    const Fragment& function_;
    const Rows& page_;
    const CompileOptions& options_;
    Parameters& parameters_;
    Lists& lists_;
};

}  // namespace

Result<Fragment> set_sql(const schema::Model& model, const plan::Call& call, const Value& arguments,
                         const Fragment& function, const Rows& page, const CompileOptions& options,
                         Parameters& parameters, Lists& lists) {
    return SetWriter(model, call, arguments, function, page, options, parameters, lists).write();
}

}  // namespace fraiseql::compile
