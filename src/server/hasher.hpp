// SPDX-License-Identifier: MIT
// Hasher: the threads that hash passwords, which takes too long and too much memory for workers.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "auth/password.hpp"
#include "runtime/mailbox.hpp"
#include "runtime/task.hpp"

namespace fraiseql::server {

struct HasherSettings {
    auth::PasswordCost cost = {};
    /// Hashes at once: each takes its memory, and one core for a while.
    std::size_t threads = 2;
    /// That wait; one more is refused.
    std::size_t max_waiting = 128;
    /// Called once for each hash, on its thread. May be empty.
    std::function<void()> count = {};
};

/// Thread-safe; shared by the workers.
class Hasher {
  public:
    /// Fails (Configuration) where a hash at this cost cannot be made.
    static Result<std::shared_ptr<Hasher>> make(HasherSettings settings);
    Hasher(const Hasher&) = delete;
    Hasher& operator=(const Hasher&) = delete;
    /// Finishes the hashes in progress and drops the others.
    ~Hasher();

    /// Returns the hash of a password. ServiceUnavailable where too many wait, or the caller is
    /// cancelled.
    runtime::Task<Result<std::string>> hash(std::shared_ptr<runtime::Mailbox> mailbox,
                                            std::string password);

    /// Whether a password is the one that `encoded` is the hash of. An empty or foreign hash is
    /// nobody's, and takes as long. ServiceUnavailable as above.
    runtime::Task<Result<bool>> verify(std::shared_ptr<runtime::Mailbox> mailbox,
                                       std::string password, std::string encoded);

    /// Whether a hash was made at another cost than new ones are.
    bool is_outdated(std::string_view encoded) const;

  private:
    explicit Hasher(HasherSettings settings) : settings_(std::move(settings)) {}
    bool post(std::function<void()> job);
    void work();
    template <class T>
    runtime::Task<Result<T>> run(std::shared_ptr<runtime::Mailbox> mailbox,
                                 std::function<Result<T>()> job);

    HasherSettings settings_;
    /// The hash of a password that nobody has: what unknown users are compared with.
    std::string nobodys_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> jobs_;
    bool ending_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace fraiseql::server
