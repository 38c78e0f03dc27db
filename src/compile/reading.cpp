// SPDX-License-Identifier: MIT
#include "compile/reading.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fraiseql::compile {
namespace {

using plan::Branch;
using plan::Output;
using rewrite::Member;
using sql::Fragment;

std::optional<std::vector<Member>> members_of(const std::vector<Branch>& branches, Lists& lists);

std::optional<Member> member_of(const Output& output, const Branch& branch, Lists& lists) {
    // What is masked is written by ourselves.
    if (!output.masks.empty()) return std::nullopt;
    Member member{.response_key = output.response_key};
    if (output.field == nullptr) {
        member.kind = Member::Kind::Constant;
        member.key = branch.type->name;
        return member;
    }
    const graphql::Type& type = *output.field->type->nullable();
    member.key = output.binding->key;
    if (output.branches.empty()) {
        member.as_text = output.binding->as_text;
        member.list_of_leaves = type.is_list();
        return member;
    }
    if (type.is_list() && type.of->nullable()->is_list()) return std::nullopt;
    auto members = members_of(output.branches, lists);
    if (!members) return std::nullopt;
    member.kind = type.is_list() ? Member::Kind::List : Member::Kind::Object;
    member.members = std::move(*members);
    if (lists.is_cut(output)) member.items = lists.items(output);
    return member;
}

/// Nothing where the value may be of several types.
std::optional<std::vector<Member>> members_of(const std::vector<Branch>& branches, Lists& lists) {
    if (branches.size() != 1) return std::nullopt;
    std::vector<Member> out;
    for (const Output& output : branches.front().outputs) {
        auto member = member_of(output, branches.front(), lists);
        if (!member) return std::nullopt;
        out.push_back(std::move(*member));
    }
    return out;
}

}  // namespace

Reading::Reading(const schema::Model& model, const schema::Entity& entity,
                 const CompileOptions& options)
    : model_(model),
      entity_(entity),
      rights_(options.switched_role ? rewrite::Rights::OfOthers : rewrite::Rights::OfCurrentUser) {
    if (!options.see_through || !entity.document) return;
    seen_.emplace(*model.views, entity.relation->oid, rights_);
    if (!seen_->is_possible() || has_own_order()) seen_.reset();
}

Source Reading::rows() {
    Source source = row_source(model_, entity_, "t");
    if (seen_) {
        source.reading = this;
        source.seen_through = true;
    }
    return source;
}

Source Reading::answer() {
    Source source = row_source(model_, entity_, "r");
    source.reading = this;
    source.of_answer = true;
    source.seen_through = seen_.has_value();
    return source;
}

Fragment Reading::from() const {
    if (seen_) return Fragment("(").add(with_privileges(seen_->select())).raw(") AS t");
    return Fragment().qualified(entity_.relation->schema, entity_.relation->name).raw(" AS t");
}

/// PostgreSQL checks the privileges of all that a statement's plan has when it starts, also of what
/// it never reads. LIMIT 0 keeps all in the plan that reading these columns would have there.
Fragment Reading::with_privileges(Fragment select) const {
    const catalog::Relation& relation = *entity_.relation;
    if (!model_.views->must_check_privileges(relation.oid, rights_)) return select;
    std::vector<Fragment> columns;
    for (const catalog::AttributeNumber column : read_)
        columns.push_back(Fragment("v.").identifier(relation.column(column)->name));
    const Fragment list = join(columns, ", ");
    Fragment count("*");
    if (!columns.empty()) count = Fragment("ROW(").add(list).raw(")");
    return Fragment("SELECT * FROM (")
        .add(select)
        .raw(") AS t WHERE (SELECT count(")
        .add(count)
        .raw(") FROM (SELECT ")
        .add(list)
        .raw(" FROM ")
        .qualified(relation.schema, relation.name)
        .raw(" AS v LIMIT 0) AS v) = 0");
}

Fragment Reading::columns() const {
    std::vector<Fragment> columns;
    for (const std::string& column : needed_)
        columns.push_back(Fragment("t.").identifier(column));
    return join(columns, ", ");
}

bool Reading::has_own_order() const {
    return !entity_.key && model_.views->is_ordered(entity_.relation->oid);
}

std::string Reading::refusal() const {
    if (seen_ || !entity_.document) return {};
    if (has_own_order())
        return fmt::format(
            "view {} is read as it is: it orders its rows, and has no key that could do so.",
            model_.catalog.display_name(*entity_.relation));
    return model_.views->refusal(entity_.relation->oid, rights_);
}

void Reading::need(catalog::AttributeNumber column) {
    const std::string& name = entity_.relation->column(column)->name;
    if (std::find(needed_.begin(), needed_.end(), name) == needed_.end()) needed_.push_back(name);
}

Fragment Reading::name(const rewrite::Column& column, bool of_answer) {
    const bool noted = std::find(needed_.begin(), needed_.end(), column.name) != needed_.end();
    if (of_answer && !noted) needed_.push_back(column.name);
    return Fragment(of_answer ? sql::Raw("r.") : sql::Raw("t.")).identifier(column.name);
}

Located Reading::locate(std::optional<catalog::AttributeNumber> column,
                        const std::vector<std::string>& keys, bool of_answer) {
    std::optional<rewrite::Column> found;
    read_.insert(column && keys.size() == 1 ? *column : *entity_.document);
    if (column && keys.size() == 1) {
        found = seen_->value(*column, {});
        // A column shows as it is, whatever the document would make of it.
        if (found) found->through_jsonb = false, found->default_collation = true;
    } else {
        found = seen_->value(*entity_.document, keys);
    }
    // The document is a JSON value, so there is always something to take keys from.
    if (!found) return {.sql = sql::Raw("NULL::jsonb"), .type = catalog::kJsonb};
    return {.sql = name(*found, of_answer),
            .type = found->type,
            .through_jsonb = found->through_jsonb,
            .default_collation = found->default_collation};
}

std::optional<Fragment> Reading::presence(const std::vector<std::string>& keys) {
    read_.insert(*entity_.document);
    const auto found = seen_->presence(*entity_.document, keys);
    if (!found) return std::nullopt;
    return found->name.empty() ? Fragment() : name(*found, true);
}

std::optional<Fragment> Reading::object(const std::vector<std::string>& keys,
                                        const std::vector<Branch>& branches, Lists& lists) {
    const auto members = members_of(branches, lists);
    if (!members) return std::nullopt;
    read_.insert(*entity_.document);
    const auto found = seen_->object(*entity_.document, keys, *members);
    return found ? std::optional(name(*found, true)) : std::nullopt;
}

std::optional<Fragment> Reading::list(const std::vector<std::string>& keys, const Output& output,
                                      Lists& lists) {
    const auto members = members_of(output.branches, lists);
    if (!members) return std::nullopt;
    read_.insert(*entity_.document);
    const auto found =
        seen_->list(*entity_.document, keys, *members,
                    lists.is_cut(output) ? lists.items(output) : rewrite::ItemQuery());
    return found ? std::optional(name(*found, true)) : std::nullopt;
}

std::optional<Fragment> Reading::exists(const std::vector<std::string>& keys,
                                        const rewrite::ItemQuery& items) {
    read_.insert(*entity_.document);
    const auto found = seen_->exists(*entity_.document, keys, items);
    if (!found) return std::nullopt;
    const Fragment condition = name(*found, false);
    if (!found->nullable) return condition;
    return Fragment("coalesce(").add(condition).raw(", false)");
}

}  // namespace fraiseql::compile
