// SPDX-License-Identifier: MIT
// Site: what all connections of one listener share.
#pragma once

#include <ctime>
#include <string>
#include <string_view>
#include <unordered_set>

#include "http/listener.hpp"
#include "http/message.hpp"
#include "http/response_head.hpp"
#include "runtime/waiter.hpp"

namespace fraiseql::http {

class Connection;

struct Site {
    Site(ListenSettings wanted, Handler answer)
        : settings(std::move(wanted)), handler(std::move(answer)) {}

    ListenSettings settings;
    Handler handler;
    std::unordered_set<Connection*> connections;
    bool draining = false;
    /// Woken when a draining site has lost its last connection.
    runtime::Waiter empty;

    /// Returns the Date header's value, made once a second.
    std::string_view date() {
        const std::time_t now = std::time(nullptr);
        if (now != date_second_) {
            date_second_ = now;
            date_ = http_date(now);
        }
        return date_;
    }

    void log(std::string_view message) const {
        if (settings.log) settings.log(message);
    }

  private:
    std::time_t date_second_ = -1;
    std::string date_;
};

}  // namespace fraiseql::http
