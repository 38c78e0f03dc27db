// SPDX-License-Identifier: MIT
#include "server/asset.hpp"

#include <string>

#include "server/refusals.hpp"

namespace fraiseql::server {

http::Response answer_asset(const Asset& asset, const http::Request& request,
                            std::string_view policy) {
    if (!reads(request)) return method_not_allowed(request, "GET, HEAD");
    http::Response response;
    const bool gzip = !asset.gzip_body.empty() && lists(request.header("Accept-Encoding"), "gzip");
    // The same bytes in two codings share one tag, so it is weak.
    response.headers.push_back({"ETag", "W/" + std::string(asset.etag)});
    response.headers.push_back({"Cache-Control", "no-cache"});
    response.headers.push_back({"Vary", "Accept-Encoding"});
    if (lists(request.header("If-None-Match"), asset.etag)) {
        response.status = 304;
        return response;
    }
    response.headers.push_back({"Content-Type", std::string(asset.content_type)});
    response.headers.push_back({"Content-Security-Policy", std::string(policy)});
    if (gzip) response.headers.push_back({"Content-Encoding", "gzip"});
    response.body.append_view(gzip ? asset.gzip_body : asset.body);
    return response;
}

bool lists(std::optional<std::string_view> header, std::string_view item) {
    if (!header) return false;
    const std::size_t at = header->find(item);
    return at != std::string_view::npos || *header == "*";
}

}  // namespace fraiseql::server
