// SPDX-License-Identifier: MIT
#include "check/plan_shape.hpp"

#include <cstddef>

namespace fraiseql::check {
namespace {

void append(std::string& out, const explain::PlanNode& node, std::size_t depth) {
    if (!out.empty()) out += '\n';
    out.append(2 * depth, ' ');
    // Numbers of subplans change with the text of a statement, and mean nothing.
    if (!node.subplan.empty()) out += node.subplan.substr(0, node.subplan.find(' ')) + ": ";
    out += node.type;
    if (!node.index.empty()) out += " using " + node.index;
    if (!node.relation.empty()) out += " on " + node.relation;
    if (!node.scanned.empty()) out += " on " + node.scanned;
    for (const explain::PlanNode& child : node.children)
        append(out, child, depth + 1);
}

}  // namespace

std::string plan_shape(const explain::PlanNode& node) {
    std::string out;
    append(out, node, 0);
    return out;
}

}  // namespace fraiseql::check
