// SPDX-License-Identifier: MIT
// WorkerSet: one event loop and one program per worker thread, from start to drained stop.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "runtime/task.hpp"

namespace fraiseql::runtime {

/// What one worker runs. Made and started before its thread runs, used on that thread only, and
/// destroyed after the loop has stopped but before it is: coroutines that are still suspended then
/// must own, not borrow, what their destructors touch.
class Program {
  public:
    virtual ~Program() = default;
    /// Opens what the worker serves; an error stops the whole set.
    virtual Result<void> start() = 0;
    /// Stops taking new work and ends when the work in progress has ended.
    virtual Task<> drain() = 0;
    /// The drain takes too long: cancels the work in progress, which then has a moment to end.
    virtual void cancel() = 0;
};

using MakeProgram =
    std::function<Result<std::unique_ptr<Program>>(Executor executor, std::size_t worker)>;
using Log = fraiseql::Log;

/// The workers of a process; owned and used by the thread that started them.
class WorkerSet {
  public:
    explicit WorkerSet(Log log);
    WorkerSet(const WorkerSet&) = delete;
    WorkerSet& operator=(const WorkerSet&) = delete;
    /// Stops without draining where stop() was not called.
    ~WorkerSet();

    /// Makes and starts `count` programs, then their threads.
    Result<void> start(std::size_t count, const MakeProgram& make);

    /// Drains every worker and joins its thread; after `timeout` work in progress is cancelled, and
    /// dropped where that does not end it.
    /// Returns whether everything ended in time.
    bool stop(std::chrono::milliseconds timeout);

  private:
    struct Worker;
    Log log_;
    std::vector<std::unique_ptr<Worker>> workers_;
};

struct RunSettings {
    std::size_t workers = 1;
    std::chrono::milliseconds drain_timeout{10000};
    Log log;
    /// Called on the main thread when SIGHUP arrives. May be empty.
    std::function<void()> on_hangup;
    /// Called on the main thread when all workers run. May be empty.
    std::function<void()> on_started;
};

/// Runs workers from their start to the end of their drain.
using Run = std::function<Result<void>(const RunSettings& settings, const MakeProgram& make)>;

/// Runs the workers until SIGTERM or SIGINT, then drains them; a second signal ends the drain.
/// Returns an error only where the start failed: being told to stop is success.
Result<void> run_until_signal(const RunSettings& settings, const MakeProgram& make);

}  // namespace fraiseql::runtime
