// SPDX-License-Identifier: MIT
#include "compile/order_sql.hpp"

#include <algorithm>

#include "compile/filter_sql.hpp"
#include "schema/inputs.hpp"
#include "schema/row_order.hpp"

namespace fraiseql::compile {
namespace {

using sql::Fragment;

OrderTerm term_of(Fragment value, std::string_view direction, schema::FieldBinding binding,
                  std::string meaning) {
    OrderTerm term{
        .value = std::move(value), .binding = std::move(binding), .meaning = std::move(meaning)};
    term.descending = direction.starts_with("DESC");
    term.nulls_first = direction.ends_with("_NULLS_FIRST") ||
                       (term.descending && !direction.ends_with("_NULLS_LAST"));
    return term;
}

/// A criterion has one member (@oneOf); a member that is an object leads on inside the document.
/// `plain` is the same object of a view that is not seen through.
void add_term(const schema::Model& model, const std::string& input_type,
              const json::Value& criterion, const Source& source, const Source& plain,
              std::vector<OrderTerm>& terms) {
    for (const json::Member& member : criterion.members) {
        const schema::InputBinding* binding = model.input(input_type, member.name);
        if (binding == nullptr) continue;
        if (binding->kind == schema::InputBinding::Kind::Object)
            add_term(model, binding->input_type, member.value, source.object(binding->value),
                     plain.object(binding->value), terms);
        else
            terms.push_back(term_of(typed_value(model, binding->value, source), member.value.text,
                                    binding->value,
                                    typed_value(model, binding->value, plain).text()));
    }
}

}  // namespace

std::vector<OrderTerm> order_terms(const schema::Model& model, const schema::Entity& entity,
                                   const json::Value* order_by, const Source& source) {
    std::vector<OrderTerm> terms;
    const Source plain = row_source(model, entity, "t");
    if (order_by != nullptr)
        for (const json::Value& criterion : order_by->items)
            add_term(model, schema::order_input(entity.type_name), criterion, source, plain, terms);
    // The key follows the last criterion's direction, so that one index can serve both.
    const bool descending = !terms.empty() && terms.back().descending;
    for (const catalog::Column* column : schema::distinguishing_columns(entity)) {
        const schema::FieldBinding binding{
            .key = column->name, .column = column->number, .type = column->type, .nullable = false};
        // By what it means, not by its SQL: cursors have as many values however a view is read.
        const std::string meaning = plain.value(binding, false).text();
        const bool present = std::any_of(terms.begin(), terms.end(), [&](const OrderTerm& term) {
            return term.meaning == meaning;
        });
        if (!present)
            terms.push_back({source.value(binding, false), descending, /*nulls_first=*/descending,
                             binding, meaning});
    }
    return terms;
}

Result<std::vector<OrderTerm>> list_order_terms(const schema::Model& model,
                                                const std::string& input_type,
                                                const json::Value* order_by, const Source& item) {
    std::vector<OrderTerm> terms;
    if (order_by == nullptr) return terms;
    for (const json::Value& criterion : order_by->items) {
        for (const json::Member& member : criterion.members)
            if (const schema::InputBinding* binding = model.input(input_type, member.name))
                if (!item.has(binding->value))
                    return fail(not_in_document({"orderBy", std::string(member.name)}));
        add_term(model, input_type, criterion, item, item, terms);
    }
    return terms;
}

Fragment order_sql(const std::vector<OrderTerm>& terms, bool reversed) {
    std::vector<Fragment> parts;
    for (const OrderTerm& term : terms) {
        const bool descending = term.descending != reversed;
        const bool nulls_first = term.nulls_first != reversed;
        Fragment part = term.value;
        if (descending) part.raw(" DESC");
        // Only what differs from PostgreSQL's default is written.
        if (nulls_first && !descending) part.raw(" NULLS FIRST");
        if (!nulls_first && descending) part.raw(" NULLS LAST");
        parts.push_back(std::move(part));
    }
    return join(parts, ", ");
}

}  // namespace fraiseql::compile
