// SPDX-License-Identifier: MIT
#include <fstream>

#include "data/repository_pgtest.hpp"

namespace numbers {
struct row {
    std::int64_t n = 0;
};
BOOST_DESCRIBE_STRUCT(row, (), (n))
}  // namespace numbers

namespace fraiseql::data {
namespace {

/// Resident memory of this process in pages.
long resident_pages() {
    std::ifstream file("/proc/self/statm");
    long size = 0;
    long resident = 0;
    file >> size >> resident;
    return resident;
}

TEST_F(RepositoryTest, AMillionRowsAreStreamedInLittleMemory) {
    open("repository_stream");
    limit_ = std::chrono::minutes(5);
    repository repo = make(tenant_);
    std::int64_t sum = 0;
    long most = 0;
    const long before = resident_pages();
    const auto each = [&](const numbers::row& row) {
        sum += row.n;
        if (row.n % 50'000 == 0) most = std::max(most, resident_pages() - before);
    };
    EXPECT_EQ(run(repo.stream<numbers::row>("SELECT g AS n FROM generate_series(1, $1::int) g",
                                            values(1'000'000), each, 5000)),
              1'000'000);
    EXPECT_EQ(sum, 500'000'500'000);
    // All rows at once would be well over 100 MB.
    EXPECT_LT(most * 4096, 40L << 20U);
}

TEST_F(RepositoryTest, AStreamWaitsForWhoReadsItAndEndsWithThem) {
    open("repository_stream_stop");
    repository repo = make(tenant_);
    int seen = 0;
    const auto each = [&](numbers::row& row) -> task<void> {
        const std::int64_t authors = co_await repo.count("v_author");
        seen += static_cast<int>(authors);
        if (row.n == 3) throw std::runtime_error("enough");
    };
    EXPECT_THROW(run(repo.stream<numbers::row>("SELECT g AS n FROM generate_series(1, 100) g",
                                               values(), each, 2)),
                 std::runtime_error);
    EXPECT_EQ(seen, 6);
    const auto none = [](numbers::row&) {};
    EXPECT_EQ(run(repo.stream<numbers::row>("SELECT 1 AS n WHERE false", values(), none)), 0);
    EXPECT_EQ(
        refusal(repo.stream<numbers::row>("DELETE FROM tb_post", values(), none)).substr(0, 21),
        "INTERNAL_SERVER_ERROR");
    EXPECT_EQ(run(repo.count("v_post")), 3);
    const auto twice = [&](repository& tx) -> task<std::int64_t> {
        std::int64_t rows = 0;
        for (int i = 0; i < 2; ++i) {
            const std::int64_t more = co_await tx.stream<numbers::row>(
                "SELECT id AS n FROM v_post -- of the tenant", values(), none);
            rows += more;
        }
        co_return rows;
    };
    EXPECT_EQ(run(repo.transaction(twice)), 6);
}

}  // namespace
}  // namespace fraiseql::data
