// SPDX-License-Identifier: MIT
#include "http/intake.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "http/h1_reader.hpp"
#include "runtime/waiter.hpp"

namespace fraiseql::http {
namespace {

/// They belong to the connection that the program has had its request from.
constexpr std::array<std::string_view, 8> kOfConnection = {
    "Connection", "Content-Length",    "Expect",  "Keep-Alive",
    "TE",         "Transfer-Encoding", "Upgrade", "Proxy-Connection"};

Response bad_request(std::string message, std::string hint = {}) {
    return make_error_response(
        {.code = ErrorCode::BadUserInput, .message = std::move(message), .hint = std::move(hint)});
}

/// What is mounted has no connections of its own to speak anything else on.
Response no_connection() {
    return bad_request("Neither a WebSocket nor an event stream can be opened here",
                       "Connect to an address that the server listens on itself.");
}

bool has_break(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

bool is_of_connection(std::string_view name) {
    return std::any_of(kOfConnection.begin(), kOfConnection.end(),
                       [&](std::string_view each) { return equal_ignoring_case(each, name); });
}

/// The head as it would have come; nothing where it would have been read as something else.
std::optional<std::string> head_of(const HandedRequest& handed) {
    if (has_break(handed.method) || has_break(handed.target)) return std::nullopt;
    std::string out = handed.method + ' ' + handed.target + " HTTP/1.1\r\n";
    for (const Header& header : handed.headers) {
        const bool bad_name = has_break(header.name) || header.name.find(':') != std::string::npos;
        if (bad_name || has_break(header.value)) return std::nullopt;
        if (!is_of_connection(header.name)) out += header.name + ": " + header.value + "\r\n";
    }
    if (!handed.body.empty())
        out += "Content-Length: " + std::to_string(handed.body.size()) + "\r\n";
    return out + "\r\n";
}

void add_fixed_fields(Response& response, std::string_view lines) {
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find("\r\n"), lines.size());
        const std::string_view line = lines.substr(0, end);
        if (const std::size_t colon = line.find(": "); colon != std::string_view::npos)
            response.headers.push_back(
                {std::string(line.substr(0, colon)), std::string(line.substr(colon + 2))});
        lines.remove_prefix(std::min(end + 2, lines.size()));
    }
}

/// One request on its way; whoever lets go of it last, it is answered.
class Exchange {
  public:
    Exchange(HandedRequest handed, TakeResponse done)
        : request(std::move(handed)), done_(std::move(done)) {}
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    ~Exchange() { finish(stopping()); }

    void finish(Response response) {
        if (auto done = std::exchange(done_, nullptr)) done(std::move(response));
    }

    HandedRequest request;
    boost::asio::cancellation_signal cancel;
    /// Tells the worker; lives on it.
    std::optional<std::stop_callback<std::function<void()>>> on_cancelled;

  private:
    TakeResponse done_;
};

}  // namespace

tl::expected<Request, Response> read_handed(HandedRequest handed, const ListenSettings& settings) {
    const auto peer = read_ip_address(handed.peer);
    if (!peer)
        return tl::make_unexpected(
            bad_request("The request is of nobody: `peer` is no IP address.",
                        "Hand in the address at the other end of the connection."));
    const auto head = head_of(handed);
    if (!head) return tl::make_unexpected(bad_request("The head has a line break inside a field."));
    H1Reader reader(settings.limits);
    H1Reader::State state = reader.read(*head).state;
    if (state == H1Reader::State::NeedMore && reader.head_done())
        state = reader.read(handed.body).state;
    if (state != H1Reader::State::Complete) {
        if (state == H1Reader::State::NeedMore)
            return tl::make_unexpected(bad_request("The request is not whole."));
        Response response = make_error_response(reader.refusal().error);
        response.status = reader.refusal().status;
        return tl::make_unexpected(std::move(response));
    }
    Request request = reader.take();
    request.set_peer(*peer, handed.encrypted);
    request.set_client(client_address(settings.proxies, request));
    return request;
}

class Intake::State : public std::enable_shared_from_this<Intake::State> {
  public:
    State(runtime::Executor executor, ListenSettings settings, Handler handler)
        : executor_(std::move(executor)),
          settings_(std::move(settings)),
          handler_(std::move(handler)) {}

    void take(const std::shared_ptr<Exchange>& exchange) {
        if (draining_ || gone_) return exchange->finish(finished(stopping()));
        auto request = read_handed(std::move(exchange->request), settings_);
        if (!request) return exchange->finish(finished(std::move(request.error())));
        open_[exchange.get()] = exchange;
        // The signal must outlive the coroutine.
        auto ended = [exchange](const std::exception_ptr&) {};
        boost::asio::co_spawn(
            executor_, serve(shared_from_this(), exchange, std::move(*request)),
            boost::asio::bind_cancellation_slot(exchange->cancel.slot(), std::move(ended)));
    }

    static runtime::Task<> drain(std::shared_ptr<State> self) {
        self->draining_ = true;
        const bool busy = !self->open_.empty();
        if (busy) co_await self->empty_.wait();
    }

    void replace(const Intaking& intaking) {
        settings_.limits = intaking.limits;
        settings_.proxies = intaking.proxies;
    }

    void cancel() {
        for (const auto& [address, weak] : std::unordered_map(open_)) {
            const auto exchange = weak.lock();
            if (!exchange) continue;
            exchange->on_cancelled.reset();
            exchange->finish(finished(stopping()));
            exchange->cancel.emit(boost::asio::cancellation_type::terminal);
        }
    }

    // The handler's owner goes, too. What waits for itself only would never be answered.
    void abandon() {
        gone_ = true;
        empty_.wake();
        cancel();
        open_.clear();
    }

  private:
    static runtime::Task<> serve(std::shared_ptr<State> self, std::shared_ptr<Exchange> exchange,
                                 Request request) {
        co_await boost::asio::this_coro::throw_if_cancelled(false);
        Response response = co_await answer(self, request);
        if (response.upgrade) response = no_connection();
        std::function<void()> on_sent = std::move(response.on_sent);
        if (request.method() == "HEAD") response.body = {};
        exchange->on_cancelled.reset();
        exchange->finish(self->finished(std::move(response)));
        if (on_sent) on_sent();
        self->open_.erase(exchange.get());
        if (self->open_.empty() && self->draining_) self->empty_.wake();
    }

    static runtime::Task<Response> answer(std::shared_ptr<State> self, const Request& request) {
        try {
            co_return co_await self->handler_(request);
        } catch (const std::exception& error) {
            if (self->settings_.log)
                self->settings_.log(
                    LogEntry::error(std::string("a request caused an exception: ") + error.what()));
        }
        co_return internal_error();
    }

    Response finished(Response response) const {
        add_fixed_fields(response, settings_.fixed_fields);
        return response;
    }

    runtime::Executor executor_;
    ListenSettings settings_;
    Handler handler_;
    /// What is in progress.
    std::unordered_map<const Exchange*, std::weak_ptr<Exchange>> open_ = {};
    bool draining_ = false;
    bool gone_ = false;
    runtime::Waiter empty_;
};

Intake::Intake(const runtime::Executor& executor, ListenSettings settings, Handler handler)
    : state_(std::make_shared<State>(executor, std::move(settings), std::move(handler))) {}

Intake::~Intake() { state_->abandon(); }

void Intake::replace(const Intaking& intaking) { state_->replace(intaking); }

runtime::Task<> Intake::drain() {
    const std::shared_ptr<State> state = state_;
    co_await State::drain(state);
}

void Intake::cancel() { state_->cancel(); }

class Intakes::State {
  public:
    struct Member {
        std::shared_ptr<Intake::State> intake;
        std::shared_ptr<runtime::Mailbox> mailbox;
    };

    void add(Member member) {
        const std::lock_guard lock(mutex_);
        members_.push_back(std::move(member));
    }

    /// Its turn to take a request, or after `skip` others.
    std::optional<Member> choose(std::size_t skip) {
        const std::lock_guard lock(mutex_);
        if (skip >= members_.size()) return std::nullopt;
        if (skip == 0) ++next_;
        return members_[(next_ + skip) % members_.size()];
    }

  private:
    std::mutex mutex_;
    std::vector<Member> members_;
    std::size_t next_ = 0;
};

Intakes::Intakes() : state_(std::make_unique<State>()) {}
Intakes::~Intakes() = default;

void Intakes::add(const Intake& intake, std::shared_ptr<runtime::Mailbox> mailbox) {
    state_->add({intake.state_, std::move(mailbox)});
}

void Intakes::answer(HandedRequest request, TakeResponse done, std::stop_token cancelled) {
    const auto exchange = std::make_shared<Exchange>(std::move(request), std::move(done));
    for (std::size_t skip = 0;; ++skip) {
        const auto member = state_->choose(skip);
        if (!member) return exchange->finish(stopping());
        const auto take = [member = *member, exchange, cancelled] {
            const auto cancel = [mailbox = member.mailbox, weak = std::weak_ptr(exchange)] {
                mailbox->deliver([weak] {
                    if (const auto still = weak.lock())
                        still->cancel.emit(boost::asio::cancellation_type::terminal);
                });
            };
            if (cancelled.stop_possible()) exchange->on_cancelled.emplace(cancelled, cancel);
            member.intake->take(exchange);
        };
        if (member->mailbox->deliver(take)) return;
    }
}

}  // namespace fraiseql::http
