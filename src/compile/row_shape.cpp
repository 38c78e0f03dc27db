// SPDX-License-Identifier: MIT
#include "compile/row_shape.hpp"

#include <fmt/format.h>

namespace fraiseql::compile {
namespace {

std::size_t weight(const std::vector<std::string>& names) {
    std::size_t bytes = 0;
    for (const std::string& name : names)
        bytes += sizeof name + name.size();
    return bytes;
}

std::size_t weight(const DocumentValue& value) {
    std::size_t bytes = 0;
    for (const DocumentShape& shape : value.shape) {
        bytes += sizeof shape + weight(shape.names);
        for (const auto& member : shape.members) {
            bytes += sizeof member + member.key.size();
            if (const auto* inner = std::get_if<DocumentValue>(&member.value))
                bytes += weight(*inner);
        }
    }
    return bytes;
}

void describe(std::string& out, const std::vector<std::string>& names) {
    for (const std::string& name : names)
        out += fmt::format("{}:{}", name.size(), name);
}

void describe(std::string& out, const DocumentValue& value) {
    out +=
        fmt::format(".{}{}{}", value.name, static_cast<int>(value.form), value.always ? '!' : '?');
    for (const DocumentShape& shape : value.shape) {
        describe(out, shape.names);
        out += '{';
        for (const auto& member : shape.members) {
            out += member.key;
            if (const auto* inner = std::get_if<DocumentValue>(&member.value))
                describe(out, *inner);
            else
                out += std::get<std::string>(member.value);
        }
        out += '}';
    }
}

}  // namespace

std::size_t weight(const RowShape& shape) {
    std::size_t bytes = weight(shape.names);
    for (const auto& member : shape.members) {
        bytes += sizeof member + member.key.size();
        const auto* value = std::get_if<RowValue>(&member.value);
        if (value == nullptr) continue;
        if (const auto* part = std::get_if<DocumentValue>(value)) bytes += weight(*part);
        if (const auto* object = std::get_if<RowObject>(value))
            bytes += sizeof(RowShape) + weight(object->front());
    }
    return bytes;
}

void describe(std::string& out, const RowShape& shape) {
    if (shape.presence) out += fmt::format("{}?", *shape.presence);
    out += fmt::format("{}", shape.document);
    describe(out, shape.names);
    out += '{';
    for (const auto& member : shape.members) {
        out += member.key;
        const auto* value = std::get_if<RowValue>(&member.value);
        if (value == nullptr)
            out += std::get<std::string>(member.value);
        else if (const auto* column = std::get_if<Column>(value))
            out += fmt::format("{}/{}", column->index, static_cast<int>(column->form));
        else if (const auto* part = std::get_if<DocumentValue>(value))
            describe(out, *part);
        else
            describe(out, std::get<RowObject>(*value).front());
    }
    out += '}';
}

}  // namespace fraiseql::compile
