// SPDX-License-Identifier: MIT
// Cost: what an operation may make the server do, told from its fields and the sizes of its lists.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "json/value.hpp"
#include "plan/limits.hpp"

namespace fraiseql::plan {

struct Plan;

/// A field with objects inside. Each object counts for its weight (`@cost`, else 1), and each of
/// its leaves for theirs.
struct CostNode {
    std::string response_key = {};
    /// The weight of one of its objects, and that of the leaves of that.
    double weight = 1;
    double leaves = 0;
    /// Where the number of its objects comes from.
    enum class Size : std::uint8_t { One, List, Page, Connection } size = Size::One;
    /// List, Page and Connection: index into the arguments of a request.
    std::optional<std::uint32_t> arguments = {};
    std::vector<CostNode> inner = {};
};

/// The default sizes of lists.
struct ListSizes {
    std::uint32_t page = 100;
    std::uint32_t list = 10;
};

/// What a plan costs, as a function of its arguments. Immutable.
class Cost {
  public:
    explicit Cost(const Plan& plan);

    /// Returns the score for the coerced `arguments`: the sum of the weights of all objects and
    /// leaves that the answer may have.
    double score(std::span<const json::Value> arguments, const ListSizes& sizes) const;
    /// Returns the response keys that lead to where most of the score comes from.
    std::vector<std::string> heaviest_path(std::span<const json::Value> arguments,
                                           const ListSizes& sizes) const;

  private:
    std::vector<CostNode> roots_;
};

/// Returns why the operation is too costly for its arguments, or nothing. The path of the error
/// names the root field that costs most.
std::optional<Error> too_complex(const Cost& cost, std::span<const json::Value> arguments,
                                 const ListSizes& sizes, const Limits& limits);

}  // namespace fraiseql::plan
