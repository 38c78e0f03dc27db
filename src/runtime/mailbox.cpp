// SPDX-License-Identifier: MIT
#include "runtime/mailbox.hpp"

#include <boost/asio/post.hpp>

namespace fraiseql::runtime {

bool Mailbox::deliver(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    if (!executor_) return false;
    boost::asio::post(*executor_, std::move(work));
    return true;
}

void Mailbox::close() {
    const std::lock_guard lock(mutex_);
    executor_.reset();
}

}  // namespace fraiseql::runtime
