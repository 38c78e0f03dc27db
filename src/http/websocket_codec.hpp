// SPDX-License-Identifier: MIT
// WebSocketCodec: the frames of a WebSocket (RFC 6455), the server's side; no socket.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct wslay_event_context;

namespace fraiseql::http {

/// Status codes of a close frame (RFC 6455 §7.4.1 and IANA's registry).
inline constexpr std::uint16_t kGoingAway = 1001;
inline constexpr std::uint16_t kProtocolError = 1002;
inline constexpr std::uint16_t kUnsupportedData = 1003;
inline constexpr std::uint16_t kInternalError = 1011;
inline constexpr std::uint16_t kTryAgainLater = 1013;

/// Reads what clients send, by wslay: masked frames only, no extensions, control frames as they
/// must be, UTF-8 checked, fragments put together up to a bound. What breaks a rule is answered
/// with the close frame that says so, and nothing is read after it.
class WebSocketCodec {
  public:
    /// `receive` is called with each text message, whole; it may call close().
    using Receive = std::function<void(std::string_view text)>;

    WebSocketCodec(std::size_t max_message, Receive receive);
    WebSocketCodec(const WebSocketCodec&) = delete;
    WebSocketCodec& operator=(const WebSocketCodec&) = delete;
    ~WebSocketCodec();

    void read(std::string_view bytes);

    /// Asks the client whether it is still there.
    void ping();
    /// Says that this is the end, once; `reason` is cut to what a close frame holds.
    void close(std::uint16_t code, std::string_view reason);

    /// Whether no message may follow: a close frame was made, of our own or in answer.
    bool closing() const noexcept { return closing_; }
    /// Whether nothing more will be read: the client has closed, or broken a rule.
    bool done() const noexcept { return done_; }

    /// Takes the control frames that are to be sent.
    std::string take_output();

    /// What comes before the bytes of a text message of this size.
    static std::string text_head(std::size_t size);

  private:
    struct Callbacks;
    struct Free {
        void operator()(wslay_event_context* context) const noexcept;
    };

    void received(std::uint8_t opcode, std::string_view message);

    std::unique_ptr<wslay_event_context, Free> context_;
    Receive receive_;
    std::string_view input_;
    std::string output_;
    bool closing_ = false;
    bool done_ = false;
};

}  // namespace fraiseql::http
