// SPDX-License-Identifier: MIT
// template_check: whether a hand-written template answers like the operation that it stands for.
#pragma once

#include <memory>
#include <optional>

#include "auth/claim_map.hpp"
#include "engine/settings.hpp"
#include "pg/session.hpp"
#include "schema/model.hpp"
#include "turbo/registry.hpp"

namespace fraiseql::engine {

/// What a template is checked against.
struct TemplateContext {
    std::shared_ptr<const schema::Model> model;
    Settings settings = {};
    /// What the claims of samples mean; nothing where nobody is told apart.
    std::optional<auth::ClaimMap> claims = {};
};

/// Prepares the template of `entry` and runs it beside the compiled operation, for each sample, in
/// one read-only transaction of one snapshot. Fails (Configuration) where an answer differs, and
/// says at which place; where nothing was found to compare; and where a template may not stand for
/// the operation at all. `session` is left without a transaction.
Result<std::shared_ptr<const turbo::CheckedTemplate>> check_template(
    pg::Session& session, const turbo::Registered& entry, const TemplateContext& context);

}  // namespace fraiseql::engine
