// SPDX-License-Identifier: MIT
// Record: what is noted of one request while it is answered, for its trace and for the logs.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trace/context.hpp"

namespace fraiseql::trace {

using Clock = std::chrono::steady_clock;

/// One question to the database: a batch of statements.
struct DatabaseCall {
    Clock::time_point asked = {};
    /// When it was sent, after it had waited for a connection; unset where it never was. Shared
    /// with the batch, which may outlive the request.
    std::shared_ptr<const Clock::time_point> sent = {};
    Clock::time_point answered = {};
    SpanId span_id = {};
    /// The last of its statements, which is the operation's own.
    std::shared_ptr<const std::string> sql = {};
    std::size_t statements = 0;
    /// Of its error; empty where there is none.
    std::string sqlstate = {};
};

/// When an operation was where. What is unset did not happen.
struct Timeline {
    /// The request's span, where its trace is sampled.
    std::optional<Context> context = {};
    /// Whether statements carry the trace as a comment.
    bool sql_comments = false;
    Clock::time_point began = {};
    /// It is known who asks and what: the engine begins.
    Clock::time_point received = {};
    /// The document was found, or parsed and validated.
    Clock::time_point parsed = {};
    /// Its plan was found, or made.
    Clock::time_point planned = {};
    std::vector<DatabaseCall> calls = {};
    /// What the operation is called in logs and metrics.
    std::string operation = {};
    /// The name and type that the document says.
    std::string operation_name = {};
    std::string_view operation_type = {};
    bool plan_hit = false;
    /// The code of the first error; empty where there is none.
    std::string_view error_code = {};
};

/// A request from its first byte to the last one of its answer.
struct Record {
    Timeline timeline = {};
    /// The span of the caller; nothing: the trace began here.
    std::optional<SpanId> parent = {};
    /// The caller's `tracestate`.
    std::string state = {};
    /// What the clock on the wall said at `timeline.began`.
    std::chrono::system_clock::time_point began_at = {};
    Clock::time_point answered = {};
    /// The last byte went to the socket; unset where the client did not wait for it.
    Clock::time_point written = {};
    std::string method = {};
    /// The path of a resource that exists; empty for all others.
    std::string_view route = {};
    std::string_view scheme = {};
    std::string client = {};
    std::string user_agent = {};
    std::string request_id = {};
    int status = 0;
    std::size_t bytes = 0;
};

}  // namespace fraiseql::trace
