// SPDX-License-Identifier: MIT
// Navigator: follows keys through the expressions of views to the SQL behind a value.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "rewrite/scope.hpp"
#include "rewrite/selection.hpp"

namespace fraiseql::rewrite {

/// An expression as SQL that is good in the scope it was asked for.
struct Value {
    sql::Fragment sql;
    catalog::Oid type = 0;
    /// It was part of a jsonb document.
    bool of_jsonb = false;
    bool default_collation = true;
    /// It has a query of its own, in the place of the one around it.
    bool complete = false;
    /// Of a condition: it may be NULL.
    bool nullable = false;
};

/// Marks in the scopes what is used. Each function returns nothing
/// where the view's expressions do not lead there.
class Navigator {
  public:
    explicit Navigator(const catalog::Catalog& catalog) : catalog_(catalog) {}

    /// Returns the value under `keys`, in its own type if that can be, else as json or jsonb.
    std::optional<Value> value(Scope& scope, const Expression& expression, Keys keys);
    /// Returns a condition that holds where there is an object under `keys`; the SQL is `true`
    /// where there always is. Only for objects whose members may each be asked for on their own.
    std::optional<Value> presence(Scope& scope, const Expression& expression, Keys keys);
    /// Returns the object under `keys` as json with just these members; NULL where there is none.
    std::optional<Value> object(Scope& scope, const Expression& expression, Keys keys,
                                const std::vector<Member>& members);
    /// The same for a list of objects, or for a part of it.
    std::optional<Value> list(Scope& scope, const Expression& expression, Keys keys,
                              const std::vector<Member>& members, const ItemQuery& items = {});
    /// Returns whether the list under `keys` has such items, asked of the rows that it is made of.
    std::optional<Value> exists(Scope& scope, const Expression& expression, Keys keys,
                                const ItemQuery& items);
    /// Returns a column of `relation`, where the expression is another one of the same row.
    std::optional<Value> sibling(Scope& scope, const Expression& expression,
                                 const catalog::Relation& relation,
                                 catalog::AttributeNumber column);

  private:
    using End = std::function<std::optional<Value>(Scope&, const Expression&)>;
    struct Route {
        /// What to do at the end of the keys; where it has no answer, the route goes on through
        /// columns, sub-selects and CASE.
        const End& end;
        /// What the columns that are added on the way are called after.
        std::string label;
        /// Do not go through CASE and sub-selects: asking them several times costs several times.
        bool direct = false;
        /// Where keys lead no further, ask the JSON value for them.
        bool json_keys = false;
    };

    std::optional<Value> follow(Scope& scope, const Expression& expression, Keys keys,
                                const Route& route);
    std::optional<Value> step(Scope& scope, const Expression& expression, Keys keys,
                              const Route& route);
    std::optional<Value> through_column(Scope& scope, const Expression& expression, Keys keys,
                                        const Route& route);
    std::optional<Value> through_object(Scope& scope, const Expression& expression, Keys keys,
                                        const Route& route);
    std::optional<Value> through_concatenation(Scope& scope, const Expression& expression,
                                               Keys keys, const Route& route);
    std::optional<Value> through_case(Scope& scope, const Expression& expression, Keys keys,
                                      const Route& route);
    std::optional<Value> through_sub_select(Scope& scope, const Expression& expression, Keys keys,
                                            const Route& route);

    Value leaf(Scope& scope, const Expression& expression) const;
    std::optional<Value> json_keys(Scope& scope, const Expression& expression, Keys keys) const;
    std::optional<Value> build_object(Scope& scope, const Expression& expression,
                                      const std::vector<Member>& members);
    std::optional<sql::Fragment> build_member(Scope& scope, const Expression& expression,
                                              const Member& member);
    std::optional<sql::Fragment> build_leaf(const Value& value, const Member& member) const;
    std::optional<Value> build_list(Scope& scope, const Expression& expression,
                                    const std::vector<Member>& members);
    std::optional<Value> build_part(Scope& scope, const Expression& expression,
                                    const std::vector<Member>& members, const ItemQuery& items,
                                    bool null_is_empty);

    const catalog::Catalog& catalog_;
    int depth_ = 0;
    /// How many jsonb values are around the expression: jsonb keeps numbers and keys in its own
    /// way.
    int inside_jsonb_ = 0;
};

}  // namespace fraiseql::rewrite
