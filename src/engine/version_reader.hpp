// SPDX-License-Identifier: MIT
// VersionReader: the versions of contexts, read for many requests at once.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pg/pool.hpp"
#include "runtime/task.hpp"
#include "runtime/waiter.hpp"

namespace fraiseql::engine {

/// Returns the literal of a text[] of `contexts`.
std::string context_array(const std::vector<std::string>& contexts);

/// One read is under way at a time, and what is asked for meanwhile goes into the next: however
/// many requests there are, PostgreSQL answers one statement after the other. Used on its worker's
/// thread.
class VersionReader {
  public:
    /// A version counts as that of now for `lease`; see CacheSettings.
    VersionReader(pg::Pool& pool, std::chrono::milliseconds lease);

    /// Returns the versions of `contexts`, as turbo.versions prints them, read by a statement
    /// that began after `arrived`, or no longer than the lease before. Nothing where the database
    /// cannot be asked.
    runtime::Task<std::optional<std::string>> read(const std::vector<std::string>& contexts,
                                                   runtime::Clock::time_point arrived);

  private:
    struct Known {
        std::string version = {};
        runtime::Clock::time_point read_at = {};
    };
    /// Shared with the read under way, which may end after the reader.
    struct State {
        pg::Pool& pool;
        std::map<std::string, Known> known = {};
        std::set<std::string> wanted = {};
        std::vector<std::shared_ptr<runtime::Waiter>> waiting = {};
        bool running = false;
    };

    static runtime::Task<> run(std::shared_ptr<State> state);
    std::optional<std::string> known(const std::vector<std::string>& contexts,
                                     runtime::Clock::time_point oldest) const;
    void want(const std::vector<std::string>& contexts, const runtime::Executor& executor);

    std::shared_ptr<State> state_;
    std::chrono::milliseconds lease_;
};

}  // namespace fraiseql::engine
