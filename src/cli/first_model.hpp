// SPDX-License-Identifier: MIT
// The model that a server starts with: from the database, or from what the last start kept of it.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "catalog/snapshot_sql.hpp"
#include "cli/options.hpp"
#include "schema/model.hpp"

namespace fraiseql::cli {

struct FirstModel {
    std::shared_ptr<const schema::Model> model;
    /// What it was built from.
    catalog::Document catalog;
    /// The database is away: the model is that of --schema-cache, and may be too old.
    bool unverified = false;
};

/// Returns the model of the database. Where its fingerprint is that of the schema cache, the
/// catalog is not read again. While nothing answers, or the database is starting up, the schema
/// cache is used as it is; without one, this waits for up to --startup-wait seconds.
Result<FirstModel> first_model(const Options& options);

}  // namespace fraiseql::cli
