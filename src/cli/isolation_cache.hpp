// SPDX-License-Identifier: MIT
// KeptAnswers: answers of an isolation check, kept and given again as servers do it.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "engine/prepared.hpp"
#include "pg/session.hpp"

namespace fraiseql::cli {

/// Where answers are kept: as in the memory of a worker, or in the tables of `turbo`.
enum class Place : std::uint8_t { Memory, Database };

/// Keeps answers under the keys and versions that engine::AnswerCache has. `session` is in a
/// transaction, and must outlive it.
class KeptAnswers {
  public:
    explicit KeptAnswers(pg::Session& session) : session_(session) {}

    /// What an answer is kept under.
    struct Slot {
        std::string key;
        /// The contexts, as an array of PostgreSQL, and their versions before the answer is built.
        std::string contexts;
        std::string versions;
    };

    /// Returns where the answer to `request`, whose operation has a cache plan, belongs.
    Result<Slot> slot(const engine::PreparedRequest& request);

    /// Returns the answer in a slot, if a server would give it to whoever asks now.
    Result<std::optional<std::string>> find(const Slot& slot, Place place);
    Result<void> keep(const Slot& slot, const std::string& answer, Place place);

  private:
    struct Kept {
        std::string versions;
        std::string answer;
    };

    pg::Session& session_;
    std::map<std::string, Kept> kept_ = {};
};

}  // namespace fraiseql::cli
