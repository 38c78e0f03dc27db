// SPDX-License-Identifier: MIT
// KnownValues: what answers have shown, to be given as arguments, so that operations find rows.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.hpp"
#include "graphql/schema.hpp"
#include "json/value.hpp"
#include "schema/model.hpp"

namespace fraiseql::check {

/// Knows the values of one tenant's rows. The model must outlive it.
class KnownValues {
  public:
    explicit KnownValues(const schema::Model& model);

    /// Learns the leaves of an answer to a Probe, whose keys are `Type_field`.
    void learn(const json::Value& answer);

    /// Returns the `attempt`-th of the values, in turn, that may be meant by an argument or input
    /// field `name` of a leaf `type`, the most plausible first: a key of the type that `name`
    /// names, or that `operation` (a name, a text) does; a field called so. Nothing where none is.
    std::optional<json::Value> choose(std::string_view name, const graphql::NamedType& type,
                                      std::string_view operation, std::size_t attempt,
                                      Arena& arena) const;

  private:
    struct Known {
        /// In lower case.
        std::string type;
        std::string field;
        std::string text;
        bool is_number = false;
        bool is_key = false;
    };
    std::vector<const Known*> candidates(std::string_view name, const graphql::NamedType& type,
                                         std::string_view operation) const;
    void learn_leaf(std::string_view key, const json::Value& value);

    const schema::Model& model_;
    /// The argument of `x(id:)`, by type.
    std::map<std::string, std::string, std::less<>> keys_ = {};
    std::vector<Known> known_ = {};
};

}  // namespace fraiseql::check
