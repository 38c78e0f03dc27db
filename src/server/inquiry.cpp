// SPDX-License-Identifier: MIT
#include "server/inquiry.hpp"

namespace fraiseql::server {

void Interruption::on_interrupt(std::function<void()> interrupt) {
    const std::lock_guard lock(mutex_);
    if (interrupted_ && interrupt)
        interrupt();
    else
        interrupt_ = std::move(interrupt);
}

void Interruption::interrupt() {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
    if (interrupt_) std::exchange(interrupt_, {})();
}

/// Touched on the worker of who asks only.
struct Inquiry::Waiting {
    runtime::Waiter waiter = {};
    std::optional<Answer> answer = {};
};

Inquiry::~Inquiry() {
    interruption_.interrupt();
    if (thread_.joinable()) thread_.join();
}

runtime::Task<Inquiry::Answer> Inquiry::ask(std::shared_ptr<runtime::Mailbox> mailbox) {
    const auto waiting = std::make_shared<Waiting>();
    {
        const std::lock_guard lock(mutex_);
        if (kept_ && runtime::Clock::now() - kept_at_ < fresh_for_) co_return *kept_;
        waiting_.emplace_back(std::move(mailbox), waiting);
        if (!running_) begin();
    }
    const bool woken = co_await waiting->waiter.wait();
    if (woken && waiting->answer) co_return std::move(*waiting->answer);
    const Error gone{.code = ErrorCode::ServiceUnavailable,
                     .message = "Nobody waits for the answer any more."};
    co_return tl::make_unexpected(gone);
}

void Inquiry::begin() {
    // The thread before has nothing more to do: it has let go of the lock for the last time.
    if (thread_.joinable()) thread_.join();
    running_ = true;
    thread_ = std::thread([this] { run(); });
}

void Inquiry::run() {
    const auto answer = std::make_shared<const Answer>(find_(interruption_));
    interruption_.on_interrupt({});
    const std::lock_guard lock(mutex_);
    running_ = false;
    kept_.reset();
    if (*answer) {
        kept_ = **answer;
        kept_at_ = runtime::Clock::now();
    }
    for (const auto& [mailbox, waiting] : std::exchange(waiting_, {}))
        mailbox->deliver([each = waiting, answer] {
            each->answer = *answer;
            each->waiter.wake();
        });
}

}  // namespace fraiseql::server
