// SPDX-License-Identifier: MIT
// The one translation unit that sees Beast, whose parser reads the syntax; the checks are ours.
// Beast 1.81 asserts that five bytes are there where a last chunk is the first and comes byte by
// byte: "0 CR LF", then "CR". It reads that well, so a client must not end a debug build by it.
#define BOOST_DISABLE_ASSERTS

#include "http/h1_reader.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <optional>
#include <string>

namespace fraiseql::http {

namespace beast = boost::beast;

namespace {

using BeastView = beast::string_view;

std::string_view view(BeastView text) { return {text.data(), text.size()}; }

Refusal refuse(int status, ErrorCode code, std::string message) {
    return {status, Error{.code = code, .message = std::move(message)}};
}

Refusal bad_request(std::string message) {
    return refuse(400, ErrorCode::BadRequest, std::move(message));
}

/// Where the head ends, as far as the bytes so far tell.
struct HeadEnd {
    enum class Found { Yes, NotYet, Malformed };
    Found found = Found::NotYet;
    std::size_t size = 0;
};

/// Scans line by line from `*line`, the start of the first line not seen complete yet.
HeadEnd find_head_end(std::string_view bytes, std::size_t* line) {
    while (true) {
        const std::size_t feed = bytes.find('\n', *line);
        if (feed == std::string_view::npos) return {};
        const bool bare = feed == *line || bytes[feed - 1] != '\r';
        const bool folded = *line > 0 && (bytes[*line] == ' ' || bytes[*line] == '\t');
        if (bare || folded) return {HeadEnd::Found::Malformed, 0};
        const bool empty = feed == *line + 1;
        *line = feed + 1;
        if (empty) return {HeadEnd::Found::Yes, *line};
    }
}

bool all_digits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Turns the absolute form of a request target into its origin form (RFC 9112 §3.2.2).
std::string_view origin_form(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
        const std::size_t path = target.find_first_of("/?", scheme.size());
        return path == std::string_view::npos ? "/" : target.substr(path);
    }
    return target;
}

/// The framing rules of RFC 9112 §3.2, §6.1 and §6.3, where more than one reading is possible.
std::optional<Refusal> check_framing(const Request& request, bool http11) {
    const std::size_t hosts = request.count("Host");
    if (hosts > 1 || (http11 && hosts == 0)) {
        return bad_request("The request must have exactly one Host header field");
    }
    const std::size_t lengths = request.count("Content-Length");
    const std::size_t encodings = request.count("Transfer-Encoding");
    if (encodings > 0) {
        const bool chunked = encodings == 1 && http11 && lengths == 0 &&
                             equal_ignoring_case(*request.header("Transfer-Encoding"), "chunked");
        if (!chunked) {
            return bad_request(
                "Transfer-Encoding must be exactly \"chunked\", in HTTP/1.1, "
                "without Content-Length");
        }
    }
    if (lengths > 1 || (lengths == 1 && !all_digits(*request.header("Content-Length")))) {
        return bad_request("Content-Length must be one number");
    }
    const std::string_view path = request.path();
    if (!path.starts_with('/') && !(path == "*" && request.method() == "OPTIONS")) {
        return bad_request("The request target must be a path");
    }
    return std::nullopt;
}

}  // namespace

/// Receives what Beast's parser finds.
struct H1Reader::Parser final : beast::http::basic_parser<true> {
    explicit Parser(const Limits& limits) : limits_(limits) {
        header_limit(static_cast<std::uint32_t>(limits.head));
        body_limit(limits.body);
        eager(false);
    }

    Request request;
    int version = 11;
    bool too_many_fields = false;

  private:
    using Error = beast::error_code;

    void on_request_impl(beast::http::verb, BeastView method, BeastView target, int http_version,
                         Error&) override {
        version = http_version;
        request.set_line(view(method), origin_form(view(target)));
    }
    void on_response_impl(int, BeastView, int, Error&) override {}
    void on_field_impl(beast::http::field, BeastView name, BeastView value, Error& error) override {
        if (in_trailer_) return;
        if (request.header_count() >= limits_.header_fields) {
            too_many_fields = true;
            error = beast::http::error::header_limit;
            return;
        }
        request.add_header(view(name), view(value));
    }
    void on_header_impl(Error&) override { in_trailer_ = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error&) override {
        // What is announced costs nothing; memory is for what has come.
        constexpr std::uint64_t kAtOnce = 64 * 1024;
        if (!length) return;
        request.mutable_body().reserve(static_cast<std::size_t>(std::min(*length, kAtOnce)));
    }
    std::size_t on_body_impl(BeastView bytes, Error&) override {
        request.mutable_body().append(bytes.data(), bytes.size());
        return bytes.size();
    }
    void on_chunk_header_impl(std::uint64_t, BeastView, Error&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, BeastView bytes, Error& error) override {
        return on_body_impl(bytes, error);
    }
    void on_finish_impl(Error&) override {}

    const Limits& limits_;
    bool in_trailer_ = false;
};

struct H1Reader::State_ {
    explicit State_(const Limits& wanted) : limits(wanted) {}

    Limits limits;
    std::optional<Parser> parser;
    Refusal refusal;
    std::size_t line = 0;
    bool begun = false;
    bool continue_expected = false;
    bool keep_alive = false;

    Step refused(Refusal why) {
        refusal = std::move(why);
        return {State::Refused, 0};
    }

    Refusal explain(beast::error_code code) const {
        using beast::http::error;
        if (parser && parser->too_many_fields) {
            return refuse(431, ErrorCode::BadRequest, "The request has too many header fields");
        }
        if (code == error::header_limit) return head_too_large();
        if (code == error::body_limit) return body_too_large();
        if (code == error::bad_version) {
            return refuse(505, ErrorCode::BadRequest, "Only HTTP/1.1 and HTTP/1.0 are spoken here");
        }
        return bad_request("The request is not HTTP: " + code.message());
    }

    Refusal head_too_large() const {
        return refuse(431, ErrorCode::BadRequest,
                      "The request head is larger than " + std::to_string(limits.head) + " bytes");
    }

    Refusal body_too_large() const {
        return refuse(413, ErrorCode::PayloadTooLarge,
                      "The request body is larger than " + std::to_string(limits.body) + " bytes");
    }

    Step read_head(std::string_view bytes);
    Step read_body(std::string_view bytes, std::size_t consumed);
    std::optional<Refusal> check_expectation();
};

std::optional<Refusal> H1Reader::State_::check_expectation() {
    const auto expect = parser->request.header("Expect");
    if (!expect || parser->version < 11) return std::nullopt;
    if (!equal_ignoring_case(*expect, "100-continue")) {
        return refuse(417, ErrorCode::BadRequest, "The only expectation met is 100-continue");
    }
    continue_expected = true;
    return std::nullopt;
}

H1Reader::Step H1Reader::State_::read_head(std::string_view bytes) {
    std::size_t skipped = 0;
    if (!begun) {
        // An empty line before a request is forgiven (RFC 9112 §2.2), once.
        if (bytes == "\r") return {};
        if (bytes.starts_with("\r\n")) skipped = 2;
        bytes.remove_prefix(skipped);
        if (bytes.empty()) return {State::NeedMore, skipped};
        begun = true;
    }
    const HeadEnd end = find_head_end(bytes.substr(0, limits.head), &line);
    if (end.found == HeadEnd::Found::Malformed) {
        return refused(
            bad_request("The request head has a bare line feed, a folded line or no "
                        "request line"));
    }
    if (end.found == HeadEnd::Found::NotYet) {
        if (bytes.size() >= limits.head) return refused(head_too_large());
        return {State::NeedMore, skipped};
    }
    parser.emplace(limits);
    beast::error_code error;
    // The request line and the fields are two steps of the parser.
    std::size_t at = parser->put({bytes.data(), end.size}, error);
    if (!error && !parser->is_header_done()) {
        at += parser->put({bytes.data() + at, end.size - at}, error);
    }
    // Beast refuses a large Content-Length here as well.
    if (error) return refused(explain(error));
    if (auto problem = check_framing(parser->request, parser->version == 11)) {
        return refused(std::move(*problem));
    }
    if (auto problem = check_expectation()) return refused(std::move(*problem));
    parser->eager(true);
    return read_body(bytes.substr(end.size), skipped + end.size);
}

H1Reader::Step H1Reader::State_::read_body(std::string_view bytes, std::size_t consumed) {
    beast::error_code error;
    if (!parser->is_done() && !bytes.empty()) {
        consumed += parser->put({bytes.data(), bytes.size()}, error);
        if (error == beast::http::error::need_more) error = {};
    }
    if (error) return refused(explain(error));
    if (!parser->is_done()) return {State::NeedMore, consumed};
    keep_alive = parser->keep_alive();
    return {State::Complete, consumed};
}

H1Reader::H1Reader(const Limits& limits) : state_(std::make_unique<State_>(limits)) {}

H1Reader::~H1Reader() = default;

void H1Reader::use(const Limits& limits) { state_->limits = limits; }

H1Reader::Step H1Reader::read(std::string_view bytes) {
    if (state_->parser) return state_->read_body(bytes, 0);
    return state_->read_head(bytes);
}

bool H1Reader::in_request() const noexcept { return state_->begun; }

bool H1Reader::head_done() const noexcept { return state_->parser.has_value(); }

bool H1Reader::expects_continue() const noexcept { return state_->continue_expected; }

bool H1Reader::keep_alive() const noexcept { return state_->keep_alive; }

Request H1Reader::take() {
    Request request = std::move(state_->parser->request);
    state_->parser.reset();
    state_->line = 0;
    state_->begun = false;
    state_->continue_expected = false;
    return request;
}

const Refusal& H1Reader::refusal() const noexcept { return state_->refusal; }

}  // namespace fraiseql::http
