// SPDX-License-Identifier: MIT
#include "server/statement_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "json/writer.hpp"
#include "pg/pool.hpp"

namespace fraiseql::server {
namespace {

constexpr std::size_t kMaxWaiting = 2000;
constexpr const char* kInstalled =
    "SELECT 1 WHERE to_regprocedure('turbo.fn_add_statements(jsonb)') IS NOT NULL";
constexpr const char* kAdd = "SELECT turbo.fn_add_statements($1::jsonb)";

std::string json_of(const turbo::SeenStatement& statement, const std::string& query_id) {
    std::string out = R"({"query_id":)" + query_id + R"(,"operation":)";
    json::write_string(out, statement.operation);
    out += R"(,"statement":)";
    json::write_string(out, statement.sql);
    return out + '}';
}

}  // namespace

std::optional<std::string> query_id_of(std::string_view plan) {
    // Quotes inside of strings are escaped, so that no name can look like it.
    constexpr std::string_view kMember = "\"Query Identifier\": ";
    const std::size_t at = plan.find(kMember);
    if (at == std::string_view::npos) return std::nullopt;
    plan.remove_prefix(at + kMember.size());
    return std::string(plan.substr(0, plan.find_first_not_of("-0123456789")));
}

StatementWriter::StatementWriter(StatementWriterSettings settings)
    : settings_(std::move(settings)), thread_([this] { run(); }) {}

StatementWriter::~StatementWriter() {
    stop_.wake();
    thread_.join();
}

void StatementWriter::run() {
    bool stopped = false;
    while (!stopped) {
        stopped = pg::wait_for_wake_up(stop_, settings_.interval);
        write();
    }
}

void StatementWriter::write() {
    auto taken = settings_.seen->take();
    const std::size_t room = kMaxWaiting - std::min(kMaxWaiting, waiting_.size());
    taken.resize(std::min(taken.size(), room));
    std::move(taken.begin(), taken.end(), std::back_inserter(waiting_));
    if (waiting_.empty()) return session_.reset();
    auto done = session_ ? Done{} : connect();
    if (done && installed_) done = send(waiting_);
    if (done && installed_) waiting_.clear();
    if (!done || !installed_) session_.reset();
    say(done ? "" : done.error().message);
}

StatementWriter::Done StatementWriter::connect() {
    installed_ = false;
    auto session = pg::Session::open(settings_.conninfo, /*timeout_seconds=*/2);
    if (!session) return tl::unexpected(session.error());
    session_.emplace(std::move(*session));
    if (auto set = session_->run_script("SET statement_timeout = '5s'"); !set) return set;
    const auto installed = session_->query(kInstalled);
    if (!installed) return tl::unexpected(installed.error());
    installed_ = installed->row_count() > 0;
    return {};
}

StatementWriter::Done StatementWriter::send(const std::vector<turbo::SeenStatement>& statements) {
    std::string all = "[";
    for (const turbo::SeenStatement& statement : statements) {
        const std::vector<std::optional<std::string>> nulls(statement.parameters);
        const auto plan = session_->query("EXPLAIN (VERBOSE, FORMAT JSON) " + statement.sql, nulls);
        // What this role may not plan by itself, the roles of requests may: it stays without name.
        if (!plan && !pg::is_unavailable(plan.error())) continue;
        if (!plan) return tl::unexpected(plan.error());
        const auto id = query_id_of(plan->row_count() > 0 ? plan->get(0, 0) : "");
        // compute_query_id is off: nobody counts statements either.
        if (id) all += (all.size() > 1 ? "," : "") + json_of(statement, *id);
    }
    if (all.size() == 1) return {};
    auto added = session_->query(kAdd, {all + ']'});
    if (!added) return tl::unexpected(added.error());
    return {};
}

void StatementWriter::say(const std::string& problem) {
    if (problem != problem_ && !problem.empty() && settings_.log)
        settings_.log(LogEntry::warning(
            "which operations send which statements is not written down: " + problem));
    problem_ = problem;
}

}  // namespace fraiseql::server
