// SPDX-License-Identifier: MIT
// A server inside somebody else's program, on a thread that runs it as `fraiseql serve` would.
#include "fraiseql/service.hpp"

#include <boost/asio/post.hpp>
#include <future>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include "cli/start.hpp"
#include "cli/surroundings.hpp"
#include "fraiseql/error.hpp"
#include "runtime/run_until_told.hpp"

namespace fraiseql {
namespace detail {

/// The service that the current thread is a worker of; nullptr: of none.
thread_local const void* worker_of = nullptr;

class running_service {
  public:
    running_service(cli::Options options, bool listens) : options_(std::move(options)) {
        surroundings_.listens = listens;
        surroundings_.intakes = std::make_shared<http::Intakes>();
        surroundings_.say = [this](std::string_view line) { said_.emplace_back(line); };
        surroundings_.run = [this](const runtime::RunSettings& settings,
                                   const runtime::MakeProgram& make) {
            const auto marked = [this, &make](const runtime::Executor& executor,
                                              std::size_t index) {
                boost::asio::post(executor, [this] { worker_of = this; });
                return make(executor, index);
            };
            return runtime::run_until_told(settings, marked, orders_);
        };
        surroundings_.on_started = [this](const http::Address& address, const Log& log) {
            for (const std::string& line : said_)
                if (log) log(line);
            has_started_ = true;
            started_.set_value(address.port);
        };
    }
    running_service(const running_service&) = delete;
    running_service& operator=(const running_service&) = delete;
    ~running_service() { stop(); }

    /// Lets go of it. What the service runs cannot wait for its end: then another thread does.
    static void release(std::shared_ptr<running_service> running) {
        if (running == nullptr || worker_of != running.get()) return;
        running->orders_.stop();
        std::thread([running = std::move(running)] { running->stop(); }).detach();
    }

    Result<void> start() {
        auto started = started_.get_future();
        thread_ = std::thread([this] { run(); });
        try {
            port_ = started.get();
        } catch (const std::future_error&) {
            thread_.join();
            return fail(std::move(*refusal_));
        }
        if (!surroundings_.listens) port_ = 0;
        return {};
    }

    bool stop() {
        if (worker_of == this)
            throw std::logic_error(
                "service::stop() is called by what the service runs, and would wait for that: "
                "call it on a thread of your own.");
        orders_.stop();
        // Whoever else stops it waits for the same end.
        const std::lock_guard lock(stopping_);
        if (thread_.joinable()) thread_.join();
        return orders_.ended_in_time();
    }

    std::uint16_t port() const noexcept { return port_; }
    void reload() { orders_.reload(); }
    http::Intakes& intakes() const noexcept { return *surroundings_.intakes; }

  private:
    void run() {
        auto served = cli::serve(options_, surroundings_);
        if (served) return;
        refusal_ = std::move(served.error());
        // Whoever waits for the start hears of its end.
        if (!has_started_) std::promise<std::uint16_t>(std::move(started_));
    }

    cli::Options options_;
    cli::Surroundings surroundings_;
    runtime::Orders orders_;
    std::vector<std::string> said_;
    std::promise<std::uint16_t> started_;
    /// Of the thread that serves.
    bool has_started_ = false;
    std::optional<Error> refusal_;
    std::uint16_t port_ = 0;
    std::mutex stopping_;
    std::thread thread_;
};

}  // namespace detail

namespace {

http::HandedRequest to_handed(http_request request) {
    http::HandedRequest out{.method = std::move(request.method),
                            .target = std::move(request.target),
                            .headers = {},
                            .body = std::move(request.body),
                            .peer = std::move(request.peer),
                            .encrypted = request.encrypted};
    for (http_header& header : request.headers)
        out.headers.push_back({std::move(header.name), std::move(header.value)});
    return out;
}

http_response to_public(http::Response response) {
    http_response out{.status = response.status, .headers = {}, .body = response.body.str()};
    for (http::Header& header : response.headers)
        out.headers.push_back({std::move(header.name), std::move(header.value)});
    return out;
}

}  // namespace

service::service(std::shared_ptr<detail::running_service> running) noexcept
    : running_(std::move(running)) {}
service::service(service&& other) noexcept = default;
service& service::operator=(service&& other) noexcept {
    if (this != &other)
        detail::running_service::release(std::exchange(running_, std::move(other.running_)));
    return *this;
}
service::~service() { detail::running_service::release(std::move(running_)); }

std::uint16_t service::port() const noexcept { return running_ ? running_->port() : 0; }

void service::answer(http_request request, std::function<void(http_response)> done,
                     std::stop_token cancelled) const {
    if (!running_) throw std::logic_error("service::answer(): the service was moved from.");
    if (!done)
        throw std::invalid_argument("service::answer(): there is nobody to call: done is null.");
    running_->intakes().answer(
        to_handed(std::move(request)),
        [done = std::move(done)](http::Response response) { done(to_public(std::move(response))); },
        std::move(cancelled));
}

bool service::stop() { return !running_ || running_->stop(); }

void service::reload() const {
    if (running_) running_->reload();
}

service cli::start(const std::vector<std::string>& arguments,
                   std::shared_ptr<const detail::definitions> definitions, bool listens) {
    const auto refuse = [](const Error& error) -> service {
        throw failure(error.message, std::string(info(error.code).wire), error.hint);
    };
    auto options = read_serve_options(arguments, listens);
    if (!options) return refuse(options.error());
    options->model.relations = true;
    options->model.definitions = std::move(definitions);
    auto running = std::make_shared<detail::running_service>(std::move(*options), listens);
    if (auto started = running->start(); !started) return refuse(started.error());
    return service(std::move(running));
}

}  // namespace fraiseql
