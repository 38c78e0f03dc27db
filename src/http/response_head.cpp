// SPDX-License-Identifier: MIT
#include "http/response_head.hpp"

#include <array>

namespace fraiseql::http {

namespace {

void write_value(std::string& out, std::string_view value) {
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        out += byte < 0x20 || byte == 0x7f ? ' ' : c;
    }
}

void write_field(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    write_value(out, value);
    out += "\r\n";
}

}  // namespace

bool has_body(int status) noexcept { return status >= 200 && status != 204 && status != 304; }

void write_response_head(std::string& out, const Response& response, std::string_view common,
                         bool keep_alive) {
    out += "HTTP/1.1 ";
    out += std::to_string(response.status);
    out += ' ';
    out += reason_phrase(response.status);
    out += "\r\n";
    for (const Header& header : response.headers)
        write_field(out, header.name, header.value);
    // What follows an upgrade ends with the connection.
    if (has_body(response.status) && !response.upgrade) {
        write_field(out, "Content-Length", std::to_string(response.body.size()));
    }
    out += common;
    // Also said to HTTP/1.0, whose default is to close. A 101 says "Upgrade" itself.
    if (response.status != 101) write_field(out, "Connection", keep_alive ? "keep-alive" : "close");
    out += "\r\n";
}

std::string http_date(std::time_t now) {
    constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm utc{};
    gmtime_r(&now, &utc);
    const auto two = [](int number) {
        return std::string(1, static_cast<char>('0' + number / 10)) +
               static_cast<char>('0' + number % 10);
    };
    std::string out(kDays[static_cast<std::size_t>(utc.tm_wday)]);
    out += ", " + two(utc.tm_mday) + " ";
    out += kMonths[static_cast<std::size_t>(utc.tm_mon)];
    out += " " + std::to_string(utc.tm_year + 1900) + " " + two(utc.tm_hour) + ":" +
           two(utc.tm_min) + ":" + two(utc.tm_sec) + " GMT";
    return out;
}

}  // namespace fraiseql::http
