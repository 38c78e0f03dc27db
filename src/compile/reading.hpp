// SPDX-License-Identifier: MIT
// Reading: one reading of an entity's rows: which of their values are needed, and where from.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compile/compile.hpp"
#include "compile/lists.hpp"
#include "compile/source.hpp"
#include "rewrite/see_through.hpp"

namespace fraiseql::compile {

/// A value as SQL.
struct Located {
    sql::Fragment sql;
    catalog::Oid type = 0;
    /// See rewrite::Column.
    bool through_jsonb = false;
    bool default_collation = true;
};

/// Rows come from `from()` under the alias `t`, where conditions and order are, and go on with
/// `columns()` under the alias `r`, where the answer is made of them. What either needs is noted
/// when it asks its source for a value; so both functions come last.
class Reading {
  public:
    /// A view is replaced by its own query where the options and its owner allow it.
    Reading(const schema::Model& model, const schema::Entity& entity,
            const CompileOptions& options);
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

    /// Returns the source for conditions and order, over `t`.
    Source rows();
    /// Returns the source for the answer, over `r`.
    Source answer();

    const catalog::Catalog& catalog() const noexcept { return model_.catalog; }
    /// Returns what stands in FROM.
    sql::Fragment from() const;
    /// Returns the columns of `t` that the answer needs, joined with commas.
    sql::Fragment columns() const;
    /// Returns why a view is not seen through; empty where it is, or where there is none.
    std::string refusal() const;

    /// For Source: the document's value under `keys`, or that of a column of the rows.
    Located locate(std::optional<catalog::AttributeNumber> column,
                   const std::vector<std::string>& keys, bool of_answer);
    /// For Source: see rewrite::SeeThrough. An empty fragment is an object that is always there.
    std::optional<sql::Fragment> presence(const std::vector<std::string>& keys);
    std::optional<sql::Fragment> object(const std::vector<std::string>& keys,
                                        const std::vector<plan::Branch>& branches, Lists& lists);
    std::optional<sql::Fragment> list(const std::vector<std::string>& keys,
                                      const plan::Output& output, Lists& lists);
    /// For Source: a condition on the rows.
    std::optional<sql::Fragment> exists(const std::vector<std::string>& keys,
                                        const rewrite::ItemQuery& items);
    /// For Source: notes that the answer needs a column of the relation itself.
    void need(catalog::AttributeNumber column);

  private:
    /// Lists of such a view are in its own order where nothing else is asked for.
    bool has_own_order() const;
    sql::Fragment with_privileges(sql::Fragment select) const;
    sql::Fragment name(const rewrite::Column& column, bool of_answer);

    const schema::Model& model_;
    const schema::Entity& entity_;
    rewrite::Rights rights_;
    std::optional<rewrite::SeeThrough> seen_ = {};
    /// Names of columns, in the order in which they were needed.
    std::vector<std::string> needed_ = {};
    /// Columns of a view that is seen through that would be read of it otherwise.
    std::set<catalog::AttributeNumber> read_ = {};
};

}  // namespace fraiseql::compile
