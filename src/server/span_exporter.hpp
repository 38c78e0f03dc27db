// SPDX-License-Identifier: MIT
// SpanExporter: brings the records of sampled requests to an OpenTelemetry collector (OTLP/HTTP).
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "fetch/post.hpp"
#include "trace/otlp.hpp"

namespace fraiseql::server {

struct ExporterSettings {
    fetch::PostSettings collector = {};
    trace::Resource resource = {};
    /// Called on the exporter's thread. May be empty.
    Log log = {};
    /// Records that wait, at most; those above are dropped and counted.
    std::size_t max_waiting = 4096;
    /// Records in one request.
    std::size_t batch = 256;
    /// How long a record waits for others.
    std::chrono::milliseconds interval{1000};
    /// Before the second attempt; doubled for each further one.
    std::chrono::milliseconds back_off{1000};
    int attempts = 5;
};

/// Has a thread of its own. Thread-safe; add() never waits.
class SpanExporter {
  public:
    explicit SpanExporter(ExporterSettings settings);
    SpanExporter(const SpanExporter&) = delete;
    SpanExporter& operator=(const SpanExporter&) = delete;
    /// Sends what waits, once and for two seconds at most.
    ~SpanExporter();

    void add(trace::Record record);

    /// Spans since the start: taken by the collector, and given up.
    std::uint64_t exported() const noexcept { return exported_; }
    std::uint64_t dropped() const noexcept { return dropped_; }
    /// Attempts to reach the collector that failed.
    std::uint64_t failures() const noexcept { return failures_; }

  private:
    using Lock = std::unique_lock<std::mutex>;
    enum class Outcome : std::uint8_t { Done, Later, Never };
    struct Attempt {
        Outcome outcome = Outcome::Done;
        std::chrono::milliseconds pause{0};
        std::string problem = {};
        std::uint64_t rejected = 0;
    };

    void run();
    void send(Lock& lock, const std::vector<trace::Record>& records);
    Attempt try_once(const std::string& body, std::chrono::milliseconds time);
    void say(const std::string& problem);

    ExporterSettings settings_;
    fetch::Poster poster_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<trace::Record> waiting_;
    bool ending_ = false;
    std::chrono::steady_clock::time_point end_;
    /// What was said last, so that it is not said every time.
    std::string problem_;
    std::atomic<std::uint64_t> exported_ = 0;
    std::atomic<std::uint64_t> dropped_ = 0;
    std::atomic<std::uint64_t> failures_ = 0;
    std::thread thread_;
};

}  // namespace fraiseql::server
