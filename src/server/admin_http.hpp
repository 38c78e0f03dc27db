// SPDX-License-Identifier: MIT
// AdminHttp: the page at /admin, and what it asks the server for.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/message.hpp"
#include "runtime/mailbox.hpp"
#include "runtime/task.hpp"
#include "server/admin.hpp"
#include "server/admin_state.hpp"
#include "server/asset.hpp"
#include "server/inquiry.hpp"
#include "server/readiness.hpp"

namespace fraiseql::server {

/// Shared by the workers. The page itself has nothing in it and is for everybody, where there is
/// anything for administrators at all; what it asks for is for them only (see admit_admin()).
class AdminHttp {
  public:
    /// `find_asset` finds the page at "/admin" and what it loads.
    AdminHttp(AdminSources sources, FindAsset find_asset);

    /// Whether the path is one of its own, or is none at all but begins so.
    static bool has(std::string_view path) noexcept;

    /// Answers /admin, what the page loads, and /admin/state, /admin/samples, /admin/operations,
    /// /admin/findings, /admin/schema; 404 otherwise. `settings` say to whom; what takes a while is
    /// delivered by `mailbox`.
    runtime::Task<http::Response> answer(const http::Request& request,
                                         const AdminSettings& settings,
                                         std::shared_ptr<runtime::Mailbox> mailbox);

    /// Answers /health/detailed, to whom `settings` say; `readiness` is that of the worker.
    runtime::Task<http::Response> answer_health(const http::Request& request,
                                                const AdminSettings& settings,
                                                Readiness& readiness) const;

  private:
    http::Response refuse(const http::Request& request, const Error& error) const;
    http::Response answer_page(const http::Request& request) const;
    http::Response answer_samples(std::int64_t since) const;
    http::Response answer_node(std::string_view id) const;
    runtime::Task<http::Response> answer_inquiry(Inquiry& inquiry,
                                                 std::shared_ptr<runtime::Mailbox> mailbox);

    const AdminSources sources_;
    const FindAsset find_asset_;
    // Last, so that they end first.
    Inquiry operations_;
    Inquiry findings_;
    Inquiry schema_;
};

}  // namespace fraiseql::server
