// SPDX-License-Identifier: MIT
// Store: what a repository reads and writes with: a request's principal, deadline and connections.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "auth/principal.hpp"
#include "compile/compile.hpp"
#include "pg/pool.hpp"
#include "pg/reserved.hpp"
#include "runtime/task.hpp"
#include "schema/model.hpp"

namespace fraiseql::data {

/// A statement that was compiled, and where its parameters are in the arguments.
struct CompiledRead {
    std::shared_ptr<const pg::Statement> statement;
    std::vector<compile::Parameter> parameters = {};
};

/// The statements of one worker and one model, by what they were compiled from. When it is full,
/// it begins anew.
class StatementCache {
  public:
    std::shared_ptr<const CompiledRead> find(const std::string& key) const {
        auto found = all_.find(key);
        return found == all_.end() ? nullptr : found->second;
    }
    void keep(const std::string& key, std::shared_ptr<const CompiledRead> read) {
        if (all_.size() >= kMost) all_.clear();
        all_[key] = std::move(read);
    }

  private:
    static constexpr std::size_t kMost = 1000;
    std::unordered_map<std::string, std::shared_ptr<const CompiledRead>> all_ = {};
};

/// What is the same for all calls of one request. Used on its worker's thread.
struct Store {
    pg::Pool& pool;
    /// For transactions; nullptr: there are none.
    pg::ReservedPool* reserved = nullptr;
    std::shared_ptr<const schema::Model> model;
    compile::CompileOptions options = {};
    /// Outlives the store; nullptr where nobody is told apart.
    const auth::Principal* principal = nullptr;
    runtime::Clock::time_point deadline = {};
    /// Of subscriptions, which have no deadline: how long one statement may take.
    std::optional<std::chrono::milliseconds> statement_limit = {};
    /// Development: messages of unexpected database errors are part of failures.
    bool expose_errors = false;
    std::function<void(std::string_view)> log = {};
    /// Of the worker; for this model. Outlives the store.
    StatementCache& statements;
    /// Expires with the request; nothing where there is none.
    std::optional<std::weak_ptr<const void>> request = {};

    /// Returns until when what begins now must have ended.
    runtime::Clock::time_point until() const {
        return statement_limit ? runtime::Clock::now() + *statement_limit : deadline;
    }
};

}  // namespace fraiseql::data
