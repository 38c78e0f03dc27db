// SPDX-License-Identifier: MIT
#include "auth/authenticator.hpp"

#include <openssl/evp.h>

#include "auth/openssl.hpp"

namespace fraiseql::auth {
namespace {

using Reason = Refusal::Reason;

std::string sha256(std::string_view text) {
    std::string out(32, '\0');
    if (EVP_Q_digest(nullptr, "SHA256", nullptr, text.data(), text.size(),
                     reinterpret_cast<unsigned char*>(out.data()), nullptr) != 1)
        return {};
    return out;
}

/// The token of `Bearer …` (RFC 6750 §2.1), or nothing.
std::optional<std::string_view> bearer_token(std::string_view header) {
    constexpr std::string_view kScheme = "bearer";
    if (header.size() <= kScheme.size() + 1 || header[kScheme.size()] != ' ') return std::nullopt;
    for (std::size_t i = 0; i < kScheme.size(); ++i)
        if ((header[i] | 0x20) != kScheme[i]) return std::nullopt;
    header.remove_prefix(kScheme.size());
    while (header.starts_with(' '))
        header.remove_prefix(1);
    return header;
}

}  // namespace

Authenticator::Authenticator(std::shared_ptr<const Keys> keys, Settings settings)
    : keys_(std::move(keys)),
      settings_(std::move(settings)),
      anonymous_(make_anonymous(settings_.claims)) {}

Authenticator::Answer Authenticator::authenticate(std::optional<std::string_view> authorization,
                                                  std::int64_t now) {
    if (!authorization) {
        if (!settings_.required) return anonymous_;
        return tl::make_unexpected(
            Refusal{Reason::Missing, "This server answers only with a token."});
    }
    const auto token = bearer_token(*authorization);
    if (token) return authenticate_token(*token, now);
    ++statistics_.refused;
    return tl::make_unexpected(
        Refusal{Reason::Malformed, "The Authorization header has no bearer token."});
}

Authenticator::Answer Authenticator::authenticate_token(std::string_view token, std::int64_t now) {
    Answer answer = find_or_verify(token, now);
    if (!answer) ++statistics_.refused;
    return answer;
}

Authenticator::Answer Authenticator::find_or_verify(std::string_view token, std::int64_t now) {
    if (token.size() > settings_.policy.max_bytes)
        return tl::make_unexpected(Refusal{Reason::TooLong, "The token is too long."});
    std::string digest = sha256(token);
    if (auto found = by_digest_.find(digest); found != by_digest_.end()) {
        if (now < found->second->principal->valid_until) {
            ++statistics_.known;
            recent_.splice(recent_.begin(), recent_, found->second);
            return recent_.front().principal;
        }
        const auto entry = found->second;
        by_digest_.erase(found);
        recent_.erase(entry);
    }
    Answer answer = verify(token, now);
    if (answer) ++statistics_.verified;
    if (answer && !digest.empty()) keep(std::move(digest), *answer);
    return answer;
}

Authenticator::Answer Authenticator::verify(std::string_view token, std::int64_t now) const {
    const auto claims = verify_token(token, *keys_, settings_.policy, now);
    if (!claims) return tl::make_unexpected(claims.error());
    return make_principal(settings_.claims, **claims);
}

void Authenticator::keep(std::string digest, std::shared_ptr<const Principal> principal) {
    if (settings_.max_cached == 0) return;
    if (recent_.size() >= settings_.max_cached) {
        by_digest_.erase(recent_.back().digest);
        recent_.pop_back();
    }
    recent_.push_front({std::move(digest), std::move(principal)});
    by_digest_.emplace(recent_.front().digest, recent_.begin());
}

void Authenticator::replace_keys(std::shared_ptr<const Keys> keys) {
    keys_ = std::move(keys);
    by_digest_.clear();
    recent_.clear();
}

}  // namespace fraiseql::auth
