// SPDX-License-Identifier: MIT
#include "json/object_writer.hpp"

#include <fmt/format.h>

#include <cmath>

namespace fraiseql::json {

void ObjectWriter::real(std::string& out, double value) {
    if (std::isfinite(value))
        fmt::format_to(std::back_inserter(out), "{}", value);
    else
        out += "null";
}

}  // namespace fraiseql::json
