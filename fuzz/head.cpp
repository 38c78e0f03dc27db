// SPDX-License-Identifier: MIT
// Any bytes: what is read as requests is the same however the bytes arrive in pieces.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/h1_reader.hpp"
#include "http/media_range.hpp"

using namespace fraiseql;

namespace {

constexpr http::Limits kLimits{.head = 1024, .header_fields = 8, .body = 1024};

/// What the reader makes of `text`, given in pieces of `piece` bytes.
std::string reading(std::string_view text, std::size_t piece) {
    http::H1Reader reader(kLimits);
    std::string out;
    std::size_t end = 0;
    for (std::size_t begin = 0; begin < text.size();) {
        end = std::min(text.size(), std::max(end, begin) + piece);
        const auto step = reader.read(text.substr(begin, end - begin));
        if (step.consumed > end - begin) std::abort();
        begin += step.consumed;
        if (step.state == http::H1Reader::State::Refused) return out;
        if (step.state == http::H1Reader::State::NeedMore) {
            if (end == text.size()) break;
            continue;
        }
        const bool more = reader.keep_alive();
        const http::Request request = reader.take();
        out += std::string(request.method()) + ' ' + std::string(request.path()) + '\n';
        for (std::size_t i = 0; i < request.header_count(); ++i) {
            const auto field = request.header_at(i);
            out += std::string(field.name) + ':' + std::string(field.value) + '\n';
            http::read_accept(field.value);
        }
        out += request.body();
        if (request.body().size() > kLimits.body) std::abort();
        if (!more) break;
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::string whole = reading(text, text.size() + 1);
    const std::string pieces = reading(text, 1);
    // Empty lines before a request are taken or refused as they arrive; what is read is the same.
    if (!whole.starts_with(pieces) && !pieces.starts_with(whole)) std::abort();
#ifdef FRAISEQL_PLANTED_BUG
    if (whole.starts_with("GET /p\n")) std::abort();
#endif
    return 0;
}
