// SPDX-License-Identifier: MIT
// check rls: what clients can read past row-level security, from the catalog alone.
#pragma once

#include <string>
#include <vector>

#include "schema/model.hpp"

namespace fraiseql::check {

/// One way past row-level security, or one that invites it.
struct RlsFinding {
    /// A stable word: `view-bypasses-rls`, `stored-copy`, `role-bypasses-rls`,
    /// `table-without-force`, `definer-bypasses-rls`, `definer-without-search-path`.
    std::string code;
    /// The exposed relation or function: `public.v_note`, `public.fn_x`.
    std::string subject;
    /// The table whose policies do not hold, `public.tb_note`; empty for functions.
    std::string table = {};
    std::string message;
    std::string hint;
    /// Rows escape; otherwise it is a warning.
    bool leaks = true;
};

/// Walks from every exposed view and function to the tables behind it, with the role that
/// PostgreSQL would check at each step: the invoker, or the owner of a view without
/// security_invoker. Functions in a language other than SQL are judged by how they are declared,
/// not by their bodies.
std::vector<RlsFinding> check_rls(const schema::Model& model);

/// Renders the findings as one JSON document: {"leaks":…,"warnings":…,"findings":[…]}.
std::string to_json(const std::vector<RlsFinding>& findings);

}  // namespace fraiseql::check
