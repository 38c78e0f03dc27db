// SPDX-License-Identifier: MIT
// Owners for OpenSSL's objects.
#pragma once

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <memory>

namespace fraiseql::auth {

/// Calls `Free`, whatever it is, on what a unique_ptr owns.
template <auto Free>
struct FreeWith {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};

using BigNumber = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, FreeWith<OSSL_PARAM_free>>;
using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, FreeWith<OSSL_PARAM_BLD_free>>;

/// OpenSSL takes bytes as unsigned; strings have them as char.
inline const unsigned char* bytes(const char* text) noexcept {
    return reinterpret_cast<const unsigned char*>(text);
}

}  // namespace fraiseql::auth
