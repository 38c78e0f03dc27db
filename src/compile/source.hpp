// SPDX-License-Identifier: MIT
// Source: where SQL finds the fields of an object, a row of a relation or a JSON document.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/plan.hpp"
#include "rewrite/selection.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::compile {

class Reading;
struct Located;

/// An object's fields come from the row `alias` where it has a column with the value, else from
/// `document`, an expression of type json or jsonb; of a view that is seen through, from columns
/// that `reading` provides.
struct Source {
    /// nullptr inside a document.
    const catalog::Relation* row = nullptr;
    sql::Fragment alias = {};
    /// `alias` has a column under each key: a row that a function returns.
    bool named_columns = false;
    sql::Fragment document = {};
    bool jsonb = true;
    /// Notes what is needed. Rows that nothing is noted of have none.
    Reading* reading = nullptr;
    bool of_answer = false;
    bool seen_through = false;
    /// The object inside the document, where it is seen through.
    std::vector<std::string> keys = {};
    std::optional<catalog::AttributeNumber> document_column = {};
    /// The items of a list that is seen through; then there is no `reading`.
    rewrite::ItemValues* items = nullptr;

    /// Returns the value of a field as SQL; with `as_text`, as a text value. Of a view that is seen
    /// through the value has its own SQL type, which `locate` tells.
    sql::Fragment value(const schema::FieldBinding& binding, bool as_text) const;
    /// Whether there is a value for the field: a document lacks the columns that stand beside it.
    bool has(const schema::FieldBinding& binding) const {
        return row != nullptr || items != nullptr || !binding.beside_document;
    }
    /// Returns the value and its type, where `seen_through`.
    Located locate(const schema::FieldBinding& binding) const;
    /// Returns the keys that lead to a field.
    std::vector<std::string> keys_to(const schema::FieldBinding& binding) const;
    /// Returns the condition that the list under a field has such items, where `seen_through` and
    /// where the rows behind the list are known.
    std::optional<sql::Fragment> exists(const schema::FieldBinding& binding,
                                        const rewrite::ItemQuery& items_wanted) const;
    /// Returns the source for the fields of the object that a field holds.
    Source object(const schema::FieldBinding& binding) const;
    /// Returns the source for the items of a list that is seen through; `relation` is the one whose
    /// documents they are, or nullptr.
    static Source of_items(rewrite::ItemValues& items, const catalog::Relation* relation) {
        return {.row = relation, .seen_through = true, .items = &items};
    }
    /// Returns the source for what is inside the document `inner`.
    Source inside(sql::Fragment inner) const { return inside(std::move(inner), jsonb); }
    static Source inside(sql::Fragment inner, bool jsonb) {
        return {.document = std::move(inner), .jsonb = jsonb};
    }
    /// Returns `json` or `jsonb`, whichever the names of the document's functions begin with.
    sql::Fragment function(sql::Raw json_name, sql::Raw jsonb_name) const {
        return jsonb ? jsonb_name : json_name;
    }
    /// Returns the whole document.
    sql::Fragment whole() const;
};

/// Returns the source of an entity's rows under `alias`.
Source row_source(const schema::Model& model, const schema::Entity& entity, sql::Raw alias);

}  // namespace fraiseql::compile
