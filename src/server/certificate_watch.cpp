// SPDX-License-Identifier: MIT
#include "server/certificate_watch.hpp"

#include <utility>

#include "config/sources.hpp"

namespace fraiseql::server {

namespace {

struct Pair {
    std::string certificate;
    std::string key;
};

Result<Pair> read_pair(const CertificateFiles& files) {
    Pair out;
    FRAISEQL_TRY(out.certificate, config::read_small_file(files.certificate));
    FRAISEQL_TRY(out.key, config::read_small_file(files.key));
    return out;
}

}  // namespace

CertificateWatch::CertificateWatch(CertificateFiles files)
    : files_(std::move(files)), thread_(files_.poll, [this](bool asked) { look(asked); }) {}

Result<void> CertificateWatch::start() {
    FRAISEQL_TRY(const Pair pair, read_pair(files_));
    FRAISEQL_TRY(auto context, http::TlsContext::make(pair.certificate, pair.key));
    seen_ = pair.certificate + pair.key;
    current_ = std::make_shared<http::CurrentTls>(std::move(context));
    thread_.start();
    return {};
}

void CertificateWatch::look(bool asked) {
    const auto say = [this](const std::string& message) {
        if (files_.log) files_.log(message);
    };
    const auto pair = read_pair(files_);
    std::string now = pair ? pair->certificate + pair->key : pair.error().message;
    if (now == seen_) {
        if (asked) say("TLS: the certificate is the same as before");
        return;
    }
    seen_ = std::move(now);
    auto context = pair ? http::TlsContext::make(pair->certificate, pair->key)
                        : tl::unexpected<Error>(pair.error());
    const std::string news =
        context ? "TLS: new certificate: " + (*context)->description()
                : "TLS: the old certificate stays in use. " + to_string(context.error());
    say(news);
    if (context) current_->replace(std::move(*context));
    if (files_.on_change) files_.on_change(news);
}

}  // namespace fraiseql::server
