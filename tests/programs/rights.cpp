// SPDX-License-Identifier: MIT
// A server whose code answers subscriptions to those who may see them, as long as they may, for
// tests/e2e/test_event_rights.py.
#include <fraiseql/fraiseql.hpp>

#include <atomic>
#include <chrono>

namespace {

using namespace std::chrono_literals;

std::atomic<int> running = 0;
// Whose address it is that requests come to.
std::atomic<bool> sold = false;

struct Running {
    Running() { ++running; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { --running; }
};

fraiseql::stream<int> beats() {
    const Running here;
    for (int i = 1;; ++i) {
        co_yield i;
        co_await fraiseql::sleep_for(20ms);
    }
}

fraiseql::stream<int> silence() {
    const Running here;
    const auto start = [](const fraiseql::completion<int>&) {};
    int never = co_await fraiseql::from_callback<int>(start);
    co_yield never;
}

void find_tenant(fraiseql::context& ctx) {
    if (ctx.header("X-Address")) ctx.set_tenant(sold ? "new" : "old");
}

}  // namespace

int main(int argc, char** argv) {
    fraiseql::application app;
    app.prepare(find_tenant);
    app.subscription("beats", beats);
    app.subscription("silence", silence);
    app.subscription("secrets", beats, {.authorize = "role:keeper"});
    app.query("running", [] { return running.load(); });
    app.mutation("sell", [](bool yes) { return sold = yes; }, {.arguments = {"yes"}});
    return app.run(argc, argv);
}
