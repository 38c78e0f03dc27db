// SPDX-License-Identifier: MIT
// GrantWatch: tells the workers when roles or permissions in the database have changed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/log.hpp"
#include "server/channel_watch.hpp"
#include "server/feed.hpp"

namespace fraiseql::server {

/// The number of changes so far.
using GrantFeed = Feed<std::uint64_t>;

class GrantWatch {
  public:
    GrantWatch(std::string conninfo, std::shared_ptr<GrantFeed> feed, Log log);
    GrantWatch(const GrantWatch&) = delete;
    GrantWatch& operator=(const GrantWatch&) = delete;

  private:
    std::shared_ptr<GrantFeed> feed_;
    std::uint64_t changes_ = 0;
    ChannelWatch watch_;
};

}  // namespace fraiseql::server
