// SPDX-License-Identifier: MIT
#include "data/copying.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>

#include "base/suggest.hpp"
#include "data/array_literal.hpp"
#include "data/names.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::data {
namespace {

using catalog::Catalog;
using catalog::Column;
using catalog::Relation;
using catalog::Type;

const Type* base_of(const Catalog& catalog, catalog::Oid type) {
    return catalog.type(catalog.base_type(type));
}

/// Rows inside of rows: JSON is turned into them by PostgreSQL only.
bool is_composite(const Catalog& catalog, const Column& column) {
    const Type* type = base_of(catalog, column.type);
    if (type != nullptr && type->kind == Type::Kind::Array) type = base_of(catalog, type->element);
    return type != nullptr && type->kind == Type::Kind::Composite;
}

/// PostgreSQL has no COPY into views, and none where policies are to be checked.
bool takes_no_copy(const Relation& table) {
    return table.is_view() || table.row_security || table.force_row_security;
}

tl::unexpected<Error> unknown_column(const Relation& table, std::string_view name) {
    std::vector<std::string_view> known;
    for (const Column& each : table.columns)
        known.push_back(each.name);
    std::string hint = did_you_mean(name, known);
    if (hint.empty()) hint = fmt::format("It has {}.", fmt::join(known, ", "));
    return fail(ErrorCode::BadUserInput, fmt::format("{} has no column \"{}\".", table.name, name),
                std::move(hint));
}

sql::Fragment column_list(const std::vector<std::string>& columns) {
    std::vector<sql::Fragment> names;
    for (const std::string& each : columns)
        names.push_back(sql::Fragment().identifier(each));
    return sql::join(names, ", ");
}

sql::Fragment copy_sql(const Relation& table, const std::vector<std::string>& columns) {
    sql::Fragment out("COPY ");
    out.qualified(table.schema, table.name).raw(" (").add(column_list(columns));
    return out.raw(") FROM STDIN");
}

sql::Fragment insert_sql(const Relation& table, const std::vector<std::string>& columns) {
    sql::Fragment out("INSERT INTO ");
    out.qualified(table.schema, table.name).raw(" (").add(column_list(columns));
    out.raw(") SELECT ").add(column_list(columns));
    out.raw(" FROM pg_catalog.json_populate_recordset(NULL::");
    return out.qualified(table.schema, table.name).raw(", $1::json)");
}

/// A field in the text format of COPY.
void append_text(std::string& out, std::string_view text) {
    for (const char c : text) {
        if (c == '\\')
            out += "\\\\";
        else if (c == '\n')
            out += "\\n";
        else if (c == '\r')
            out += "\\r";
        else if (c == '\t')
            out += "\\t";
        else
            out += c;
    }
}

}  // namespace

Result<Copying> Copying::into(const schema::Model& model, std::string_view table,
                              std::vector<std::string> columns) {
    FRAISEQL_TRY(const Relation* found, find_table(model, table));
    const Catalog& catalog = model.catalog;
    Copying out;
    out.inserts_ = takes_no_copy(*found);
    if (columns.empty())
        return fail(ErrorCode::BadUserInput, "A row that is copied has one column at least.");
    std::set<std::string_view> seen;
    for (const std::string& name : columns) {
        const Column* column = found->column(name);
        if (column == nullptr) return unknown_column(*found, name);
        if (!seen.insert(name).second)
            return fail(ErrorCode::BadUserInput,
                        fmt::format("The column \"{}\" is there twice.", name));
        out.inserts_ = out.inserts_ || is_composite(catalog, *column);
        const Type* type = base_of(catalog, column->type);
        const bool array = type != nullptr && type->kind == Type::Kind::Array;
        const bool json = type != nullptr && (type->name == "json" || type->name == "jsonb");
        out.forms_.push_back(array ? Form::Array : json ? Form::Json : Form::Scalar);
    }
    const sql::Fragment sql =
        out.inserts_ ? insert_sql(*found, columns) : copy_sql(*found, columns);
    out.statement_ = pg::make_statement(sql.text());
    out.columns_ = std::move(columns);
    return out;
}

Result<void> Copying::add(const json_node& row) {
    ++rows_;
    for (std::size_t i = 0; i < row.size(); ++i)
        if (std::find(columns_.begin(), columns_.end(), row.key(i)) == columns_.end())
            return fail(ErrorCode::BadUserInput,
                        fmt::format("Row {} has a value for \"{}\", which the first one has not.",
                                    rows_, row.key(i)),
                        "All rows have the same columns.");
    for (const std::string& name : columns_)
        if (!row.find(name))
            return fail(ErrorCode::BadUserInput,
                        fmt::format("Row {} has no value for \"{}\".", rows_, name),
                        "All rows have the same columns; an empty optional is NULL.");
    if (inserts_)
        data_ += (data_.empty() ? "[" : ",") + row.str();
    else
        append_line(row);
    return {};
}

void Copying::append_line(const json_node& row) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (i > 0) data_ += '\t';
        const json_node value = *row.find(columns_[i]);
        const bool text = value.type() == json_node::kind::string;
        if (value.is_null())
            data_ += "\\N";
        else if (forms_[i] == Form::Array && value.type() == json_node::kind::array)
            append_text(data_, array_literal(value));
        else
            append_text(data_,
                        text && forms_[i] != Form::Json ? std::string(value.text()) : value.str());
    }
    data_ += '\n';
}

pg::Call Copying::take() {
    pg::Call call{.statement = statement_};
    std::string data = std::exchange(data_, {});
    if (inserts_)
        call.params.emplace_back(std::move(data) + ']');
    else
        call.copied = std::move(data);
    return call;
}

}  // namespace fraiseql::data
