// SPDX-License-Identifier: MIT
#include "http/client_address.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/ascii.hpp"

namespace fraiseql::http {

namespace {

/// Reads an address as proxies write it: with a port or without, IPv6 in brackets or not.
std::optional<IpAddress> read_node(std::string_view text) {
    if (text.size() > 1 && text.front() == '"' && text.back() == '"')
        text = text.substr(1, text.size() - 2);
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        return end == std::string_view::npos ? std::nullopt
                                             : read_ip_address(text.substr(1, end - 1));
    }
    const bool has_port = std::count(text.begin(), text.end(), ':') == 1;
    return read_ip_address(has_port ? text.substr(0, text.find(':')) : text);
}

/// The value of `for` in one element of Forwarded (RFC 7239 §4): `for=192.0.2.1;proto=https`.
std::optional<IpAddress> read_forwarded(std::string_view element) {
    while (!element.empty()) {
        const std::size_t end = std::min(element.find(';'), element.size());
        const std::string_view pair = trimmed(element.substr(0, end));
        element.remove_prefix(std::min(end + 1, element.size()));
        if (pair.size() > 4 && equal_ignoring_case(pair.substr(0, 4), "for="))
            return read_node(pair.substr(4));
    }
    return std::nullopt;
}

/// The elements of all fields of that name, as if they were one list (RFC 9110 §5.3).
std::vector<std::string_view> elements_of(const Request& request, std::string_view name) {
    std::vector<std::string_view> out;
    for (std::size_t i = 0; i < request.header_count(); ++i) {
        const auto [field, value] = request.header_at(i);
        if (!equal_ignoring_case(field, name)) continue;
        std::string_view rest = value;
        while (true) {
            const std::size_t comma = std::min(rest.find(','), rest.size());
            out.push_back(trimmed(rest.substr(0, comma)));
            if (comma == rest.size()) break;
            rest.remove_prefix(comma + 1);
        }
    }
    return out;
}

}  // namespace

IpAddress client_address(const Proxies& proxies, const Request& request) {
    IpAddress address = request.peer();
    if (proxies.trusted.empty() || !contains(proxies.trusted, address)) return address;
    const bool forwarded = proxies.header == Proxies::Header::Forwarded;
    const auto elements = elements_of(request, forwarded ? "Forwarded" : "X-Forwarded-For");
    for (auto each = elements.rbegin(); each != elements.rend(); ++each) {
        const auto said = forwarded ? read_forwarded(*each) : read_node(*each);
        if (!said) return address;
        address = *said;
        if (!contains(proxies.trusted, address)) return address;
    }
    return address;
}

bool is_forwarded(const Request& request) {
    for (const char* name :
         {"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"})
        if (request.count(name) != 0) return true;
    return false;
}

}  // namespace fraiseql::http
