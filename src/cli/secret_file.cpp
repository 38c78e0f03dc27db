// SPDX-License-Identifier: MIT
#include "cli/secret_file.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace fraiseql::cli {
namespace {

constexpr std::size_t kMaxFile = std::size_t{1} << 20U;

}  // namespace

Result<std::string> read_settings_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return fail(ErrorCode::Configuration, fmt::format("The file {} cannot be read.", path));
    std::string text(std::istreambuf_iterator<char>(file), {});
    if (text.size() > kMaxFile)
        return fail(ErrorCode::Configuration, fmt::format("The file {} is too large.", path));
    return text;
}

std::string without_line_end(std::string text) {
    while (text.ends_with('\n') || text.ends_with('\r'))
        text.pop_back();
    return text;
}

}  // namespace fraiseql::cli
