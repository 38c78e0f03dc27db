// SPDX-License-Identifier: MIT
// Views: the definitions of a database's views, read when they are first asked for.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>

#include "catalog/catalog.hpp"

namespace fraiseql::rewrite {

struct View;

/// Whose role runs a statement: the one that the catalog was read by, or one that the session was
/// switched to. Then only views with security_invoker read with the same rights as the statement.
enum class Rights : std::uint8_t { OfCurrentUser, OfOthers };

/// The views of one catalog, which must outlive it. Any thread may ask.
class Views {
  public:
    explicit Views(const catalog::Catalog& catalog);
    ~Views();
    Views(const Views&) = delete;
    Views& operator=(const Views&) = delete;

    const catalog::Catalog& catalog() const noexcept { return catalog_; }
    /// Returns what is known of the view; nullptr where the oid is none of a plain view.
    const View* find(catalog::Oid oid) const;
    /// Returns why statements must not see through the view, as a sentence; empty where they may.
    std::string refusal(catalog::Oid oid, Rights rights = Rights::OfCurrentUser) const;
    /// Whether the view's query orders its rows.
    bool is_ordered(catalog::Oid oid) const;
    /// Whether a role may lack a privilege that reading the view asks for, while it has those that
    /// reading a part of it does. Then PostgreSQL must be made to check what the whole view needs.
    bool must_check_privileges(catalog::Oid oid, Rights rights) const;

  private:
    bool reads_only_what_it_may(const catalog::Relation& view,
                                std::set<catalog::Oid>& visited) const;

    struct Entry;
    const catalog::Catalog& catalog_;
    std::unordered_map<catalog::Oid, std::unique_ptr<Entry>> entries_;
};

}  // namespace fraiseql::rewrite
