// SPDX-License-Identifier: MIT
#include "http/listener.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "http/connection.hpp"
#include "http/response_head.hpp"
#include "http/site.hpp"

namespace fraiseql::http {

namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;

using ReusePort = boost::asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr auto kAcceptPause = 100ms;
/// As many as the system lets wait to be accepted.
constexpr int kMostWaiting = tcp::acceptor::max_listen_connections;

// A quarter of the shortest timeout: no deadline is noticed much too late.
std::chrono::milliseconds sweep_interval(const ListenSettings& settings) {
    const auto shortest = std::min({settings.idle_timeout, settings.head_timeout,
                                    settings.body_timeout, settings.send_timeout});
    return std::clamp<std::chrono::milliseconds>(shortest / 4, 10ms, 500ms);
}

IpAddress address_of(const tcp::endpoint& endpoint) {
    const auto address = endpoint.address();
    const auto bytes = address.is_v6() ? address.to_v6()
                                       : boost::asio::ip::make_address_v6(
                                             boost::asio::ip::v4_mapped, address.to_v4());
    return {bytes.to_bytes()};
}

}  // namespace

class Listener::State : public std::enable_shared_from_this<Listener::State> {
  public:
    State(const runtime::Executor& executor, ListenSettings settings, Handler handler)
        : interval_(sweep_interval(settings)),
          site(std::make_shared<Site>(std::move(settings), std::move(handler))),
          acceptor_(executor),
          sweep_timer_(executor),
          pause_timer_(executor) {}

    Result<void> open() {
        const Address& address = site->settings.address;
        boost::system::error_code error;
        const auto host = boost::asio::ip::make_address(address.host, error);
        const tcp::endpoint endpoint(host, address.port);
        if (!error) acceptor_.open(endpoint.protocol(), error);
        if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
        if (!error) acceptor_.set_option(ReusePort(true), error);
        if (!error) acceptor_.bind(endpoint, error);
        if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
        if (error) {
            return fail(ErrorCode::Configuration, "Cannot listen on " + address.host + ":" +
                                                      std::to_string(address.port) + ": " +
                                                      error.message());
        }
        accept();
        sweep();
        return {};
    }

    void close() {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        sweep_timer_.cancel();
        pause_timer_.cancel();
    }

    void cancel() {
        close();
        const auto connections = site->connections;
        for (Connection* connection : connections)
            connection->cancel();
    }

    // Whoever waits on us holds us: without a wake they would keep each other for ever.
    void abandon() {
        close();
        for (Connection* connection : site->connections)
            connection->abandon();
        site->empty.wake();
    }

    void stop_accepting() {
        boost::system::error_code ignored;
        site->draining = true;
        accept_waiting();
        acceptor_.close(ignored);
        pause_timer_.cancel();
        const auto connections = site->connections;
        for (Connection* connection : connections)
            connection->drain();
    }

  private:
    using Acceptor = boost::asio::basic_socket_acceptor<tcp, runtime::Executor>;
    using Timer =
        boost::asio::basic_waitable_timer<runtime::Clock, boost::asio::wait_traits<runtime::Clock>,
                                          runtime::Executor>;

    void accept() {
        acceptor_.async_accept(peer_, [self = shared_from_this()](boost::system::error_code error,
                                                                  Stream::Socket socket) {
            const bool open = self->acceptor_.is_open();
            if (!open && !self->site->draining) return;
            if (!error) self->admit(std::move(socket), address_of(self->peer_));
            if (!open) return;
            if (!error) return self->accept();
            // Out of file descriptors, most likely: connections that end make room.
            self->site->log(LogEntry::warning("cannot accept a connection: " + error.message()));
            self->pause_timer_.expires_after(kAcceptPause);
            self->pause_timer_.async_wait([self](boost::system::error_code cancelled) {
                if (!cancelled && self->acceptor_.is_open()) self->accept();
            });
        });
    }

    // What has connected, and may have sent its request: closing the acceptor resets it.
    void accept_waiting() {
        boost::system::error_code error;
        acceptor_.non_blocking(true, error);
        for (int left = kMostWaiting; !error && left > 0; --left) {
            tcp::endpoint peer;
            Stream::Socket socket(acceptor_.get_executor());
            acceptor_.accept(socket, peer, error);
            if (!error) admit(std::move(socket), address_of(peer));
        }
    }

    void admit(Stream::Socket socket, const IpAddress& peer) {
        const ListenSettings& settings = site->settings;
        if (site->connections.size() >= settings.max_connections) return turn_away(socket);
        TlsSession tls;
        if (settings.tls != nullptr) {
            tls = settings.tls->get()->new_session(socket.native_handle());
            if (tls == nullptr) return;
        }
        std::make_shared<Connection>(std::move(socket), std::move(tls), peer, site)->start();
    }

    // Under TLS there is no cheap way to say it.
    void turn_away(Stream::Socket& socket) {
        if (site->settings.tls != nullptr) return;
        const Response response = make_error_response(
            {.code = ErrorCode::ServiceUnavailable, .message = "Too many connections"});
        std::string out;
        write_response_head(out, response, site->common_fields(), false);
        out += response.body.str();
        boost::system::error_code ignored;
        socket.non_blocking(true, ignored);
        socket.write_some(boost::asio::buffer(out), ignored);
    }

    void sweep() {
        sweep_timer_.expires_after(interval_);
        sweep_timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
            if (error) return;
            const auto now = runtime::Clock::now();
            for (Connection* connection : self->site->connections)
                connection->expire(now);
            self->sweep();
        });
    }

    std::chrono::milliseconds interval_;

  public:
    // Shared with the connections' coroutines, which may end after the listener.
    std::shared_ptr<Site> site;

  private:
    Acceptor acceptor_;
    tcp::endpoint peer_;
    Timer sweep_timer_;
    Timer pause_timer_;
};

Listener::Listener(runtime::Executor executor, ListenSettings settings, Handler handler)
    : state_(std::make_shared<State>(executor, std::move(settings), std::move(handler))) {}

Listener::~Listener() { state_->abandon(); }

Result<void> Listener::open() { return state_->open(); }

void Listener::let_go() { state_->site->letting_go = true; }

void Listener::replace(const Intaking& intaking) {
    ListenSettings& settings = state_->site->settings;
    settings.limits = intaking.limits;
    settings.proxies = intaking.proxies;
    settings.max_connections = intaking.max_connections;
}

runtime::Task<> Listener::drain() {
    const std::shared_ptr<State> state = state_;
    state->stop_accepting();
    const bool busy = !state->site->connections.empty();
    if (busy) co_await state->site->empty.wait();
    state->close();
}

void Listener::cancel() { state_->cancel(); }

std::size_t Listener::connection_count() const noexcept { return state_->site->connections.size(); }

}  // namespace fraiseql::http
