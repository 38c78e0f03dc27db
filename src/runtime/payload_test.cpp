// SPDX-License-Identifier: MIT
#include "runtime/payload.hpp"

#include <gtest/gtest.h>

namespace fraiseql::runtime {
namespace {

TEST(Payload, KeepsSegmentsInOrderAcrossMoves) {
    auto owner = std::make_shared<const std::string>("of an owner");
    Payload payload("short");
    payload.append_view(" text ");
    payload.append_view(*owner);
    payload.keep(owner);
    payload.append("");
    payload.append("!");
    const Payload moved = std::move(payload);
    EXPECT_EQ(moved.str(), "short text of an owner!");
    EXPECT_EQ(moved.size(), moved.str().size());
    EXPECT_EQ(moved.segment_count(), 4U);
    EXPECT_EQ(owner.use_count(), 2);
}

}  // namespace
}  // namespace fraiseql::runtime
