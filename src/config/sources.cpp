// SPDX-License-Identifier: MIT
#include "config/sources.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

#include "base/suggest.hpp"

namespace fraiseql::config {
namespace {

constexpr std::string_view kPrefix = "FRAISEQL_";
constexpr std::string_view kFileSuffix = "_FILE";
constexpr std::streamsize kMaxFile = 1 << 20;

using Variables = std::map<std::string, std::string, std::less<>>;

/// Kubernetes tells every container of a namespace where its Services are, docker links likewise:
/// FRAISEQL_SERVICE_HOST, FRAISEQL_PORT=tcp://…, FRAISEQL_PORT_8080_TCP_ADDR.
bool is_service_link(std::string_view name, std::string_view value) {
    return name.starts_with("FRAISEQL_SERVICE_") || name.starts_with("FRAISEQL_PORT_") ||
           (name == "FRAISEQL_PORT" && value.find("://") != std::string_view::npos);
}

Variables variables_of(const Environment& environment) {
    Variables out;
    for (const std::string& each : environment) {
        const std::size_t equals = each.find('=');
        if (equals == std::string::npos || equals + 1 == each.size()) continue;
        out.emplace(each.substr(0, equals), each.substr(equals + 1));
    }
    return out;
}

Result<std::string> value_in(const std::string& path, const std::string& variable) {
    auto text = read_small_file(path);
    if (!text) {
        text.error().hint = fmt::format("{} names it.", variable);
        return fail(text.error());
    }
    while (text->ends_with('\n') || text->ends_with('\r'))
        text->pop_back();
    if (text->empty())
        return fail(ErrorCode::Configuration,
                    fmt::format("The file {}, which {} names, is empty.", path, variable));
    return *text;
}

Result<std::optional<Assignment>> assignment_of(const Setting& setting,
                                                const Variables& variables) {
    const std::string by_file = setting.variable + std::string(kFileSuffix);
    const auto value = variables.find(setting.variable);
    const auto file = variables.find(by_file);
    if (value != variables.end() && file != variables.end())
        return fail(ErrorCode::Configuration,
                    fmt::format("{} and {} are both set.", setting.variable, by_file),
                    "Unset one of them.");
    if (value != variables.end())
        return Assignment{setting.name, {value->second}, setting.variable};
    if (file == variables.end()) return std::optional<Assignment>{};
    FRAISEQL_TRY(std::string text, value_in(file->second, by_file));
    return Assignment{setting.name, {std::move(text)}, by_file};
}

Result<void> refuse_unknown(const std::vector<Setting>& settings, const Variables& variables,
                            const std::vector<std::string_view>& further) {
    std::vector<std::string_view> known = further;
    for (const Setting& setting : settings)
        if (!setting.variable.empty()) known.push_back(setting.variable);
    for (const auto& [name, value] : variables) {
        if (!name.starts_with(kPrefix) || is_service_link(name, value)) continue;
        std::string_view stem = name;
        if (stem.ends_with(kFileSuffix)) stem.remove_suffix(kFileSuffix.size());
        const bool expected = std::any_of(known.begin(), known.end(), [&](std::string_view each) {
            return each == name || each == stem;
        });
        if (expected) continue;
        std::string hint = did_you_mean(name, known);
        if (hint.empty()) hint = "`fraiseql config` lists the settings. Unset the variable.";
        return fail(ErrorCode::Configuration,
                    fmt::format("The environment has {}, which is no setting.", name),
                    std::move(hint));
    }
    return {};
}

}  // namespace

Environment process_environment() {
    Environment out;
    for (char** each = environ; each != nullptr && *each != nullptr; ++each)
        out.emplace_back(*each);
    return out;
}

Result<std::string> read_small_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text(static_cast<std::size_t>(kMaxFile) + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.is_open() || file.bad() || (file.fail() && !file.eof()))
        return fail(ErrorCode::Configuration, fmt::format("The file {} cannot be read.", path),
                    "Does it exist, and may this user read it?");
    if (file.gcount() > kMaxFile)
        return fail(ErrorCode::Configuration,
                    fmt::format("The file {} is larger than 1 MiB.", path));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

Result<std::vector<Assignment>> from_environment(const std::vector<Setting>& settings,
                                                 const Environment& environment,
                                                 const std::vector<std::string_view>& further) {
    const Variables variables = variables_of(environment);
    if (auto known = refuse_unknown(settings, variables, further); !known)
        return fail(known.error());
    std::vector<Assignment> out;
    for (const Setting& setting : settings) {
        if (setting.variable.empty()) continue;
        FRAISEQL_TRY(std::optional<Assignment> found, assignment_of(setting, variables));
        if (found) out.push_back(std::move(*found));
    }
    return out;
}

Result<std::vector<Assignment>> from_file(const std::vector<Setting>& settings,
                                          const std::vector<FileEntry>& entries,
                                          const std::string& path) {
    std::vector<std::string_view> known;
    for (const Setting& setting : settings)
        known.push_back(setting.name);
    std::vector<Assignment> out;
    for (const FileEntry& entry : entries) {
        const auto same = [&](const auto& each) { return each == entry.name; };
        if (std::none_of(known.begin(), known.end(), same)) {
            std::string hint = did_you_mean(entry.name, known);
            if (hint.empty()) hint = "`fraiseql config` lists the settings.";
            return fail(
                ErrorCode::Configuration,
                fmt::format("{}, line {}: \"{}\" is no setting.", path, entry.line, entry.name),
                std::move(hint));
        }
        const auto again = [&](const Assignment& each) { return each.name == entry.name; };
        if (std::any_of(out.begin(), out.end(), again))
            return fail(
                ErrorCode::Configuration,
                fmt::format("{}, line {}: \"{}\" is there twice.", path, entry.line, entry.name),
                "Keep one of the two.");
        out.push_back({entry.name, entry.values, fmt::format("{} line {}", path, entry.line)});
    }
    return out;
}

}  // namespace fraiseql::config
