// SPDX-License-Identifier: MIT
// What is behind fraiseql::context: one request, as the application sees it.
#pragma once

#include <any>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <typeindex>
#include <vector>

#include "auth/principal.hpp"
#include "compile/compile.hpp"
#include "fraiseql/context.hpp"
#include "pg/reserved.hpp"
#include "runtime/task.hpp"
#include "schema/model.hpp"

namespace fraiseql::engine {

/// How a transport shows its request to code of the application. Outlives the request.
class Transport {
  public:
    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    virtual ~Transport() = default;
    /// Returns the value of a header that is there once; `name` is in any case.
    virtual std::optional<std::string_view> header(std::string_view name) const = 0;
    /// Returns the address of the client; empty where it has none.
    virtual std::string_view client() const { return {}; }
    /// Returns the same for a subscription, which may go on when the transport is gone, but not
    /// when what it shows is; nullptr where that cannot be.
    virtual std::unique_ptr<const Transport> kept() const { return nullptr; }
};

}  // namespace fraiseql::engine

namespace fraiseql::detail {

struct context_state {
    /// May be nullptr: there is none.
    const engine::Transport* transport = nullptr;
    const auth::Principal* principal = nullptr;
    runtime::Clock::time_point deadline = {};
    /// Of subscriptions, which have no deadline: how long one statement may take.
    std::optional<std::chrono::milliseconds> statement_limit = {};
    std::stop_source stop = {};
    /// May be empty.
    std::function<void(std::string_view)> log = {};
    bool expose_errors = false;
    compile::CompileOptions options = {};
    pg::Pool* pool = nullptr;
    /// nullptr: there are no connections for transactions.
    pg::ReservedPool* reserved = nullptr;
    std::shared_ptr<const schema::Model> model = {};
    /// What a worker keeps for one model; shared by its requests.
    std::shared_ptr<std::map<std::type_index, std::any>> worker = {};
    std::map<std::type_index, std::any> values = {};
    /// Code of prepare() runs: nothing has been decided yet.
    bool preparing = false;
    /// What code has made of who asks; the last one counts. The others may be in use.
    std::vector<std::shared_ptr<const auth::Principal>> principals = {};
    /// What was replaced among `values`, and may be in use.
    std::vector<std::any> replaced = {};
    /// Gone when the request is: what code has kept of it is then of no use.
    std::shared_ptr<const void> alive = std::make_shared<char>();
    /// What code adds to the extensions of the answer, by names.
    std::map<std::string, std::string, std::less<>> extensions = {};

    /// Returns until when what begins now must have ended.
    runtime::Clock::time_point until() const {
        return statement_limit ? runtime::Clock::now() + *statement_limit : deadline;
    }
    /// From now on, `next` asks.
    void become(std::shared_ptr<const auth::Principal> next);
    /// Returns who asks, also where nobody is told apart.
    const auth::Principal& who();
};

}  // namespace fraiseql::detail
