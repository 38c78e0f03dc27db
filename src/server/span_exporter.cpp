// SPDX-License-Identifier: MIT
#include "server/span_exporter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <random>
#include <utility>

#include "base/arena.hpp"
#include "json/value.hpp"

namespace fraiseql::server {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr auto kTimeToEnd = 2s;
constexpr milliseconds kLongestPause = 60s;

/// Those that OTLP calls retryable.
bool is_retryable(long status) {
    return status == 429 || status == 502 || status == 503 || status == 504;
}

/// So that servers that lost the collector together do not come back together.
milliseconds jittered(milliseconds pause) {
    static thread_local std::minstd_rand random{std::random_device{}()};
    std::uniform_int_distribution<milliseconds::rep> spread(pause.count() / 2, pause.count());
    return milliseconds(spread(random));
}

/// How many spans the collector says that it has not taken (ExportTracePartialSuccess).
std::uint64_t rejected_spans(const std::string& body) {
    Arena arena;
    const auto answer = json::read(body, arena);
    if (!answer || !answer->is_object()) return 0;
    const json::Value* partial = answer->find("partialSuccess");
    const json::Value* rejected =
        partial != nullptr && partial->is_object() ? partial->find("rejectedSpans") : nullptr;
    std::uint64_t out = 0;
    if (rejected != nullptr)
        std::from_chars(rejected->text.data(), rejected->text.data() + rejected->text.size(), out);
    return out;
}

}  // namespace

SpanExporter::SpanExporter(ExporterSettings settings)
    : settings_(std::move(settings)), poster_(settings_.collector), thread_([this] { run(); }) {}

SpanExporter::~SpanExporter() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
        end_ = SteadyClock::now() + kTimeToEnd;
    }
    changed_.notify_all();
    thread_.join();
}

void SpanExporter::add(trace::Record record) {
    bool full = false;
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= settings_.max_waiting) {
            dropped_ += trace::span_count(record);
            return;
        }
        waiting_.push_back(std::move(record));
        full = waiting_.size() == settings_.batch;
    }
    // Else the thread looks by itself in a moment: not to be woken is cheaper for the worker.
    if (full) changed_.notify_one();
}

void SpanExporter::run() {
    Lock lock(mutex_);
    while (true) {
        changed_.wait_for(lock, settings_.interval,
                          [this] { return ending_ || waiting_.size() >= settings_.batch; });
        if (waiting_.empty() && ending_) return;
        if (waiting_.empty()) continue;
        const auto count = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), settings_.batch));
        std::vector<trace::Record> records(std::make_move_iterator(waiting_.begin()),
                                           std::make_move_iterator(waiting_.begin() + count));
        waiting_.erase(waiting_.begin(), waiting_.begin() + count);
        send(lock, records);
    }
}

void SpanExporter::send(Lock& lock, const std::vector<trace::Record>& records) {
    std::uint64_t spans = 0;
    for (const trace::Record& record : records)
        spans += trace::span_count(record);
    std::string body;
    milliseconds back_off = settings_.back_off;
    for (int attempt = 1;; ++attempt) {
        const bool last = ending_ || attempt == settings_.attempts;
        const auto left = std::chrono::duration_cast<milliseconds>(end_ - SteadyClock::now());
        const milliseconds time =
            ending_ ? std::clamp(left, 1ms, settings_.collector.time) : settings_.collector.time;
        lock.unlock();
        if (body.empty()) body = trace::to_otlp(records, settings_.resource);
        const Attempt made = try_once(body, time);
        say(made.problem);
        lock.lock();
        if (made.outcome == Outcome::Done) {
            const std::uint64_t rejected = std::min(made.rejected, spans);
            exported_ += spans - rejected;
            dropped_ += rejected;
            return;
        }
        ++failures_;
        if (last || made.outcome == Outcome::Never) {
            dropped_ += spans;
            return;
        }
        const milliseconds pause = made.pause > 0ms ? made.pause : jittered(back_off);
        changed_.wait_for(lock, std::min(pause, kLongestPause), [this] { return ending_; });
        back_off *= 2;
    }
}

SpanExporter::Attempt SpanExporter::try_once(const std::string& body, milliseconds time) {
    const auto posted = poster_.post(body, time);
    if (!posted) return {.outcome = Outcome::Later, .problem = posted.error().message};
    if (posted->status >= 200 && posted->status < 300)
        return {.rejected = rejected_spans(posted->body)};
    return {.outcome = is_retryable(posted->status) ? Outcome::Later : Outcome::Never,
            .pause = posted->retry_after.value_or(0s),
            .problem = fmt::format("{} answers with status {}: {}", settings_.collector.url,
                                   posted->status, posted->body)};
}

void SpanExporter::say(const std::string& problem) {
    if (problem == problem_ || !settings_.log) return;
    if (problem.empty())
        settings_.log("traces: the collector takes spans again");
    else
        settings_.log(LogEntry::warning("traces: spans are not exported: " + problem));
    problem_ = problem;
}

}  // namespace fraiseql::server
