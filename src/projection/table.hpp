// SPDX-License-Identifier: MIT
// What the parts of the generated SQL share: the names, and how columns are stored and compared.
#pragma once

#include <string>
#include <vector>

#include "catalog/catalog.hpp"

namespace fraiseql::projection {

/// The table of a view.
struct Table {
    Table(const catalog::Catalog& catalog, const catalog::Relation& view,
          const catalog::Column& key);

    const catalog::Catalog& catalog;
    const catalog::Relation& view;
    const catalog::Column& key;
    std::string name;
    /// Qualified and quoted.
    std::string sql_name;
    std::string sql_view;
    std::string sql_key;
    /// The column that says when a row was written; the view has none of that name.
    std::string stamp;

    /// Returns `schema.sync_tv_…` with the suffix, quoted.
    std::string function(std::string_view suffix) const;
    std::string type_of(const catalog::Column& column) const;
    /// Returns the column's value in the view (`alias` v) as it is stored.
    std::string stored(const catalog::Column& column) const;
    /// Returns a column of alias so that it compares with =.
    std::string comparable(const catalog::Column& column, std::string_view alias) const;
    /// All columns of the view but the key.
    std::vector<const catalog::Column*> others() const;
};

/// The parts of the script; each ends in a newline.
std::string write_table(const Table& table, bool row_security);
std::string write_sync(const Table& table, bool fed);

}  // namespace fraiseql::projection
