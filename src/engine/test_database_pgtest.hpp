// SPDX-License-Identifier: MIT
// TestDatabase: a database of its own with its model, and requests that run on it as a server's do.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>

#include "pg/session.hpp"
#include "schema/model.hpp"

namespace fraiseql::engine {

/// What a request comes to: the statements, and the answer over a blocking connection.
struct Outcome {
    std::string sql;
    std::string response;
};

/// A database in the shared cluster, and a session in it whose time zone is UTC.
struct TestDatabase {
    std::string url;
    std::shared_ptr<const schema::Model> model = {};
    std::shared_ptr<pg::Session> session = {};

    /// Creates the database and runs `files`, which are relative to the project's root.
    static TestDatabase load(const std::string& name, std::initializer_list<const char*> files);

    /// Returns the same database behind another schema.
    TestDatabase with(const schema::ModelOptions& options) const;

    /// Runs one request, and rolls back what it did. An error of PostgreSQL is the answer.
    Outcome run(const std::string& query, const std::string& variables = {},
                bool see_through = true, bool columns = true) const;
};

}  // namespace fraiseql::engine
