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

struct WorkerSet::Worker {
    // Declared first so that it is destroyed after the program.
    boost::asio::io_context context{1};
    boost::asio::executor_work_guard<Executor> guard{context.get_executor()};
    std::unique_ptr<Program> program;
    std::promise<void> drained;
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
    bool in_time = true;
    for (auto& worker : workers_) {
        if (!worker->thread.joinable()) continue;
        boost::asio::post(worker->context, [raw = worker.get()] { raw->begin_drain(); });
    }
    for (auto& worker : workers_) {
        if (!worker->thread.joinable()) continue;
        const auto state = worker->drained.get_future().wait_until(deadline);
        if (state != std::future_status::ready) in_time = false;
        worker->context.stop();
        worker->thread.join();
    }
    workers_.clear();
    return in_time;
}

}  // namespace fraiseql::runtime
