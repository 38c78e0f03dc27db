// SPDX-License-Identifier: MIT
#include "cli/posture.hpp"

#include <fmt/format.h>

namespace fraiseql::cli {
namespace {

std::string_view tokens_of(const server::Settings& settings) {
    if (!settings.router.authentication) return "not looked at";
    return settings.router.authentication->settings.required ? "required" : "optional";
}

std::string_view transport_of(const EdgeOptions& edge) {
    if (!edge.tls_certificate.empty()) return "TLS";
    return edge.tls_terminated ? "TLS by a proxy" : "in the clear";
}

std::string_view metrics_of(const server::Settings& settings) {
    switch (settings.router.metrics_for) {
        case server::Audience::Nobody:
            return "nobody";
        case server::Audience::PrivateAddresses:
            return "private addresses";
        case server::Audience::Everybody:
            break;
    }
    return "everybody";
}

std::string listed(const std::vector<std::string>& names) {
    return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ","));
}

}  // namespace

std::string describe_posture(const Options& options, const server::Settings& settings) {
    std::string out = describe_edge(options.edge, is_development(options), settings);
    out += fmt::format(
        "; /metrics for {}; tokens {}; sessions {}; {}", metrics_of(settings), tokens_of(settings),
        settings.router.authentication && settings.router.authentication->sessions ? "on" : "off",
        transport_of(options.edge));
    out += fmt::format("; operations {}", options.only_registered ? "registered only" : "any");
    out += fmt::format("; rates {}", listed(options.edge.rate_limits));
    out += fmt::format("; origins {}", listed(options.edge.cors_origins));
    out += fmt::format("; proxies {}", listed(options.edge.trusted_proxies));
    out += fmt::format("; past row-level security {}", listed(options.auth.allowed_bypass));
    out += fmt::format("; settings file {}",
                       options.settings_file.empty() ? "none" : options.settings_file);
    return out;
}

}  // namespace fraiseql::cli
