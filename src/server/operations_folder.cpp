// SPDX-License-Identifier: MIT
#include "server/operations_folder.hpp"

#include <fstream>
#include <sstream>
#include <utility>

namespace fraiseql::server {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxFile = 1U << 20U;
constexpr std::size_t kMaxFiles = 10'000;

tl::unexpected<Error> unreadable(const fs::path& path, const std::string& why) {
    return fail(ErrorCode::Configuration, "Cannot read " + path.string() + ": " + why,
                "Check the path given with --operations and its permissions.");
}

Result<std::string> read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    if (!file) return unreadable(path, "reading failed");
    return text.str();
}

fs::path template_of(fs::path path) { return path.replace_extension(".sql"); }

}  // namespace

OperationsFolder::OperationsFolder(std::string folder, Check check)
    : folder_(std::move(folder)), check_(std::move(check)) {}

Result<OperationsFolder::Stamp> OperationsFolder::stamp(const fs::path& path) {
    std::error_code error;
    const Stamp out{.changed = fs::last_write_time(path, error),
                    .size = fs::file_size(path, error)};
    if (error) return unreadable(path, error.message());
    if (out.size > kMaxFile) return unreadable(path, "it is larger than a megabyte");
    return out;
}

Result<OperationsFolder::Files> OperationsFolder::list() const {
    Files files;
    if (folder_.empty()) return files;
    std::map<std::string, Stamp> templates;
    std::error_code error;
    fs::recursive_directory_iterator at(folder_, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        const fs::path& path = at->path();
        const fs::path ending = path.extension();
        if (ending != ".graphql" && ending != ".gql" && ending != ".sql") continue;
        if (files.size() == kMaxFiles) return unreadable(folder_, "it has more than 10000 files");
        FRAISEQL_TRY(const Stamp stamped, stamp(path));
        if (ending == ".sql") {
            templates.emplace(path.string(), stamped);
            continue;
        }
        File file{.text = stamped};
        file.entry.id = path.lexically_relative(folder_).replace_extension().generic_string();
        file.entry.origin = path.string();
        files.emplace(path.string(), std::move(file));
    }
    if (error) return unreadable(folder_, error.message());
    for (auto& [path, file] : files) {
        const auto found = templates.find(template_of(path).string());
        if (found == templates.end()) continue;
        file.sql = found->second;
        templates.erase(found);
    }
    if (templates.empty()) return files;
    return unreadable(templates.begin()->first, "there is no GraphQL file of that name beside it");
}

Result<void> OperationsFolder::load(File& file) const {
    const fs::path path = file.entry.origin;
    FRAISEQL_TRY(std::string text, read_file(path));
    file.entry.text = turbo::text_of_file(std::move(text));
    if (!file.sql) return {};
    FRAISEQL_TRY(const std::string sql, read_file(template_of(path)));
    FRAISEQL_TRY(file.entry.sql_template, turbo::read_template(sql));
    return {};
}

Result<void> OperationsFolder::read() {
    FRAISEQL_TRY(Files files, list());
    for (auto& [path, file] : files)
        if (auto loaded = load(file); !loaded) return loaded;
    take(std::move(files));
    return {};
}

bool OperationsFolder::look(std::vector<std::string>& problems) {
    auto files = list();
    // A file that goes while the folder is listed is an error of that moment only.
    std::string problem = files ? "" : to_string(files.error());
    if (problem != problem_ && !problem.empty())
        problems.push_back("operations: " + problem + " The last operations go on.");
    problem_ = std::move(problem);
    if (!files) return false;
    for (auto& [path, file] : *files) {
        const auto before = files_.find(path);
        refresh(file, before == files_.end() ? nullptr : &before->second, problems);
    }
    const auto known = std::exchange(entries_, {});
    take(std::move(*files));
    return entries_ != known;
}

void OperationsFolder::refresh(File& file, const File* before,
                               std::vector<std::string>& problems) const {
    const bool same = before != nullptr && before->text == file.text && before->sql == file.sql;
    if (same && before->problem.empty()) {
        file.entry = before->entry;
        return;
    }
    const auto loaded = load(file);
    if (!loaded)
        file.problem = to_string(loaded.error());
    else if (check_ && (before == nullptr || file.entry != before->entry))
        file.problem = check_(file.entry);
    if (file.problem.empty()) return;
    if (before == nullptr || before->problem != file.problem)
        problems.push_back("operations: " + file.entry.origin + ": " + file.problem +
                           (before != nullptr ? " The version before goes on." : ""));
    if (before != nullptr) file.entry = before->entry;
}

void OperationsFolder::take(Files files) {
    files_ = std::move(files);
    entries_.clear();
    for (const auto& [path, file] : files_)
        if (file.problem.empty() || !file.entry.text.empty()) entries_.push_back(file.entry);
}

}  // namespace fraiseql::server
