// SPDX-License-Identifier: MIT
// Finding: something that is wrong, or may go wrong, and what to do about it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "json/object_writer.hpp"
#include "schema/model.hpp"

namespace fraiseql::check {

/// Error: data or its protection is at risk now. Warning: it will hurt under load or in an
/// accident. Note: worth knowing, and a matter of taste.
enum class Severity : std::uint8_t { Error, Warning, Note };

/// Returns `error`, `warning` or `note`.
std::string_view severity_name(Severity severity) noexcept;

struct Finding {
    Severity severity = Severity::Note;
    /// A stable word: `unlogged-table`.
    std::string code;
    /// What it is about: `public.tb_post`, `setting fsync`.
    std::string subject;
    std::string message;
    std::string hint;
};

/// Returns what the catalog alone tells: ways past row-level security (check_rls), and what the
/// schema had to leave out.
std::vector<Finding> model_findings(const schema::Model& model);

/// Puts the worst first, and leaves the order of others as it is.
void sort_by_severity(std::vector<Finding>& findings);

/// Renders the findings as one JSON document:
/// {"errors":…,"warnings":…,"notes":…,"findings":[…]}.
std::string to_json(const std::vector<Finding>& findings);

/// Gives an object the members of one of them.
void write_finding(json::ObjectWriter& object, const Finding& finding);

}  // namespace fraiseql::check
