// SPDX-License-Identifier: MIT
#include "server/statistics_writer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "json/writer.hpp"

namespace fraiseql::server {
namespace {

constexpr const char* kAdd = "SELECT turbo.fn_add_statistics($1::jsonb, $2::jsonb, $3::integer)";

std::string quoted(std::string_view text) {
    std::string out;
    json::write_string(out, text);
    return out;
}

std::string json_of(const turbo::Statistics::ById& sums) {
    std::string out = "[";
    for (const auto& [id, sum] : sums)
        out += fmt::format(R"({}{{"id":{},"calls":{},"hits":{},"errors":{},"rows":{},"bytes":{},)"
                           R"("microseconds":{},"longest":{},"histogram":[{}]}})",
                           out.size() > 1 ? "," : "", quoted(id), sum.calls, sum.plan_hits,
                           sum.errors, sum.rows, sum.bytes, sum.microseconds, sum.longest,
                           fmt::join(sum.histogram, ","));
    return out + ']';
}

std::string json_of(const std::vector<turbo::Candidate>& candidates) {
    std::string out = "[";
    for (const turbo::Candidate& candidate : candidates)
        out += fmt::format(R"({}{{"query":{},"microseconds":{}}})", out.size() > 1 ? "," : "",
                           quoted(candidate.query), candidate.microseconds);
    return out + ']';
}

/// Where it is not, nobody asked for statistics.
constexpr const char* kInstalled =
    "SELECT 1 WHERE to_regprocedure('turbo.fn_add_statistics(jsonb, jsonb, integer)') IS NOT NULL";

}  // namespace

StatisticsWriter::StatisticsWriter(StatisticsWriterSettings settings)
    : settings_(std::move(settings)), thread_([this] { run(); }) {}

StatisticsWriter::~StatisticsWriter() {
    stop_.wake();
    thread_.join();
}

void StatisticsWriter::run() {
    bool stopped = false;
    while (!stopped) {
        stopped = pg::wait_for_wake_up(stop_, settings_.interval);
        write();
    }
}

void StatisticsWriter::write() {
    const auto sums = settings_.statistics->unstored();
    // Where operations are registered by themselves, those that have gone cold go at any time.
    if (sums.empty() && settings_.adaptive == 0) return session_.reset();
    auto sent = send(sums);
    if (sent && *sent) settings_.statistics->mark_stored(sums);
    if (!sent || !*sent) session_.reset();
    std::string problem = sent ? "" : sent.error().message;
    if (problem != problem_ && !problem.empty() && settings_.log)
        settings_.log(
            LogEntry::warning("statistics of registered operations are not stored: " + problem));
    problem_ = std::move(problem);
}

tl::expected<bool, sql::DatabaseError> StatisticsWriter::send(const turbo::Statistics::ById& sums) {
    if (!session_) {
        auto session = pg::Session::open(settings_.conninfo, /*timeout_seconds=*/2);
        if (!session) return tl::unexpected(session.error());
        session_.emplace(std::move(*session));
        if (auto set = session_->run_script("SET statement_timeout = '5s'"); !set)
            return tl::unexpected(set.error());
        const auto installed = session_->query(kInstalled);
        if (!installed) return tl::unexpected(installed.error());
        if (installed->row_count() == 0) return false;
    }
    // Candidates are not kept where the database is away: what is hot is proposed again.
    auto added =
        session_->query(kAdd, {json_of(sums), json_of(settings_.statistics->take_candidates()),
                               std::to_string(settings_.adaptive)});
    if (!added) return tl::unexpected(added.error());
    return true;
}

}  // namespace fraiseql::server
