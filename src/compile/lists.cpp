// SPDX-License-Identifier: MIT
#include "compile/lists.hpp"

#include <fmt/format.h>

#include "compile/filter_sql.hpp"
#include "compile/order_sql.hpp"
#include "compile/page.hpp"
#include "json/writer.hpp"
#include "schema/inputs.hpp"

namespace fraiseql::compile {
namespace {

using json::Value;
using plan::Output;
using sql::Fragment;

schema::ListInputs inputs_of(const schema::Model& model, const graphql::FieldDef& field) {
    const graphql::NamedType& item = *field.type->named;
    return schema::list_inputs(std::string(item.name), model.entity(item) != nullptr);
}

/// An argument that asks for something; null asks nothing.
const Value* asked(const Value& arguments, std::string_view name) {
    const Value* value = arguments.find(name);
    if (value == nullptr || value->is_null()) return nullptr;
    if (value->is_object() && value->members.empty()) return nullptr;
    if (value->is_array() && value->items.empty()) return nullptr;
    return value;
}

bool is_cut(const Value& arguments) {
    return asked(arguments, "where") != nullptr || asked(arguments, "orderBy") != nullptr ||
           integer(arguments, "limit") || integer(arguments, "offset").value_or(0) != 0;
}

Result<void> check_list(const Value& arguments, const CompileOptions& options) {
    const std::int64_t limit = integer(arguments, "limit").value_or(0);
    if (limit < 0)
        return fail(ErrorCode::BadUserInput, "limit must not be negative.",
                    "Leave it out for the whole list.");
    if (limit > options.max_page_size)
        return fail(ErrorCode::BadUserInput,
                    fmt::format("limit may be at most {}, not {}.", options.max_page_size, limit),
                    "Ask for the rest with offset.");
    if (integer(arguments, "offset").value_or(0) < 0)
        return fail(ErrorCode::BadUserInput, "offset must not be negative.", "Start at 0.");
    return {};
}

}  // namespace

const Value& Lists::arguments(const Output& output) const {
    return arguments_[plan_.arguments_of_list(*output.list)];
}

bool Lists::is_cut(const Output& output) const {
    return output.list && compile::is_cut(arguments(output));
}

Rows Lists::rows(const Output& output, const Source& item) {
    const auto own = static_cast<std::uint32_t>(plan_.arguments_of_list(*output.list));
    const std::uint32_t before = parameters_.switch_to(own);
    const Value& given = arguments(output);
    Rows rows{.where = condition(output, item)};
    const auto terms = list_order_terms(model_, inputs_of(model_, *output.field).order,
                                        asked(given, "orderBy"), item);
    if (terms)
        rows.order = order_sql(*terms);
    else if (!refusal_)
        refusal_ = terms.error();
    rows.limit = limit(output);
    if (integer(given, "offset").value_or(0) != 0)
        rows.offset = parameters_.add({"offset"}, Fragment("int8"));
    parameters_.switch_to(before);
    if (refusal_ && refusal_->path.empty()) refusal_->path = plan_.lists[*output.list].path;
    return rows;
}

rewrite::ItemQuery Lists::items(const Output& output) {
    return [this, &output](rewrite::ItemValues& values) {
        const schema::Entity* entity = model_.entity(*output.field->type->named);
        const catalog::Relation* relation = entity == nullptr ? nullptr : entity->relation;
        Rows rows = this->rows(output, Source::of_items(values, relation));
        Fragment key;
        if (entity != nullptr && entity->key)
            if (auto found = values.column(*relation, *entity->key, /*only=*/false))
                key = std::move(found->sql);
        return rewrite::ItemRows{.where = std::move(rows.where),
                                 .order = std::move(rows.order),
                                 .limit = std::move(rows.limit),
                                 .offset = std::move(rows.offset),
                                 .key = std::move(key),
                                 .may_leave_none = may_leave_none(output)};
    };
}

/// Whether nothing may be left of a list that has items.
bool Lists::may_leave_none(const Output& output) const {
    const Value& given = arguments(output);
    const auto limit = integer(given, "limit");
    return asked(given, "where") != nullptr || integer(given, "offset").value_or(0) != 0 ||
           (limit && !is_common(*limit));
}

Fragment Lists::condition(const Output& output, const Source& item) {
    const Value* where = asked(arguments(output), "where");
    if (where == nullptr) return {};
    auto condition = filter_sql(model_, inputs_of(model_, *output.field).where, *where, item,
                                {std::string("where")}, parameters_);
    if (condition) return *condition;
    if (!refusal_) refusal_ = condition.error();
    return {};
}

Fragment Lists::limit(const Output& output) {
    const auto size = integer(arguments(output), "limit");
    if (!size) return {};
    if (!is_common(*size)) return parameters_.add({"limit"}, Fragment("int8"));
    return Fragment().number(static_cast<std::size_t>(*size));
}

Result<void> check_lists(const plan::Plan& plan, std::span<const Value> arguments,
                         const CompileOptions& options) {
    for (std::uint32_t i = 0; i < plan.lists.size(); ++i) {
        auto checked = check_list(arguments[plan.arguments_of_list(i)], options);
        if (checked) continue;
        checked.error().path = plan.lists[i].path;
        return checked;
    }
    return {};
}

void append_lists_structure(const schema::Model& model, const plan::Plan& plan,
                            std::span<const Value> arguments, std::string& key) {
    for (std::uint32_t i = 0; i < plan.lists.size(); ++i) {
        const Value& given = arguments[plan.arguments_of_list(i)];
        const auto limit = integer(given, "limit");
        if (limit) key += is_common(*limit) ? std::to_string(*limit) : "?";
        key += integer(given, "offset").value_or(0) == 0 ? '.' : '?';
        if (const Value* where = asked(given, "where"))
            append_filter_structure(model, inputs_of(model, *plan.lists[i].group.definition).where,
                                    *where, key);
        key += '/';
        if (const Value* order = asked(given, "orderBy")) json::write(key, *order);
        key += ';';
    }
}

}  // namespace fraiseql::compile
