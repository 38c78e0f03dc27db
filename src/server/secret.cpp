// SPDX-License-Identifier: MIT
#include "server/secret.hpp"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <cstdlib>

#include "auth/base64url.hpp"
#include "turbo/sha256.hpp"

namespace fraiseql::server {

std::string random_bytes(std::size_t count) {
    std::string out(count, '\0');
    // Without randomness nothing is secret: there is no way to go on.
    if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) != 1)
        std::abort();
    return out;
}

std::string random_token() { return auth::encode_base64url(random_bytes(32)); }

std::string random_uuid() {
    std::string raw = random_bytes(16);
    raw[6] = static_cast<char>((static_cast<unsigned char>(raw[6]) & 0x0fU) | 0x40U);
    raw[8] = static_cast<char>((static_cast<unsigned char>(raw[8]) & 0x3fU) | 0x80U);
    std::string out;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
        out += fmt::format("{:02x}", static_cast<unsigned char>(raw[i]));
    }
    return out;
}

std::string token_hash(std::string_view token) { return "\\x" + turbo::sha256_hex(token); }

}  // namespace fraiseql::server
