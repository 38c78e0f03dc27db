// SPDX-License-Identifier: MIT
#include "explain/field.hpp"

#include <algorithm>

namespace fraiseql::explain {
namespace {

using plan::Branch;

Field& add_child(Field& parent, const std::string& response_key, std::string key) {
    for (const auto& child : parent.children)
        if (child->response_key == response_key) return *child;
    auto child = std::make_unique<Field>();
    child->response_key = response_key;
    child->key = std::move(key);
    child->path = parent.path + '.' + response_key;
    child->parent = &parent;
    parent.children.push_back(std::move(child));
    return *parent.children.back();
}

void add_branches(Field& parent, const std::vector<Branch>& branches) {
    for (const Branch& branch : branches)
        for (const plan::Output& output : branch.outputs) {
            if (output.field == nullptr) continue;
            Field& child = add_child(parent, output.response_key,
                                     output.binding != nullptr ? output.binding->key : "");
            add_branches(child, output.branches);
        }
}

int depth_of(const Field* field) {
    int depth = 0;
    for (; field->parent != nullptr; field = field->parent)
        ++depth;
    return depth;
}

}  // namespace

const Field* Field::child(std::string_view name, bool of_document) const noexcept {
    const auto find = [&](auto member) -> const Field* {
        const auto found = std::find_if(children.begin(), children.end(),
                                        [&](const auto& it) { return (*it).*member == name; });
        return found == children.end() ? nullptr : found->get();
    };
    const Field* by_key = find(&Field::key);
    const Field* by_response_key = find(&Field::response_key);
    if (of_document) return by_key != nullptr ? by_key : by_response_key;
    return by_response_key != nullptr ? by_response_key : by_key;
}

std::unique_ptr<Field> field_tree(const plan::Root& root) {
    auto out = std::make_unique<Field>();
    out->response_key = root.response_key;
    out->path = root.response_key;
    if (root.kind == plan::Root::Kind::Read) add_branches(*out, root.read.branches);
    if (root.kind != plan::Root::Kind::Call) return out;
    add_branches(*out, root.call.branches);
    for (const plan::PayloadBranch& branch : root.call.payload)
        for (const plan::PayloadOutput& output : branch.outputs)
            if (output.field != nullptr)
                add_branches(add_child(*out, output.response_key, {}), output.branches);
    return out;
}

const Field* common_field(const Field* a, const Field* b) noexcept {
    if (a == nullptr) return b;
    if (b == nullptr) return a;
    for (int i = depth_of(a) - depth_of(b); i > 0; --i)
        a = a->parent;
    for (int i = depth_of(b) - depth_of(a); i > 0; --i)
        b = b->parent;
    while (a != b && a != nullptr) {
        a = a->parent;
        b = b->parent;
    }
    return a;
}

}  // namespace fraiseql::explain
