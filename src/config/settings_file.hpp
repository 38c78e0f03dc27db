// SPDX-License-Identifier: MIT
// A settings file: TOML, whose keys are the names of the options of `fraiseql serve`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace fraiseql::config {

/// One key of the file. A table is a prefix: `[jwt] issuer = "a"` is `jwt-issuer = "a"`.
struct FileEntry {
    std::string name;
    /// As the command line would say it; several where the file has an array.
    std::vector<std::string> values;
    std::uint32_t line = 0;
};

/// Reads TOML 1.0. Configuration, with file, line and column, where it is not that, or where a
/// value is neither a string, a number, a boolean, nor an array of those.
Result<std::vector<FileEntry>> read_settings(std::string_view toml, const std::string& path);

}  // namespace fraiseql::config
