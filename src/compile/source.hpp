// SPDX-License-Identifier: MIT
// Source: where SQL finds the fields of an object, a row of a relation or a JSON document.
#pragma once

#include <vector>

#include "plan/plan.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::compile {

/// An object's fields come from the row `alias` where it has a column with the value, else from
/// `document`, an expression of type json or jsonb.
struct Source {
    /// nullptr inside a document.
    const catalog::Relation* row = nullptr;
    sql::Fragment alias = {};
    sql::Fragment document = {};
    bool jsonb = true;

    /// Returns the value of a field as SQL; with `as_text`, as a text value.
    sql::Fragment value(const schema::FieldBinding& binding, bool as_text) const;
    /// Returns the source for what is inside the document `inner`.
    Source inside(sql::Fragment inner) const { return {nullptr, {}, std::move(inner), jsonb}; }
    /// Returns `json` or `jsonb`, whichever the names of the document's functions begin with.
    sql::Fragment function(sql::Raw json_name, sql::Raw jsonb_name) const {
        return jsonb ? jsonb_name : json_name;
    }
};

/// Returns the source of an entity's rows under `alias`.
Source row_source(const schema::Model& model, const schema::Entity& entity, sql::Raw alias);

/// The columns of a row that branches need, by number without duplicates, and whether they need
/// the document too.
struct Needs {
    std::vector<catalog::AttributeNumber> columns = {};
    bool document = false;

    void add(catalog::AttributeNumber column);
    void add(const std::vector<plan::Branch>& branches);
};

}  // namespace fraiseql::compile
