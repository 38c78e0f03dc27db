// SPDX-License-Identifier: MIT
#include "sql/fragment.hpp"

namespace fraiseql::sql {

Fragment& Fragment::identifier(std::string_view name) {
    text_ += '"';
    for (char c : name) {
        if (c == '"') text_ += '"';
        text_ += c;
    }
    text_ += '"';
    return *this;
}

Fragment& Fragment::qualified(std::string_view schema, std::string_view name) {
    return identifier(schema).raw(".").identifier(name);
}

Fragment& Fragment::literal(std::string_view text) {
    // E'' only where a backslash needs it, so that the form does not depend on
    // standard_conforming_strings.
    const bool escaped = text.find('\\') != std::string_view::npos;
    text_ += escaped ? "E'" : "'";
    for (char c : text) {
        if (c == '\'' || c == '\\') text_ += c;
        text_ += c;
    }
    text_ += '\'';
    return *this;
}

Fragment Fragment::from_catalog(std::string_view text) {
    Fragment out;
    out.text_ = text;
    return out;
}

Fragment join(const std::vector<Fragment>& parts, Raw separator) {
    Fragment out;
    for (const Fragment& part : parts) {
        if (!out.empty()) out.raw(separator);
        out.add(part);
    }
    return out;
}

}  // namespace fraiseql::sql
