// SPDX-License-Identifier: MIT
#include "pg/statement.hpp"

#include <cstdint>

namespace fraiseql::pg {

namespace {

// FNV-1a. Not collision-proof, and need not be: connections compare the SQL as well.
std::uint64_t fnv1a(std::string_view text, std::uint64_t seed) {
    std::uint64_t hash = seed;
    for (const char byte : text) {
        hash ^= static_cast<std::uint8_t>(byte);
        hash *= 0x100000001b3U;
    }
    return hash;
}

void append_hex(std::string& out, std::uint64_t value) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (int shift = 60; shift >= 0; shift -= 4)
        out += kDigits[value >> shift & 0xf];
}

}  // namespace

std::shared_ptr<const Statement> make_statement(std::string sql) {
    Statement statement{.name = "fq_", .sql = std::move(sql)};
    append_hex(statement.name, fnv1a(statement.sql, 0xcbf29ce484222325U));
    append_hex(statement.name, fnv1a(statement.sql, 0x9e3779b97f4a7c15U));
    return std::make_shared<const Statement>(std::move(statement));
}

}  // namespace fraiseql::pg
