// SPDX-License-Identifier: MIT
#include "pg/notifications.hpp"

#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cstdint>

namespace fraiseql::pg {
namespace {

struct FreeNotify {
    void operator()(PGnotify* notify) const noexcept { PQfreemem(notify); }
};

/// Takes what libpq has read; returns whether there was any.
bool take_notifications(PGconn* connection) {
    bool any = false;
    while (std::unique_ptr<PGnotify, FreeNotify>(PQnotifies(connection)))
        any = true;
    return any;
}

}  // namespace

WakeUp::WakeUp() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

WakeUp::~WakeUp() {
    if (fd_ >= 0) close(fd_);
}

void WakeUp::wake() noexcept {
    const std::uint64_t one = 1;
    // It can only fail where it has been woken 2^64 times before.
    [[maybe_unused]] const auto written = write(fd_, &one, sizeof one);
}

tl::expected<Waited, sql::DatabaseError> wait_for_notification(Session& session, const WakeUp& wake,
                                                               std::chrono::milliseconds timeout) {
    PGconn* connection = session.connection();
    // Some may have come with the answer of the last statement.
    if (take_notifications(connection)) return Waited::Notified;
    std::array<pollfd, 2> waits = {pollfd{PQsocket(connection), POLLIN, 0},
                                   pollfd{wake.fd(), POLLIN, 0}};
    const int ready = poll(waits.data(), waits.size(), static_cast<int>(timeout.count()));
    if (waits[1].revents != 0) return Waited::Woken;
    if (ready <= 0) return Waited::TimedOut;
    if (PQconsumeInput(connection) == 0)
        return tl::unexpected(sql::database_error("08006", PQerrorMessage(connection)));
    return take_notifications(connection) ? Waited::Notified : Waited::TimedOut;
}

bool wait_for_wake_up(const WakeUp& wake, std::chrono::milliseconds timeout) {
    pollfd wait{wake.fd(), POLLIN, 0};
    return poll(&wait, 1, static_cast<int>(timeout.count())) > 0;
}

}  // namespace fraiseql::pg
