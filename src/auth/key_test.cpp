// SPDX-License-Identifier: MIT
#include "auth/key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/base64url.hpp"

namespace fraiseql::auth {
namespace {

using testing::HasSubstr;

// The modulus of a key made for this test, and the EC key of RFC 7517 §A.1.
constexpr std::string_view kModulus =
    "tuNKDHqOCjoL2Gj2Gi8uKh9o0VSgeoxCuNooCeZFigHu1fYicis4qA7lAFLOO3vvH3eT2a8-EFdZMYL0AUGV5cQtP_"
    "Eov72_8lNPzimzRmUbLnMyAlqpO_N3LeqL2nNltfCT88Pa5xzWFYvckRODHxvySPFD9a_9OVeTd3c_4W3KDcSdjGjD"
    "2BGsoqpfBcXaCH5xDAFKoeaq1MiLr_MFYYG1ibRb9v4aqqy97ZiAznjIvh_aRbT0dsk9hsLIUNCve8_pkeMMUkYl2M"
    "PnKSEHstQafzXA06bVYBoQZmHTQxo_skCgLbBtHxqFiWzjfHXMWZ1RKl-RKRYHfWfc_kP2uw";
constexpr std::string_view kEc =
    R"({"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",)"
    R"("y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","kid":"ec","use":"sig"})";

std::string rsa(std::string_view modulus, std::string_view extra = "") {
    return R"({"kty":"RSA","e":"AQAB","n":")" + std::string(modulus) + '"' + std::string(extra) +
           '}';
}

std::string set(const std::string& keys) { return R"({"keys":[)" + keys + "]}"; }

std::string why(const std::string& text) {
    const auto keys = read_key_set(text);
    return keys ? "read" : keys.error().message;
}

TEST(KeySet, ReadsTheKeysItCanUseAndPassesOverTheOthers) {
    const auto keys = read_key_set(
        set(rsa(kModulus, R"(,"kid":"r","alg":"RS256")") + ',' + std::string(kEc) +
            R"(,{"kty":"oct","k":"AAAA"},{"kty":"new"},{"kty":"EC","crv":"secp256k1"},)" +
            rsa(kModulus, R"(,"use":"enc")") + ',' + rsa(kModulus, R"(,"key_ops":["encrypt"])") +
            ',' + rsa(kModulus, R"(,"alg":"RSA-OAEP")")));
    ASSERT_TRUE(keys) << keys.error().message;
    ASSERT_EQ(keys->size(), 2U);
    EXPECT_EQ((*keys)[0].id, "r");
    EXPECT_EQ((*keys)[0].only, Algorithm::RS256);
    EXPECT_EQ((*keys)[1].kind, KeyKind::P256);
}

TEST(KeySet, RefusesWhatIsBrokenOrWeak) {
    EXPECT_THAT(why("nonsense"), HasSubstr("not JSON"));
    EXPECT_THAT(why("{}"), HasSubstr("no list"));
    EXPECT_THAT(why(set("1")), HasSubstr("not an object"));
    EXPECT_THAT(why(set("")), HasSubstr("none of its keys"));
    EXPECT_THAT(why(set(rsa(kModulus.substr(0, 172)))), HasSubstr("1032 bits"));
    EXPECT_THAT(why(set(rsa("not base64!"))), HasSubstr("\"n\""));
    EXPECT_THAT(why(set(rsa(std::string(2000, 'f')))), HasSubstr("bits"));
    EXPECT_THAT(why(set(R"({"kty":"RSA","e":"AQ","n":")" + std::string(kModulus) + "\"}")),
                HasSubstr("exponent"));
    EXPECT_THAT(why(set(rsa(kModulus, R"(,"alg":"ES256")"))), HasSubstr("algorithm is ES256"));
    std::string off_curve(kEc);
    off_curve.replace(off_curve.find("4Etl"), 4, "5Etl");
    EXPECT_THAT(why(set(off_curve)), HasSubstr("no point on P-256"));
    std::string many = rsa(kModulus);
    for (int i = 0; i < 64; ++i)
        many += ',' + rsa(kModulus);
    EXPECT_THAT(why(set(many)), HasSubstr("more than 64"));
}

TEST(SecretKey, NeedsThirtyTwoBytes) {
    EXPECT_FALSE(make_secret_key(std::string(31, 'x')));
    EXPECT_TRUE(make_secret_key(std::string(32, 'x')));
}

TEST(Base64Url, RoundTripsAndIsStrict) {
    std::string all;
    for (int i = 0; i < 256; ++i) {
        EXPECT_EQ(decode_base64url(encode_base64url(all)), all);
        all += static_cast<char>(i);
    }
    EXPECT_EQ(decode_base64url("A-_z"), "\x03\xEF\xF3");
    for (const std::string_view bad :
         {"A", "AB=", "AA==", "A+AA", "A/AA", "AB", "AAF", " AAA", "AAA\n"})
        EXPECT_EQ(decode_base64url(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace fraiseql::auth
