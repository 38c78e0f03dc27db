// SPDX-License-Identifier: MIT
#include "server/operations_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace fraiseql::server {
namespace {

namespace fs = std::filesystem;

class OperationsFolder : public ::testing::Test {
  protected:
    OperationsFolder()
        : folder_(fs::temp_directory_path() / ("operations." + std::to_string(getpid()))) {
        fs::create_directories(folder_ / "blog");
    }
    ~OperationsFolder() override { fs::remove_all(folder_); }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder_ / name) << text;
    }

    fs::path folder_;
};

TEST_F(OperationsFolder, NamesOperationsByTheirPaths) {
    write("users.graphql", "{ users { id } }");
    write("blog/posts.gql", "{ posts { id } }");
    write("README.md", "not an operation");
    const auto entries = read_operations_folder(folder_.string());
    ASSERT_EQ(entries.value().size(), 2U);
    EXPECT_EQ(entries->front().id, "blog/posts");
    EXPECT_EQ(entries->back().id, "users");
    EXPECT_EQ(entries->back().text, "{ users { id } }");
}

TEST_F(OperationsFolder, RefusesFoldersThatAreNotThere) {
    const auto entries = read_operations_folder((folder_ / "nowhere").string());
    ASSERT_FALSE(entries.has_value());
    EXPECT_EQ(entries.error().code, ErrorCode::Configuration);
}

TEST_F(OperationsFolder, RefusesFilesThatAreTooLarge) {
    write("large.graphql", std::string((1U << 20U) + 1, ' '));
    EXPECT_FALSE(read_operations_folder(folder_.string()).has_value());
}

}  // namespace
}  // namespace fraiseql::server
