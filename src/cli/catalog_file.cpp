// SPDX-License-Identifier: MIT
#include "cli/catalog_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

namespace fraiseql::cli {
namespace {

constexpr off_t kMaxBytes = off_t{1} << 30;

tl::unexpected<Error> failed(const std::string& what, const std::string& path) {
    return fail(ErrorCode::Configuration,
                fmt::format("The schema cache {} {}: {}.", path, what, std::strerror(errno)),
                "--schema-cache names a file in a folder that this user may write to.");
}

class File {
  public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (descriptor_ >= 0) close(descriptor_);
    }
    int descriptor() const noexcept { return descriptor_; }

  private:
    int descriptor_;
};

bool write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return fsync(file) == 0;
}

bool read_all(int file, std::string& bytes) {
    std::size_t have = 0;
    while (have < bytes.size()) {
        const ssize_t got = read(file, bytes.data() + have, bytes.size() - have);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        have += static_cast<std::size_t>(got);
    }
    return true;
}

}  // namespace

Result<std::optional<catalog::Document>> read_catalog_file(const std::string& path) {
    const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.descriptor() < 0 && errno == ENOENT) return std::optional<catalog::Document>{};
    struct stat status{};
    if (file.descriptor() < 0 || fstat(file.descriptor(), &status) != 0)
        return failed("cannot be read", path);
    const bool ours = status.st_uid == geteuid() || status.st_uid == 0;
    if (!ours || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0 || !S_ISREG(status.st_mode))
        return fail(ErrorCode::Configuration,
                    fmt::format("Others may write to the schema cache {}.", path),
                    "Remove the file, and keep it in a folder of the server's user.");
    if (status.st_size > kMaxBytes)
        return fail(ErrorCode::Configuration,
                    fmt::format("The schema cache {} is larger than 1 GiB.", path));
    std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
    if (!read_all(file.descriptor(), bytes)) return failed("cannot be read", path);
    const std::size_t line = bytes.find('\n');
    if (line == std::string::npos)
        return fail(ErrorCode::Configuration, fmt::format("{} is no schema cache.", path),
                    "Remove it, or name another file.");
    std::string fingerprint = bytes.substr(0, line);
    bytes.erase(0, line + 1);
    return catalog::Document{std::move(fingerprint), std::move(bytes)};
}

Result<void> write_catalog_file(const std::string& path, const catalog::Document& catalog) {
    const std::string next = fmt::format("{}.{}", path, getpid());
    {
        const File file(open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        if (file.descriptor() < 0 || !write_all(file.descriptor(), catalog.fingerprint + "\n") ||
            !write_all(file.descriptor(), catalog.text)) {
            auto error = failed("cannot be written", path);
            std::remove(next.c_str());
            return error;
        }
    }
    if (std::rename(next.c_str(), path.c_str()) != 0) return failed("cannot be written", path);
    return {};
}

}  // namespace fraiseql::cli
