// SPDX-License-Identifier: MIT
// Context: which trace a request belongs to, as the headers of W3C Trace Context say it.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace fraiseql::trace {

/// Lower-case hexadecimal digits, never all zero.
using TraceId = std::array<char, 32>;
using SpanId = std::array<char, 16>;

/// One span of a trace, as others refer to it.
struct Context {
    TraceId trace_id = {};
    SpanId span_id = {};
    /// Whether whoever made the span records the trace.
    bool sampled = false;
};

/// Returns what a `traceparent` header says; nothing where it is malformed, which means that a new
/// trace begins (W3C Trace Context §3.2.2). Later versions are read as far as version 00 goes.
std::optional<Context> read_traceparent(std::string_view header);

/// Returns the value of a `traceparent` header, of version 00.
std::string to_traceparent(const Context& context);

/// Returns the members of all `tracestate` headers of a request as one list, cut to 512 characters
/// by leaving out long members first; empty where the list is malformed (§3.3).
std::string read_tracestate(std::span<const std::string_view> headers);

/// Random ones, of this thread's generator.
TraceId new_trace_id();
SpanId new_span_id();

/// Returns true once in 1 / `share` times; `share` is from 0 to 1.
bool choose(double share);

template <std::size_t Size>
std::string_view text(const std::array<char, Size>& id) noexcept {
    return {id.data(), id.size()};
}

}  // namespace fraiseql::trace
