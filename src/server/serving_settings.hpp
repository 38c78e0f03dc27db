// SPDX-License-Identifier: MIT
// ServingSettings: what of a server's settings may become another while it serves.
#pragma once

#include <memory>

#include "http/listener.hpp"
#include "server/feed.hpp"
#include "server/router.hpp"

namespace fraiseql::server {

struct Settings;

/// Immutable once it is published; each worker copies it. A request has one of them from its
/// beginning to its end.
struct ServingSettings {
    std::shared_ptr<const RouterSettings> router = {};
    http::Intaking intaking = {};
};

using SettingsFeed = Feed<ServingSettings>;

/// Returns what a server begins with that has `settings`, all of which are there.
ServingSettings serving_settings(const Settings& settings);

/// Returns `running` with what `next` says of all that a server can change while it serves. Counts,
/// stores and whatever else has a life of its own stay those of `running`.
ServingSettings replaced(const ServingSettings& running, const Settings& next);

}  // namespace fraiseql::server
