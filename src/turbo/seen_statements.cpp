// SPDX-License-Identifier: MIT
#include "turbo/seen_statements.hpp"

#include <utility>

namespace fraiseql::turbo {
namespace {

constexpr std::size_t kMaxWaiting = 1000;

}  // namespace

bool SeenStatements::add(SeenStatement statement) {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kMaxWaiting) return false;
    waiting_.push_back(std::move(statement));
    return true;
}

std::vector<SeenStatement> SeenStatements::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(waiting_, {});
}

}  // namespace fraiseql::turbo
