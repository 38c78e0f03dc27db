// SPDX-License-Identifier: MIT
// CheckedTemplate: a template that answers like the operation that it stands for.
#pragma once

#include <memory>

#include "compile/statement.hpp"

namespace fraiseql::turbo {

/// Immutable; shared by all workers.
struct CheckedTemplate {
    /// One statement. Its parameters are bound from two more values behind the arguments of a
    /// request: its coerced variables, and what is known of who asks.
    compile::Unit unit;
    /// The schema::Model that the answers were compared for: it stands for no other one's.
    std::shared_ptr<const void> model = {};
};

}  // namespace fraiseql::turbo
