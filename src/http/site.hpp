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
    /// Each answer is the last of its connection.
    bool letting_go = false;
    bool draining = false;
    /// Woken when a draining site has lost its last connection.
    runtime::Waiter empty;

    /// Returns the fields that all responses have, made once a second because of Date.
    std::string_view common_fields() {
        const std::time_t now = std::time(nullptr);
        if (now != date_second_) {
            date_second_ = now;
            common_fields_ = settings.fixed_fields + "Date: " + http_date(now) + "\r\n";
        }
        return common_fields_;
    }

    void log(const LogEntry& entry) const {
        if (settings.log) settings.log(entry);
    }

  private:
    std::time_t date_second_ = -1;
    std::string common_fields_;
};

}  // namespace fraiseql::http
