// SPDX-License-Identifier: MIT
// config_news: what is different after a change of what a server works with, for the audit log.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "auth/key.hpp"
#include "schema/model.hpp"
#include "turbo/registry.hpp"

namespace fraiseql::server {

/// Hears of a change; called on the thread that noticed it. May be empty.
using OnChange = std::function<void(std::string_view)>;

/// Returns which keys came and went, by their `kid`: never what they are.
std::string describe_change(const auth::Keys& before, const auth::Keys& after);

/// Returns which operations came, went and changed, by id; empty where none did.
std::string describe_change(const turbo::Registry& before, const turbo::Registry& after);

/// Returns what clients notice of another model, breaking changes first.
std::string describe_change(const schema::Model& before, const schema::Model& after);

}  // namespace fraiseql::server
