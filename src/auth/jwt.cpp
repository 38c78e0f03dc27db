// SPDX-License-Identifier: MIT
#include "auth/jwt.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "auth/base64url.hpp"
#include "auth/signature.hpp"

namespace fraiseql::auth {
namespace {

using Reason = Refusal::Reason;

tl::unexpected<Refusal> refuse(Reason reason, std::string message) {
    return tl::make_unexpected(Refusal{reason, std::move(message)});
}

/// The three parts of the compact form (RFC 7515 §7.1), still encoded.
struct Parts {
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
    /// Header and payload with the dot between them.
    std::string_view signed_text;
};

std::optional<Parts> split(std::string_view token) {
    const std::size_t first = token.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const std::size_t second = token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
        return std::nullopt;
    return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
                 token.substr(second + 1), token.substr(0, second)};
}

std::optional<json::Value> read_object(std::string_view encoded, Arena& arena) {
    const auto decoded = decode_base64url(encoded);
    if (!decoded) return std::nullopt;
    // The document must stay where it is: values may point into it.
    const auto value = json::read(arena.copy(std::string_view(*decoded)), arena, 16);
    if (!value || !value->is_object()) return std::nullopt;
    return *value;
}

struct Header {
    Algorithm algorithm = Algorithm::RS256;
    std::optional<std::string> key_id = {};
};

tl::expected<Header, Refusal> read_header(const json::Value& value) {
    if (value.find("crit") != nullptr)
        return refuse(Reason::CriticalHeader,
                      "The token has extensions (crit) that are not understood.");
    const json::Value* name = value.find("alg");
    const auto algorithm = name != nullptr && name->is_string() ? find_algorithm(name->text)
                                                                : std::optional<Algorithm>{};
    if (!algorithm)
        return refuse(Reason::Algorithm, "The token's algorithm is none that is accepted.");
    Header header{.algorithm = *algorithm};
    if (const json::Value* id = value.find("kid")) {
        if (!id->is_string()) return refuse(Reason::Malformed, "The token's kid is not a string.");
        header.key_id = std::string(id->text);
    }
    return header;
}

/// The key that signed the token. A token that names a key is checked with keys of that name, and
/// with those that have none.
tl::expected<const Key*, Refusal> find_key(const Header& header, const Parts& parts,
                                           std::string_view signature, std::span<const Key> keys) {
    bool known = false;
    bool allowed = false;
    for (const Key& key : keys) {
        if (header.key_id && !key.id.empty() && key.id != *header.key_id) continue;
        known = true;
        if (!key.allows(header.algorithm)) continue;
        allowed = true;
        if (is_signature(header.algorithm, key, parts.signed_text, signature)) return &key;
    }
    if (!known)
        return refuse(Reason::UnknownKey, "No key is known that could have signed the token.");
    if (!allowed)
        return refuse(Reason::Algorithm, "The token's algorithm is not the one of its key.");
    return refuse(Reason::Signature, "The token's signature is not valid.");
}

/// A NumericDate (RFC 7519 §2); nothing where it is no number that a date could be.
std::optional<std::int64_t> read_date(const json::Value& value) {
    if (!value.is_number()) return std::nullopt;
    double seconds = 0;
    const char* end = value.text.data() + value.text.size();
    const auto [rest, error] = std::from_chars(value.text.data(), end, seconds);
    constexpr double kFarthest = 253'402'300'800;  // the year 10000
    if (error != std::errc() || rest != end || !(std::abs(seconds) < kFarthest))
        return std::nullopt;
    return static_cast<std::int64_t>(std::floor(seconds));
}

tl::unexpected<Refusal> not_a_date(std::string_view claim) {
    return refuse(Reason::Claim, "The token's " + std::string(claim) + " is not a date.");
}

tl::expected<std::int64_t, Refusal> check_dates(const json::Value& claims, const Policy& policy,
                                                std::int64_t now) {
    std::int64_t valid_until = INT64_MAX;
    if (const json::Value* expiry = claims.find("exp")) {
        const auto date = read_date(*expiry);
        if (!date) return not_a_date("exp");
        valid_until = *date + policy.leeway;
        if (now >= valid_until) return refuse(Reason::Expired, "The token has expired.");
    } else if (policy.requires_expiry) {
        return refuse(Reason::Claim, "The token never expires: it has no exp.");
    }
    for (const std::string_view name : {"nbf", "iat"}) {
        const json::Value* claim = claims.find(name);
        if (claim == nullptr) continue;
        const auto date = read_date(*claim);
        if (!date) return not_a_date(name);
        if (now + policy.leeway < *date)
            return refuse(Reason::NotYetValid, "The token is not valid yet.");
    }
    return valid_until;
}

bool is_one_of(const json::Value& value, const std::vector<std::string>& wanted) {
    return value.is_string() && std::find(wanted.begin(), wanted.end(), value.text) != wanted.end();
}

std::optional<Refusal> check_issuer(const json::Value& claims, const Key& key,
                                    const Policy& policy) {
    const json::Value* issuer = claims.find("iss");
    const bool listed =
        policy.issuers.empty() || (issuer != nullptr && is_one_of(*issuer, policy.issuers));
    const bool fits = key.issuer.empty() || (issuer != nullptr && is_one_of(*issuer, {key.issuer}));
    if (listed && fits) return std::nullopt;
    return Refusal{Reason::Issuer, "The token's issuer is not trusted here."};
}

std::optional<Refusal> check_audience(const json::Value& claims, const Policy& policy) {
    const json::Value* audience = claims.find("aud");
    if (audience == nullptr && policy.audiences.empty()) return std::nullopt;
    if (audience != nullptr && is_one_of(*audience, policy.audiences)) return std::nullopt;
    if (audience != nullptr &&
        std::any_of(audience->items.begin(), audience->items.end(),
                    [&](const json::Value& item) { return is_one_of(item, policy.audiences); }))
        return std::nullopt;
    return Refusal{Reason::Audience, "The token is meant for another audience."};
}

}  // namespace

Error to_error(const Refusal& refusal) {
    return {.code = ErrorCode::Unauthenticated,
            .message = refusal.message,
            .hint = "Sign in again, and send the new token as 'Authorization: Bearer …'."};
}

tl::expected<std::shared_ptr<const Claims>, Refusal> verify_token(std::string_view token,
                                                                  std::span<const Key> keys,
                                                                  const Policy& policy,
                                                                  std::int64_t now) {
    if (token.size() > policy.max_bytes) return refuse(Reason::TooLong, "The token is too long.");
    const auto parts = split(token);
    if (!parts) return refuse(Reason::Malformed, "The token is not a JSON Web Token.");
    Arena scratch;
    const auto head = read_object(parts->header, scratch);
    const auto signature = decode_base64url(parts->signature);
    if (!head || !signature) return refuse(Reason::Malformed, "The token is not a JSON Web Token.");
    const auto header = read_header(*head);
    if (!header) return tl::make_unexpected(header.error());
    const auto key = find_key(*header, *parts, *signature, keys);
    if (!key) return tl::make_unexpected(key.error());

    // Nothing of the payload is read before the signature has been verified.
    auto claims = std::make_shared<Claims>();
    const auto payload = read_object(parts->payload, claims->arena);
    if (!payload) return refuse(Reason::Malformed, "The token's payload is not a JSON object.");
    claims->value = *payload;
    claims->own = (*key)->own;
    if (!claims->own) {
        if (auto wrong = check_issuer(*payload, **key, policy)) return tl::make_unexpected(*wrong);
        if (auto wrong = check_audience(*payload, policy)) return tl::make_unexpected(*wrong);
    }
    const auto valid_until = check_dates(*payload, policy, now);
    if (!valid_until) return tl::make_unexpected(valid_until.error());
    claims->valid_until = *valid_until;
    return claims;
}

}  // namespace fraiseql::auth
