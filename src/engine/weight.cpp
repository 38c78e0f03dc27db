// SPDX-License-Identifier: MIT
#include "engine/weight.hpp"

namespace fraiseql::engine {
namespace {

/// What a node of a map and a control block of a pointer take, roughly.
constexpr std::size_t kNodeBytes = 64;

std::size_t weight(const std::vector<plan::Branch>& branches) {
    std::size_t bytes = 0;
    for (const plan::Branch& branch : branches) {
        bytes += sizeof branch;
        for (const plan::Output& output : branch.outputs)
            bytes += sizeof output + output.response_key.size() + weight(output.branches);
    }
    return bytes;
}

std::size_t weight(const plan::Root& root) {
    std::size_t bytes = sizeof root + root.response_key.size() + weight(root.read.branches) +
                        weight(root.call.branches) + weight(root.resolve.branches);
    for (const plan::PayloadBranch& branch : root.call.payload) {
        bytes += sizeof branch;
        for (const plan::PayloadOutput& output : branch.outputs)
            bytes += sizeof output + output.response_key.size() + weight(output.branches);
    }
    return bytes;
}

std::size_t weight(const compile::Statement& statement) {
    // The text is there three times: as compiled, as sent, and in a connection's list of what it
    // has prepared.
    std::size_t bytes = sizeof statement + 3 * statement.sql.size();
    for (const compile::Parameter& parameter : statement.parameters)
        bytes += sizeof parameter + parameter.type.size() + parameter.path.size() * 48;
    return bytes;
}

std::size_t weight(const CompiledUnit& unit) {
    std::size_t bytes = sizeof unit + unit.statements.size() * kNodeBytes;
    bytes += unit.fingerprint.size();
    for (const compile::Statement& statement : unit.unit.statements)
        bytes += weight(statement);
    for (const compile::Piece& piece : unit.unit.pieces) {
        const auto* text = std::get_if<std::string>(&piece);
        bytes += sizeof piece + (text != nullptr ? text->size() : 0);
        if (const auto* rows = std::get_if<compile::RowsSlot>(&piece))

            bytes += compile::weight(rows->object);
    }
    return bytes;
}

}  // namespace

std::size_t weight(const PlannedOperation& operation) {
    std::size_t bytes = sizeof operation + kNodeBytes;
    for (const plan::Root& root : operation.plan.roots)
        bytes += weight(root);
    for (const plan::List& list : operation.plan.lists)
        bytes += sizeof list + list.group.nodes.size() * sizeof(void*) +
                 list.path.size() * sizeof(PathSegment);
    for (const auto& [structure, units] : operation.units) {
        bytes += kNodeBytes + structure.size();
        for (const CompiledUnit& unit : *units)
            bytes += weight(unit);
    }
    return bytes;
}

std::size_t weight(const PreparedDocument& document) {
    std::size_t bytes = sizeof document + document.source.size() + document.arena.bytes();
    for (const auto& [key, operation] : document.plans)
        bytes += kNodeBytes + key.size() + operation->bytes;
    return bytes;
}

}  // namespace fraiseql::engine
