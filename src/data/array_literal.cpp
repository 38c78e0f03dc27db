// SPDX-License-Identifier: MIT
#include "data/array_literal.hpp"

namespace fraiseql::data {

std::string array_literal(const json_node& list) {
    std::string out = "{";
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (i > 0) out += ',';
        const json_node item = list.item(i);
        if (item.is_null()) {
            out += "NULL";
        } else if (item.type() == json_node::kind::array) {
            out += array_literal(item);
        } else {
            const bool text = item.type() == json_node::kind::string;
            out += '"';
            for (const char c : text ? std::string(item.text()) : item.str()) {
                if (c == '"' || c == '\\') out += '\\';
                out += c;
            }
            out += '"';
        }
    }
    return out + '}';
}

}  // namespace fraiseql::data
