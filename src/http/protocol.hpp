// SPDX-License-Identifier: MIT
// Protocol: what is spoken on a connection once both sides have left HTTP (101, RFC 9110 §7.8).
#pragma once

#include <boost/asio/buffer.hpp>
#include <memory>
#include <string_view>
#include <vector>

#include "http/stream.hpp"
#include "runtime/task.hpp"

namespace fraiseql::http {

/// The bytes of a connection, both ways. Used on its worker's thread, held through shared_ptr.
class Duplex {
  public:
    virtual runtime::Executor executor() = 0;
    /// Returns the bytes that have come, as soon as there are some; they are valid until the next
    /// call. Nothing: no more will come. One call may wait at a time.
    virtual runtime::Task<std::string_view> receive() = 0;
    /// As Stream: writes what the socket takes, and waits until it takes more.
    virtual Stream::Outcome write(std::vector<boost::asio::const_buffer>& rest) = 0;
    virtual runtime::Task<bool> writable() = 0;
    /// Ends whatever waits.
    virtual void close() = 0;

  protected:
    ~Duplex() = default;
};

/// Used on its worker's thread.
class Protocol {
  public:
    virtual ~Protocol() = default;

    /// Speaks until one side has had enough; the connection is then closed. `self` is this.
    virtual runtime::Task<> run(std::shared_ptr<Protocol> self, std::shared_ptr<Duplex> duplex) = 0;
    /// Called about twice a second while it runs, for deadlines.
    virtual void tick(runtime::Clock::time_point now) = 0;
    /// The server is about to stop: come to an end soon.
    virtual void drain() = 0;
};

}  // namespace fraiseql::http
