// SPDX-License-Identifier: MIT
// HttpTransport: what code of an application sees of the HTTP request that it answers.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "engine/context_state.hpp"
#include "http/message.hpp"

namespace fraiseql::server {

/// The request as code of an application sees it.
class HttpTransport final : public engine::Transport {
  public:
    explicit HttpTransport(const http::Request& request) : request_(request) {}

    std::optional<std::string_view> header(std::string_view name) const override {
        // Which of several is meant, nobody knows.
        if (request_.count(name) != 1) return std::nullopt;
        return request_.header(name);
    }

    std::string_view client() const override { return request_.client_name(); }

    std::unique_ptr<const engine::Transport> kept() const override {
        return std::make_unique<const HttpTransport>(request_);
    }

  private:
    const http::Request& request_;
};

}  // namespace fraiseql::server
