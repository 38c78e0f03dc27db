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

}  // namespace
}  // namespace fraiseql::server
