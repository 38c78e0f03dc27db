// SPDX-License-Identifier: MIT
// Every operator on every type that has it: which rows it finds, wherever the values come from.
// tests/operators/*.cases has lines like `label contains "50%" => 1 4`; an operator without a case
// is a failure.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "engine/test_database_pgtest.hpp"
#include "json/value.hpp"
#include "schema/naming.hpp"
#include "schema/operator.hpp"

namespace fraiseql::engine {
namespace {

namespace fs = std::filesystem;

struct Case {
    std::string place;
    /// Name of the column; the field's is made of it.
    std::string column;
    std::string operation;
    std::string operand;
    /// Keys of the rows, or the code of an error.
    std::string expected;
};

std::string trimmed(std::string_view text) {
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    return std::string(text);
}

Case read_case(const std::string& place, const std::string& line) {
    std::istringstream in(line);
    Case out{.place = place};
    in >> out.column >> out.operation;
    std::string rest;
    std::getline(in, rest);
    const std::size_t arrow = rest.rfind("=>");
    if (arrow == std::string::npos) ADD_FAILURE() << place << ": there is no => in: " << line;
    out.operand = trimmed(rest.substr(0, arrow));
    out.expected = trimmed(rest.substr(arrow + 2));
    return out;
}

std::vector<Case> cases_of(const fs::path& path) {
    std::vector<Case> out;
    std::ifstream file(path);
    std::string line;
    for (int number = 1; std::getline(file, line); ++number)
        if (!line.empty() && !line.starts_with("# "))
            out.push_back(read_case(fmt::format("{}:{}", path.filename().string(), number), line));
    return out;
}

std::vector<fs::path> files() {
    std::vector<fs::path> out;
    for (const auto& entry : fs::directory_iterator(FRAISEQL_SOURCE_DIR "/tests/operators"))
        if (entry.path().extension() == ".cases") out.push_back(entry.path());
    std::sort(out.begin(), out.end());
    return out;
}

const TestDatabase& sample() {
    static const TestDatabase sample =
        TestDatabase::load("operators", {"tests/operators/sample.sql"});
    return sample;
}

/// The same rows, with the operators of citext and ltree on nobody's search_path.
const TestDatabase& sample_apart() {
    static const TestDatabase sample = TestDatabase::load(
        "operators_apart", {"tests/operators/apart/before.sql", "tests/operators/sample.sql",
                            "tests/operators/apart/after.sql"});
    return sample;
}

/// A list field of the sample's rows, and whether its view is seen through.
struct Reader {
    const char* field;
    const char* type;
    bool see_through;
};

constexpr Reader kReaders[] = {
    {"columns", "Column", true}, {"samples", "Sample", true}, {"samples", "Sample", false},
    {"texts", "Text", true},     {"texts", "Text", false},    {"tvSamples", "TvSample", true},
};

/// The keys of the rows of an answer, or the code of its first error.
std::string rows_of(const std::string& response) {
    Arena arena;
    const auto answer = json::read(response, arena);
    if (!answer) return response;
    if (const json::Value* errors = answer->find("errors"))
        return std::string(errors->items[0].find("extensions")->find("code")->text) + ": " +
               std::string(errors->items[0].find("message")->text);
    std::string out;
    for (const json::Value& row : answer->find("data")->members.front().value.items)
        out += (out.empty() ? "" : " ") + std::string(row.find("id")->text);
    return out;
}

/// `condition` is a member of the where input.
std::string found(const TestDatabase& database, const Case& test, const Reader& reader,
                  const std::string& condition) {
    const std::string query = fmt::format(
        "query($where: {}WhereInput) {{ {}(where: $where) {{ id }} }}", reader.type, reader.field);
    const Outcome outcome =
        database.run(query, fmt::format(R"({{"where": {{{}}}}})", condition), reader.see_through);
    std::string rows = rows_of(outcome.response);
    return rows.starts_with(test.expected + ":") ? test.expected : rows;
}

std::string nested(const Case& test) {
    return fmt::format(R"("{}": {{"{}": {}}})", schema::camel_case(test.column), test.operation,
                       test.operand);
}

/// What follows the name of the field in the other style; nothing where it is not offered.
std::string suffix_of(const schema::Model& model, const Case& test) {
    const catalog::Column& column =
        *model.catalog.relation("public", "tb_sample")->column(test.column);
    const schema::Operator* op = filter_of(model.catalog, column.type,
                                           schema::leaf_of(model.catalog, column.type, column.name))
                                     .find(test.operation);
    return op == nullptr ? "" : std::string(op->suffix);
}

class Operators : public ::testing::TestWithParam<fs::path> {};

TEST_P(Operators, FindTheSameRowsWhereverValuesComeFrom) {
    for (const Case& test : cases_of(GetParam()))
        for (const Reader& reader : kReaders)
            EXPECT_EQ(found(sample(), test, reader, nested(test)), test.expected)
                << test.place << ", " << test.column << " " << test.operation << " " << test.operand
                << " of " << reader.field << (reader.see_through ? "" : " as documents");
}

TEST_P(Operators, FindTheSameRowsWithoutTheExtensionsOnTheSearchPath) {
    for (const Case& test : cases_of(GetParam())) {
        if (test.column != "folded" && test.column != "path") continue;
        for (const Reader& reader : kReaders)
            EXPECT_EQ(found(sample_apart(), test, reader, nested(test)), test.expected)
                << test.place << " of " << reader.field;
    }
}

/// The answer for the page behind the third row in the order of `folded`.
std::string second_page(const TestDatabase& database) {
    Arena arena;
    const std::string first =
        database
            .run("{ samplesConnection(orderBy: [{folded: ASC}], first: 3) { edges { cursor } } }")
            .response;
    const json::Value* connection =
        &json::read(first, arena).value().find("data")->members.front().value;
    const auto cursor = connection->find("edges")->items.back().find("cursor")->text;
    return database
        .run(fmt::format("{{ samplesConnection(orderBy: [{{folded: ASC}}], after: \"{}\") {{ nodes "
                         "{{ folded }} }} }}",
                         cursor))
        .response;
}

/// Aggregates and cursors compare, too: max("b", "B") and what comes after "B" depend on the case.
TEST(OperatorsApart, CompareAsTheTypeDoes) {
    const char* extremes =
        "{ columnsAggregate { count min { folded path } max { folded path } "
        "countDistinct { folded } } }";
    EXPECT_EQ(sample_apart().run(extremes).response, sample().run(extremes).response);
    EXPECT_EQ(second_page(sample_apart()), second_page(sample()));
}

TEST_P(Operators, FindTheSameRowsInTheSuffixStyle) {
    static const TestDatabase both = sample().with({schema::FilterStyle::Both});
    static const TestDatabase suffix = sample().with({schema::FilterStyle::Suffix});
    for (const Case& test : cases_of(GetParam())) {
        const std::string ending = suffix_of(*sample().model, test);
        if (ending.empty()) continue;
        const std::string name = schema::camel_case(test.column);
        const std::string suffixed = fmt::format(R"("{}_{}": {})", name, ending, test.operand);
        const std::string alone =
            test.operation == "eq" ? fmt::format(R"("{}": {})", name, test.operand) : suffixed;
        EXPECT_EQ(found(both, test, kReaders[1], suffixed), test.expected) << test.place;
        EXPECT_EQ(found(both, test, kReaders[1], nested(test)), test.expected) << test.place;
        EXPECT_EQ(found(suffix, test, kReaders[2], alone), test.expected) << test.place;
    }
}

std::string file_name(const ::testing::TestParamInfo<fs::path>& info) {
    return info.param.stem().string();
}

INSTANTIATE_TEST_SUITE_P(Cases, Operators, ::testing::ValuesIn(files()), file_name);

TEST(OperatorCases, LeaveNoOperatorOfAnyTypeOut) {
    const schema::Model& model = *sample().model;
    const catalog::Relation& table = *model.catalog.relation("public", "tb_sample");
    std::set<std::pair<catalog::Oid, std::string>> covered;
    for (const fs::path& file : files())
        for (const Case& test : cases_of(file))
            covered.emplace(table.column(test.column)->type, test.operation);
    std::set<const schema::Operator*> met;
    for (const catalog::Column& column : table.columns) {
        const schema::FilterKind kind = filter_of(
            model.catalog, column.type, schema::leaf_of(model.catalog, column.type, column.name));
        for (const schema::Operator& op : schema::operators()) {
            if (kind.find(op.name) != &op) continue;
            met.insert(&op);
            EXPECT_TRUE(covered.contains({column.type, std::string(op.name)}))
                << "no case of " << op.name << " for the type of " << column.name;
        }
    }
    for (const schema::Operator& op : schema::operators())
        EXPECT_TRUE(met.contains(&op)) << "no type of the sample has " << op.name;
}

}  // namespace
}  // namespace fraiseql::engine
