// SPDX-License-Identifier: MIT
#include "compile/source.hpp"

#include <algorithm>

namespace fraiseql::compile {

sql::Fragment Source::value(const schema::FieldBinding& binding, bool as_text) const {
    sql::Fragment out;
    if (row != nullptr && binding.column) {
        out.raw("r.").identifier(row->column(*binding.column)->name);
        if (as_text) out.raw("::text");
        return out;
    }
    out.add(document);
    return as_text ? out.raw("->>").literal(binding.key) : out.raw("->").literal(binding.key);
}

void Needs::add(catalog::AttributeNumber column) {
    if (std::find(columns.begin(), columns.end(), column) == columns.end())
        columns.push_back(column);
}

void Needs::add(const std::vector<plan::Branch>& branches) {
    // Telling branches apart takes the document's __typename.
    if (branches.size() > 1) document = true;
    for (const plan::Branch& branch : branches)
        for (const plan::Output& output : branch.outputs) {
            if (output.binding == nullptr) continue;
            if (output.binding->column)
                add(*output.binding->column);
            else
                document = true;
        }
}

}  // namespace fraiseql::compile
