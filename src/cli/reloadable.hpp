// SPDX-License-Identifier: MIT
// reloadable: the settings that a server can take over while it serves.
#pragma once

#include <span>
#include <string_view>

#include "cli/options.hpp"

namespace fraiseql::cli {

/// A setting, and which members of Options it stands for. All others need a restart.
struct Reloadable {
    std::string_view name;
    void (*take)(Options& running, const Options& next);
};

/// Returns all of them.
std::span<const Reloadable> reloadable_settings() noexcept;

/// Returns the one of that name; nullptr where the setting needs a restart.
const Reloadable* find_reloadable(std::string_view name) noexcept;

}  // namespace fraiseql::cli
