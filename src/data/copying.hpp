// SPDX-License-Identifier: MIT
// Copying: rows of code on their way into a table, in pieces.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "fraiseql/json_node.hpp"
#include "pg/statement.hpp"
#include "schema/model.hpp"

namespace fraiseql::data {

/// Collects rows and makes statements of them that write so many at once. Pure.
class Copying {
  public:
    /// For rows that have these columns of `table`, in this order. NotFound where there is no such
    /// table, BadUserInput where it lacks a column.
    static Result<Copying> into(const schema::Model& model, std::string_view table,
                                std::vector<std::string> columns);

    /// Adds a row: an object with a member for each column. BadUserInput where it has others.
    Result<void> add(const json_node& row);
    bool is_empty() const noexcept { return data_.empty(); }
    /// Whether there is enough to be sent.
    bool is_full() const noexcept { return data_.size() >= kEnough; }
    /// Returns the statement that writes what was added since the last one.
    pg::Call take();

  private:
    /// How a value is written in the text of COPY.
    enum class Form : std::uint8_t { Scalar, Json, Array };
    static constexpr std::size_t kEnough = std::size_t{64} << 10U;

    void append_line(const json_node& row);

    std::vector<std::string> columns_ = {};
    std::vector<Form> forms_ = {};
    std::shared_ptr<const pg::Statement> statement_ = {};
    /// COPY cannot write here: INSERT from JSON does.
    bool inserts_ = false;
    std::string data_ = {};
    std::int64_t rows_ = 0;
};

}  // namespace fraiseql::data
