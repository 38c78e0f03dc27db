// SPDX-License-Identifier: MIT
#include "pg/wire.hpp"

#include <array>
#include <cstdint>

#include "pg/big_endian.hpp"

namespace fraiseql::pg {

namespace {

// PostgreSQL itself refuses longer messages (PqRecvBuffer grows to 1 GB at most).
constexpr std::uint32_t kMaxMessage = 0x3fffffff;
constexpr std::size_t kHeader = 5;

void put_int32(std::string& out, std::size_t value) {
    const std::array<char, 4> bytes = {
        static_cast<char>(value >> 24 & 0xff), static_cast<char>(value >> 16 & 0xff),
        static_cast<char>(value >> 8 & 0xff), static_cast<char>(value & 0xff)};
    out.append(bytes.data(), bytes.size());
}

void put_int16(std::string& out, std::size_t value) {
    out += static_cast<char>(value >> 8 & 0xff);
    out += static_cast<char>(value & 0xff);
}

void put_text(std::string& out, std::string_view text) {
    out += text;
    out += '\0';
}

void put_header(std::string& out, char type, std::size_t body_size) {
    out += type;
    put_int32(out, body_size + 4);
}

std::size_t bind_size(const Call& call) {
    std::size_t size = 1 + call.statement->name.size() + 1 + 2 + 2 + 2;
    for (const auto& param : call.params)
        size += 4 + (param ? param->size() : 0);
    return size;
}

std::string* field(sql::DatabaseError& error, char type) {
    switch (type) {
        case 'C':
            return &error.sqlstate;
        case 'M':
            return &error.message;
        case 'D':
            return &error.detail;
        case 'H':
            return &error.hint;
        case 's':
            return &error.schema;
        case 't':
            return &error.table;
        case 'c':
            return &error.column;
        case 'd':
            return &error.data_type;
        case 'n':
            return &error.constraint;
        case 'W':
            return &error.where;
        case 'P':
            return &error.position;
        default:
            return nullptr;
    }
}

}  // namespace

void write_parse(std::string& out, const Statement& statement) {
    put_header(out, 'P', statement.name.size() + 1 + statement.sql.size() + 1 + 2);
    put_text(out, statement.name);
    put_text(out, statement.sql);
    put_int16(out, 0);
}

void write_bind_execute(std::string& out, const Call& call) {
    put_header(out, 'B', bind_size(call));
    put_text(out, "");
    put_text(out, call.statement->name);
    put_int16(out, 0);
    put_int16(out, call.params.size());
    for (const auto& param : call.params) {
        put_int32(out, param ? param->size() : 0xffffffff);
        if (param) out += *param;
    }
    put_int16(out, 0);
    put_header(out, 'E', 5);
    put_text(out, "");
    put_int32(out, 0);
}

void write_copy(std::string& out, std::string_view data) {
    if (!data.empty()) {
        put_header(out, 'd', data.size());
        out += data;
    }
    put_header(out, 'c', 0);
}

void write_close_statement(std::string& out, std::string_view name) {
    put_header(out, 'C', 1 + name.size() + 1);
    out += 'S';
    put_text(out, name);
}

void write_sync(std::string& out) { put_header(out, 'S', 0); }

Framing read_message(std::string_view bytes, ServerMessage& message) noexcept {
    message.size = kHeader;
    if (bytes.size() < kHeader) return Framing::Incomplete;
    const std::uint32_t length = read_uint32(bytes.substr(1));
    if (length < 4 || length > kMaxMessage) return Framing::Malformed;
    message.size = length + std::size_t{1};
    if (bytes.size() < message.size) return Framing::Incomplete;
    message.type = bytes[0];
    message.body = bytes.substr(kHeader, length - 4);
    return Framing::Complete;
}

sql::DatabaseError read_error(std::string_view body) {
    sql::DatabaseError error;
    while (!body.empty() && body[0] != '\0') {
        const std::size_t end = body.find('\0', 1);
        if (end == std::string_view::npos) break;
        if (std::string* target = field(error, body[0])) *target = body.substr(1, end - 1);
        body.remove_prefix(end + 1);
    }
    return error;
}

}  // namespace fraiseql::pg
