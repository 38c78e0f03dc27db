// SPDX-License-Identifier: MIT
// Intake: requests that the program hands in, which the server is part of; a listener without a
// socket.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/listener.hpp"
#include "http/message.hpp"
#include "runtime/mailbox.hpp"
#include "runtime/task.hpp"

namespace fraiseql::http {

/// A request as a program has it, not looked at yet.
struct HandedRequest {
    std::string method;
    std::string target;
    std::vector<Header> headers;
    std::string body;
    /// The address at the other end of the connection.
    std::string peer;
    bool encrypted = false;
};

/// Reads it as strictly as one that came by a socket. Fields that are about the connection are left
/// out. On failure, the answer.
tl::expected<Request, Response> read_handed(HandedRequest handed, const ListenSettings& settings);

using TakeResponse = std::function<void(Response)>;

/// Belongs to one worker.
class Intake {
  public:
    /// Of `settings`, the limits, the proxies and the fixed fields count.
    Intake(const runtime::Executor& executor, ListenSettings settings, Handler handler);
    Intake(const Intake&) = delete;
    Intake& operator=(const Intake&) = delete;
    /// What is in progress is answered with 503.
    ~Intake();

    /// Has it hold for requests that come from now on.
    void replace(const Intaking& intaking);

    /// Refuses what comes from now on, and ends when everything in progress is answered.
    runtime::Task<> drain();

    /// Answers what is in progress with 503, and cancels it.
    void cancel();

  private:
    friend class Intakes;
    class State;
    // Shared with other threads, and with coroutines that may end after the intake.
    std::shared_ptr<State> state_;
};

/// The intakes of all workers of a server. Thread-safe.
class Intakes {
  public:
    Intakes();
    ~Intakes();

    /// From now on `intake` gets its share. `mailbox` is its worker's.
    void add(const Intake& intake, std::shared_ptr<runtime::Mailbox> mailbox);

    /// Calls `done` exactly once, on a worker's thread or before it returns; with 503 where no
    /// worker is left.
    void answer(HandedRequest request, TakeResponse done, std::stop_token cancelled);

  private:
    class State;
    std::unique_ptr<State> state_;
};

}  // namespace fraiseql::http
