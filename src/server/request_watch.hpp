// SPDX-License-Identifier: MIT
// RequestWatch: notes what becomes of one request, for its trace and for the access log.
#pragma once

#include <memory>
#include <vector>

#include "base/ip_address.hpp"
#include "base/log.hpp"
#include "http/message.hpp"
#include "server/span_exporter.hpp"
#include "trace/record.hpp"

namespace fraiseql::server {

struct WatchSettings {
    /// Takes the records of sampled requests; nullptr: there are no traces.
    std::shared_ptr<SpanExporter> exporter = {};
    /// The share of requests that are sampled, from 0 to 1.
    double sample = 0;
    /// Whose `traceparent` decides instead of chance, by the address of the connection.
    std::vector<Network> trusted = {};
    /// Whether the SQL of sampled requests has the trace as a comment.
    bool sql_comments = false;
    /// Hears of every answer; empty: there is no access log.
    Log access_log = {};
};

/// Used on its worker's thread. What it noted goes where the settings say when it ends.
class RequestWatch {
  public:
    /// Returns a watch, or nullptr where nobody wants to know of the request.
    static std::shared_ptr<RequestWatch> begin(std::shared_ptr<const WatchSettings> settings,
                                               const http::Request& request);
    /// The same for an answer of a subscription that `request` has begun: a trace of its own, with
    /// the request's id, and no line of the access log.
    static std::shared_ptr<RequestWatch> begin_again(std::shared_ptr<const WatchSettings> settings,
                                                     const http::Request& request);

    RequestWatch(std::shared_ptr<const WatchSettings> settings, const http::Request& request,
                 bool sampled);
    RequestWatch(const RequestWatch&) = delete;
    RequestWatch& operator=(const RequestWatch&) = delete;
    ~RequestWatch();

    trace::Timeline& timeline() noexcept { return record_.timeline; }

    /// Says that `response` is the answer, which then holds `self` until it is sent; a sampled one
    /// gets a `traceresponse` header.
    static void answer(const std::shared_ptr<RequestWatch>& self, http::Response& response);

  private:
    void read_parent(const http::Request& request);
    void log_access() const;

    std::shared_ptr<const WatchSettings> settings_;
    bool logged_ = true;
    trace::Record record_;
};

}  // namespace fraiseql::server
