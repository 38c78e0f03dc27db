// SPDX-License-Identifier: MIT
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <future>
#include <string>

#include "runtime/worker_set.hpp"

namespace fraiseql::runtime {

namespace {

void watch_hangup(boost::asio::signal_set& signals, const std::function<void()>& on_hangup) {
    signals.async_wait([&signals, &on_hangup](boost::system::error_code error, int) {
        if (error) return;
        if (on_hangup) on_hangup();
        watch_hangup(signals, on_hangup);
    });
}

// Waits for the drain on a thread of its own so that a second signal can still be heard here.
void drain(WorkerSet& workers, const RunSettings& settings, boost::asio::io_context& context,
           boost::asio::signal_set& stop_signals) {
    // Before the drain can end: a restart after its stop() would undo it.
    context.restart();
    auto drained = std::async(std::launch::async, [&workers, &settings, &context] {
        const bool in_time = workers.stop(settings.drain_timeout);
        context.stop();
        return in_time;
    });
    bool impatient = false;
    stop_signals.async_wait(
        [&impatient](boost::system::error_code error, int) { impatient = !error; });
    while (!impatient && context.run_one() > 0) {
    }
    if (impatient) {
        if (settings.log) settings.log("second signal: dropping the work in progress");
        std::_Exit(0);
    }
    if (!drained.get() && settings.log) {
        settings.log(LogEntry::warning("drain timeout: dropped the work still in progress"));
    }
}

}  // namespace

Result<void> run_until_signal(const RunSettings& settings, const MakeProgram& make) {
    // A peer that went away is an error of the write, not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);
    boost::asio::io_context context{1};
    boost::asio::signal_set stop_signals(context, SIGTERM, SIGINT);
    boost::asio::signal_set hangup_signals(context, SIGHUP);
    watch_hangup(hangup_signals, settings.on_hangup);

    WorkerSet workers(settings.log);
    if (auto started = workers.start(settings.workers, make); !started) return started;
    if (settings.on_started) settings.on_started();

    bool stopping = false;
    stop_signals.async_wait([&stopping](boost::system::error_code, int) { stopping = true; });
    while (!stopping)
        context.run_one();
    hangup_signals.cancel();
    if (settings.log) settings.log("stopping: finishing the requests in progress");
    drain(workers, settings, context, stop_signals);
    return {};
}

}  // namespace fraiseql::runtime
