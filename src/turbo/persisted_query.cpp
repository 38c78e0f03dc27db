// SPDX-License-Identifier: MIT
#include "turbo/persisted_query.hpp"

#include <algorithm>
#include <string>

namespace fraiseql::turbo {
namespace {

bool is_hexadecimal(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

Result<std::optional<std::string_view>> read_persisted_hash(const json::Value* extensions) {
    const json::Value* query = extensions == nullptr ? nullptr : extensions->find("persistedQuery");
    if (query == nullptr || query->is_null()) return std::nullopt;
    if (!query->is_object())
        return fail(ErrorCode::BadRequest, "\"extensions.persistedQuery\" must be an object",
                    R"(Send {"version": 1, "sha256Hash": "…"}.)");
    const json::Value* version = query->find("version");
    if (version == nullptr || !version->is_number() || version->text != "1")
        return fail(ErrorCode::BadRequest, "Unsupported persisted query version",
                    "The version of \"extensions.persistedQuery\" must be the number 1.");
    const json::Value* hash = query->find("sha256Hash");
    if (hash == nullptr || !hash->is_string() || hash->text.size() != 64 ||
        !std::all_of(hash->text.begin(), hash->text.end(), is_hexadecimal))
        return fail(ErrorCode::BadRequest,
                    "\"extensions.persistedQuery.sha256Hash\" must be a SHA-256",
                    "Write it as 64 lower-case hexadecimal digits.");
    return hash->text;
}

Error persisted_query_not_found() {
    return {.code = ErrorCode::PersistedQueryNotFound, .message = "PersistedQueryNotFound"};
}

Error persisted_query_not_supported() {
    return {.code = ErrorCode::PersistedQueryNotSupported, .message = "PersistedQueryNotSupported"};
}

}  // namespace fraiseql::turbo
