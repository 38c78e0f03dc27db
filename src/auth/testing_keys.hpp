// SPDX-License-Identifier: MIT
// Keys and tokens for tests: what an issuer does. Only tests include it.
#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/base64url.hpp"
#include "auth/key.hpp"
#include "auth/openssl.hpp"

namespace fraiseql::auth {

/// A key as its verifier sees it, together with the private part.
struct SigningKey {
    Key key = {};
    std::shared_ptr<EVP_PKEY> private_key = {};
};

inline EVP_PKEY* generate(KeyKind kind) {
    switch (kind) {
        case KeyKind::Rsa:
            return EVP_RSA_gen(2048);
        case KeyKind::P256:
            return EVP_EC_gen("P-256");
        case KeyKind::P384:
            return EVP_EC_gen("P-384");
        case KeyKind::P521:
            return EVP_EC_gen("P-521");
        case KeyKind::Ed25519:
            return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
        case KeyKind::Secret:
            break;
    }
    return nullptr;
}

inline SigningKey make_signing_key(KeyKind kind) {
    SigningKey out{.key = {.kind = kind}};
    if (kind == KeyKind::Secret) {
        out.key.secret = "a secret of more than thirty-two bytes";
    } else {
        out.private_key = {generate(kind), EVP_PKEY_free};
        out.key.public_key = out.private_key;
    }
    return out;
}

/// The texts by which a public key is known, each of which an attacker could use as a secret.
inline std::vector<std::string> public_texts(const Key& key) {
    std::vector<std::string> out;
    BIO* pem = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(pem, key.public_key.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(pem, &data);
    out.emplace_back(data, static_cast<std::size_t>(size));
    BIO_free(pem);
    unsigned char* der = nullptr;
    const int der_size = i2d_PUBKEY(key.public_key.get(), &der);
    out.emplace_back(reinterpret_cast<const char*>(der), static_cast<std::size_t>(der_size));
    OPENSSL_free(der);
    out.emplace_back();
    return out;
}

/// JWS form of a DER signature: r and s, each as long as the curve's coordinates.
inline std::string from_der(std::string_view der, std::size_t half) {
    const unsigned char* data = bytes(der.data());
    const EcdsaSignature pair(d2i_ECDSA_SIG(nullptr, &data, static_cast<long>(der.size())));
    std::string out(2 * half, '\0');
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), to, static_cast<int>(half));
    BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), to + half, static_cast<int>(half));
    return out;
}

inline std::string sign(const SigningKey& key, Algorithm algorithm, std::string_view text) {
    if (key.key.kind == KeyKind::Secret) {
        std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
        unsigned size = 0;
        HMAC(EVP_get_digestbyname(digest_name(algorithm)), key.key.secret.data(),
             static_cast<int>(key.key.secret.size()), bytes(text.data()), text.size(), out.data(),
             &size);
        return {reinterpret_cast<const char*>(out.data()), size};
    }
    const DigestContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    EVP_DigestSignInit_ex(context.get(), &parameters, digest_name(algorithm), nullptr, nullptr,
                          key.private_key.get(), nullptr);
    if (is_pss(algorithm)) {
        EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST);
    }
    std::string out(1024, '\0');
    std::size_t size = out.size();
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                   bytes(text.data()), text.size());
    out.resize(size);
    if (key.key.kind == KeyKind::P256) return from_der(out, 32);
    if (key.key.kind == KeyKind::P384) return from_der(out, 48);
    if (key.key.kind == KeyKind::P521) return from_der(out, 66);
    return out;
}

inline std::string sign_token(const SigningKey& key, Algorithm algorithm, std::string_view header,
                              std::string_view claims) {
    const std::string text = encode_base64url(header) + '.' + encode_base64url(claims);
    return text + '.' + encode_base64url(sign(key, algorithm, text));
}

}  // namespace fraiseql::auth
