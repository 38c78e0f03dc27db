// SPDX-License-Identifier: MIT
#include "compile/relation_sql.hpp"

#include <fmt/format.h>

#include "compile/connection_sql.hpp"
#include "compile/filter_sql.hpp"
#include "compile/lists.hpp"
#include "compile/order_sql.hpp"
#include "compile/page.hpp"
#include "compile/parameters.hpp"
#include "compile/read_sql.hpp"
#include "compile/reading.hpp"
#include "json/writer.hpp"
#include "schema/inputs.hpp"

namespace fraiseql::compile {
namespace {

using json::Value;
using sql::Fragment;

Result<Fragment> condition(const schema::Model& model, const plan::Read& read,
                           const Value& arguments, Reading& reading, Parameters& parameters) {
    const Value* where = arguments.find("where");
    if (where == nullptr) return Fragment();
    return filter_sql(model, schema::where_input(read.entity->type_name), *where, reading.rows(),
                      {std::string("where")}, parameters);
}

Fragment limit_sql(const Value& arguments, const CompileOptions& options, Parameters& parameters) {
    const auto size = integer(arguments, "limit");
    if (!size) return Fragment().number(options.default_page_size);
    if (is_common(*size)) return Fragment().number(static_cast<std::size_t>(*size));
    return parameters.add({std::string("limit")}, Fragment("int8"));
}

}  // namespace

Result<void> check_relation_page(const Value& arguments, const CompileOptions& options) {
    const std::int64_t limit = integer(arguments, "limit").value_or(0);
    if (limit < 0) return fail(ErrorCode::BadUserInput, "limit must not be negative.");
    if (limit > options.max_page_size)
        return fail(ErrorCode::BadUserInput,
                    fmt::format("limit may be at most {}, not {}.", options.max_page_size, limit),
                    "Read the rest with offset or paginate.");
    if (integer(arguments, "offset").value_or(0) < 0)
        return fail(ErrorCode::BadUserInput, "offset must not be negative.", "Start at 0.");
    return {};
}

Result<Statement> relation_statement(const schema::Model& model, const plan::Read& read,
                                     RelationResult result, const Value& arguments,
                                     const CompileOptions& options) {
    Parameters parameters(0);
    const plan::Plan plan;
    Lists lists(model, plan, std::span(&arguments, 1), options, parameters);
    Fragment select;
    if (result == RelationResult::Connection) {
        FRAISEQL_TRY(select, connection_sql(model, read, arguments, options, parameters, lists));
        return Statement{select.text(), parameters.take()};
    }
    Reading reading(model, *read.entity, options);
    Rows rows;
    FRAISEQL_TRY(rows.where, condition(model, read, arguments, reading, parameters));
    if (result == RelationResult::Count) {
        select = Fragment("SELECT count(*) FROM ").add(reading.from()).add(clauses(rows));
        return Statement{select.text(), parameters.take()};
    }
    rows.order =
        order_sql(order_terms(model, *read.entity, arguments.find("orderBy"), reading.rows()));
    rows.limit =
        result == RelationResult::One ? Fragment("1") : limit_sql(arguments, options, parameters);
    if (integer(arguments, "offset").value_or(0) != 0)
        rows.offset = parameters.add({std::string("offset")}, Fragment("int8"));
    select = read_sql(reading, read, rows, lists);
    return Statement{select.text(), parameters.take()};
}

std::string relation_structure(const schema::Model& model, const plan::Read& read,
                               RelationResult result, const Value& arguments,
                               const CompileOptions& options) {
    std::string key = fmt::format("{}{}", static_cast<int>(result), options.switched_role);
    if (result == RelationResult::Connection) {
        append_connection_structure(model, read, arguments, options, key);
        return key;
    }
    if (const Value* where = arguments.find("where"))
        append_filter_structure(model, schema::where_input(read.entity->type_name), *where, key);
    key += '/';
    // Directions are words of ours: the whole of it is structure.
    if (const Value* order = arguments.find("orderBy")) json::write(key, *order);
    const auto size = integer(arguments, "limit");
    key += !size ? "d" : is_common(*size) ? std::to_string(*size) : "?";
    key += integer(arguments, "offset").value_or(0) == 0 ? '.' : '?';
    return key;
}

}  // namespace fraiseql::compile
