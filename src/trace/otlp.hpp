// SPDX-License-Identifier: MIT
// OTLP: records as the spans that OpenTelemetry collectors take, in the JSON form of OTLP 1.
#pragma once

#include <span>
#include <string>

#include "trace/record.hpp"

namespace fraiseql::trace {

/// Who made the spans.
struct Resource {
    std::string service_name = "fraiseql";
    std::string version = {};
    /// Tells servers apart.
    std::string instance = {};
    /// The database's name.
    std::string database = {};
    /// Whether spans have the text of statements.
    bool statements = false;
};

/// Returns the body of one export request (ExportTraceServiceRequest): for each record a server
/// span, and below it `parse`, `plan`, `queue` and a client span for each question to the database,
/// and `write`, as far as these happened.
std::string to_otlp(std::span<const Record> records, const Resource& resource);

/// Returns how many spans to_otlp() makes of `record`.
std::size_t span_count(const Record& record);

}  // namespace fraiseql::trace
