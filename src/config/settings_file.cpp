// SPDX-License-Identifier: MIT
#include "config/settings_file.hpp"

#include <fmt/format.h>

#include <sstream>
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace fraiseql::config {
namespace {

/// Deeper than any name has dashes.
constexpr int kMaxDepth = 8;

tl::unexpected<Error> wrong(const std::string& path, const toml::source_position& at,
                            const std::string& message, std::string hint = {}) {
    return fail(ErrorCode::Configuration,
                fmt::format("{}, line {}, column {}: {}", path, at.line, at.column, message),
                std::move(hint));
}

class Reader {
  public:
    explicit Reader(const std::string& path) : path_(path) {}

    Result<void> read_table(const toml::table& table, const std::string& prefix, int depth) {
        for (const auto& [key, node] : table) {
            const std::string name = prefix + std::string(key.str());
            if (const toml::table* inner = node.as_table(); inner != nullptr) {
                if (depth == kMaxDepth)
                    return wrong(path_, node.source().begin, "Tables nest too deeply here.");
                if (auto read = read_table(*inner, name + "-", depth + 1); !read) return read;
                continue;
            }
            FRAISEQL_TRY(std::vector<std::string> values, values_of(name, node));
            entries_.push_back({name, std::move(values), node.source().begin.line});
        }
        return {};
    }

    std::vector<FileEntry> take() { return std::move(entries_); }

  private:
    Result<std::vector<std::string>> values_of(const std::string& name, const toml::node& node) {
        std::vector<std::string> values;
        if (const toml::array* items = node.as_array(); items != nullptr) {
            for (const toml::node& item : *items) {
                FRAISEQL_TRY(std::string value, value_of(name, item));
                values.push_back(std::move(value));
            }
            return values;
        }
        FRAISEQL_TRY(std::string value, value_of(name, node));
        values.push_back(std::move(value));
        return values;
    }

    Result<std::string> value_of(const std::string& name, const toml::node& node) {
        std::string text;
        if (const auto* string = node.as_string(); string != nullptr)
            text = string->get();
        else if (const auto* integer = node.as_integer(); integer != nullptr)
            text = std::to_string(integer->get());
        else if (const auto* boolean = node.as_boolean(); boolean != nullptr)
            text = boolean->get() ? "true" : "false";
        else if (const auto* number = node.as_floating_point(); number != nullptr)
            text = fmt::format("{}", number->get());
        else
            return wrong(path_, node.source().begin,
                         fmt::format("\"{}\" is neither text, a number nor a boolean.", name),
                         "Write it as the command line would have it.");
        if (text.empty())
            return wrong(path_, node.source().begin, fmt::format("\"{}\" is empty.", name),
                         "Leave the key out to have the default.");
        return text;
    }

    const std::string& path_;
    std::vector<FileEntry> entries_;
};

}  // namespace

Result<std::vector<FileEntry>> read_settings(std::string_view toml, const std::string& path) {
    const toml::parse_result parsed = toml::parse(toml);
    if (!parsed)
        return wrong(path, parsed.error().source().begin,
                     fmt::format("{}.", parsed.error().description()),
                     "The file is TOML: name = \"text\", name = 1, name = true, name = [\"a\"].");
    Reader reader(path);
    if (auto read = reader.read_table(parsed.table(), "", 0); !read) return fail(read.error());
    return reader.take();
}

}  // namespace fraiseql::config
