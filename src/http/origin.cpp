// SPDX-License-Identifier: MIT
#include "http/origin.hpp"

#include <algorithm>

namespace fraiseql::http {

Source source_of(const Request& request, const std::vector<std::string>& trusted) {
    if (request.count("Origin") > 1 || request.count("Sec-Fetch-Site") > 1) return Source::Foreign;
    const auto origin = request.header("Origin");
    if (origin && std::find(trusted.begin(), trusted.end(), *origin) != trusted.end())
        return Source::Own;
    if (const auto site = request.header("Sec-Fetch-Site"))
        return *site == "same-origin" || *site == "none" ? Source::Own : Source::Foreign;
    if (!origin) return Source::Unknown;
    // Where TLS ends in front of the server, the scheme is not known here.
    std::string_view host = *origin;
    for (const std::string_view scheme : {"https://", "http://"})
        if (host.starts_with(scheme)) {
            host.remove_prefix(scheme.size());
            return equal_ignoring_case(host, request.header("Host").value_or("")) ? Source::Own
                                                                                  : Source::Foreign;
        }
    return Source::Foreign;
}

}  // namespace fraiseql::http
