// SPDX-License-Identifier: MIT
// RegistryFeed: hands the registry of a process to its workers whenever there is a new one.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "runtime/mailbox.hpp"
#include "turbo/registry.hpp"

namespace fraiseql::server {

/// Thread-safe.
class RegistryFeed {
  public:
    using Registry = std::shared_ptr<const turbo::Registry>;
    using Receive = std::function<void(Registry)>;

    /// Returns the registry of now; later ones are given to `receive` through `mailbox`.
    Registry subscribe(std::shared_ptr<runtime::Mailbox> mailbox, Receive receive) {
        const std::lock_guard lock(mutex_);
        subscribers_.emplace_back(std::move(mailbox), std::move(receive));
        return current_;
    }

    /// Gives `registry` to all; those whose mailbox is closed are forgotten.
    void publish(Registry registry) {
        const std::lock_guard lock(mutex_);
        current_ = std::move(registry);
        std::erase_if(subscribers_, [this](const auto& subscriber) {
            return !subscriber.first->deliver(
                [receive = subscriber.second, registry = current_] { receive(registry); });
        });
    }

  private:
    std::mutex mutex_;
    Registry current_ = std::make_shared<turbo::Registry>();
    std::vector<std::pair<std::shared_ptr<runtime::Mailbox>, Receive>> subscribers_;
};

}  // namespace fraiseql::server
