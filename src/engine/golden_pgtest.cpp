// SPDX-License-Identifier: MIT
// Golden cases: tests/golden/<topic>/<case> holds a request, the SQL made of it and its answer.
// FRAISEQL_UPDATE_GOLDEN=1 writes what the code does now; the diff is then for a person to read.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/test_database_pgtest.hpp"
#include "json/writer.hpp"

namespace fraiseql::engine {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = FRAISEQL_SOURCE_DIR;

std::string read_file(const fs::path& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

/// The example database, loaded once.
const TestDatabase& blog() {
    static const TestDatabase blog =
        TestDatabase::load("golden", {"examples/blog/schema.sql", "examples/blog/views.sql",
                                      "examples/blog/functions.sql", "examples/blog/data.sql",
                                      "examples/blog/demo.sql", "tests/golden/extra.sql",
                                      "tests/golden/functions.sql"});
    return blog;
}

/// The same with the other style of filters, for the topic `suffix`.
const TestDatabase& database_of(const fs::path& folder) {
    static const TestDatabase suffix = blog().with({schema::FilterStyle::Suffix});
    return folder.parent_path().filename() == "suffix" ? suffix : blog();
}

/// The answer with one member a line, so that a diff can be read.
void indent(std::string& out, const json::Value& value, int depth) {
    const std::string inner(static_cast<std::size_t>(depth + 1) * 2, ' ');
    const std::string outer(static_cast<std::size_t>(depth) * 2, ' ');
    const bool object = value.is_object();
    if ((!object && !value.is_array()) || (value.members.empty() && value.items.empty())) {
        json::write(out, value);
        return;
    }
    std::string separator = object ? "{\n" : "[\n";
    auto next = [&] {
        out += separator + inner;
        separator = ",\n";
    };
    for (const json::Member& member : value.members) {
        next();
        json::write_string(out, member.name);
        out += ": ";
        indent(out, member.value, depth + 1);
    }
    for (const json::Value& item : value.items) {
        next();
        indent(out, item, depth + 1);
    }
    out += "\n" + outer + (object ? "}" : "]");
}

std::string pretty(const std::string& text) {
    Arena arena;
    auto value = json::read(text, arena);
    if (!value) return "not JSON: " + text;
    std::string out;
    indent(out, *value, 0);
    return out + "\n";
}

std::vector<fs::path> cases() {
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / "tests/golden"))
        if (entry.path().filename() == "request.graphql")
            found.push_back(entry.path().parent_path());
    std::sort(found.begin(), found.end());
    return found;
}

void compare(const fs::path& file, const std::string& actual) {
    if (std::getenv("FRAISEQL_UPDATE_GOLDEN") != nullptr)
        std::ofstream(file) << actual;
    else
        EXPECT_EQ(actual, read_file(file)) << file;
}

class Golden : public ::testing::TestWithParam<fs::path> {};

TEST_P(Golden, MakesTheSameSqlAndTheSameAnswer) {
    const fs::path& folder = GetParam();
    const Outcome outcome = database_of(folder).run(read_file(folder / "request.graphql"),
                                                    read_file(folder / "variables.json"));
    compare(folder / "query.sql", outcome.sql);
    compare(folder / "response.json", pretty(outcome.response));
}

/// Two compilations of one query: key order and number text count, white space does not.
TEST_P(Golden, AnswersTheSameFromWholeDocuments) {
    const fs::path& folder = GetParam();
    const Outcome outcome =
        database_of(folder).run(read_file(folder / "request.graphql"),
                                read_file(folder / "variables.json"), /*see_through=*/false);
    EXPECT_EQ(pretty(outcome.response), read_file(folder / "response.json"));
}

TEST_P(Golden, AnswersTheSameWhenPostgresqlWritesTheJson) {
    const fs::path& folder = GetParam();
    const Outcome outcome = database_of(folder).run(read_file(folder / "request.graphql"),
                                                    read_file(folder / "variables.json"),
                                                    /*see_through=*/true, /*columns=*/false);
    EXPECT_EQ(pretty(outcome.response), read_file(folder / "response.json"));
}

std::string case_name(const ::testing::TestParamInfo<fs::path>& info) {
    std::string name =
        info.param.parent_path().filename().string() + "_" + info.param.filename().string();
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, ::testing::ValuesIn(cases()), case_name);

}  // namespace
}  // namespace fraiseql::engine
