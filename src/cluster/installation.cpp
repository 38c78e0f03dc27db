// SPDX-License-Identifier: MIT
#include "cluster/installation.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace fraiseql::cluster {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDebianRoot = "/usr/lib/postgresql";

bool has_server_programs(const fs::path& folder) {
    return access((folder / "initdb").c_str(), X_OK) == 0 &&
           access((folder / "postgres").c_str(), X_OK) == 0;
}

int version_of(const std::string& name) {
    int version = 0;
    std::from_chars(name.data(), name.data() + name.size(), version);
    return version;
}

}  // namespace

Result<std::string> find_server_programs() {
    if (const char* chosen = std::getenv("FRAISEQL_POSTGRES_BIN")) {
        if (has_server_programs(chosen)) return std::string(chosen);
        return fail(
            ErrorCode::Configuration,
            fmt::format("FRAISEQL_POSTGRES_BIN is {:?}, but there is no initdb and postgres "
                        "in that folder.",
                        chosen),
            "Set it to a folder such as /usr/lib/postgresql/15/bin, or unset it.");
    }
    int newest = 0;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(kDebianRoot, ignored)) {
        const int version = version_of(entry.path().filename().string());
        if (version > newest && has_server_programs(entry.path() / "bin")) newest = version;
    }
    if (newest > 0) return fmt::format("{}/{}/bin", kDebianRoot, newest);
    return fail(ErrorCode::Configuration, "PostgreSQL's server programs are not installed.",
                "apt install postgresql-15, or set FRAISEQL_POSTGRES_BIN to the folder that holds "
                "initdb and postgres.");
}

Result<ServerUser> find_server_user() {
    if (geteuid() != 0) return ServerUser{.uid = geteuid(), .gid = getegid()};
    if (const passwd* entry = getpwnam("postgres"))
        return ServerUser{.uid = entry->pw_uid, .gid = entry->pw_gid, .switch_user = true};
    return fail(ErrorCode::Configuration,
                "PostgreSQL does not run as root, and there is no system user named postgres.",
                "apt install postgresql-15 creates the user; or run this as an ordinary user.");
}

}  // namespace fraiseql::cluster
