// SPDX-License-Identifier: MIT
#include "plan/cost.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "fraiseql/definition.hpp"
#include "plan/plan.hpp"

namespace fraiseql::plan {
namespace {

using json::Value;
using Size = CostNode::Size;

/// Adds what is wanted of one object. Of an abstract type, the costliest of its types counts.
void add_branches(CostNode& node, const Plan& plan, const std::vector<Branch>& branches,
                  Size connection = Size::One, std::optional<std::uint32_t> page = {});

CostNode node_of(const Output& output, const Plan& plan, Size connection,
                 std::optional<std::uint32_t> page) {
    CostNode node{.response_key = output.response_key,
                  .weight = static_cast<double>(output.binding->cost)};
    if (output.field->type->nullable()->is_list()) {
        // The edges and nodes of a connection are those of its page.
        node.size = connection == Size::Connection ? Size::Connection : Size::List;
        if (connection == Size::Connection)
            node.arguments = page;
        else if (output.list)
            node.arguments = static_cast<std::uint32_t>(plan.arguments_of_list(*output.list));
    }
    add_branches(node, plan, output.branches);
    return node;
}

CostNode branch_node(const Branch& branch, const Plan& plan, Size connection,
                     std::optional<std::uint32_t> page) {
    CostNode node;
    for (const Output& output : branch.outputs) {
        if (output.branches.empty())
            node.leaves += output.binding == nullptr ? 1 : output.binding->cost;
        else
            node.inner.push_back(node_of(output, plan, connection, page));
    }
    return node;
}

double least(const CostNode& node) {
    double sum = node.leaves;
    for (const CostNode& inner : node.inner)
        sum += inner.weight + least(inner);
    return sum;
}

void add_branches(CostNode& node, const Plan& plan, const std::vector<Branch>& branches,
                  Size connection, std::optional<std::uint32_t> page) {
    CostNode most;
    for (const Branch& branch : branches) {
        CostNode one = branch_node(branch, plan, connection, page);
        if (least(one) > least(most)) most = std::move(one);
    }
    node.leaves += most.leaves;
    std::move(most.inner.begin(), most.inner.end(), std::back_inserter(node.inner));
}

void add_read(CostNode& node, const Plan& plan, const Read& read, std::uint32_t arguments) {
    node.weight = static_cast<double>(read.entity->cost);
    if (read.kind == Read::Kind::Connection)
        return add_branches(node, plan, read.branches, Size::Connection, arguments);
    if (read.kind != Read::Kind::One) {
        node.size = Size::Page;
        node.arguments = arguments;
    }
    add_branches(node, plan, read.branches);
}

void add_call(CostNode& node, const Plan& plan, const Call& call, std::uint32_t arguments) {
    node.weight = static_cast<double>(call.function->cost);
    if (call.type != nullptr && call.type->nullable()->is_list()) {
        node.size = Size::Page;
        node.arguments = arguments;
    }
    add_branches(node, plan, call.branches);
    for (const PayloadBranch& branch : call.payload)
        for (const PayloadOutput& output : branch.outputs) {
            CostNode inner{.response_key = output.response_key};
            if (output.field != nullptr && output.field->type->nullable()->is_list())
                inner.size = Size::List;
            add_branches(inner, plan, output.branches);
            node.inner.push_back(std::move(inner));
        }
}

std::optional<double> integer(const Value& arguments, std::string_view name) {
    const Value* value = arguments.find(name);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    std::int64_t number = 0;
    std::from_chars(value->text.data(), value->text.data() + value->text.size(), number);
    return static_cast<double>(std::max<std::int64_t>(number, 0));
}

double count_of(const CostNode& node, std::span<const Value> arguments, const ListSizes& sizes) {
    if (node.size == Size::One) return 1;
    const double usual = node.size == Size::List ? sizes.list : sizes.page;
    if (!node.arguments) return usual;
    const Value& given = arguments[*node.arguments];
    if (node.size != Size::Connection) return integer(given, "limit").value_or(usual);
    if (const auto last = integer(given, "last")) return *last;
    return integer(given, "first").value_or(usual);
}

double score_of(const CostNode& node, std::span<const Value> arguments, const ListSizes& sizes) {
    double each = node.weight + node.leaves;
    for (const CostNode& inner : node.inner)
        each += score_of(inner, arguments, sizes);
    return count_of(node, arguments, sizes) * each;
}

}  // namespace

Cost::Cost(const Plan& plan) {
    for (std::uint32_t i = 0; i < plan.roots.size(); ++i) {
        const Root& root = plan.roots[i];
        CostNode node{.response_key = root.response_key};
        if (root.kind == Root::Kind::Read) add_read(node, plan, root.read, i);
        if (root.kind == Root::Kind::Call) add_call(node, plan, root.call, i);
        if (root.kind == Root::Kind::Resolve) {
            node.weight = static_cast<double>(root.resolve.resolver->cost);
            if (root.group.definition->type->nullable()->is_list()) node.size = Size::List;
            add_branches(node, plan, root.resolve.branches);
        }
        roots_.push_back(std::move(node));
    }
}

double Cost::score(std::span<const Value> arguments, const ListSizes& sizes) const {
    double sum = 0;
    for (const CostNode& root : roots_)
        sum += score_of(root, arguments, sizes);
    return sum;
}

std::vector<std::string> Cost::heaviest_path(std::span<const Value> arguments,
                                             const ListSizes& sizes) const {
    std::vector<std::string> path;
    const std::vector<CostNode>* nodes = &roots_;
    double leaves = 0;
    while (!nodes->empty()) {
        const auto heavier = [&](const CostNode& a, const CostNode& b) {
            return score_of(a, arguments, sizes) < score_of(b, arguments, sizes);
        };
        const CostNode& most = *std::max_element(nodes->begin(), nodes->end(), heavier);
        if (score_of(most, arguments, sizes) < leaves) break;
        path.push_back(most.response_key);
        leaves = most.leaves;
        nodes = &most.inner;
    }
    return path;
}

std::optional<Error> too_complex(const Cost& cost, std::span<const Value> arguments,
                                 const ListSizes& sizes, const Limits& limits) {
    const double score = cost.score(arguments, sizes);
    if (score <= limits.complexity) return std::nullopt;
    const std::vector<std::string> path = cost.heaviest_path(arguments, sizes);
    const std::string heaviest = fmt::format("{}", fmt::join(path, "."));
    Error error{.code = ErrorCode::QueryTooComplex,
                .message = fmt::format("The operation scores {:.0f}, and {} is the most allowed.",
                                       score, limits.complexity),
                .hint = fmt::format("Most of it is {}: ask for fewer items there with a smaller "
                                    "limit, or for fewer fields.",
                                    heaviest),
                .path = {path.front()}};
    error.extensions = {{"score", fmt::format("{:.0f}", score)},
                        {"limit", std::to_string(limits.complexity)},
                        {"heaviestPath", heaviest}};
    return error;
}

}  // namespace fraiseql::plan
