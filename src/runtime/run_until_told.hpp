// SPDX-License-Identifier: MIT
// run_until_told: workers inside a program that says itself when they end.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

#include "runtime/worker_set.hpp"

namespace fraiseql::runtime {

/// What one thread tells another that runs workers. Thread-safe.
class Orders {
  public:
    /// The workers are to stop.
    void stop();
    /// Calls RunSettings::on_hangup on the thread that runs them.
    void reload();
    /// Whether the workers ended by themselves when they were told; for after the run.
    bool ended_in_time() const;

  private:
    friend Result<void> run_until_told(const RunSettings& settings, const MakeProgram& make,
                                       Orders& orders);
    mutable std::mutex mutex_;
    std::condition_variable news_;
    bool stop_ = false;
    bool reload_ = false;
    bool in_time_ = true;
};

/// Runs the workers until `orders` say stop, then drains them. Touches no signal but SIGPIPE, which
/// it ignores where the program has nothing of its own for it. Returns an error only where the
/// start failed.
Result<void> run_until_told(const RunSettings& settings, const MakeProgram& make, Orders& orders);

}  // namespace fraiseql::runtime
