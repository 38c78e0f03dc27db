// SPDX-License-Identifier: MIT
// Annotations: the lines of a COMMENT ON that start with '@'; the others are the description.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace fraiseql::catalog {

/// One `@name arguments` line.
struct Annotation {
    std::string name;
    /// The text after the name, trimmed; may be empty.
    std::string arguments;
    /// Line in the comment, from 1.
    std::uint32_t line = 1;
};

/// What a comment says: description and annotations, in their order.
struct Annotations {
    /// The lines that do not start with '@', trimmed as a whole. May be empty.
    std::string description;
    std::vector<Annotation> items;

    /// Returns the first annotation of that name, or nullptr.
    const Annotation* find(std::string_view name) const noexcept;
    bool has(std::string_view name) const noexcept { return find(name) != nullptr; }
    /// Returns all annotations of that name, in order.
    std::vector<const Annotation*> find_all(std::string_view name) const;
};

/// Splits `comment`; never fails. A line is an annotation when its first character that is not
/// white space is '@' followed by a letter.
Annotations read_annotations(std::string_view comment);

/// Returns one Configuration error for each annotation whose name is not in `known`, with the names
/// it may mean. `subject` says whose comment it is: "view v_user".
std::vector<Error> unknown_annotations(const Annotations& annotations, std::string_view subject,
                                       const std::vector<std::string_view>& known);

/// The arguments of an annotation, split at white space; "quoted text" is one argument without its
/// quotes, `key:value` and `key="a b"` stay one.
std::vector<std::string> split_arguments(std::string_view arguments);

}  // namespace fraiseql::catalog
