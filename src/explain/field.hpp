// SPDX-License-Identifier: MIT
// Field: what an operation selects, as the tree that plan nodes are attributed to.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.hpp"

namespace fraiseql::explain {

struct Field {
    std::string response_key = {};
    /// The key of the document that it is made of; empty where it is no member of a document.
    std::string key = {};
    /// Response keys from the root: `posts.author`.
    std::string path = {};
    const Field* parent = nullptr;
    std::vector<std::unique_ptr<Field>> children = {};

    bool is_leaf() const noexcept { return children.empty() && parent != nullptr; }
    /// Returns the child of that response key, or of that document key, or nullptr.
    const Field* child(std::string_view name, bool of_document) const noexcept;
};

/// Returns the field of `root` with all that is selected below it. Types of one place are joined.
std::unique_ptr<Field> field_tree(const plan::Root& root);

/// Returns the nearest field that both stand below; nullptr where they belong to different roots.
/// nullptr counts as unknown: the other one is returned.
const Field* common_field(const Field* a, const Field* b) noexcept;

}  // namespace fraiseql::explain
