// SPDX-License-Identifier: MIT
#include "server/operations_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace fraiseql::server {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxFile = 1U << 20U;

tl::unexpected<Error> unreadable(const fs::path& path, const std::string& why) {
    return fail(ErrorCode::Configuration, "Cannot read " + path.string() + ": " + why,
                "Check the path given with --operations and its permissions.");
}

Result<std::string> read_file(const fs::path& path) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(path, error);
    if (error) return unreadable(path, error.message());
    if (size > kMaxFile) return unreadable(path, "it is larger than a megabyte");
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    if (!file) return unreadable(path, "reading failed");
    return turbo::text_of_file(text.str());
}

}  // namespace

Result<std::vector<turbo::Registered>> read_operations_folder(const std::string& folder) {
    std::error_code error;
    std::vector<fs::path> paths;
    fs::recursive_directory_iterator at(folder, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        const fs::path ending = at->path().extension();
        if (ending == ".graphql" || ending == ".gql") paths.push_back(at->path());
    }
    if (error) return unreadable(folder, error.message());
    std::sort(paths.begin(), paths.end());
    std::vector<turbo::Registered> out;
    for (const fs::path& path : paths) {
        FRAISEQL_TRY(std::string text, read_file(path));
        fs::path id = path.lexically_relative(folder);
        id.replace_extension();
        out.push_back(
            {.id = id.generic_string(), .text = std::move(text), .origin = path.string()});
    }
    return out;
}

}  // namespace fraiseql::server
