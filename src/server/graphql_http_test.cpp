// SPDX-License-Identifier: MIT
#include "server/graphql_http.hpp"

#include <gtest/gtest.h>

#include "server/url_encoding.hpp"

namespace fraiseql::server {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

http::Request request_of(std::string_view method, std::string_view target, const Fields& fields,
                         std::string_view body = {}) {
    http::Request request;
    request.set_line(method, target);
    for (const auto& [name, value] : fields)
        request.add_header(name, value);
    request.mutable_body() = body;
    return request;
}

http::Request post(std::string_view body, std::string type = "application/json") {
    return request_of("POST", "/graphql", {{"Content-Type", std::move(type)}}, body);
}

http::Request get(std::string_view query) {
    return request_of("GET", "/graphql?" + std::string(query), {});
}

Error error_of(const http::Request& request) {
    Arena arena;
    const auto read = read_graphql_request(request, arena);
    if (read) return {.message = "no error"};
    return read.error();
}

TEST(ReadPost, ReadsAllParameters) {
    Arena arena;
    const auto request = post(R"({"query":"{a}","operationName":"x","variables":{"v":1},)"
                              R"("extensions":{"e":null},"other":2})");
    const auto read = read_graphql_request(request, arena);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->query, "{a}");
    EXPECT_EQ(read->operation_name.value_or("none"), "x");
    EXPECT_EQ(read->variables->find("v")->text, "1");
    EXPECT_TRUE(read->extensions->find("e")->is_null());
    EXPECT_FALSE(read->query_only);
}

TEST(ReadPost, TakesTheIdempotencyKeyFromItsHeader) {
    Arena arena;
    const auto request = request_of(
        "POST", "/graphql", {{"Content-Type", "application/json"}, {"Idempotency-Key", "k-1"}},
        R"({"query":"{a}"})");
    const auto read = read_graphql_request(request, arena);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->idempotency_key, "k-1");
}

TEST(ReadPost, NullIsAsGoodAsAbsent) {
    Arena arena;
    const auto request =
        post(R"({"query":"{a}","operationName":null,"variables":null,"extensions":null})");
    const auto read = read_graphql_request(request, arena);
    ASSERT_TRUE(read);
    EXPECT_FALSE(read->operation_name);
    EXPECT_EQ(read->variables, nullptr);
    EXPECT_EQ(read->extensions, nullptr);
}

TEST(ReadPost, NamesTheParameterOfTheWrongType) {
    const std::vector<std::pair<std::string, std::string>> wrong = {
        {R"({"query":{}})", "\"query\" must be a string, not an object"},
        {R"({"query":1})", "\"query\" must be a string, not a number"},
        {R"({"query":["a"]})", "\"query\" must be a string, not a list"},
        {R"({"query":"{a}","operationName":1})",
         "\"operationName\" must be a string or null, not a number"},
        {R"({"query":"{a}","variables":"x"})",
         "\"variables\" must be an object or null, not a string"},
        {R"({"query":"{a}","variables":["x"]})",
         "\"variables\" must be an object or null, not a list"},
        {R"({"query":"{a}","extensions":0})",
         "\"extensions\" must be an object or null, not a number"},
    };
    for (const auto& [body, message] : wrong) {
        const Error error = error_of(post(body));
        EXPECT_EQ(error.code, ErrorCode::BadRequest);
        EXPECT_EQ(error.message, message);
    }
}

TEST(ReadPost, RefusesWhatIsNoRequest) {
    EXPECT_EQ(error_of(post("")).message, "The request has no body");
    EXPECT_EQ(error_of(post("{\"query\":")).code, ErrorCode::BadRequest);
    EXPECT_EQ(error_of(post("\"{a}\"")).message, "The body must be a JSON object, not a string");
    EXPECT_NE(error_of(post(R"([{"query":"{a}"}])")).message.find("Batches"), std::string::npos);
    EXPECT_EQ(error_of(post("{}")).message, "The request has no \"query\"");
    EXPECT_EQ(error_of(post(R"({"query":null})")).message, "The request has no \"query\"");
    EXPECT_EQ(error_of(post(R"({"qeury":"{a}"})")).hint,
              "There is \"qeury\"; did you mean \"query\"?");
}

TEST(ReadPost, TakesJsonInUtf8Only) {
    const std::string body = R"({"query":"{a}"})";
    for (const char* good : {"application/json", "Application/JSON; charset=UTF-8",
                             "application/json;charset=\"utf-8\""}) {
        EXPECT_EQ(error_of(post(body, good)).message, "no error") << good;
    }
    for (const char* bad : {"text/plain", "application/x-www-form-urlencoded", "application/*",
                            "multipart/form-data; boundary=x", "application/json; charset=latin1",
                            "application/graphql", "json", ""}) {
        EXPECT_EQ(error_of(post(body, bad)).code, ErrorCode::UnsupportedMediaType) << bad;
    }
    EXPECT_EQ(error_of(request_of("POST", "/graphql", {}, body)).code,
              ErrorCode::UnsupportedMediaType);
    EXPECT_EQ(
        error_of(request_of("POST", "/graphql",
                            {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}},
                            body))
            .code,
        ErrorCode::UnsupportedMediaType);
}

TEST(ReadGet, ReadsParametersFromTheUrl) {
    Arena arena;
    const auto request =
        get("query=%7Ba%7D+&operationName=x&variables=%7B%22v%22%3A%22%C3%A9%22%7D"
            "&extensions=null&&other=1");
    const auto read = read_graphql_request(request, arena);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->query, "{a} ");
    EXPECT_EQ(read->operation_name.value_or("none"), "x");
    EXPECT_EQ(read->variables->find("v")->text, "é");
    EXPECT_EQ(read->extensions, nullptr);
    EXPECT_TRUE(read->query_only);
}

TEST(ReadGet, RefusesWhatItCannotRead) {
    EXPECT_EQ(error_of(get("")).message, "The request has no \"query\"");
    EXPECT_EQ(error_of(get("query=a&query=b")).message, "\"query\" is given twice");
    EXPECT_EQ(error_of(get("query=a&variables=%7B")).code, ErrorCode::BadRequest);
    EXPECT_EQ(error_of(get("query=a&variables=[1]")).message,
              "\"variables\" must be an object or null, not a list");
    for (const char* bad : {"query=%", "query=%4", "query=%4g", "%zz=1"}) {
        EXPECT_EQ(error_of(get(bad)).code, ErrorCode::BadRequest) << bad;
    }
    EXPECT_EQ(error_of(request_of("DELETE", "/graphql", {})).code, ErrorCode::MethodNotAllowed);
}

TEST(ReadForm, KeepsOrderAndEmptyValues) {
    const auto fields = read_form("a=1&b&=c&a=%26%3D");
    ASSERT_TRUE(fields);
    const Fields expected = {{"a", "1"}, {"b", ""}, {"", "c"}, {"a", "&="}};
    EXPECT_EQ(*fields, expected);
}

std::string chosen(const Fields& fields) {
    const auto type = choose_media_type(request_of("POST", "/graphql", fields));
    if (!type) return std::string(info(type.error().code).wire);
    return *type == MediaType::Json ? "json" : "graphql";
}

TEST(ChooseMediaType, FollowsAccept) {
    const std::string graphql = "application/graphql-response+json";
    const std::vector<std::pair<std::string, std::string>> cases = {
        {graphql, "graphql"},
        {"application/json", "json"},
        {"*/*", "json"},
        {"application/*", "json"},
        {graphql + ", application/json", "graphql"},
        {"application/json, " + graphql, "json"},
        {"application/json;q=0.9, " + graphql, "graphql"},
        {graphql + ";q=0.5, application/json;q=0.6", "json"},
        {graphql + "; charset=utf-8, */*;q=0.1", "graphql"},
        {"text/html, application/xhtml+xml, */*;q=0.8", "json"},
        {"application/json;q=0, */*", "graphql"},
        {"APPLICATION/JSON", "json"},
        {"text/html", "NOT_ACCEPTABLE"},
        {"*/*;q=0", "NOT_ACCEPTABLE"},
        {graphql + ";charset=utf-16", "NOT_ACCEPTABLE"},
    };
    for (const auto& [accept, expected] : cases) {
        EXPECT_EQ(chosen({{"Accept", accept}}), expected) << accept;
    }
    EXPECT_EQ(chosen({}), "json");
    EXPECT_EQ(chosen({{"Accept", "text/html"}, {"accept", graphql}}), "graphql");
}

TEST(ResponseStatus, TellsLegacyClientsOnlyWhatIsHttps) {
    const auto status = [](MediaType type, ErrorCode code) {
        return response_status(type, true, code);
    };
    EXPECT_EQ(status(MediaType::Json, ErrorCode::GraphqlParseFailed), 200);
    EXPECT_EQ(status(MediaType::Json, ErrorCode::BadUserInput), 200);
    EXPECT_EQ(status(MediaType::Json, ErrorCode::MethodNotAllowed), 405);
    EXPECT_EQ(status(MediaType::Json, ErrorCode::ServiceUnavailable), 503);
    EXPECT_EQ(status(MediaType::GraphqlResponseJson, ErrorCode::GraphqlParseFailed), 400);
    EXPECT_EQ(status(MediaType::GraphqlResponseJson, ErrorCode::GraphqlValidationFailed), 400);
    EXPECT_EQ(response_status(MediaType::GraphqlResponseJson, false, ErrorCode::Timeout), 200);
}

}  // namespace
}  // namespace fraiseql::server
