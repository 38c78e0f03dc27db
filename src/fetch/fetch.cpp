// SPDX-License-Identifier: MIT
#include "fetch/fetch.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <charconv>
#include <memory>

#include "base/ascii.hpp"

namespace fraiseql::fetch {
namespace {

struct Close {
    void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, Close>;

/// What arrives, bounded.
struct Answer {
    std::string body;
    std::string cache_control;
    std::size_t limit = 0;
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* to) {
    auto& answer = *static_cast<Answer*>(to);
    const std::size_t bytes = size * count;
    // Less than was offered: libcurl gives up.
    if (answer.body.size() + bytes > answer.limit) return 0;
    answer.body.append(data, bytes);
    return bytes;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* to) {
    constexpr std::string_view kName = "cache-control:";
    const std::size_t bytes = size * count;
    const std::string line = lower({data, bytes});
    if (line.starts_with(kName))
        static_cast<Answer*>(to)->cache_control = line.substr(kName.size());
    return bytes;
}

std::optional<std::chrono::seconds> max_age(std::string_view cache_control) {
    constexpr std::string_view kName = "max-age=";
    const std::size_t at = cache_control.find(kName);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view rest = cache_control.substr(at + kName.size());
    std::uint32_t seconds = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), seconds);
    if (error != std::errc() || end == rest.data()) return std::nullopt;
    return std::chrono::seconds(seconds);
}

Handle make_handle(const std::string& url, const Limits& limits, Answer& answer) {
    static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (initialized != CURLE_OK) return nullptr;
    Handle handle(curl_easy_init());
    if (!handle) return nullptr;
    auto set = [&](CURLoption option, auto value) {
        return curl_easy_setopt(handle.get(), option, value) == CURLE_OK;
    };
    const bool plain = url.starts_with("http://");
    bool done = set(CURLOPT_URL, url.c_str());
    done = done && set(CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
    done = done && set(CURLOPT_FOLLOWLOCATION, 0L) && set(CURLOPT_NOSIGNAL, 1L);
    done = done && set(CURLOPT_SSL_VERIFYPEER, 1L) && set(CURLOPT_SSL_VERIFYHOST, 2L);
    done = done && set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!limits.authorities_file.empty())
        done = done && set(CURLOPT_CAINFO, limits.authorities_file.c_str());
    done = done && set(CURLOPT_TIMEOUT_MS, static_cast<long>(limits.time.count()));
    done = done && set(CURLOPT_WRITEFUNCTION, &take_body) && set(CURLOPT_WRITEDATA, &answer);
    done = done && set(CURLOPT_HEADERFUNCTION, &take_header) && set(CURLOPT_HEADERDATA, &answer);
    return done ? std::move(handle) : nullptr;
}

tl::unexpected<Error> unavailable(const std::string& url, std::string_view reason) {
    return fail(ErrorCode::ServiceUnavailable, fmt::format("{} cannot be read: {}", url, reason));
}

}  // namespace

Result<void> check_url(std::string_view url) {
    if (url.starts_with("https://")) return {};
    constexpr std::string_view kPlain = "http://";
    if (url.starts_with(kPlain)) {
        std::string_view host = url.substr(kPlain.size());
        host = host.substr(0, host.find_first_of("/?#"));
        // Of `user@host`, only what follows is the host.
        const bool bracketed = host.starts_with("[::1]");
        const std::string_view name = bracketed ? "[::1]" : host.substr(0, host.find(':'));
        const std::string_view rest = host.substr(name.size());
        const bool port =
            rest.empty() || (rest.starts_with(':') &&
                             rest.find_first_not_of("0123456789", 1) == std::string_view::npos);
        if (port && (bracketed || name == "localhost" || name == "127.0.0.1")) return {};
    }
    return fail(ErrorCode::Configuration, fmt::format("\"{}\" is no https:// URL.", url),
                "http:// is for this machine itself only: 127.0.0.1, [::1] or localhost.");
}

Result<Document> get(const std::string& url, const Limits& limits) {
    Answer answer{.body = {}, .cache_control = {}, .limit = limits.bytes};
    const Handle handle = make_handle(url, limits, answer);
    if (!handle) return unavailable(url, "libcurl cannot be used that way");
    const CURLcode done = curl_easy_perform(handle.get());
    if (done == CURLE_WRITE_ERROR)
        return unavailable(url, fmt::format("it is larger than {} bytes", limits.bytes));
    if (done != CURLE_OK) return unavailable(url, curl_easy_strerror(done));
    long status = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) return unavailable(url, fmt::format("it answers with status {}", status));
    return Document{std::move(answer.body), max_age(answer.cache_control)};
}

}  // namespace fraiseql::fetch
