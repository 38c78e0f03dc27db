// SPDX-License-Identifier: MIT
#include "respond/error_json.hpp"

#include <gtest/gtest.h>

namespace fraiseql::respond {
namespace {

TEST(ErrorJson, HasMessageLocationsPathAndCode) {
    Error error{.code = ErrorCode::BadUserInput, .message = "No \"x\".", .hint = "Send y."};
    error.locations = {{2, 5}};
    error.path = {std::string("posts"), std::uint32_t{3}, std::string("title")};
    error.extensions = {{"sqlstate", "22P02"}};
    EXPECT_EQ(error_response({error}),
              R"({"errors":[{"message":"No \"x\".","locations":[{"line":2,"column":5}],)"
              R"("path":["posts",3,"title"],"extensions":{"code":"BAD_USER_INPUT",)"
              R"("sqlstate":"22P02","hint":"Send y."}}]})");
}

TEST(ErrorJson, LeavesOutWhatIsNotKnown) {
    EXPECT_EQ(error_response({Error{.code = ErrorCode::Timeout, .message = "Late."}}),
              R"({"errors":[{"message":"Late.","extensions":{"code":"TIMEOUT"}}]})");
}

}  // namespace
}  // namespace fraiseql::respond
