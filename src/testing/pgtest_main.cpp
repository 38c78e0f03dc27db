// SPDX-License-Identifier: MIT
// The main function of every *_pgtest program: starts the private cluster, then runs the tests.
#include <gtest/gtest.h>

#include "testing/cluster.hpp"

int main(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    // Listing tests needs no database.
    if (!::testing::GTEST_FLAG(list_tests)) fraiseql::testing::Cluster::shared();
    return RUN_ALL_TESTS();
}
