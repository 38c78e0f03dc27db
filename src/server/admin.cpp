// SPDX-License-Identifier: MIT
#include "server/admin.hpp"

#include <algorithm>
#include <array>

#include "base/suggest.hpp"
#include "http/client_address.hpp"
#include "turbo/sha256.hpp"

namespace fraiseql::server {
namespace {

constexpr std::array kLoopbackHosts = {"localhost", "127.0.0.1", "[::1]"};

/// In a time that says nothing of where they differ.
bool equal_digests(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
    return difference == 0;
}

/// A page of another origin, a name that was rebound to this machine, and a proxy in front all show
/// in the headers: a browser sets them, and a proxy adds its own.
bool comes_from_here(const http::Request& request) {
    if (http::is_forwarded(request)) return false;
    const std::string_view host = request.header("Host").value_or("");
    const bool here = std::any_of(kLoopbackHosts.begin(), kLoopbackHosts.end(), [&](auto name) {
        const std::string_view known(name);
        return host.starts_with(known) &&
               (host.size() == known.size() || host[known.size()] == ':');
    });
    const auto origin = request.header("Origin");
    return here && (!origin || *origin == "http://" + std::string(host));
}

}  // namespace

Result<AdminSettings> admin_settings(std::string_view token) {
    const bool visible =
        std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < 0x7f; });
    if (token.size() < kMinAdminToken || !visible)
        return fail(ErrorCode::Configuration,
                    "The admin token must have 32 visible ASCII characters or more.",
                    "For example: openssl rand -base64 32");
    return AdminSettings{.token_digest = turbo::sha256_hex(token)};
}

Result<void> admit_admin(const AdminSettings& settings, const http::Request& request) {
    if (settings.token_digest.empty()) {
        if (settings.open_on_loopback && comes_from_here(request)) return {};
        return fail(ErrorCode::NotFound, "There is nothing at " + std::string(request.path()),
                    "GraphQL is at /graphql.");
    }
    const auto given = request.header("Admin-Token");
    const bool equal = given && request.count("Admin-Token") == 1 &&
                       equal_digests(turbo::sha256_hex(*given), settings.token_digest);
    if (equal) return {};
    return fail(ErrorCode::Unauthenticated, "This resource is for administrators.",
                "Send the server's admin token in the header Admin-Token.");
}

Result<engine::ExplainOptions> read_explain_options(const json::Value* extensions) {
    engine::ExplainOptions options;
    const json::Value* given = extensions == nullptr ? nullptr : extensions->find("explain");
    if (given == nullptr || given->is_null()) return options;
    if (!given->is_object())
        return fail(ErrorCode::BadRequest, "\"extensions.explain\" must be an object.");
    for (const json::Member& member : given->members) {
        const bool analyze = member.name == "analyze";
        if (!analyze && member.name != "analyzeMutations")
            return fail(ErrorCode::BadRequest,
                        "\"extensions.explain\" has no \"" + std::string(member.name) + "\".",
                        did_you_mean(member.name, {"analyze", "analyzeMutations"}));
        if (!member.value.is_bool())
            return fail(ErrorCode::BadRequest, "\"extensions.explain." + std::string(member.name) +
                                                   "\" must be true or false.");
        (analyze ? options.analyze : options.analyze_mutations) =
            member.value.kind == json::Value::Kind::True;
    }
    return options;
}

}  // namespace fraiseql::server
