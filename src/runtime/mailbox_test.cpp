// SPDX-License-Identifier: MIT
#include "runtime/mailbox.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace fraiseql::runtime {
namespace {

TEST(Mailbox, DeliversToTheLoopUntilItIsClosed) {
    boost::asio::io_context context;
    Mailbox mailbox(context.get_executor());
    int delivered = 0;
    std::thread sender([&] { EXPECT_TRUE(mailbox.deliver([&delivered] { ++delivered; })); });
    sender.join();
    EXPECT_EQ(delivered, 0);
    context.run();
    EXPECT_EQ(delivered, 1);
    mailbox.close();
    EXPECT_FALSE(mailbox.deliver([&delivered] { ++delivered; }));
    context.restart();
    context.run();
    EXPECT_EQ(delivered, 1);
}

}  // namespace
}  // namespace fraiseql::runtime
