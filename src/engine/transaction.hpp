// SPDX-License-Identifier: MIT
// Transaction: the calls that take effect together, and whose rows are whose.
#pragma once

#include <vector>

#include "engine/prepared.hpp"

namespace fraiseql::engine {

/// Units of a mutation as one batch. Before their own calls come the isolation level, the time
/// limit and the claim of the idempotency key, as far as there are any.
struct Transaction {
    std::vector<const CompiledUnit*> units = {};
    pg::Batch batch = {};
    /// By unit: the index of its first call.
    std::vector<std::size_t> first_call = {};
    /// Running it again after it was rolled back does no harm: no procedure in it that could have
    /// committed a part.
    bool repeatable = true;

    /// Returns the unit that the n-th call belongs to, or units.size() where it is none's.
    std::size_t unit_of(std::size_t call) const noexcept;
};

/// The SQLSTATE with which sql/idempotency.sql says that the answer is stored.
inline constexpr std::string_view kAnswerIsStored = "FQ001";

Transaction make_transaction(std::vector<const CompiledUnit*> units,
                             const PreparedRequest& request);

/// Returns the calls that read the stored answers of the same units: same rows, same columns.
Transaction make_replay(std::vector<const CompiledUnit*> units, const PreparedRequest& request);

}  // namespace fraiseql::engine
