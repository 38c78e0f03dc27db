// SPDX-License-Identifier: MIT
#include "auth/token_signer.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <array>

#include "auth/base64url.hpp"
#include "auth/openssl.hpp"

namespace fraiseql::auth {
namespace {

constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kIdCharacters = 16;

std::shared_ptr<EVP_PKEY> read_pem(std::string_view text) {
    using Bio = std::unique_ptr<BIO, FreeWith<BIO_free>>;
    const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    // A key with a passphrase would ask the terminal for it.
    const auto no_passphrase = [](char*, int, int, void*) { return -1; };
    EVP_PKEY* key = bio == nullptr
                        ? nullptr
                        : PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr);
    ERR_clear_error();
    return key == nullptr ? nullptr : std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free);
}

std::string name_of(std::string_view bytes_of_key) {
    std::string digest(32, '\0');
    EVP_Q_digest(nullptr, "SHA256", nullptr, bytes_of_key.data(), bytes_of_key.size(),
                 reinterpret_cast<unsigned char*>(digest.data()), nullptr);
    return encode_base64url(digest).substr(0, kIdCharacters);
}

std::string hmac(std::string_view secret, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes(text.data()),
         text.size(), out.data(), &size);
    return {reinterpret_cast<const char*>(out.data()), size};
}

std::string ed25519(EVP_PKEY* key, std::string_view text) {
    std::string out(kSignatureBytes, '\0');
    std::size_t size = out.size();
    const DigestContext context(EVP_MD_CTX_new());
    if (context == nullptr ||
        EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key, nullptr) !=
            1 ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                       bytes(text.data()), text.size()) != 1)
        return {};
    return out;
}

}  // namespace

Result<TokenSigner> TokenSigner::make(std::string_view text) {
    TokenSigner out;
    if (text.find("-----BEGIN") == std::string_view::npos) {
        FRAISEQL_TRY(out.key_, make_secret_key(std::string(text)));
        out.key_.id = name_of("session key " + out.key_.secret);
        out.key_.only = Algorithm::HS256;
    } else {
        out.private_key_ = read_pem(text);
        if (out.private_key_ == nullptr || !EVP_PKEY_is_a(out.private_key_.get(), "ED25519"))
            return fail(ErrorCode::Configuration, "The session key is no Ed25519 key in PEM.",
                        "For example: openssl genpkey -algorithm ed25519");
        std::array<unsigned char, 32> raw{};
        std::size_t size = raw.size();
        EVP_PKEY_get_raw_public_key(out.private_key_.get(), raw.data(), &size);
        out.key_.kind = KeyKind::Ed25519;
        // Verifying uses the public half of it only.
        out.key_.public_key = out.private_key_;
        out.key_.id = name_of({reinterpret_cast<const char*>(raw.data()), size});
        out.key_.only = Algorithm::EdDSA;
    }
    out.key_.own = true;
    return out;
}

std::string TokenSigner::sign(std::string_view claims) const {
    const std::string header = fmt::format(R"({{"alg":"{}","typ":"JWT","kid":"{}"}})",
                                           private_key_ == nullptr ? "HS256" : "EdDSA", key_.id);
    std::string out = encode_base64url(header) + '.' + encode_base64url(claims);
    const std::string signature =
        private_key_ == nullptr ? hmac(key_.secret, out) : ed25519(private_key_.get(), out);
    return out + '.' + encode_base64url(signature);
}

}  // namespace fraiseql::auth
