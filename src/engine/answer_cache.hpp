// SPDX-License-Identifier: MIT
// AnswerCache: whole answers, in this worker's memory and in the database, fresh or not at all.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "cache/sieve.hpp"
#include "engine/cache_plan.hpp"
#include "engine/settings.hpp"
#include "engine/version_reader.hpp"
#include "pg/pool.hpp"
#include "runtime/task.hpp"

namespace fraiseql::engine {

/// A whole answer without errors. Immutable; shared by the responses that send it.
struct Answer {
    std::string body;
    /// Of its contexts, read before it was built.
    std::string versions;
    /// A hash of the body in the quotes of an entity tag.
    std::string entity_tag;
    runtime::Clock::time_point built_at;
};

using AnswerPtr = std::shared_ptr<const Answer>;

/// Where an answer came from: this worker's memory, another request that built it at the same time,
/// the database, or its statement.
enum class AnswerSource : std::uint8_t { Memory, Joined, Database, Built };

/// `answer` is nullptr where there is none.
struct FoundAnswer {
    AnswerPtr answer = {};
    AnswerSource source = AnswerSource::Built;
};

/// Returned answers reflect every write that was committed before their request arrived, or, with
/// a lease, before the lease began. Used on its worker's thread.
class AnswerCache {
  public:
    /// `settings` are those of now, whatever they are; must outlive it.
    AnswerCache(pg::Pool& pool, const std::shared_ptr<const Settings>& settings);

    /// Returns the answer to `request`, whose operation has a cache plan: from memory, from the
    /// database, or built now; several requests for one answer build it once. None where it cannot
    /// be built without errors: the caller then finds out which.
    runtime::Task<FoundAnswer> find_or_build(const PreparedRequest& request,
                                             runtime::Clock::time_point deadline);

    /// Forgets all; what is in the database stays.
    void clear();

    /// What the answers in memory take.
    std::size_t bytes() const noexcept { return answers_.bytes(); }

  private:
    struct Lookup;
    /// The one request that builds an answer, and those that wait for it.
    struct Flight {
        std::vector<std::shared_ptr<runtime::Waiter>> waiting = {};
        AnswerPtr answer = {};
    };
    class Landing;

    runtime::Task<bool> is_fresh(const Lookup& lookup, AnswerPtr answer);
    runtime::Task<AnswerPtr> wait_for(std::shared_ptr<Flight> flight);
    runtime::Task<AnswerPtr> find_in_database(const Lookup& lookup);
    runtime::Task<AnswerPtr> build(const Lookup& lookup);
    void count_duration(const Lookup& lookup, std::chrono::microseconds took);
    void remember(const Lookup& lookup, const AnswerPtr& answer);
    void store(const Lookup& lookup, const AnswerPtr& answer, std::chrono::microseconds took,
               const runtime::Executor& executor);
    bool is_shared(const Lookup& lookup) const;

    pg::Pool& pool_;
    const std::shared_ptr<const Settings>& settings_;
    VersionReader versions_;
    cache::Sieve<AnswerPtr> answers_;
    std::unordered_map<std::string, std::shared_ptr<Flight>> flights_;
    /// How long statements took, by fingerprint: quick ones need no copy in the database.
    std::map<std::string, std::chrono::microseconds> durations_;
};

}  // namespace fraiseql::engine
