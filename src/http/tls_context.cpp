// SPDX-License-Identifier: MIT
#include "http/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <climits>
#include <ctime>
#include <string_view>

namespace fraiseql::http {

namespace {

template <auto Free>
struct FreeWith {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};

using Bio = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;

constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::string_view kProtocol = "http/1.1";

tl::unexpected<Error> wrong(std::string message, std::string hint = {}) {
    std::array<char, 256> reason{};
    if (const unsigned long code = ERR_peek_last_error(); code != 0) {
        ERR_error_string_n(code, reason.data(), reason.size());
        message += std::string(" (OpenSSL: ") + reason.data() + ")";
    }
    ERR_clear_error();
    return fail(ErrorCode::Configuration, std::move(message) + ".", std::move(hint));
}

Bio reader_of(const std::string& text) {
    return Bio(BIO_new_mem_buf(text.data(),
                               static_cast<int>(std::min<std::size_t>(text.size(), INT_MAX))));
}

// Asked for a passphrase, OpenSSL would wait at the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

/// Picks `http/1.1` of what the client offers; without it there is nothing to talk in (RFC 7301).
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned int size, void*) {
    for (unsigned int at = 0; at < size; at += offered[at] + 1U) {
        const std::string_view name(reinterpret_cast<const char*>(offered + at + 1), offered[at]);
        if (name != kProtocol) continue;
        *out = offered + at + 1;
        *out_size = offered[at];
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

void set_policy(SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, kCiphers);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    // Buffers go while a connection is idle: there may be many of those.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // Clients keep their sessions as tickets.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

Result<void> add_certificates(SSL_CTX* context, const std::string& pem) {
    const Bio bio = reader_of(pem);
    std::size_t count = 0;
    while (Certificate each{PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)}) {
        const long added = count == 0 ? SSL_CTX_use_certificate(context, each.get())
                                      : SSL_CTX_add1_chain_cert(context, each.get());
        if (added != 1)
            return wrong("The TLS certificate cannot be used",
                         "It needs an RSA key of 2048 bits, an elliptic curve, or Ed25519.");
        ++count;
    }
    if (count == 0)
        return wrong("There is no certificate in PEM in the TLS certificate's file",
                     "It begins with -----BEGIN CERTIFICATE-----.");
    ERR_clear_error();
    return {};
}

Result<void> add_key(SSL_CTX* context, const std::string& pem) {
    const Bio bio = reader_of(pem);
    const PrivateKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    if (key == nullptr)
        return wrong("The TLS key cannot be read",
                     "It has to be PEM, without a passphrase: -----BEGIN PRIVATE KEY-----.");
    if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
        return wrong("The TLS key does not belong to the certificate",
                     "The server's own certificate comes first in its file.");
    return {};
}

std::string written(const ASN1_TIME* time) {
    const Bio out(BIO_new(BIO_s_mem()));
    ASN1_TIME_print(out.get(), time);
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(std::max(size, 0L))};
}

std::chrono::system_clock::time_point moment(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
    return std::chrono::system_clock::from_time_t(timegm(&parts));
}

Result<std::string> check_dates(const X509* certificate) {
    const ASN1_TIME* last = X509_get0_notAfter(certificate);
    if (X509_cmp_current_time(last) < 0)
        return fail(ErrorCode::Configuration, "The TLS certificate has expired: " + written(last),
                    "Renew it.");
    const ASN1_TIME* first = X509_get0_notBefore(certificate);
    if (X509_cmp_current_time(first) > 0)
        return fail(ErrorCode::Configuration,
                    "The TLS certificate holds only from " + written(first),
                    "Is the clock of this machine right?");
    std::array<char, 256> subject{};
    X509_NAME_oneline(X509_get_subject_name(certificate), subject.data(),
                      static_cast<int>(subject.size()));
    return std::string(subject.data()) + ", valid until " + written(last);
}

}  // namespace

void FreeTls::operator()(ssl_st* session) const noexcept { SSL_free(session); }
void FreeTls::operator()(ssl_ctx_st* context) const noexcept { SSL_CTX_free(context); }

Result<std::shared_ptr<const TlsContext>> TlsContext::make(const std::string& certificates,
                                                           const std::string& key) {
    ERR_clear_error();
    std::shared_ptr<TlsContext> out(new TlsContext());
    out->context_.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX* context = out->context_.get();
    if (context == nullptr) return wrong("TLS cannot be set up");
    set_policy(context);
    if (auto added = add_certificates(context, certificates); !added) return fail(added.error());
    if (auto added = add_key(context, key); !added) return fail(added.error());
    const X509* own = SSL_CTX_get0_certificate(context);
    FRAISEQL_TRY(out->description_, check_dates(own));
    out->valid_until_ = moment(X509_get0_notAfter(own));
    return std::shared_ptr<const TlsContext>(std::move(out));
}

TlsSession TlsContext::new_session(int fd) const {
    TlsSession session(SSL_new(context_.get()));
    if (session != nullptr && SSL_set_fd(session.get(), fd) != 1) session.reset();
    return session;
}

}  // namespace fraiseql::http
