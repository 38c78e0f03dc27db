// SPDX-License-Identifier: MIT
// SeeThrough: one reading of a view by its own query, reduced to what the reading needs.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "catalog/catalog.hpp"
#include "rewrite/selection.hpp"
#include "rewrite/views.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::rewrite {

/// Collects what is wanted of a view's rows, each as a column of a SELECT that takes the view's
/// place. The SELECT yields the same rows as the view does for the role that `rights` means, and
/// each column the value that the view has there: a document's value without the document.
class SeeThrough {
  public:
    SeeThrough(const Views& views, catalog::Oid relation, Rights rights = Rights::OfCurrentUser);
    ~SeeThrough();
    SeeThrough(const SeeThrough&) = delete;
    SeeThrough& operator=(const SeeThrough&) = delete;

    /// Whether the view can be seen through; only then may the others be called. If not,
    /// Views::refusal says why.
    bool is_possible() const noexcept;

    /// Returns the value of a column, or of what is under `keys` of its document; nothing where the
    /// column is none of the view's, or is no document though there are keys.
    std::optional<Column> value(catalog::AttributeNumber column, Keys keys);
    /// Returns a boolean column that is true where there is an object under `keys`, without a name
    /// where there is one in every row; nothing where the object must be taken as a whole.
    std::optional<Column> presence(catalog::AttributeNumber column, Keys keys);
    /// Returns a json column: the object, or the list of objects, under `keys` with just these
    /// members. Nothing where the view does not tell how it is made.
    std::optional<Column> object(catalog::AttributeNumber column, Keys keys,
                                 const std::vector<Member>& members);
    std::optional<Column> list(catalog::AttributeNumber column, Keys keys,
                               const std::vector<Member>& members, const ItemQuery& items = {});
    /// Returns a boolean column: whether the list under `keys` has such items, asked of the rows
    /// that it is made of. Nothing where the view does not tell which rows these are.
    std::optional<Column> exists(catalog::AttributeNumber column, Keys keys,
                                 const ItemQuery& items);

    /// Returns the SELECT with all columns that were returned so far.
    sql::Fragment select() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace fraiseql::rewrite
