// SPDX-License-Identifier: MIT
#include "fraiseql/context.hpp"

#include <algorithm>
#include <stdexcept>

#include "auth/claim_map.hpp"
#include "engine/context_state.hpp"
#include "fraiseql/repository.hpp"
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

namespace detail {

void context_state::become(std::shared_ptr<const auth::Principal> next) {
    principal = next.get();
    principals.push_back(std::move(next));
    // It asks as who it was made for.
    if (const auto repo = values.find(typeid(repository)); repo != values.end()) {
        replaced.push_back(std::move(repo->second));
        values.erase(repo);
    }
}

const auth::Principal& context_state::who() {
    if (principal == nullptr) {
        // Without options, there is nothing to contradict itself.
        principals.push_back(auth::make_anonymous(auth::complete(auth::ClaimMap{}).value()));
        principal = principals.back().get();
    }
    return *principal;
}

}  // namespace detail

std::optional<std::string> context::subdomain(std::string_view domain) const {
    std::string name = host();
    const bool inside = name.size() > domain.size() + 1 && name.ends_with(domain) &&
                        name[name.size() - domain.size() - 1] == '.';
    if (!inside) return std::nullopt;
    name.resize(name.size() - domain.size() - 1);
    if (name.find('.') != std::string::npos) return std::nullopt;
    return name;
}

std::string_view context::client() const {
    return state_.transport == nullptr ? std::string_view() : state_.transport->client();
}

void context::set_tenant(std::string tenant) {
    if (!state_.preparing)
        throw std::logic_error(
            "set_tenant() is for code of application::prepare(): rules and limits have been "
            "decided.");
    if (tenant.empty() || tenant.find('\0') != std::string::npos)
        throw failure("The request names no tenant.", "BAD_USER_INPUT");
    const auto& who = state_.who();
    if (!who.tenant.empty() && who.tenant != tenant)
        throw failure("The token is of another tenant than the request.", "FORBIDDEN",
                      "Ask under the address of the tenant that the token is of.");
    state_.become(auth::with_tenant(who, std::move(tenant)));
}

void context::extend(std::string name, json_text value) {
    if (name == "consistency")
        throw std::logic_error("extend(): \"consistency\" is the server's own.");
    if (state_.statement_limit)
        throw std::logic_error(
            "extend(): the stream of a subscription has no answer of its own; hooks extend those "
            "to "
            "its events.");
    // Throws where the name is no UTF-8.
    std::string quoted;
    write_json_string(quoted, name);
    state_.extensions[std::move(name)] = value.str();
}

std::chrono::steady_clock::time_point context::deadline() const noexcept { return state_.until(); }

std::stop_token context::stop_token() const noexcept { return state_.stop.get_token(); }

void context::log(std::string_view line) const {
    if (state_.log) state_.log(line);
}

std::any& context::slot(std::type_index type) { return state_.values[type]; }

}  // namespace fraiseql
