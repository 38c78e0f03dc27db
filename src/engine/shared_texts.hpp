// SPDX-License-Identifier: MIT
// SharedTexts: persisted queries in the database, where all its servers find them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "pg/pool.hpp"
#include "runtime/task.hpp"
#include "schema/model.hpp"

namespace fraiseql::engine {

/// Whether the database has the tables (`fraiseql db install turbo`), and the server may use them.
bool has_shared_texts(const schema::Model& model);

/// Used on its worker's thread. The pool must outlive each call. A database that cannot be asked is
/// said in the log, and otherwise the same as one that does not know.
class SharedTexts {
  public:
    using Log = std::function<void(std::string_view)>;

    SharedTexts(pg::Pool& pool, Log log) : pool_(pool), log_(std::move(log)) {}

    /// Returns the text under `hash`; whoever uses it compares the two.
    runtime::Task<std::optional<std::string>> find(std::string hash);

    /// Keeps `text` under its SHA-256.
    runtime::Task<void> insert(std::string hash, std::string text);

  private:
    runtime::Task<pg::BatchResult> run(pg::Call call, pg::Lane lane);

    pg::Pool& pool_;
    Log log_;
    /// What was said last of all, so that it is not said at each request.
    std::string problem_;
};

}  // namespace fraiseql::engine
