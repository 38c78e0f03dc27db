// SPDX-License-Identifier: MIT
// OperationsFolder: registered operations from a folder of GraphQL files, while it changes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "turbo/registry.hpp"

namespace fraiseql::server {

/// Every `*.graphql` and `*.gql` file below a folder, in the order of their names. The id of an
/// operation is its file's path inside the folder without the ending: `blog/posts`. A file
/// `blog/posts.sql` beside it is its SQL template.
class OperationsFolder {
  public:
    /// Says what is wrong with an operation; empty where it may run.
    using Check = std::function<std::string(const turbo::Registered&)>;

    /// An empty `folder` has no operations. `check` may be empty.
    explicit OperationsFolder(std::string folder, Check check = {});

    /// Reads all files. Fails where one of them cannot be read, or has more than a megabyte.
    Result<void> read();

    /// Reads the files that have changed since; returns whether entries() did. A file that cannot
    /// be read, or whose new text is refused, leaves what it was before, and `problems` gets a line
    /// once; so does a folder that cannot be read.
    bool look(std::vector<std::string>& problems);

    const std::vector<turbo::Registered>& entries() const noexcept { return entries_; }

  private:
    struct Stamp {
        std::filesystem::file_time_type changed = {};
        std::uintmax_t size = 0;
        bool operator==(const Stamp&) const = default;
    };
    struct File {
        Stamp text = {};
        std::optional<Stamp> sql = {};
        turbo::Registered entry = {};
        /// Why the file is not what entries() has; empty where it is.
        std::string problem = {};
    };
    using Files = std::map<std::string, File>;

    Result<Files> list() const;
    static Result<Stamp> stamp(const std::filesystem::path& path);
    Result<void> load(File& file) const;
    void refresh(File& file, const File* before, std::vector<std::string>& problems) const;
    void take(Files files);

    std::string folder_;
    Check check_;
    /// By path.
    Files files_;
    std::vector<turbo::Registered> entries_;
    std::string problem_;
};

}  // namespace fraiseql::server
