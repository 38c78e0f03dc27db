// SPDX-License-Identifier: MIT
#include "server/metrics.hpp"

#include <gmock/gmock.h>

namespace fraiseql::server {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(Metrics, CountsByStatusAndTime) {
    Metrics metrics;
    metrics.count_graphql(200, 2ms);
    metrics.count_graphql(200, 20ms);
    metrics.count_graphql(400, 1s);
    const std::string text = metrics.render();
    EXPECT_THAT(text, HasSubstr("fraiseql_http_requests_total{status=\"200\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("fraiseql_http_requests_total{status=\"400\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("fraiseql_http_request_duration_seconds_bucket{le=\"0.005\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("fraiseql_http_request_duration_seconds_count 3\n"));
}

TEST(Metrics, ShowsAHundredOperationsAndTheOthersTogether) {
    const auto statistics = std::make_shared<turbo::Statistics>();
    statistics->open("hot")->count({.duration = 2ms, .plan_hit = true, .bytes = 7});
    statistics->open("hot")->count({.duration = 2s, .bytes = 7});
    Metrics metrics;
    metrics.show(statistics);
    EXPECT_THAT(metrics.render(),
                HasSubstr("fraiseql_turbo_duration_seconds_count{operation=\"hot\"} 2\n"));
    for (int i = 0; i < 500; ++i)
        statistics->open("operation " + std::to_string(i))->count({.duration = 1ms});
    const std::string text = metrics.render();
    EXPECT_THAT(text, HasSubstr("fraiseql_turbo_plan_hits_total{operation=\"hot\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("fraiseql_turbo_response_bytes_total{operation=\"hot\"} 14\n"));
    EXPECT_THAT(text,
                HasSubstr("fraiseql_turbo_duration_seconds_count{operation=\"(others)\"} 401\n"));
}

}  // namespace
}  // namespace fraiseql::server
