// SPDX-License-Identifier: MIT
#include "respond/error_json.hpp"

#include "json/writer.hpp"

namespace fraiseql::respond {
namespace {

void write_locations(std::string& out, const std::vector<Location>& locations) {
    out += ",\"locations\":";
    char separator = '[';
    for (const Location& location : locations) {
        out += separator;
        out += "{\"line\":" + std::to_string(location.line);
        out += ",\"column\":" + std::to_string(location.column) + '}';
        separator = ',';
    }
    out += ']';
}

void write_path(std::string& out, const Path& path) {
    char separator = '[';
    for (const PathSegment& segment : path) {
        out += separator;
        if (const auto* key = std::get_if<std::string>(&segment))
            json::write_string(out, *key);
        else
            out += std::to_string(std::get<std::uint32_t>(segment));
        separator = ',';
    }
    out += ']';
}

}  // namespace

void write_error(std::string& out, const Error& error) {
    out += "{\"message\":";
    json::write_string(out, error.message);
    if (!error.locations.empty()) write_locations(out, error.locations);
    if (!error.path.empty()) {
        out += ",\"path\":";
        write_path(out, error.path);
    }
    out += ",\"extensions\":{\"code\":";
    json::write_string(out, error.own_code.empty() ? info(error.code).wire : error.own_code);
    for (const auto& [name, value] : error.extensions) {
        out += ',';
        json::write_string(out, name);
        out += ':';
        json::write_string(out, value);
    }
    if (!error.input.empty()) {
        out += ",\"input\":";
        write_path(out, error.input);
    }
    if (!error.hint.empty()) {
        out += ",\"hint\":";
        json::write_string(out, error.hint);
    }
    out += "}}";
}

void write_errors(std::string& out, const std::vector<Error>& errors) {
    out += "\"errors\":";
    char separator = '[';
    for (const Error& error : errors) {
        out += separator;
        write_error(out, error);
        separator = ',';
    }
    out += ']';
}

std::string error_response(const std::vector<Error>& errors) {
    std::string out = "{";
    write_errors(out, errors);
    return out + '}';
}

}  // namespace fraiseql::respond
