// SPDX-License-Identifier: MIT
// The messages of PostgreSQL's extended query protocol (version 3.0) that a batch needs, as bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "pg/statement.hpp"
#include "sql/database_error.hpp"

namespace fraiseql::pg {

/// Appends Parse: prepares `statement` under its name, parameter types left to the server.
void write_parse(std::string& out, const Statement& statement);

/// Appends Bind (all in text format) and Execute (all rows) on the unnamed portal.
void write_bind_execute(std::string& out, const Call& call);

/// Appends CopyData and CopyDone: all that the COPY before it gets.
void write_copy(std::string& out, std::string_view data);

/// Appends Close: forgets the prepared statement `name`.
void write_close_statement(std::string& out, std::string_view name);

/// Appends Sync: the end of the implicit transaction.
void write_sync(std::string& out);

/// One message from the server; `body` is a view into what was read.
struct ServerMessage {
    char type = 0;
    std::string_view body;
    /// Bytes of the whole message, header included.
    std::size_t size = 0;
};

/// What the front of a receive buffer holds.
enum class Framing { Complete, Incomplete, Malformed };

/// Cuts the first message off `bytes`. Incomplete sets message.size to the bytes that it needs
/// (5 where even that is unknown).
Framing read_message(std::string_view bytes, ServerMessage& message) noexcept;

/// Reads the fields of an ErrorResponse or NoticeResponse.
sql::DatabaseError read_error(std::string_view body);

}  // namespace fraiseql::pg
