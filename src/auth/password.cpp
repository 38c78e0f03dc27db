// SPDX-License-Identifier: MIT
#include "auth/password.hpp"

#include <argon2.h>

#include <charconv>

namespace fraiseql::auth {
namespace {

constexpr std::uint32_t kHashBytes = 32;
constexpr std::uint32_t kMaxMemory = 4U << 20U;
constexpr std::uint32_t kMaxIterations = 100;
constexpr std::uint32_t kMaxLanes = 64;
constexpr std::string_view kPrefix = "$argon2id$v=19$";

/// Reads `name=number` off the front of `text`.
std::optional<std::uint32_t> take_number(std::string_view& text, std::string_view name,
                                         std::uint32_t most) {
    if (!text.starts_with(name)) return std::nullopt;
    text.remove_prefix(name.size());
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number == 0 || number > most) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

}  // namespace

Result<std::string> hash_password(std::string_view password, std::string_view salt,
                                  const PasswordCost& cost) {
    std::string out(
        argon2_encodedlen(cost.iterations, cost.memory, cost.lanes,
                          static_cast<std::uint32_t>(salt.size()), kHashBytes, Argon2_id),
        '\0');
    const int status = argon2id_hash_encoded(cost.iterations, cost.memory, cost.lanes,
                                             password.data(), password.size(), salt.data(),
                                             salt.size(), kHashBytes, out.data(), out.size());
    if (status != ARGON2_OK)
        return fail(ErrorCode::InternalServerError,
                    std::string("A password cannot be hashed: ") + argon2_error_message(status));
    out.resize(out.find('\0'));
    return out;
}

bool is_password(std::string_view password, const std::string& encoded) {
    return cost_of(encoded) &&
           argon2id_verify(encoded.c_str(), password.data(), password.size()) == ARGON2_OK;
}

std::optional<PasswordCost> cost_of(std::string_view encoded) {
    if (!encoded.starts_with(kPrefix) || encoded.find('\0') != std::string_view::npos)
        return std::nullopt;
    encoded.remove_prefix(kPrefix.size());
    const auto memory = take_number(encoded, "m=", kMaxMemory);
    const auto iterations = take_number(encoded, ",t=", kMaxIterations);
    const auto lanes = take_number(encoded, ",p=", kMaxLanes);
    if (!memory || !iterations || !lanes || !encoded.starts_with('$')) return std::nullopt;
    return PasswordCost{*memory, *iterations, *lanes};
}

}  // namespace fraiseql::auth
