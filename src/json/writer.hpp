// SPDX-License-Identifier: MIT
// Appending JSON text to a buffer: for envelopes and errors; data comes from PostgreSQL as text.
#pragma once

#include <string>
#include <string_view>

#include "json/value.hpp"

namespace fraiseql::json {

/// Appends `text` as a JSON string with its quotes; control characters, quotes and backslashes are
/// escaped, UTF-8 passes through.
void write_string(std::string& out, std::string_view text);

/// Appends `value` without white space; numbers keep their text, members their order.
void write(std::string& out, const Value& value);

}  // namespace fraiseql::json
