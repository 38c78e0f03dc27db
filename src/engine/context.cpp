// SPDX-License-Identifier: MIT
#include "fraiseql/context.hpp"

#include <algorithm>

#include "engine/context_state.hpp"
#include "json/writer.hpp"

namespace fraiseql {

std::optional<std::string_view> context::header(std::string_view name) const {
    if (state_.transport == nullptr) return std::nullopt;
    return state_.transport->header(name);
}

std::string context::host() const {
    std::string out(header("Host").value_or(""));
    // An IPv6 address has colons of its own.
    const std::size_t bracket = out.find(']');
    const std::size_t colon = out.find(':', bracket == std::string::npos ? 0 : bracket);
    out.resize(std::min(out.size(), colon));
    std::transform(out.begin(), out.end(), out.begin(), [](char each) {
        return each >= 'A' && each <= 'Z' ? static_cast<char>(each - 'A' + 'a') : each;
    });
    return out;
}

bool context::is_authenticated() const noexcept {
    return state_.principal != nullptr && state_.principal->authenticated;
}

std::string_view context::user_id() const noexcept {
    return state_.principal == nullptr ? std::string_view() : state_.principal->subject;
}

bool context::has_role(std::string_view name) const {
    return state_.principal != nullptr && state_.principal->has_role(name);
}

bool context::has_permission(std::string_view name) const {
    return state_.principal != nullptr && state_.principal->has_permission(name);
}

json_text context::claims() const {
    std::string out;
    if (state_.principal != nullptr)
        json::write(out, state_.principal->context);
    else
        out = "{}";
    return json_text::trusted(std::move(out));
}

std::optional<std::string_view> context::tenant() const noexcept {
    if (state_.principal == nullptr || state_.principal->tenant.empty()) return std::nullopt;
    return state_.principal->tenant;
}

uuid context::tenant_id() const {
    const auto text = tenant();
    if (!text)
        throw failure("The request is for no tenant.", "FORBIDDEN",
                      "Send a token with a tenant, or ask under the tenant's own address.");
    const auto id = uuid::parse(*text);
    if (!id) throw failure("The tenant of the request is no uuid.", "FORBIDDEN");
    return *id;
}

std::chrono::steady_clock::time_point context::deadline() const noexcept { return state_.deadline; }

std::stop_token context::stop_token() const noexcept { return state_.stop.get_token(); }

void context::log(std::string_view line) const {
    if (state_.log) state_.log(line);
}

std::any& context::slot(std::type_index type) { return state_.values[type]; }

}  // namespace fraiseql
