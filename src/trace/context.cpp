// SPDX-License-Identifier: MIT
#include "trace/context.hpp"

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace fraiseql::trace {
namespace {

constexpr std::size_t kTraceparentSize = 55;
constexpr std::size_t kMaxMembers = 32;
constexpr std::size_t kMaxState = 512;
/// Members longer than this go first (W3C Trace Context §3.3.1.5).
constexpr std::size_t kLongMember = 128;
constexpr std::size_t kMaxKey = 256;
constexpr std::size_t kMaxValue = 256;

std::mt19937_64& generator() {
    static thread_local std::mt19937_64 out = [] {
        std::random_device device;
        std::seed_seq seed{device(), device(), device(), device()};
        return std::mt19937_64(seed);
    }();
    return out;
}

bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

bool is_zero(std::string_view digits) {
    return digits.find_first_not_of('0') == std::string_view::npos;
}

int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

template <std::size_t Size>
std::array<char, Size> random_id() {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::array<char, Size> out{};
    do {
        for (std::size_t i = 0; i < Size; i += 16) {
            std::uint64_t bits = generator()();
            for (std::size_t n = 0; n < 16; ++n, bits >>= 4U)
                out[i + n] = kDigits[bits & 0xfU];
        }
    } while (is_zero(text(out)));
    return out;
}

bool is_key(std::string_view key) {
    const auto first = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    const auto further = [&](char c) {
        return first(c) || std::string_view("_-*/@").find(c) != std::string_view::npos;
    };
    return !key.empty() && key.size() <= kMaxKey && first(key.front()) &&
           std::all_of(key.begin(), key.end(), further);
}

bool is_value(std::string_view value) {
    const auto allowed = [](char c) { return c >= ' ' && c <= '~' && c != ',' && c != '='; };
    return !value.empty() && value.size() <= kMaxValue && value.back() != ' ' &&
           std::all_of(value.begin(), value.end(), allowed);
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t";
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

/// Adds the members of one header; false where one is malformed.
bool add_members(std::string_view header, std::vector<std::string_view>& members) {
    while (true) {
        const std::size_t comma = std::min(header.find(','), header.size());
        const std::string_view member = trimmed(header.substr(0, comma));
        if (!member.empty()) {
            const std::size_t equals = member.find('=');
            if (equals == std::string_view::npos) return false;
            if (!is_key(member.substr(0, equals)) || !is_value(member.substr(equals + 1)))
                return false;
            members.push_back(member);
        }
        if (comma == header.size()) return true;
        header.remove_prefix(comma + 1);
    }
}

bool has_twice(const std::vector<std::string_view>& members) {
    std::vector<std::string_view> keys;
    for (const std::string_view member : members)
        keys.push_back(member.substr(0, member.find('=')));
    std::sort(keys.begin(), keys.end());
    return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
}

std::size_t joined_size(const std::vector<std::string_view>& members) {
    std::size_t out = members.empty() ? 0 : members.size() - 1;
    for (const std::string_view member : members)
        out += member.size();
    return out;
}

}  // namespace

std::optional<Context> read_traceparent(std::string_view header) {
    if (header.size() < kTraceparentSize) return std::nullopt;
    const std::string_view version = header.substr(0, 2);
    const std::string_view trace_id = header.substr(3, 32);
    const std::string_view span_id = header.substr(36, 16);
    const std::string_view flags = header.substr(53, 2);
    for (const std::string_view part : {version, trace_id, span_id, flags})
        if (!std::all_of(part.begin(), part.end(), is_lower_hex)) return std::nullopt;
    if (header[2] != '-' || header[35] != '-' || header[52] != '-') return std::nullopt;
    if (version == "ff" || is_zero(trace_id) || is_zero(span_id)) return std::nullopt;
    if (header.size() > kTraceparentSize && (version == "00" || header[kTraceparentSize] != '-'))
        return std::nullopt;
    Context out;
    std::copy(trace_id.begin(), trace_id.end(), out.trace_id.begin());
    std::copy(span_id.begin(), span_id.end(), out.span_id.begin());
    out.sampled = (digit(flags[1]) & 1) != 0;
    return out;
}

std::string to_traceparent(const Context& context) {
    std::string out;
    out.reserve(kTraceparentSize);
    out += "00-";
    out += text(context.trace_id);
    out += '-';
    out += text(context.span_id);
    out += context.sampled ? "-01" : "-00";
    return out;
}

std::string read_tracestate(std::span<const std::string_view> headers) {
    std::vector<std::string_view> members;
    for (const std::string_view header : headers)
        if (!add_members(header, members)) return {};
    if (members.size() > kMaxMembers || has_twice(members)) return {};
    if (joined_size(members) > kMaxState)
        std::erase_if(members, [](std::string_view each) { return each.size() > kLongMember; });
    while (joined_size(members) > kMaxState)
        members.pop_back();
    std::string out;
    for (const std::string_view member : members) {
        if (!out.empty()) out += ',';
        out += member;
    }
    return out;
}

TraceId new_trace_id() { return random_id<32>(); }

SpanId new_span_id() { return random_id<16>(); }

bool choose(double share) {
    if (share <= 0) return false;
    if (share >= 1) return true;
    // The upper 53 bits make a number from 0 to 1.
    return static_cast<double>(generator()() >> 11U) * 0x1.0p-53 < share;
}

}  // namespace fraiseql::trace
