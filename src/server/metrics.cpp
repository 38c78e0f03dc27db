// SPDX-License-Identifier: MIT
#include "server/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace fraiseql::server {

struct Metrics::Families {
    prometheus::Registry registry;
    prometheus::Family<prometheus::Counter>& requests =
        prometheus::BuildCounter()
            .Name("fraiseql_http_requests_total")
            .Help("Answers of /graphql by HTTP status.")
            .Register(registry);
    prometheus::Family<prometheus::Counter>& refreshes =
        prometheus::BuildCounter()
            .Name("fraiseql_refreshes_total")
            .Help("Refreshes of materialized views by this server, by view and outcome.")
            .Register(registry);
    prometheus::Histogram& seconds =
        prometheus::BuildHistogram()
            .Name("fraiseql_http_request_duration_seconds")
            .Help("From the whole request to the whole answer of /graphql.")
            .Register(registry)
            .Add({},
                 prometheus::Histogram::BucketBoundaries{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                         0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10});
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}

Metrics::~Metrics() = default;

void Metrics::count_graphql(int status, std::chrono::nanoseconds duration) {
    families_->requests.Add({{"status", std::to_string(status)}}).Increment();
    families_->seconds.Observe(std::chrono::duration<double>(duration).count());
}

void Metrics::count_refresh(const std::string& view, bool succeeded) {
    families_->refreshes.Add({{"view", view}, {"outcome", succeeded ? "success" : "failure"}})
        .Increment();
}

std::string Metrics::render() const {
    return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace fraiseql::server
