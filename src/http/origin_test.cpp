// SPDX-License-Identifier: MIT
#include "http/origin.hpp"

#include <gtest/gtest.h>

namespace fraiseql::http {
namespace {

Source source(const std::vector<Header>& headers) {
    Request request;
    request.set_line("POST", "/");
    request.add_header("Host", "api.example:8080");
    for (const Header& header : headers)
        request.add_header(header.name, header.value);
    return source_of(request, {"https://app.example"});
}

TEST(Origin, PagesOfThisOriginAndTrustedOnesAreOwn) {
    EXPECT_EQ(source({{"Origin", "https://api.example:8080"}}), Source::Own);
    EXPECT_EQ(source({{"Origin", "http://API.example:8080"}}), Source::Own);
    EXPECT_EQ(source({{"Sec-Fetch-Site", "same-origin"}, {"Origin", "https://api.example"}}),
              Source::Own);
    EXPECT_EQ(source({{"Origin", "https://app.example"}, {"Sec-Fetch-Site", "cross-site"}}),
              Source::Own);
}

TEST(Origin, PagesOfOthersAreForeign) {
    for (const char* origin : {"null", "", "https://api.example", "https://evil.example",
                               "https://api.example:8080.evil.example", "https://app.example.evil",
                               "ftp://api.example:8080", "http://app.example"})
        EXPECT_EQ(source({{"Origin", origin}}), Source::Foreign) << origin;
    for (const char* site : {"cross-site", "same-site", "", "Same-Origin"})
        EXPECT_EQ(source({{"Sec-Fetch-Site", site}, {"Origin", "https://api.example:8080"}}),
                  Source::Foreign)
            << site;
    EXPECT_EQ(source({{"Origin", "https://api.example:8080"}, {"Origin", "https://evil.example"}}),
              Source::Foreign);
}

TEST(Origin, ClientsThatSayNothingAreUnknown) { EXPECT_EQ(source({}), Source::Unknown); }

}  // namespace
}  // namespace fraiseql::http
