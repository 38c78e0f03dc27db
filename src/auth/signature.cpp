// SPDX-License-Identifier: MIT
#include "auth/signature.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <array>
#include <optional>
#include <string>

#include "auth/openssl.hpp"

namespace fraiseql::auth {
namespace {

bool is_hmac(Algorithm algorithm, const Key& key, std::string_view text,
             std::string_view signature) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> expected{};
    unsigned size = 0;
    const EVP_MD* digest = EVP_get_digestbyname(digest_name(algorithm));
    if (HMAC(digest, key.secret.data(), static_cast<int>(key.secret.size()), bytes(text.data()),
             text.size(), expected.data(), &size) == nullptr)
        return false;
    return signature.size() == size && CRYPTO_memcmp(signature.data(), expected.data(), size) == 0;
}

std::size_t coordinate_bytes(KeyKind kind) {
    if (kind == KeyKind::P256) return 32;
    return kind == KeyKind::P384 ? 48 : 66;
}

/// JWS has r and s one after the other (RFC 7518 §3.4); OpenSSL wants DER.
std::optional<std::string> to_der(KeyKind kind, std::string_view signature) {
    const std::size_t half = coordinate_bytes(kind);
    if (signature.size() != 2 * half) return std::nullopt;
    BigNumber r(BN_bin2bn(bytes(signature.data()), static_cast<int>(half), nullptr));
    BigNumber s(BN_bin2bn(bytes(signature.data() + half), static_cast<int>(half), nullptr));
    const EcdsaSignature pair(ECDSA_SIG_new());
    if (r == nullptr || s == nullptr || pair == nullptr) return std::nullopt;
    if (ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return std::nullopt;
    static_cast<void>(r.release());
    static_cast<void>(s.release());
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(pair.get(), &der);
    if (size <= 0) return std::nullopt;
    std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return out;
}

bool verify(Algorithm algorithm, EVP_PKEY* key, std::string_view text, std::string_view signature) {
    const DigestContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    if (context == nullptr ||
        EVP_DigestVerifyInit_ex(context.get(), &parameters, digest_name(algorithm), nullptr,
                                nullptr, key, nullptr) != 1)
        return false;
    // RFC 7518 §3.5: the salt is as long as the hash, and MGF1 uses the same hash (the default).
    if (is_pss(algorithm) &&
        (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) != 1 ||
         EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) != 1))
        return false;
    return EVP_DigestVerify(context.get(), bytes(signature.data()), signature.size(),
                            bytes(text.data()), text.size()) == 1;
}

}  // namespace

bool is_signature(Algorithm algorithm, const Key& key, std::string_view signed_text,
                  std::string_view signature) {
    if (!key.allows(algorithm)) return false;
    if (key.kind == KeyKind::Secret) return is_hmac(algorithm, key, signed_text, signature);
    if (key.public_key == nullptr) return false;
    bool good = false;
    if (key.kind == KeyKind::Rsa || key.kind == KeyKind::Ed25519) {
        good = verify(algorithm, key.public_key.get(), signed_text, signature);
    } else {
        const auto der = to_der(key.kind, signature);
        good = der && verify(algorithm, key.public_key.get(), signed_text, *der);
    }
    // A refused signature leaves its reason in the thread's queue, where it would only grow.
    if (!good) ERR_clear_error();
    return good;
}

}  // namespace fraiseql::auth
