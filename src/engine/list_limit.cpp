// SPDX-License-Identifier: MIT
#include "engine/list_limit.hpp"

#include <fmt/format.h>

namespace fraiseql::engine {
namespace {

/// Returns the first long list at or below `value`, and adds the way there to `names`. As deep as
/// the reader of JSON let the request be.
const json::Value* long_list(const json::Value& value, std::size_t most, std::string& names) {
    if (value.items.size() > most) return &value;
    for (const json::Value& item : value.items)
        if (const json::Value* found = long_list(item, most, names)) return found;
    for (const json::Member& member : value.members)
        if (const json::Value* found = long_list(member.value, most, names)) {
            names = std::string(member.name) + (names.empty() ? "" : ".") + names;
            return found;
        }
    return nullptr;
}

}  // namespace

std::optional<Error> find_long_list(const std::vector<json::Value>& arguments, std::size_t most) {
    for (const json::Value& each : arguments) {
        std::string names;
        if (const json::Value* found = long_list(each, most, names))
            return Error{.code = ErrorCode::BadUserInput,
                         .message = fmt::format("\"{}\" is a list of {} items; this server takes "
                                                "at most {}.",
                                                names, found->items.size(), most),
                         .hint = "Send it in parts."};
    }
    return std::nullopt;
}

}  // namespace fraiseql::engine
