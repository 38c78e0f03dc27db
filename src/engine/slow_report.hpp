// SPDX-License-Identifier: MIT
// SlowReport: what the log says of an operation that took long: never a value of a client.
#pragma once

#include <string>
#include <vector>

#include "engine/prepared.hpp"
#include "explain/plan_node.hpp"
#include "pg/rows.hpp"

namespace fraiseql::engine {

struct SlowReport {
    struct Field {
        std::string name;
        std::string value;
        bool is_json = false;
    };

    std::string message;
    std::vector<Field> fields;

    void add(std::string name, std::string value) {
        fields.push_back({std::move(name), std::move(value)});
    }
};

/// Describes an execution: its name, how long it was where, its statements, and the types of their
/// parameters.
SlowReport describe_slow(const PreparedRequest& request, const trace::Timeline& timeline,
                         const turbo::Call& call);

/// Returns the statements that ask for the plans of `request`, its own values bound; none where
/// it writes.
pg::Batch slow_plan_batch(const PreparedRequest& request);

/// Adds what slow_plan_batch() was answered: what PostgreSQL does and expects, without conditions,
/// since they show values.
void add_plans(SlowReport& report, const std::vector<pg::Rows>& rows);

void log_slow(const Log& log, const SlowReport& report);

}  // namespace fraiseql::engine
