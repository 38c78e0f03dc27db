// SPDX-License-Identifier: MIT
#include "server/operations_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace fraiseql::server {
namespace {

namespace fs = std::filesystem;

class OperationsFolderTest : public ::testing::Test {
  protected:
    OperationsFolderTest()
        : folder_(fs::temp_directory_path() / ("operations." + std::to_string(getpid()))) {
        fs::create_directories(folder_ / "blog");
    }
    ~OperationsFolderTest() override { fs::remove_all(folder_); }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder_ / name) << text;
    }

    fs::path folder_;
};

TEST_F(OperationsFolderTest, NamesOperationsByTheirPaths) {
    write("users.graphql", "{ users { id } }");
    write("blog/posts.gql", "{ posts { id } }");
    write("README.md", "not an operation");
    OperationsFolder operations(folder_.string());
    ASSERT_TRUE(operations.read());
    ASSERT_EQ(operations.entries().size(), 2U);
    EXPECT_EQ(operations.entries().front().id, "blog/posts");
    EXPECT_EQ(operations.entries().back().id, "users");
    EXPECT_EQ(operations.entries().back().text, "{ users { id } }");
}

TEST_F(OperationsFolderTest, RefusesFoldersThatAreNotThere) {
    const auto read = OperationsFolder((folder_ / "nowhere").string()).read();
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().code, ErrorCode::Configuration);
}

TEST_F(OperationsFolderTest, RefusesFilesThatAreTooLarge) {
    write("large.graphql", std::string((1U << 20U) + 1, ' '));
    EXPECT_FALSE(OperationsFolder(folder_.string()).read().has_value());
}

TEST_F(OperationsFolderTest, FollowsTheFiles) {
    write("a.graphql", "{ a }");
    write("b.graphql", "{ b }");
    OperationsFolder operations(folder_.string());
    ASSERT_TRUE(operations.read());
    std::vector<std::string> problems;
    EXPECT_FALSE(operations.look(problems));
    write("a.graphql", "{ a1 }");
    write("c.graphql", "{ c }");
    fs::remove(folder_ / "b.graphql");
    EXPECT_TRUE(operations.look(problems));
    ASSERT_EQ(operations.entries().size(), 2U);
    EXPECT_EQ(operations.entries()[0].text, "{ a1 }");
    EXPECT_EQ(operations.entries()[1].id, "c");
    EXPECT_FALSE(operations.look(problems));
    EXPECT_TRUE(problems.empty());
}

TEST_F(OperationsFolderTest, KeepsTheLastGoodVersionOfAFile) {
    write("a.graphql", "{ a }");
    OperationsFolder operations(folder_.string(), [](const turbo::Registered& entry) {
        return entry.text == "{ wrong }" ? std::string("it is wrong") : std::string();
    });
    ASSERT_TRUE(operations.read());
    std::vector<std::string> problems;
    write("a.graphql", "{ wrong }");
    EXPECT_FALSE(operations.look(problems));
    EXPECT_FALSE(operations.look(problems));
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_NE(problems[0].find("it is wrong"), std::string::npos);
    EXPECT_EQ(operations.entries().at(0).text, "{ a }");
    write("a.graphql", "{ right }");
    EXPECT_TRUE(operations.look(problems));
    EXPECT_EQ(operations.entries().at(0).text, "{ right }");
}

TEST_F(OperationsFolderTest, GoesOnWhereTheFolderIsGone) {
    write("a.graphql", "{ a }");
    OperationsFolder operations(folder_.string());
    ASSERT_TRUE(operations.read());
    fs::remove_all(folder_);
    std::vector<std::string> problems;
    EXPECT_FALSE(operations.look(problems));
    EXPECT_FALSE(operations.look(problems));
    EXPECT_EQ(problems.size(), 1U);
    EXPECT_EQ(operations.entries().size(), 1U);
}

}  // namespace
}  // namespace fraiseql::server
