// SPDX-License-Identifier: MIT
#include "runtime/worker_set.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <future>
#include <string>
#include <thread>

namespace fraiseql::runtime {
namespace {

using namespace std::chrono_literals;

/// What is cancelled runs its destructors, if it ends at all.
constexpr auto kLastTurns = 500ms;

}  // namespace

struct WorkerSet::Worker {
    // Declared first so that it is destroyed after the program.
    boost::asio::io_context context{1};
    boost::asio::executor_work_guard<Executor> guard{context.get_executor()};
    std::unique_ptr<Program> program;
    std::promise<void> drained;
    std::future<void> ended = drained.get_future();
    std::thread thread;

    void run(const Log& log) {
        while (true) {
            try {
                context.run();
                return;
            } catch (const std::exception& error) {
                if (log)
                    log(LogEntry::error(std::string("a worker caught an exception: ") +
                                        error.what()));
            }
        }
    }

    void begin_drain() {
        boost::asio::co_spawn(context, program->drain(), [this](const std::exception_ptr&) {
            context.stop();
            drained.set_value();
        });
    }
};

WorkerSet::WorkerSet(Log log) : log_(std::move(log)) {}

WorkerSet::~WorkerSet() { stop(std::chrono::milliseconds(0)); }

Result<void> WorkerSet::start(std::size_t count, const MakeProgram& make) {
    for (std::size_t i = 0; i < count; ++i) {
        auto worker = std::make_unique<Worker>();
        FRAISEQL_TRY(worker->program, make(worker->context.get_executor(), i));
        workers_.push_back(std::move(worker));
    }
    for (auto& worker : workers_) {
        if (auto started = worker->program->start(); !started) {
            workers_.clear();
            return started;
        }
    }
    for (auto& worker : workers_) {
        worker->thread = std::thread([this, raw = worker.get()] { raw->run(log_); });
    }
    return {};
}

bool WorkerSet::stop(std::chrono::milliseconds timeout) {
    const auto deadline = Clock::now() + timeout;
    std::vector<Worker*> late;
    const auto await_late = [&late](Clock::time_point until) {
        std::erase_if(late, [until](Worker* each) {
            return each->ended.wait_until(until) == std::future_status::ready;
        });
    };
    for (auto& worker : workers_) {
        if (!worker->thread.joinable()) continue;
        boost::asio::post(worker->context, [raw = worker.get()] { raw->begin_drain(); });
        late.push_back(worker.get());
    }
    await_late(deadline);
    const bool in_time = late.empty();
    for (Worker* worker : late)
        boost::asio::post(worker->context, [worker] { worker->program->cancel(); });
    await_late(Clock::now() + kLastTurns);
    for (auto& worker : workers_) {
        if (!worker->thread.joinable()) continue;
        worker->context.stop();
        worker->thread.join();
    }
    workers_.clear();
    return in_time;
}

}  // namespace fraiseql::runtime
