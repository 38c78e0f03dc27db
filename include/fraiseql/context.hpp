// SPDX-License-Identifier: MIT
// context: the request that a resolver works for.
#pragma once

#include <any>
#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <typeindex>
#include <utility>

#include "fraiseql/error.hpp"
#include "fraiseql/export.hpp"
#include "fraiseql/json.hpp"
#include "fraiseql/uuid.hpp"

namespace fraiseql {

class repository;

namespace detail {
struct context_state;
}

/// Who asks, how, and until when. One for each request; it outlives every task of it. Used on the
/// worker of the request only, but for stop_token().
class FRAISEQL_EXPORT context {
  public:
    explicit context(detail::context_state& state) noexcept : state_(state) {}
    context(const context&) = delete;
    context& operator=(const context&) = delete;

    /// Returns the value of a header of the HTTP request, whatever case its name is in; nothing
    /// where there is none, several, or no HTTP. Valid as long as the request.
    std::optional<std::string_view> header(std::string_view name) const;
    /// The `Host` header without the port, in lower case; empty where there is none.
    std::string host() const;
    /// What stands before `.domain` in host(): `acme` of `acme.shop.example`; nothing where that is
    /// empty, or has a dot of its own, or the host is another one.
    std::optional<std::string> subdomain(std::string_view domain) const;
    /// The address of the client, as far as trusted proxies vouch for it; empty where there is
    /// none.
    std::string_view client() const;

    /// Whether the request has a valid token.
    bool is_authenticated() const noexcept;
    /// The subject of the token; empty where there is none.
    std::string_view user_id() const noexcept;
    bool has_role(std::string_view name) const;
    bool has_permission(std::string_view name) const;
    /// What the token says, as the functions of the database see it: an object.
    json_text claims() const;

    /// The tenant that the request is for: that of the token; nothing where there is none.
    std::optional<std::string_view> tenant() const noexcept;
    /// The same as a uuid. Throws failure (FORBIDDEN) where there is none, or it is no uuid.
    uuid tenant_id() const;
    /// Says which tenant the request is for, so that tenant(), `app.tenant_id`, rules, rates and
    /// caches go by it; for code of application::prepare(). Throws failure: FORBIDDEN where the
    /// token is of another tenant, BAD_USER_INPUT where `tenant` is empty. A repository from before
    /// still asks as before.
    void set_tenant(std::string tenant);

    /// The database, as who the request is of, until its deadline; lives as long as the request, so
    /// that tasks of it may be returned. Include fraiseql/repository.hpp.
    repository& repo() const;

    /// When the request must be answered; after that, what it waits for is cancelled.
    std::chrono::steady_clock::time_point deadline() const noexcept;
    /// Stop is requested when the client has gone, time is up, or the server stops: for work on
    /// other threads. Tasks need not look: they end where they wait.
    std::stop_token stop_token() const noexcept;

    /// Keeps `value` for the rest of the request, in place of what it had of that type.
    template <class T>
    void set(T value) {
        slot(typeid(T)) = std::any(std::move(value));
    }
    /// Returns what set() kept, or nullptr.
    template <class T>
    T* find() {
        return std::any_cast<T>(&slot(typeid(T)));
    }

    /// Adds `name` to the `extensions` of the answer, in place of what it had of that name.
    void extend(std::string name, json_text value);

    /// Writes a line to the server's log.
    void log(std::string_view line) const;

    /// For the library itself.
    detail::context_state& state() const noexcept { return state_; }

  private:
    std::any& slot(std::type_index type);
    detail::context_state& state_;
};

}  // namespace fraiseql
