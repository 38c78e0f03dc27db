// SPDX-License-Identifier: MIT
// Resolving: the fields of one request that code of the application answers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/completion.hpp"
#include "engine/context_state.hpp"
#include "engine/prepared.hpp"
#include "runtime/task_bridge.hpp"

namespace fraiseql::engine {

/// Makes errors of what code of the application throws.
struct Reporter {
    /// Names what the log has of an exception that was not meant for clients.
    std::function<std::string()> next_reference;
    /// May be empty.
    std::function<void(std::string_view)> log;
    bool expose_errors = false;

    /// A failure is an error as it is; all else is an error with a reference to the log.
    Error error_of(const std::exception_ptr& thrown, const detail::field_definition& field) const;
    /// The same; `what` names the code in the log.
    Error error_of(const std::exception_ptr& thrown, std::string_view what) const;
    static Error too_late();
};

/// Makes errors of what one field throws, perhaps in many places: what was not meant for clients is
/// one line of the log.
class FieldReporter {
  public:
    /// Both must outlive it.
    FieldReporter(const Reporter& reporter, const detail::field_definition& field)
        : reporter_(reporter), field_(field) {}
    Error operator()(const std::exception_ptr& thrown);

  private:
    const Reporter& reporter_;
    const detail::field_definition& field_;
    std::optional<Error> unexpected_ = {};
};

/// One resolver and its answer. Where it is destroyed before its end, the resolver ends, too.
class Resolving {
  public:
    /// `request` and `state` must outlive it.
    Resolving(const PreparedRequest& request, detail::context_state& state, std::uint32_t root,
              std::shared_ptr<runtime::WorkerHome> home);

    /// Runs the resolver to its first wait.
    void start();
    /// In place of that: `event` is what it answers.
    void start_with(std::shared_ptr<const detail::resolved> event) { event_ = std::move(event); }
    /// Waits for its end, at most to the deadline; less where the request is cancelled.
    runtime::Task<void> wait(runtime::Clock::time_point deadline);
    /// What has come of it.
    Completed take(const Reporter& reporter);

  private:
    Completed failed(const std::exception_ptr& thrown, const Reporter& reporter) const;

    const PreparedRequest& request_;
    detail::context_state& state_;
    const plan::Root& root_;
    std::uint32_t index_;
    // Shared with what other threads are doing for the resolver.
    std::shared_ptr<runtime::WorkerHome> home_;
    fraiseql::context context_;
    std::optional<runtime::RunningTask<detail::resolved>> running_ = {};
    std::shared_ptr<const detail::resolved> event_ = {};
    std::exception_ptr thrown_ = {};
    bool late_ = false;
};

}  // namespace fraiseql::engine
