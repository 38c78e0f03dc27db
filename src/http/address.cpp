// SPDX-License-Identifier: MIT
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <charconv>

#include "http/listener.hpp"

namespace fraiseql::http {

namespace {

namespace asio = boost::asio;
using boost::asio::ip::tcp;

std::string show(const Address& address) {
    const bool v6 = address.host.find(':') != std::string::npos;
    return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

}  // namespace

Result<Address> read_address(std::string_view text) {
    const auto refuse = [&text] {
        return fail(ErrorCode::Configuration, "\"" + std::string(text) + "\" is not an address",
                    "Write it as HOST:PORT, for example 127.0.0.1:8080 or [::1]:8080.");
    };
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return refuse();
    std::string_view host = text.substr(0, colon);
    const std::string_view port = text.substr(colon + 1);
    Address address;
    const auto read = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (read.ec != std::errc() || read.ptr != port.data() + port.size()) return refuse();
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return refuse();
    }
    address.host = host.empty() ? "0.0.0.0" : std::string(host);
    return address;
}

Result<Address> claim_address(const Address& address) {
    asio::io_context context;
    tcp::resolver resolver(context);
    boost::system::error_code error;
    const auto found =
        resolver.resolve(address.host, std::to_string(address.port), tcp::resolver::passive, error);
    if (error || found.empty()) {
        return fail(ErrorCode::Configuration,
                    "Cannot listen on " + show(address) + ": no such host",
                    "Use an address of this machine, or 0.0.0.0 for all of them.");
    }
    const tcp::endpoint endpoint = found.begin()->endpoint();
    tcp::acceptor probe(context);
    probe.open(endpoint.protocol(), error);
    if (!error) probe.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) probe.bind(endpoint, error);
    if (!error) probe.listen(1, error);
    if (error == asio::error::address_in_use) {
        return fail(ErrorCode::Configuration,
                    "Cannot listen on " + show(address) + ": the port is in use",
                    "Stop the other program, or choose another port with --listen.");
    }
    if (error) {
        return fail(ErrorCode::Configuration,
                    "Cannot listen on " + show(address) + ": " + error.message());
    }
    return Address{.host = endpoint.address().to_string(), .port = probe.local_endpoint().port()};
}

}  // namespace fraiseql::http
