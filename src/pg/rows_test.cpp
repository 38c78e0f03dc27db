// SPDX-License-Identifier: MIT
#include "pg/rows.hpp"

#include <gtest/gtest.h>

namespace fraiseql::pg {
namespace {

using namespace std::string_literals;

TEST(Rows, ReadsValuesNullsAndEmptyText) {
    Rows rows;
    ASSERT_TRUE(rows.append("\0\x03\0\0\0\x02hi\xff\xff\xff\xff\0\0\0\0"s));
    ASSERT_TRUE(rows.append("\0\x03\0\0\0\0\0\0\0\x01x\0\0\0\x01y"s));
    EXPECT_EQ(rows.row_count(), 2U);
    EXPECT_EQ(rows.column_count(), 3U);
    EXPECT_EQ(rows.get(0, 0), "hi");
    EXPECT_TRUE(rows.is_null(0, 1));
    EXPECT_FALSE(rows.is_null(0, 2));
    EXPECT_EQ(rows.get(0, 2), "");
    EXPECT_EQ(rows.get(1, 2), "y");
}

TEST(Rows, KeepsViewsValidWhenMoved) {
    Rows rows;
    ASSERT_TRUE(rows.append("\0\x01\0\0\0\x02hi"s));
    const std::string_view view = rows.get(0, 0);
    const Rows moved = std::move(rows);
    EXPECT_EQ(view.data(), moved.get(0, 0).data());
}

TEST(Rows, RefusesMalformedRows) {
    for (const std::string& body :
         {""s, "\0"s, "\0\x01"s, "\0\x01\0\0\0"s, "\0\x01\0\0\0\x03hi"s, "\0\x01\0\0\0\x01hi"s,
          "\0\x02\0\0\0\x01h"s, "\0\x01\x7f\xff\xff\xffh"s}) {
        Rows rows;
        EXPECT_FALSE(rows.append(body)) << ::testing::PrintToString(body);
    }
    Rows rows;
    ASSERT_TRUE(rows.append("\0\x01\0\0\0\x01h"s));
    EXPECT_FALSE(rows.append("\0\x02\0\0\0\x01h\0\0\0\x01h"s));
}

}  // namespace
}  // namespace fraiseql::pg
