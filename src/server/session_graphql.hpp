// SPDX-License-Identifier: MIT
// Sessions in GraphQL: the fields of functions marked `@session`.
#pragma once

#include "engine/session_fields.hpp"
#include "server/sessions.hpp"

namespace fraiseql::server {

/// Lives for one request. Tokens are part of the answers: no cookies are set.
class SessionAnswers final : public engine::SessionFields {
  public:
    SessionAnswers(Sessions& sessions, const http::Request& request,
                   const auth::Principal* principal)
        : sessions_(sessions), request_(request), principal_(principal) {}

    runtime::Task<Result<std::string>> answer(std::string_view action,
                                              const json::Value& arguments) override;

  private:
    Sessions& sessions_;
    const http::Request& request_;
    const auth::Principal* principal_;
};

}  // namespace fraiseql::server
