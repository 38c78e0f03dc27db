// SPDX-License-Identifier: MIT
// WebSocket: the text messages of one client, both ways, within bounds.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/outbox.hpp"
#include "http/protocol.hpp"
#include "http/websocket_codec.hpp"
#include "runtime/payload.hpp"
#include "runtime/task.hpp"

namespace fraiseql::http {

struct WebSocketSettings {
    /// Bytes of a message from the client, all fragments together.
    std::size_t max_message = std::size_t{1} << 20U;
    /// Bytes that may wait to be sent; a client that leaves more is closed (1013).
    std::size_t max_queued = std::size_t{4} << 20U;
    /// Without a single byte being taken; then the client is closed, too.
    std::chrono::milliseconds send_timeout{30'000};
    /// After that long without a byte from the client it is asked whether it is still there; after
    /// twice as long it is not.
    std::chrono::milliseconds ping_interval{30'000};
    /// From our close frame to the client's.
    std::chrono::milliseconds close_timeout{2'000};
};

/// Used on its worker's thread. Only run() ends it; whoever else holds it may go on calling it.
class WebSocket {
  public:
    WebSocket(std::shared_ptr<Duplex> duplex, const WebSocketSettings& settings,
              WebSocketCodec::Receive receive);

    /// Reads messages until one side has closed, or the connection is lost.
    static runtime::Task<> run(std::shared_ptr<WebSocket> self);

    /// Sends a message, at once or when the client takes more; not once it is closing.
    void send(runtime::Payload message);
    /// Says goodbye, behind what was sent before.
    void close(std::uint16_t code, std::string_view reason);
    /// Looks at the deadlines.
    void tick(runtime::Clock::time_point now);

    runtime::Executor executor() { return duplex_->executor(); }
    /// Whether nothing is sent any more.
    bool closing() const noexcept { return outbox_->ended() || codec_.closing(); }
    /// Bytes that wait to be sent.
    std::size_t queued() const noexcept { return outbox_->queued(); }
    /// Whether it was closed since the client takes too little.
    bool was_slow() const noexcept { return slow_; }

  private:
    void add_control();
    void add(std::string head, runtime::Payload body);
    void give_up();

    std::shared_ptr<Duplex> duplex_;
    WebSocketSettings settings_;
    WebSocketCodec codec_;
    // Shared with the coroutine that waits for the socket.
    std::shared_ptr<Outbox> outbox_;
    bool slow_ = false;
    runtime::Clock::time_point heard_at_;
    runtime::Clock::time_point asked_at_;
    /// When our close frame was made; nothing before.
    std::optional<runtime::Clock::time_point> closed_at_;
};

}  // namespace fraiseql::http
