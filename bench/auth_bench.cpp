// SPDX-License-Identifier: MIT
// What an uncached token costs, beside OpenSSL's own verification of the same signature with the
// same key in the same run; and what a cached one costs.
#include <benchmark/benchmark.h>

#include <string>

#include "auth/authenticator.hpp"
#include "auth/testing_keys.hpp"

namespace {

using namespace fraiseql;
using auth::Algorithm;
using auth::KeyKind;

constexpr std::int64_t kNow = 1'000'000'000;

struct Case {
    auth::SigningKey key;
    Algorithm algorithm;
    std::string token;

    Case(KeyKind kind, Algorithm wanted, const std::string& name)
        : key(auth::make_signing_key(kind)), algorithm(wanted) {
        token = auth::sign_token(key, algorithm, R"({"alg":")" + name + R"(","typ":"JWT"})",
                                 R"({"iss":"https://id.example","sub":"ann","tenant_id":"acme",)"
                                 R"("roles":["editor"],"exp":2000000000,"iat":999999999})");
    }
};

void verify_with_openssl(benchmark::State& state, const Case& test) {
    const std::size_t dot = test.token.rfind('.');
    const std::string text = test.token.substr(0, dot);
    // ECDSA in the form that OpenSSL wants; the token's own signature is in that of RFC 7518.
    std::string signature(1024, '\0');
    std::size_t size = signature.size();
    const auth::DigestContext signing(EVP_MD_CTX_new());
    const char* digest = auth::digest_name(test.algorithm);
    EVP_DigestSignInit_ex(signing.get(), nullptr, digest, nullptr, nullptr,
                          test.key.private_key.get(), nullptr);
    EVP_DigestSign(signing.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                   auth::bytes(text.data()), text.size());
    for ([[maybe_unused]] auto step : state) {
        const auth::DigestContext context(EVP_MD_CTX_new());
        EVP_DigestVerifyInit_ex(context.get(), nullptr, digest, nullptr, nullptr,
                                test.key.key.public_key.get(), nullptr);
        const int valid = EVP_DigestVerify(context.get(), auth::bytes(signature.data()), size,
                                           auth::bytes(text.data()), text.size());
        if (valid != 1) state.SkipWithError("OpenSSL refuses its own signature");
    }
    state.SetItemsProcessed(state.iterations());
}

void authenticate(benchmark::State& state, const Case& test, std::size_t cached) {
    auth::Authenticator authenticator(std::make_shared<const auth::Keys>(auth::Keys{test.key.key}),
                                      {.claims = auth::complete({}).value(), .max_cached = cached});
    const std::string header = "Bearer " + test.token;
    for ([[maybe_unused]] auto step : state)
        if (!authenticator.authenticate(header, kNow)) state.SkipWithError("the token is refused");
    state.SetItemsProcessed(state.iterations());
}

void add(const std::string& name, KeyKind kind, Algorithm algorithm) {
    const auto test = std::make_shared<Case>(kind, algorithm, name);
    benchmark::RegisterBenchmark((name + "/openssl").c_str(),
                                 [test](auto& state) { verify_with_openssl(state, *test); });
    benchmark::RegisterBenchmark((name + "/uncached").c_str(),
                                 [test](auto& state) { authenticate(state, *test, 0); });
    benchmark::RegisterBenchmark((name + "/cached").c_str(),
                                 [test](auto& state) { authenticate(state, *test, 16); });
}

}  // namespace

int main(int argc, char** argv) {
    add("RS256", KeyKind::Rsa, Algorithm::RS256);
    add("ES256", KeyKind::P256, Algorithm::ES256);
    add("EdDSA", KeyKind::Ed25519, Algorithm::EdDSA);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
