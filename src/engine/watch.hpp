// SPDX-License-Identifier: MIT
// Watch: what is noted of a request while it is executed, and what the log hears of it.
#pragma once

#include "engine/prepared.hpp"
#include "pg/pool.hpp"
#include "trace/record.hpp"

namespace fraiseql::engine {

/// Notes that the document was found and that its plan was; nothing where `timeline` is nullptr.
void note_parsed(trace::Timeline* timeline, runtime::Clock::time_point started);
void note_planned(trace::Timeline* timeline, const PreparedRequest& request);

/// Says which statements the request sends, where `seen` has not heard of them.
void note_statements(turbo::SeenStatements& seen, const PreparedRequest& request);

/// Before `batch` goes to a pool. Where the timeline says so, its statements get the trace as a
/// comment: they are then sent without being prepared, since the text is another one each time.
/// Nothing happens where `timeline` is nullptr.
void begin_call(trace::Timeline* timeline, pg::Batch& batch);

/// When the pool has answered what begin_call() was called for last.
void end_call(trace::Timeline* timeline, const pg::BatchResult& result);

/// Logs an unexpected error under the reference that the client is given.
void log_failure(const Log& log, const PreparedRequest& request, const CompiledUnit& unit,
                 const sql::DatabaseError& failure, const std::string& reference);

/// Counts and logs a slow operation, some of them with their plans, for which `pool` is asked after
/// the return; `request` has a timeline.
void report_slow(pg::Pool& pool, const Settings& settings, const PreparedRequest& request,
                 const turbo::Call& call, const runtime::Executor& executor);

}  // namespace fraiseql::engine
