// SPDX-License-Identifier: MIT
// Pending: a batch together with the coroutine that waits for its result.
#pragma once

#include <optional>
#include <utility>

#include "pg/pipeline.hpp"
#include "runtime/task.hpp"
#include "runtime/waiter.hpp"

namespace fraiseql::pg {

/// An exchange that somebody waits for, until settle() or until they give up.
struct Pending : Exchange {
    Lane lane = Lane::Quick;
    runtime::Clock::time_point deadline;
    runtime::Clock::time_point sent = {};
    runtime::Waiter waiter;
    std::optional<BatchResult> result;
    /// Sent a second time; there is no third.
    bool sent_again = false;
    /// Was in flight when the statement before it was cancelled, and may have been hit instead.
    bool near_cancel = false;
    /// Takes back what the batch before it may have left in the session; nobody waits for it.
    bool resets_session = false;
    /// Nobody waits any more: what comes back is dropped.
    bool abandoned = false;

    /// Gives the waiting coroutine its result; only the first one counts.
    void settle(BatchResult outcome) {
        if (result) return;
        result = std::move(outcome);
        waiter.wake();
    }
};

}  // namespace fraiseql::pg
