// SPDX-License-Identifier: MIT
#include "compile/columns_sql.hpp"

#include <algorithm>

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

/// Each `->` unpacks a compressed document anew, so that from a few values on the whole document
/// costs PostgreSQL less; of one that is not compressed, from many on.
constexpr std::size_t kFewOfCompressed = 2;
constexpr std::size_t kFewOfPlain = 8;

std::string quoted(std::string_view text) {
    std::string out;
    json::write_string(out, text);
    return out;
}

std::uint32_t index_of(std::vector<std::string>& names, std::string_view key) {
    const std::string name = quoted(key);
    const auto index = std::find(names.begin(), names.end(), name) - names.begin();
    if (static_cast<std::size_t>(index) == names.size()) names.push_back(name);
    return static_cast<std::uint32_t>(index);
}

template <class Member>
void add_member(std::vector<Member>& members, std::string_view response_key,
                decltype(Member::value) value) {
    std::string key = members.empty() ? "" : ",";
    json::write_string(key, response_key);
    members.push_back({key + ':', std::move(value)});
}

std::optional<DocumentShape> document_shape(const Branch& branch, const Lists& lists);

/// Nothing where SQL has to say what the value is.
std::optional<DocumentValue> document_value(const Output& output, std::vector<std::string>& names,
                                            const Lists& lists) {
    using Form = DocumentValue::Form;
    if (!output.masks.empty() || lists.is_cut(output)) return std::nullopt;
    const graphql::Type& type = *output.field->type;
    const bool list = type.nullable()->is_list();
    DocumentValue out;
    if (output.branches.empty()) {
        if (list && output.binding->as_text) return std::nullopt;
        out.form = output.binding->as_text ? Form::Text : Form::Whole;
    } else {
        // A list that must be there is an error where it is not.
        if (output.branches.size() != 1 || (list && type.is_non_null())) return std::nullopt;
        const graphql::Type& item = list ? *type.nullable()->of : type;
        if (item.nullable()->is_list()) return std::nullopt;
        auto shape = document_shape(output.branches.front(), lists);
        if (!shape) return std::nullopt;
        out.form = list ? Form::Objects : Form::Object;
        out.always = item.is_non_null();
        out.shape.push_back(std::move(*shape));
    }
    out.name = index_of(names, output.binding->key);
    return out;
}

std::optional<DocumentShape> document_shape(const Branch& branch, const Lists& lists) {
    DocumentShape out;
    for (const Output& output : branch.outputs) {
        if (output.field == nullptr) {
            add_member(out.members, output.response_key, quoted(branch.type->name));
            continue;
        }
        auto value = document_value(output, out.names, lists);
        if (!value) return std::nullopt;
        add_member(out.members, output.response_key, std::move(*value));
    }
    return out;
}

class ColumnWriter {
  public:
    ColumnWriter(const catalog::Catalog& catalog, Lists& lists)
        : catalog_(catalog), lists_(lists) {}

    RowShape object(const Branch& branch, const Source& source) {
        RowShape shape;
        const bool cut = cuts_document(branch, source);
        for (const Output& output : branch.outputs) {
            if (output.field == nullptr) {
                add_member(shape.members, output.response_key, quoted(branch.type->name));
                continue;
            }
            std::optional<DocumentValue> part;
            if (cut && !output.binding->column) part = document_value(output, shape.names, lists_);
            add_member(shape.members, output.response_key,
                       part ? RowValue(std::move(*part)) : value(output, branch, source));
        }
        if (!shape.names.empty()) shape.document = add(source.whole());
        return shape;
    }

    std::vector<Fragment> take() { return std::move(values_); }

  private:
    std::uint32_t add(Fragment value) {
        values_.push_back(std::move(value));
        return static_cast<std::uint32_t>(values_.size() - 1);
    }

    /// Whether the document is read whole: it must be stored, as jsonb, whose text we know.
    static bool cuts_document(const Branch& branch, const Source& source) {
        if (source.row == nullptr || source.seen_through || !source.jsonb ||
            !source.document_column || source.row->kind == catalog::Relation::Kind::View)
            return false;
        const auto wanted =
            std::count_if(branch.outputs.begin(), branch.outputs.end(), [](const Output& output) {
                return output.field != nullptr && output.masks.empty() && !output.binding->column;
            });
        const bool compressed = source.row->column(*source.document_column)->compressed;
        return static_cast<std::size_t>(wanted) > (compressed ? kFewOfCompressed : kFewOfPlain);
    }

    RowValue value(const Output& output, const Branch& branch, const Source& source) {
        if (!output.masks.empty())
            return Column{add(as_json(member_sql(output, branch, source, lists_)))};
        if (output.branches.empty()) return leaf(leaf_value(output, source));
        if (auto object = object_in_row(output, source)) return std::move(*object);
        return Column{add(member_sql(output, branch, source, lists_))};
    }

    Column leaf(TypedValue value) {
        const auto form = form_of(catalog_.base_type(value.type));
        return {add(form ? std::move(value.sql) : as_json(value.sql)),
                form.value_or(ColumnForm::Json)};
    }

    static Fragment as_json(const Fragment& value) {
        return Fragment("to_json(").add(value).raw(")");
    }

    /// An object whose members stand in the row, where the view is seen through.
    std::optional<RowObject> object_in_row(const Output& output, const Source& source) {
        const bool list = output.field->type->nullable()->is_list();
        if (source.reading == nullptr || !source.seen_through || list) return std::nullopt;
        if (output.branches.size() != 1) return std::nullopt;
        const auto presence = source.reading->presence(source.keys_to(*output.binding));
        if (!presence) return std::nullopt;
        std::optional<std::uint32_t> column;
        if (!presence->empty()) column = add(*presence);
        RowObject out{object(output.branches.front(), source.object(*output.binding))};
        out.front().presence = column;
        return out;
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
