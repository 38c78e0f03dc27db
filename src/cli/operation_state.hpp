// SPDX-License-Identifier: MIT
// What becomes of a registered operation under a schema: its errors, its SQL and its plans.
#pragma once

#include <memory>
#include <string>

#include "auth/principal.hpp"
#include "check/migration.hpp"
#include "engine/prepared.hpp"
#include "engine/settings.hpp"
#include "pg/session.hpp"
#include "schema/model.hpp"
#include "turbo/registry.hpp"

namespace fraiseql::cli {

/// Tries operations in the transaction that a session is in, which stays as it was. Nothing is
/// executed: statements are prepared, and queries explained with generic plans, so that no value
/// has to be guessed.
class OperationTrial {
  public:
    OperationTrial(pg::Session& session, std::shared_ptr<const schema::Model> model,
                   std::shared_ptr<const auth::Principal> principal);

    check::OperationState state(const turbo::Registered& entry);

  private:
    void try_operation(const std::shared_ptr<engine::PreparedDocument>& document,
                       const graphql::OperationDefinition& operation, check::OperationState& out);
    void try_template(const turbo::Registered& entry, check::OperationState& out);
    check::OperationStatement try_statement(const std::string& sql, std::size_t parameters,
                                            bool query, check::OperationState& out);

    pg::Session& session_;
    std::shared_ptr<const schema::Model> model_;
    std::shared_ptr<const auth::Principal> principal_;
    engine::Settings settings_;
    std::size_t count_ = 0;
};

}  // namespace fraiseql::cli
