// SPDX-License-Identifier: MIT
// Feed: hands a value that a process has one of to its workers whenever there is a new one.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "runtime/mailbox.hpp"

namespace fraiseql::server {

/// Thread-safe.
template <class T>
class Feed {
  public:
    using Value = std::shared_ptr<const T>;
    using Receive = std::function<void(Value)>;

    explicit Feed(Value first) : current_(std::move(first)) {}

    /// Returns the value of now; later ones are given to `receive` through `mailbox`.
    Value subscribe(std::shared_ptr<runtime::Mailbox> mailbox, Receive receive) {
        const std::lock_guard lock(mutex_);
        subscribers_.emplace_back(std::move(mailbox), std::move(receive));
        return current_;
    }

    Value current() const {
        const std::lock_guard lock(mutex_);
        return current_;
    }

    /// Gives `value` to all; those whose mailbox is closed are forgotten.
    void publish(Value value) {
        const std::lock_guard lock(mutex_);
        current_ = std::move(value);
        std::erase_if(subscribers_, [this](const auto& subscriber) {
            return !subscriber.first->deliver(
                [receive = subscriber.second, value = current_] { receive(value); });
        });
    }

  private:
    mutable std::mutex mutex_;
    Value current_;
    std::vector<std::pair<std::shared_ptr<runtime::Mailbox>, Receive>> subscribers_;
};

}  // namespace fraiseql::server
