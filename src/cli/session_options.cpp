// SPDX-License-Identifier: MIT
#include "cli/session_options.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "cli/secret_file.hpp"
#include "config/sources.hpp"

namespace fraiseql::cli {
namespace {

void add_number(CLI::App& command, const char* name, std::uint32_t& value,
                std::pair<std::uint32_t, std::uint32_t> range, const char* purpose) {
    command.add_option(name, value, purpose)
        ->check(CLI::Range(range.first, range.second))
        ->capture_default_str();
}

}  // namespace

void add_sessions(CLI::App& command, SessionOptions& options) {
    command
        .add_option("--session-key-file", options.key_file,
                    "key that signs access tokens of our own sessions (db install auth): Ed25519 "
                    "in PEM, or a secret; the secret itself: FRAISEQL_SESSION_KEY")
        ->type_name("FILE");
    add_number(command, "--access-token-lifetime", options.access_lifetime, {10, 86'400},
               "seconds of an access token");
    add_number(command, "--session-lifetime", options.lifetime, {60, 31'536'000},
               "seconds after which a session ends, however it is refreshed");
    command.add_flag(
        "--unverified-addresses", options.unverified,
        "let users sign in whose address is not verified: registering then tells who has "
        "an account");
    add_number(command, "--password-min-length", options.min_password, {1, 128},
               "characters of a new password");
    add_number(command, "--password-memory", options.cost.memory, {8, 4'194'304},
               "KiB that a hash of a password takes (Argon2id)");
    add_number(command, "--password-iterations", options.cost.iterations, {1, 100},
               "times that it goes over them");
    add_number(command, "--password-lanes", options.cost.lanes, {1, 64},
               "parts that the memory is divided into");
    add_number(command, "--password-threads", options.threads, {1, 64},
               "hashes of passwords that are made at once");
}

Result<std::optional<server::SessionSettings>> read_sessions(const SessionOptions& options) {
    const char* given = std::getenv("FRAISEQL_SESSION_KEY");
    if (given != nullptr && !options.key_file.empty())
        return fail(ErrorCode::Configuration, "There are two session keys.",
                    "Give one of --session-key-file and FRAISEQL_SESSION_KEY.");
    if (given == nullptr && options.key_file.empty())
        return std::optional<server::SessionSettings>{};
    std::string text = given != nullptr ? given : "";
    if (!options.key_file.empty()) {
        FRAISEQL_TRY(text, config::read_small_file(options.key_file));
    }
    auto signer = auth::TokenSigner::make(without_line_end(std::move(text)));
    if (!signer)
        return fail(ErrorCode::Configuration, "--session-key-file: " + signer.error().message,
                    signer.error().hint);
    server::SessionSettings out;
    out.signer = std::make_shared<const auth::TokenSigner>(std::move(*signer));
    out.access_lifetime = std::chrono::seconds(options.access_lifetime);
    out.session_lifetime = std::chrono::seconds(options.lifetime);
    out.min_password = options.min_password;
    out.verified_only = !options.unverified;
    return std::optional<server::SessionSettings>(std::move(out));
}

}  // namespace fraiseql::cli
