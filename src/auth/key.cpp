// SPDX-License-Identifier: MIT
#include "auth/key.hpp"

#include <fmt/format.h>
#include <openssl/core_names.h>

#include <algorithm>
#include <array>

#include "auth/base64url.hpp"
#include "auth/openssl.hpp"
#include "json/value.hpp"

namespace fraiseql::auth {
namespace {

constexpr std::size_t kMaxKeys = 64;
constexpr std::size_t kMinSecretBytes = 32;
constexpr int kMinRsaBits = 2048;
// Verifying costs time that grows with the modulus, and the key set may come from elsewhere.
constexpr int kMaxRsaBits = 8192;

tl::unexpected<Error> broken(std::string message, std::string hint = {}) {
    return fail(ErrorCode::Configuration, "JWK set: " + std::move(message), std::move(hint));
}

std::string_view text_of(const json::Value& key, std::string_view name) {
    const json::Value* value = key.find(name);
    return value != nullptr && value->is_string() ? value->text : std::string_view{};
}

Result<std::string> bytes_of(const json::Value& key, std::string_view name) {
    auto decoded = decode_base64url(text_of(key, name));
    if (!decoded || decoded->empty())
        return broken(fmt::format("the member \"{}\" of a key is missing or not base64url.", name));
    return std::move(*decoded);
}

std::shared_ptr<EVP_PKEY> from_parameters(const char* type, OSSL_PARAM_BLD* builder) {
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
        return nullptr;
    std::shared_ptr<EVP_PKEY> owned(key, EVP_PKEY_free);
    const KeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    return check != nullptr && EVP_PKEY_public_check(check.get()) == 1 ? owned : nullptr;
}

Result<std::shared_ptr<EVP_PKEY>> read_rsa(const json::Value& key) {
    FRAISEQL_TRY(const std::string modulus, bytes_of(key, "n"));
    FRAISEQL_TRY(const std::string exponent, bytes_of(key, "e"));
    const BigNumber n(BN_bin2bn(bytes(modulus.data()), static_cast<int>(modulus.size()), nullptr));
    const BigNumber e(
        BN_bin2bn(bytes(exponent.data()), static_cast<int>(exponent.size()), nullptr));
    const int bits = n == nullptr ? 0 : BN_num_bits(n.get());
    if (bits < kMinRsaBits || bits > kMaxRsaBits)
        return broken(fmt::format("an RSA key has {} bits; {} to {} are accepted.", bits,
                                  kMinRsaBits, kMaxRsaBits));
    // An even exponent is none; a long one only makes verifying slow.
    if (e == nullptr || BN_num_bits(e.get()) > 64 || BN_is_odd(e.get()) == 0 ||
        BN_is_one(e.get()) == 1)
        return broken("an RSA key has an impossible exponent.");
    const ParameterBuilder builder(OSSL_PARAM_BLD_new());
    if (builder == nullptr ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
        return broken("an RSA key cannot be read.");
    auto out = from_parameters("RSA", builder.get());
    if (out == nullptr) return broken("an RSA key is not valid.");
    return out;
}

struct Curve {
    std::string_view name;
    const char* group;
    KeyKind kind;
    std::size_t coordinate_bytes;
};

constexpr std::array<Curve, 3> kCurves = {{{"P-256", "prime256v1", KeyKind::P256, 32},
                                           {"P-384", "secp384r1", KeyKind::P384, 48},
                                           {"P-521", "secp521r1", KeyKind::P521, 66}}};

Result<std::shared_ptr<EVP_PKEY>> read_ec(const json::Value& key, const Curve& curve) {
    FRAISEQL_TRY(const std::string x, bytes_of(key, "x"));
    FRAISEQL_TRY(const std::string y, bytes_of(key, "y"));
    if (x.size() != curve.coordinate_bytes || y.size() != curve.coordinate_bytes)
        return broken(fmt::format("a key on {} has coordinates of another length.", curve.name));
    const std::string point = '\x04' + x + y;
    const ParameterBuilder builder(OSSL_PARAM_BLD_new());
    if (builder == nullptr ||
        OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.group,
                                        0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                         point.size()) != 1)
        return broken("an EC key cannot be read.");
    auto out = from_parameters("EC", builder.get());
    if (out == nullptr) return broken(fmt::format("a key is no point on {}.", curve.name));
    return out;
}

Result<std::shared_ptr<EVP_PKEY>> read_ed25519(const json::Value& key) {
    FRAISEQL_TRY(const std::string x, bytes_of(key, "x"));
    std::shared_ptr<EVP_PKEY> out(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(x.data()), x.size()),
        EVP_PKEY_free);
    if (out == nullptr) return broken("an Ed25519 key is not valid.");
    return out;
}

/// Whether the key says that it is for something else than verifying signatures.
bool is_for_other_use(const json::Value& key) {
    const json::Value* use = key.find("use");
    if (use != nullptr && use->text != "sig") return true;
    const json::Value* operations = key.find("key_ops");
    return operations != nullptr &&
           std::none_of(operations->items.begin(), operations->items.end(),
                        [](const json::Value& item) { return item.text == "verify"; });
}

/// Fills in the kind and the public key; false where the type is none of ours.
Result<bool> read_material(const json::Value& key, Key& out) {
    const std::string_view type = text_of(key, "kty");
    const std::string_view curve = text_of(key, "crv");
    if (type == "RSA") {
        out.kind = KeyKind::Rsa;
        FRAISEQL_TRY(out.public_key, read_rsa(key));
        return true;
    }
    if (type == "OKP" && curve == "Ed25519") {
        out.kind = KeyKind::Ed25519;
        FRAISEQL_TRY(out.public_key, read_ed25519(key));
        return true;
    }
    if (type != "EC") return false;
    for (const Curve& known : kCurves) {
        if (known.name != curve) continue;
        out.kind = known.kind;
        FRAISEQL_TRY(out.public_key, read_ec(key, known));
        return true;
    }
    return false;
}

}  // namespace

Result<Keys> read_key_set(std::string_view text) {
    Arena arena;
    auto document = json::read(text, arena, 8);
    if (!document) return broken("it is not JSON: " + document.error().message);
    const json::Value* list = document->is_object() ? document->find("keys") : nullptr;
    if (list == nullptr || !list->is_array())
        return broken("it has no list \"keys\".",
                      "It looks like {\"keys\":[{\"kty\":\"RSA\",…}]}.");
    if (list->items.size() > kMaxKeys)
        return broken(fmt::format("it has more than {} keys.", kMaxKeys));
    Keys keys;
    for (const json::Value& item : list->items) {
        if (!item.is_object()) return broken("a key is not an object.");
        if (is_for_other_use(item)) continue;
        Key key{.id = std::string(text_of(item, "kid"))};
        const std::string_view algorithm = text_of(item, "alg");
        key.only = find_algorithm(algorithm);
        if (!algorithm.empty() && !key.only) continue;
        FRAISEQL_TRY(const bool ours, read_material(item, key));
        if (!ours) continue;
        if (key.only && key_kind(*key.only) != key.kind)
            return broken(fmt::format("a key of type {} says that its algorithm is {}.",
                                      text_of(item, "kty"), algorithm));
        keys.push_back(std::move(key));
    }
    if (keys.empty())
        return broken(
            "none of its keys can verify a signature.",
            "RSA, EC (P-256, P-384, P-521) and Ed25519 keys are understood; a secret goes "
            "into FRAISEQL_JWT_SECRET.");
    return keys;
}

Result<Key> make_secret_key(std::string secret) {
    if (secret.size() < kMinSecretBytes)
        return fail(ErrorCode::Configuration,
                    fmt::format("The JWT secret has {} bytes; at least {} are needed.",
                                secret.size(), kMinSecretBytes),
                    "Make one with: openssl rand -base64 48");
    return Key{.kind = KeyKind::Secret, .secret = std::move(secret)};
}

}  // namespace fraiseql::auth
