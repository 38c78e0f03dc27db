// SPDX-License-Identifier: MIT
// A connection for tests in which several sessions meet.
#pragma once

#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <poll.h>

#include <memory>
#include <string>

namespace fraiseql::testing {

/// A session on a test database. What it is told to run has to succeed unless it says otherwise.
class Connection {
  public:
    explicit Connection(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
        EXPECT_EQ(PQstatus(connection_.get()), CONNECTION_OK);
    }

    /// Runs statements, and returns the values of the last: rows by line, columns by '|'.
    std::string run(const std::string& sql) {
        Result result(PQexec(connection_.get(), sql.c_str()));
        EXPECT_TRUE(is_good(result.get())) << sql << "\n" << PQerrorMessage(connection_.get());
        return text(result.get());
    }

    /// Runs statements that fail, and returns the SQLSTATE.
    std::string sqlstate(const std::string& sql) {
        send(sql);
        return received_sqlstate();
    }

    /// Sends statements without waiting for what becomes of them.
    void send(const std::string& sql) { EXPECT_EQ(PQsendQuery(connection_.get(), sql.c_str()), 1); }

    /// Waits for what was sent, and returns the values of the last statement.
    std::string receive() {
        std::string out;
        while (Result result{PQgetResult(connection_.get())}) {
            EXPECT_TRUE(is_good(result.get())) << PQerrorMessage(connection_.get());
            out = text(result.get());
        }
        return out;
    }

    /// Waits for what was sent, and returns the SQLSTATE with which it failed.
    std::string received_sqlstate() {
        std::string out;
        while (Result result{PQgetResult(connection_.get())})
            if (const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE)) out = state;
        return out;
    }

    /// Waits until this session, which was sent something, waits for a lock; `other` looks.
    void wait_until_blocked(Connection& other) {
        const std::string pid = std::to_string(PQbackendPID(connection_.get()));
        for (int i = 0; i < 3000; ++i) {
            if (other.run("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = " + pid) !=
                "0")
                return;
            ::poll(nullptr, 0, 10);
        }
        ADD_FAILURE() << "The session does not wait for a lock.";
    }

  private:
    struct Close {
        void operator()(PGconn* connection) const { PQfinish(connection); }
        void operator()(PGresult* result) const { PQclear(result); }
    };
    using Result = std::unique_ptr<PGresult, Close>;

    static bool is_good(const PGresult* result) {
        const ExecStatusType status = PQresultStatus(result);
        return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
    }

    static std::string text(const PGresult* result) {
        std::string out;
        for (int row = 0; row < PQntuples(result); ++row) {
            out += row == 0 ? "" : "\n";
            for (int column = 0; column < PQnfields(result); ++column)
                out += (column == 0 ? "" : "|") + std::string(PQgetvalue(result, row, column));
        }
        return out;
    }

    std::unique_ptr<PGconn, Close> connection_;
};

}  // namespace fraiseql::testing
