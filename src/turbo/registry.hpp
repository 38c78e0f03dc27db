// SPDX-License-Identifier: MIT
// Registry: the registered operations of a server, found by id, by hash and by text.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "turbo/checked_template.hpp"
#include "turbo/sql_template.hpp"

namespace fraiseql::turbo {

/// A document that the operator of a server has registered.
struct Registered {
    /// What clients call it: `documentId`.
    std::string id;
    std::string text;
    /// Further names: hashes that client tools have made of the text in ways of their own.
    std::vector<std::string> hashes = {};
    /// Where it comes from, for messages: a file, the table.
    std::string origin = {};
    /// A server registered it by itself, since it takes much time; nobody's client knows its id.
    bool adaptive = false;
    /// SQL that somebody wrote to be run for it.
    std::optional<SqlTemplate> sql_template = {};
    /// The same once it is known to answer alike; nullptr: the operation is compiled.
    std::shared_ptr<const CheckedTemplate> checked = {};

    bool operator==(const Registered&) const = default;
};

/// Returns the operation in a file's bytes: the line ends after it are the editor's, not the
/// client's, and would keep the same text without them from being found.
std::string text_of_file(std::string bytes);

/// Immutable once built; shared by all workers.
class Registry {
  public:
    /// Builds a registry. Where two entries claim one name or one text, the first has it, and
    /// `problems` gets a line for each that was left out.
    static std::shared_ptr<const Registry> build(std::vector<Registered> entries,
                                                 std::vector<std::string>& problems);

    const std::vector<Registered>& entries() const noexcept { return entries_; }

    /// Returns the index of the entry called `name`: its id, one of its hashes, or the SHA-256 of
    /// its text with or without `sha256:` before it.
    std::optional<std::size_t> find_name(std::string_view name) const;
    /// Returns the index of the entry with exactly this text.
    std::optional<std::size_t> find_text(std::string_view text) const;

  private:
    std::vector<Registered> entries_;
    // The keys point into the entries and into sha256_.
    std::vector<std::string> sha256_;
    std::unordered_map<std::string_view, std::size_t> by_name_;
    std::unordered_map<std::string_view, std::size_t> by_text_;
};

}  // namespace fraiseql::turbo
