// SPDX-License-Identifier: MIT
#include "compile/columns_sql.hpp"

#include "compile/json_sql.hpp"
#include "compile/reading.hpp"
#include "json/writer.hpp"

namespace fraiseql::compile {
namespace {

using plan::Branch;
using plan::Output;
using sql::Fragment;

/// PostgreSQL's own limit is 1,664.
constexpr std::size_t kMaxColumns = 1600;

/// Returns how the text of a type is JSON as `to_json` writes it; nothing where only PostgreSQL
/// knows (dates, whose text depends on DateStyle, rows, types with a cast to json).
std::optional<ColumnForm> form_of(catalog::Oid base) {
    switch (base) {
        case catalog::kJson:
        case catalog::kJsonb:
            return ColumnForm::Json;
        case catalog::kBool:
            return ColumnForm::Boolean;
        case catalog::kInt2:
        case catalog::kInt4:
        case catalog::kInt8:
        case catalog::kFloat4:
        case catalog::kFloat8:
        case catalog::kNumeric:
            return ColumnForm::Number;
        case catalog::kText:
        case catalog::kVarchar:
        case catalog::kBpchar:
        case catalog::kName:
        case catalog::kUuid:
            return ColumnForm::Text;
        default:
            return std::nullopt;
    }
}

class ColumnWriter {
  public:
    ColumnWriter(const catalog::Catalog& catalog, Lists& lists)
        : catalog_(catalog), lists_(lists) {}

    RowShape object(const Branch& branch, const Source& source) {
        RowShape shape;
        for (const Output& output : branch.outputs) {
            RowMember member{.key = shape.members.empty() ? "" : ","};
            json::write_string(member.key, output.response_key);
            member.key += ':';
            value(member, output, branch, source);
            shape.members.push_back(std::move(member));
        }
        return shape;
    }

    std::vector<Fragment> take() { return std::move(values_); }

  private:
    std::uint32_t add(Fragment value) {
        values_.push_back(std::move(value));
        return static_cast<std::uint32_t>(values_.size() - 1);
    }

    void value(RowMember& member, const Output& output, const Branch& branch,
               const Source& source) {
        if (output.field == nullptr) {
            json::write_string(member.fixed, branch.type->name);
        } else if (!output.masks.empty()) {
            member.column = add(as_json(member_sql(output, branch, source, lists_)));
        } else if (output.branches.empty()) {
            leaf(member, leaf_value(output, source));
        } else if (!object(member, output, source)) {
            member.column = add(member_sql(output, branch, source, lists_));
        }
    }

    void leaf(RowMember& member, TypedValue value) {
        const auto form = form_of(catalog_.base_type(value.type));
        member.form = form.value_or(ColumnForm::Json);
        member.column = add(form ? std::move(value.sql) : as_json(value.sql));
    }

    static Fragment as_json(const Fragment& value) {
        return Fragment("to_json(").add(value).raw(")");
    }

    /// Whether it is an object whose members stand in the row, where the view is seen through.
    bool object(RowMember& member, const Output& output, const Source& source) {
        const bool list = output.field->type->nullable()->is_list();
        if (source.reading == nullptr || !source.seen_through || list) return false;
        if (output.branches.size() != 1) return false;
        const auto presence = source.reading->presence(source.keys_to(*output.binding));
        if (!presence) return false;
        std::optional<std::uint32_t> column;
        if (!presence->empty()) column = add(*presence);
        member.object.push_back(object(output.branches.front(), source.object(*output.binding)));
        member.object.back().presence = column;
        return true;
    }

    const catalog::Catalog& catalog_;
    Lists& lists_;
    std::vector<Fragment> values_ = {};
};

}  // namespace

std::optional<Columns> columns_sql(const catalog::Catalog& catalog,
                                   const std::vector<Branch>& branches, const Source& source,
                                   Lists& lists) {
    if (branches.size() != 1) return std::nullopt;
    ColumnWriter writer(catalog, lists);
    Columns out{.shape = writer.object(branches.front(), source)};
    out.values = writer.take();
    if (out.values.empty() || out.values.size() > kMaxColumns) return std::nullopt;
    return out;
}

}  // namespace fraiseql::compile
