// SPDX-License-Identifier: MIT
#include "server/refusals.hpp"

namespace fraiseql::server {

bool reads(const http::Request& request) {
    return request.method() == "GET" || request.method() == "HEAD";
}

void never_store(http::Response& response) {
    response.headers.push_back({"Cache-Control", "no-store"});
}

http::Response refuse(const Error& error, std::string_view type) {
    http::Response response = http::make_error_response(error, type);
    if (error.code == ErrorCode::MethodNotAllowed) {
        response.headers.push_back({"Allow", "GET, HEAD, POST"});
    }
    return response;
}

http::Response refuse_token(const auth::Refusal& refusal, std::string_view type) {
    http::Response response = http::make_error_response(auth::to_error(refusal), type);
    response.headers.push_back(
        {"WWW-Authenticate",
         refusal.reason == auth::Refusal::Reason::Missing
             ? "Bearer"
             : "Bearer error=\"invalid_token\", error_description=\"" + refusal.message + '"'});
    never_store(response);
    return response;
}

http::Response refuse_admin(const Error& error) {
    http::Response response = http::make_error_response(error);
    if (error.code == ErrorCode::Unauthenticated)
        response.headers.push_back({"WWW-Authenticate", "Admin-Token"});
    never_store(response);
    return response;
}

http::Response method_not_allowed(const http::Request& request, std::string_view allowed) {
    http::Response response =
        http::make_error_response({.code = ErrorCode::MethodNotAllowed,
                                   .message = std::string(request.path()) + " does not answer to " +
                                              std::string(request.method())});
    response.headers.push_back({"Allow", std::string(allowed)});
    return response;
}

http::Response not_found(const http::Request& request) {
    return http::make_error_response(
        {.code = ErrorCode::NotFound,
         .message = "There is nothing at " + std::string(request.path()),
         .hint = "GraphQL is at /graphql."});
}

}  // namespace fraiseql::server
