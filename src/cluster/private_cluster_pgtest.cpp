// SPDX-License-Identifier: MIT
#include "cluster/private_cluster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

namespace fraiseql::cluster {
namespace {

using ::testing::HasSubstr;

TEST(PrivateCluster, StartsAndLeavesNothingBehind) {
    std::string root;
    {
        auto cluster = PrivateCluster::start();
        ASSERT_TRUE(cluster) << to_string(cluster.error());
        root = cluster->root();
        EXPECT_TRUE(run_sql(cluster->url(), "SELECT 1"));
        EXPECT_TRUE(run_sql(cluster->tcp_url(), "SELECT 1"));
        struct stat status = {};
        ASSERT_EQ(stat(root.c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 077U, 0U) << "nobody else may reach the socket";
        EXPECT_NE(status.st_uid, 0U);
    }
    EXPECT_FALSE(std::filesystem::exists(root));
}

TEST(PrivateCluster, AsksForThePasswordOverTcp) {
    auto cluster = PrivateCluster::start();
    ASSERT_TRUE(cluster) << to_string(cluster.error());
    std::string wrong = cluster->tcp_url();
    wrong.replace(wrong.find("postgres:") + 9, 4, "nope");
    auto refused = run_sql(wrong, "SELECT 1");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::ServiceUnavailable);
}

TEST(PrivateCluster, TakesServerSettingsAndCreatesDatabases) {
    auto cluster = PrivateCluster::start({.settings = {{"work_mem", "5MB"}}});
    ASSERT_TRUE(cluster) << to_string(cluster.error());
    const std::string check = "DO $$ BEGIN ASSERT current_setting('work_mem') = '5MB'; END $$";
    auto url = cluster->create_database("od\"d name/?&");
    ASSERT_TRUE(url) << to_string(url.error());
    EXPECT_TRUE(run_sql(*url, check));
    EXPECT_TRUE(run_sql(*url, "CREATE TABLE t (x int)"));
    ASSERT_TRUE(cluster->create_database("od\"d name/?&"));
    EXPECT_TRUE(run_sql(*url, "CREATE TABLE t (x int)")) << "the older database is dropped";
}

TEST(PrivateCluster, SaysWhyItDidNotStart) {
    auto cluster = PrivateCluster::start({.settings = {{"no_such_setting", "1"}}});
    ASSERT_FALSE(cluster);
    EXPECT_THAT(cluster.error().message, HasSubstr("no_such_setting"));
}

TEST(PrivateCluster, SaysWhichPackageIsMissing) {
    ASSERT_EQ(setenv("FRAISEQL_POSTGRES_BIN", "/nowhere", 1), 0);
    auto cluster = PrivateCluster::start();
    unsetenv("FRAISEQL_POSTGRES_BIN");
    ASSERT_FALSE(cluster);
    EXPECT_THAT(to_string(cluster.error()), HasSubstr("FRAISEQL_POSTGRES_BIN is \"/nowhere\""));
}

TEST(RunSql, ReportsTheSqlstate) {
    auto cluster = PrivateCluster::start();
    ASSERT_TRUE(cluster) << to_string(cluster.error());
    auto result = run_sql(cluster->url(), "SELECT 1/0");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().extensions.at(0).second, "22012");
    auto missing = run_file(cluster->url(), "/nowhere.sql");
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error().message, HasSubstr("/nowhere.sql"));
}

/// Waits up to ten seconds for the folder to vanish.
bool vanishes(const std::string& folder) {
    for (int i = 0; i < 200 && std::filesystem::exists(folder); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return !std::filesystem::exists(folder);
}

TEST(PrivateCluster, IsGoneWhenItsProcessIsKilled) {
    std::array<int, 2> ends = {};
    ASSERT_EQ(pipe(ends.data()), 0);
    const pid_t child = fork();
    if (child == 0) {
        auto cluster = PrivateCluster::start();
        const std::string root = cluster ? cluster->root() : "";
        if (write(ends[1], root.data(), root.size()) < 0) _exit(1);
        pause();
    }
    std::string root(200, '\0');
    const ssize_t size = read(ends[0], root.data(), root.size());
    ASSERT_GT(size, 0);
    root.resize(static_cast<std::size_t>(size));
    EXPECT_TRUE(std::filesystem::exists(root));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    close(ends[0]);
    close(ends[1]);
    EXPECT_TRUE(vanishes(root)) << root;
}

}  // namespace
}  // namespace fraiseql::cluster
