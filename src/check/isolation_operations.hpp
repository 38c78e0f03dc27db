// SPDX-License-Identifier: MIT
// check isolation: the operations that ask everything a client could ask, one relation at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/model.hpp"

namespace fraiseql::check {

/// A GraphQL document; it has variables where that is said.
struct Probe {
    /// `posts`, `postsConnection after`, `GetPosts` of turbo.tb_turbo_query.
    std::string name;
    std::string text;
    /// What it shows comes from here; nullptr: it is not known.
    const schema::Entity* entity = nullptr;
};

/// What is known of another tenant's rows of an entity.
struct Foreign {
    const schema::Entity* entity = nullptr;
    /// Values of `x(id:)`, as text.
    std::vector<std::string> keys = {};
    std::vector<std::string> cursors = {};
};

/// Returns every query that can be made without knowing anything: lists, connections with their
/// counts, aggregates, functions that need no argument; each with all fields, three levels deep.
std::vector<Probe> blind_probes(const schema::Model& model);

/// Returns a call of each function that blind_probes() leaves out: those that need arguments, and
/// all mutations. It has a variable for each argument that is needed or may be a key.
std::vector<Probe> call_probes(const schema::Model& model);

/// Returns those that use what is known of another tenant: rows by key, pages from a cursor on.
std::vector<Probe> informed_probes(const schema::Model& model, const std::vector<Foreign>& foreign);

/// Returns a query for the keys of an entity's rows, or for cursors of them; empty where there is
/// no such field.
std::string keys_query(const schema::Model& model, const schema::Entity& entity);
std::string cursors_query(const schema::Model& model, const schema::Entity& entity);

}  // namespace fraiseql::check
