// SPDX-License-Identifier: MIT
#include "fetch/post.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <charconv>

namespace fraiseql::fetch {
namespace {

/// Of an answer, no more than a log would show.
constexpr std::size_t kMaxAnswer = 512;

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* to) {
    auto& body = static_cast<Posted*>(to)->body;
    const std::size_t bytes = size * count;
    body.append(data, std::min(bytes, kMaxAnswer - std::min(body.size(), kMaxAnswer)));
    return bytes;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* to) {
    constexpr std::string_view kName = "retry-after:";
    const std::string_view line(data, size * count);
    if (line.size() > kName.size() && curl_strnequal(line.data(), kName.data(), kName.size())) {
        std::string_view value = line.substr(kName.size());
        value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
        std::uint32_t seconds = 0;
        const auto read = std::from_chars(value.data(), value.data() + value.size(), seconds);
        if (read.ec == std::errc())
            static_cast<Posted*>(to)->retry_after = std::chrono::seconds(seconds);
    }
    return line.size();
}

tl::unexpected<Error> unavailable(const std::string& url, std::string_view reason) {
    return fail(ErrorCode::ServiceUnavailable,
                fmt::format("{} cannot be reached: {}", url, reason));
}

}  // namespace

struct Poster::Handle {
    CURL* curl = nullptr;
    curl_slist* headers = nullptr;

    Handle() {
        static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
        if (initialized == CURLE_OK) curl = curl_easy_init();
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() {
        curl_slist_free_all(headers);
        curl_easy_cleanup(curl);
    }

    template <class Value>
    bool set(CURLoption option, Value value) {
        return curl_easy_setopt(curl, option, value) == CURLE_OK;
    }
};

Result<void> check_post_url(std::string_view url) {
    const bool known = url.starts_with("https://") || url.starts_with("http://");
    const std::size_t host = url.find("://") + 3;
    const std::string_view authority = known ? url.substr(host, url.find('/', host) - host) : "";
    if (authority.empty() || authority.starts_with(':'))
        return fail(ErrorCode::Configuration,
                    fmt::format("\"{}\" is no http:// or https:// URL.", url));
    if (authority.find('@') != std::string_view::npos)
        return fail(ErrorCode::Configuration, "The URL has a user or a password in it.",
                    "Give secrets as a header.");
    return {};
}

Poster::Poster(PostSettings settings)
    : settings_(std::move(settings)), handle_(std::make_unique<Handle>()) {
    if (handle_->curl == nullptr) return;
    const auto add = [this](const std::string& header) {
        handle_->headers = curl_slist_append(handle_->headers, header.c_str());
    };
    add("Content-Type: " + settings_.content_type);
    // libcurl would ask for leave to send a large body, and wait for it.
    add("Expect:");
    for (const std::string& header : settings_.headers)
        add(header);
    const bool plain = settings_.url.starts_with("http://");
    bool done = handle_->set(CURLOPT_URL, settings_.url.c_str());
    done = done && handle_->set(CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
    done = done && handle_->set(CURLOPT_FOLLOWLOCATION, 0L) && handle_->set(CURLOPT_NOSIGNAL, 1L);
    done = done && handle_->set(CURLOPT_SSL_VERIFYPEER, 1L);
    done = done && handle_->set(CURLOPT_SSL_VERIFYHOST, 2L);
    done = done && handle_->set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!settings_.authorities_file.empty())
        done = done && handle_->set(CURLOPT_CAINFO, settings_.authorities_file.c_str());
    done = done && handle_->set(CURLOPT_HTTPHEADER, handle_->headers);
    done = done && handle_->set(CURLOPT_WRITEFUNCTION, &take_body);
    done = done && handle_->set(CURLOPT_HEADERFUNCTION, &take_header);
    if (done) return;
    curl_easy_cleanup(handle_->curl);
    handle_->curl = nullptr;
}

Poster::~Poster() = default;

Result<Posted> Poster::post(const std::string& body, std::chrono::milliseconds time) {
    if (handle_->curl == nullptr)
        return unavailable(settings_.url, "libcurl cannot be used that way");
    Posted answer;
    handle_->set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    handle_->set(CURLOPT_POSTFIELDS, body.c_str());
    handle_->set(CURLOPT_WRITEDATA, &answer);
    handle_->set(CURLOPT_HEADERDATA, &answer);
    handle_->set(CURLOPT_TIMEOUT_MS, static_cast<long>(time.count()));
    const CURLcode done = curl_easy_perform(handle_->curl);
    if (done != CURLE_OK) return unavailable(settings_.url, curl_easy_strerror(done));
    curl_easy_getinfo(handle_->curl, CURLINFO_RESPONSE_CODE, &answer.status);
    return answer;
}

}  // namespace fraiseql::fetch
