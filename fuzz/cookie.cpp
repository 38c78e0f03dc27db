// SPDX-License-Identifier: MIT
// Any bytes: a cookie's value is a part of the header without what no cookie may have.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/cookie.hpp"
#include "http/origin.hpp"

using namespace fraiseql;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t line = text.find('\n');
    const std::string_view cookies = text.substr(0, line);
    const auto found = http::find_cookie(cookies, "a");
    if (found && found->find_first_of(std::string_view(" ;,\"\\\t\r\0", 8)) != found->npos)
        std::abort();
    http::Request request;
    request.set_line("POST", "/");
    request.add_header("Host", "api.example");
    request.add_header("Cookie", cookies);
    if (line != text.npos) request.add_header("Origin", text.substr(line + 1));
    // Of a request, never more than of its header: several of one name are none.
    const auto of_request = http::find_cookie(request, "a");
    if (of_request && *of_request != found) std::abort();
    const bool own = http::source_of(request, {}) == http::Source::Own;
    const std::string_view origin = request.header("Origin").value_or("");
    if (own && !http::equal_ignoring_case(origin, "http://api.example") &&
        !http::equal_ignoring_case(origin, "https://api.example"))
        std::abort();
#ifdef FRAISEQL_PLANTED_BUG
    if (found == "b=c") std::abort();
#endif
    return 0;
}
