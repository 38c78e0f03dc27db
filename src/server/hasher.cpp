// SPDX-License-Identifier: MIT
#include "server/hasher.hpp"

#include <optional>
#include <utility>

#include "runtime/waiter.hpp"
#include "server/secret.hpp"

namespace fraiseql::server {

Result<std::shared_ptr<Hasher>> Hasher::make(HasherSettings settings) {
    const std::shared_ptr<Hasher> out(new Hasher(std::move(settings)));
    auto nobodys = auth::hash_password(random_bytes(auth::kSaltBytes),
                                       random_bytes(auth::kSaltBytes), out->settings_.cost);
    if (!nobodys)
        return fail(ErrorCode::Configuration, nobodys.error().message,
                    "Change --password-memory, --password-iterations or --password-lanes: memory "
                    "is at least 8 KiB for each lane.");
    out->nobodys_ = std::move(*nobodys);
    for (std::size_t i = 0; i < out->settings_.threads; ++i)
        out->threads_.emplace_back([hasher = out.get()] { hasher->work(); });
    return out;
}

Hasher::~Hasher() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
}

runtime::Task<Result<std::string>> Hasher::hash(std::shared_ptr<runtime::Mailbox> mailbox,
                                                std::string password) {
    std::function<Result<std::string>()> job = [this, password = std::move(password)] {
        return auth::hash_password(password, random_bytes(auth::kSaltBytes), settings_.cost);
    };
    co_return co_await run(std::move(mailbox), std::move(job));
}

runtime::Task<Result<bool>> Hasher::verify(std::shared_ptr<runtime::Mailbox> mailbox,
                                           std::string password, std::string encoded) {
    std::function<Result<bool>()> job = [this, password = std::move(password),
                                         encoded = std::move(encoded)]() -> Result<bool> {
        const bool known = auth::cost_of(encoded).has_value();
        return auth::is_password(password, known ? encoded : nobodys_) && known;
    };
    co_return co_await run(std::move(mailbox), std::move(job));
}

bool Hasher::is_outdated(std::string_view encoded) const {
    return auth::cost_of(encoded) != settings_.cost;
}

template <class T>
runtime::Task<Result<T>> Hasher::run(std::shared_ptr<runtime::Mailbox> mailbox,
                                     std::function<Result<T>()> job) {
    struct Answer {
        runtime::Waiter waiter = {};
        std::optional<Result<T>> result = {};
    };
    const auto answer = std::make_shared<Answer>();
    const Error busy{.code = ErrorCode::ServiceUnavailable,
                     .message = "Too many passwords are being looked at.",
                     .hint = "Try again shortly."};
    auto work = [job = std::move(job), mailbox = std::move(mailbox), answer] {
        auto result = std::make_shared<Result<T>>(job());
        // Touched on the worker only, where the request may have gone meanwhile.
        mailbox->deliver([answer, result] {
            answer->result = std::move(*result);
            answer->waiter.wake();
        });
    };
    if (!post(std::move(work))) co_return tl::make_unexpected(busy);
    const bool woken = co_await answer->waiter.wait();
    if (!woken || !answer->result) co_return tl::make_unexpected(busy);
    co_return std::move(*answer->result);
}

bool Hasher::post(std::function<void()> job) {
    {
        const std::lock_guard lock(mutex_);
        if (ending_ || jobs_.size() >= settings_.max_waiting) return false;
        jobs_.push_back(std::move(job));
    }
    changed_.notify_one();
    return true;
}

void Hasher::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
        if (ending_) return;
        const std::function<void()> job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        if (settings_.count) settings_.count();
        job();
        lock.lock();
    }
}

}  // namespace fraiseql::server
