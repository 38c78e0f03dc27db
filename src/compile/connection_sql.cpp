// SPDX-License-Identifier: MIT
#include "compile/connection_sql.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compile/cursor.hpp"
#include "compile/filter_sql.hpp"
#include "compile/json_sql.hpp"
#include "compile/order_sql.hpp"
#include "compile/page.hpp"
#include "compile/reading.hpp"
#include "compile/rule_sql.hpp"
#include "json/writer.hpp"
#include "schema/inputs.hpp"

namespace fraiseql::compile {
namespace {

using json::Value;
using plan::Output;
using sql::Fragment;

/// Which way a page runs and how long it is.
struct PageSpec {
    bool backward = false;
    std::int64_t size = 0;
    /// The argument that says so; empty where the default page is taken.
    std::string argument = {};
};

PageSpec page_of(const Value& arguments, const CompileOptions& options) {
    if (const auto last = integer(arguments, "last")) return {true, *last, "last"};
    if (const auto first = integer(arguments, "first")) return {false, *first, "first"};
    return {false, options.default_page_size, {}};
}

std::vector<OrderTerm> terms_of(const schema::Model& model, const plan::Read& read,
                                const Value& arguments, const Source& source) {
    return order_terms(model, *read.entity, arguments.find("orderBy"), source);
}

class ConnectionWriter {
  public:
    ConnectionWriter(const schema::Model& model, const plan::Read& read, const Value& arguments,
                     const CompileOptions& options, Parameters& parameters, Lists& lists)
        : model_(model),
          options_(options),
          read_(read),
          arguments_(arguments),
          page_(page_of(arguments, options)),
          reading_(model, *read.entity, options),
          terms_(terms_of(model, read, arguments, reading_.rows())),
          parameters_(parameters),
          lists_(lists) {}

    Result<Fragment> write() {
        FRAISEQL_TRY(filter_, filter(reading_, parameters_));
        size_ = page_size();
        const plan::Branch& branch = read_.branches.front();
        if (auto estimate = check_estimate(branch); !estimate) return fail(estimate.error());
        FRAISEQL_TRY(planned_count_, planned_count(branch));
        Fragment object = connection_object(branch);
        const Fragment select = Fragment("SELECT ").add(object);
        // Without an aggregate over them, rows would multiply the answer.
        if (!needs_rows(branch)) return select;
        return Fragment(select).raw("\nFROM (").add(rows()).raw(") AS r");
    }

  private:
    /// What `where` and the rules on rows ask.
    Result<Fragment> filter(Reading& reading, Parameters& parameters) const {
        Fragment out;
        if (const Value* where = arguments_.find("where")) {
            FRAISEQL_TRY(out,
                         filter_sql(model_, schema::where_input(read_.entity->type_name), *where,
                                    reading.rows(), {std::string("where")}, parameters));
        }
        add_rules(read_.row_rules, *read_.entity->relation, reading.rows(), out);
        return out;
    }

    /// The page size as SQL, cast so that it can be calculated with.
    Fragment page_size() {
        if (page_.argument.empty() || is_common(page_.size))
            return Fragment().number(static_cast<std::size_t>(page_.size));
        return parameters_.add({page_.argument}, Fragment("int8"));
    }

    /// One row more than the page: its presence says that there is a next page.
    Fragment rows() {
        Fragment out("SELECT ");
        if (const Fragment columns = reading_.columns(); !columns.empty())
            out.add(columns).raw(", ");
        out.raw("row_number() OVER (ORDER BY ").add(order_sql(terms_, page_.backward));
        out.raw(") AS \"#\", ").add(cursor_sql(terms_)).raw(" AS \"#cursor\" FROM ");
        out.add(reading_.from());
        std::vector<Fragment> conditions;
        if (!filter_.empty()) conditions.push_back(filter_);
        add_cursor("after", false, conditions);
        add_cursor("before", true, conditions);
        if (!conditions.empty()) out.raw(" WHERE ").add(join(conditions, " AND "));
        out.raw(" ORDER BY ").add(order_sql(terms_, page_.backward));
        return out.raw(" LIMIT ").add(size_).raw(" + 1");
    }

    void add_cursor(const std::string& name, bool reversed, std::vector<Fragment>& conditions) {
        const Value* values = arguments_.find(name);
        if (values != nullptr && values->is_array())
            conditions.push_back(after_sql(model_, terms_, *values, reversed, {name}, parameters_));
    }

    Fragment connection_object(const plan::Branch& branch) {
        std::vector<Fragment> members;
        for (const Output& output : branch.outputs)
            members.push_back(Fragment()
                                  .literal(output.response_key)
                                  .raw(", ")
                                  .add(connection_member(output, branch)));
        return Fragment("json_build_object(").add(join(members, ", ")).raw(")");
    }

    bool needs_rows(const plan::Branch& branch) const {
        return std::any_of(branch.outputs.begin(), branch.outputs.end(), [&](const Output& output) {
            if (output.field == nullptr) return false;
            if (output.field->name == "pageInfo") return info_needs_rows(output.branches.front());
            return output.field->name == "edges" || output.field->name == "nodes";
        });
    }

    /// Whether there is a page before the first or behind the last one, the cursor tells.
    bool info_needs_rows(const plan::Branch& info) const {
        const std::string_view told = page_.backward ? "hasNextPage" : "hasPreviousPage";
        return std::any_of(info.outputs.begin(), info.outputs.end(), [&](const Output& output) {
            return output.field != nullptr && output.field->name != told;
        });
    }

    Fragment connection_member(const Output& output, const plan::Branch& branch) {
        if (output.field == nullptr) return Fragment().literal(branch.type->name);
        const std::string_view name = output.field->name;
        if (name == "edges") return list(edge_object(output.branches.front()));
        if (name == "nodes") return list(object_sql(output.branches, source(), lists_));
        if (name == "pageInfo") return page_info(output.branches.front());
        if (name == "estimatedCount") return estimated_count();
        if (name == "plannedCount") return planned_count_;
        Fragment count("(SELECT count(*) FROM ");
        count.add(reading_.from());
        if (!filter_.empty()) count.raw(" WHERE ").add(filter_);
        return count.raw(")");
    }

    /// What ANALYZE last saw; NULL where it never ran.
    Fragment estimated_count() const {
        const catalog::Relation& relation = *read_.entity->relation;
        return Fragment("(SELECT nullif(c.reltuples, -1)::int8 FROM pg_catalog.pg_class AS c ")
            .raw("WHERE c.oid = ")
            .literal(Fragment().qualified(relation.schema, relation.name).text())
            .raw("::regclass)");
    }

    /// A call of sql/counts.sql with the rows to be counted as a statement of its own.
    Result<Fragment> planned_count(const plan::Branch& branch) {
        if (std::none_of(branch.outputs.begin(), branch.outputs.end(), [](const Output& output) {
                return output.field != nullptr && output.field->name == "plannedCount";
            }))
            return Fragment();
        Reading reading(model_, *read_.entity, options_);
        Parameters own = Parameters::of_array();
        FRAISEQL_TRY(const Fragment condition, filter(reading, own));
        Fragment rows("SELECT FROM ");
        rows.add(reading.from());
        if (!condition.empty()) rows.raw(" WHERE ").add(condition);
        std::vector<Fragment> values;
        for (Parameter& each : own.take())
            values.push_back(Fragment("(")
                                 .add(parameters_.add(std::move(each.path),
                                                      Fragment::from_catalog(each.type), each.form))
                                 .raw(")::text"));
        return Fragment("fraiseql.planned_rows(")
            .literal(rows.text())
            .raw(", ARRAY[")
            .add(join(values, ", "))
            .raw("]::text[])");
    }

    /// Statistics know nothing of a filter.
    Result<void> check_estimate(const plan::Branch& branch) const {
        for (const Output& output : branch.outputs)
            if (!filter_.empty() && output.field != nullptr &&
                output.field->name == "estimatedCount")
                return fail(ErrorCode::BadUserInput,
                            "estimatedCount cannot be asked for together with where.",
                            "It is the size of the whole relation; ask for totalCount.");
        return {};
    }

    Source source() { return reading_.answer(); }

    Fragment list(const Fragment& item) const {
        Fragment out("coalesce(json_agg(");
        out.add(item).raw(" ORDER BY r.\"#\"");
        if (page_.backward) out.raw(" DESC");
        return out.raw(") FILTER (WHERE r.\"#\" <= ").add(size_).raw("), '[]'::json)");
    }

    Fragment edge_object(const plan::Branch& edge) {
        std::vector<Fragment> members;
        for (const Output& output : edge.outputs) {
            Fragment value;
            if (output.field == nullptr)
                value.literal(edge.type->name);
            else if (output.field->name == "cursor")
                value.raw("r.\"#cursor\"");
            else
                value.add(object_sql(output.branches, source(), lists_));
            members.push_back(Fragment().literal(output.response_key).raw(", ").add(value));
        }
        return Fragment("json_build_object(").add(join(members, ", ")).raw(")");
    }

    Fragment page_info(const plan::Branch& info) const {
        std::vector<Fragment> members;
        for (const Output& output : info.outputs)
            members.push_back(Fragment()
                                  .literal(output.response_key)
                                  .raw(", ")
                                  .add(output.field == nullptr
                                           ? Fragment().literal(info.type->name)
                                           : page_info_member(output.field->name)));
        return Fragment("json_build_object(").add(join(members, ", ")).raw(")");
    }

    Fragment page_info_member(std::string_view name) const {
        const Fragment more = Fragment("count(*) > ").add(size_);
        if (name == "hasNextPage") return page_.backward ? given("before") : more;
        if (name == "hasPreviousPage") return page_.backward ? more : given("after");
        const bool first = (name == "startCursor") != page_.backward;
        return Fragment("(array_agg(r.\"#cursor\" ORDER BY r.\"#\"")
            .raw(first ? sql::Raw("") : sql::Raw(" DESC"))
            .raw(") FILTER (WHERE r.\"#\" <= ")
            .add(size_)
            .raw("))[1]");
    }

    Fragment given(std::string_view cursor) const {
        const Value* values = arguments_.find(cursor);
        return values != nullptr && values->is_array() ? Fragment("true") : Fragment("false");
    }

    const schema::Model& model_;
    const CompileOptions& options_;
    const plan::Read& read_;
    const Value& arguments_;
    PageSpec page_;
    Reading reading_;
    std::vector<OrderTerm> terms_;
    Parameters& parameters_;
    Lists& lists_;
    Fragment filter_ = {};
    Fragment planned_count_ = {};
    Fragment size_ = {};
};

Result<void> check_page(const Value& arguments, const CompileOptions& options) {
    auto refuse = [](std::string message, std::string hint) {
        return fail(ErrorCode::BadUserInput, std::move(message), std::move(hint));
    };
    if (integer(arguments, "first") && integer(arguments, "last"))
        return refuse("first and last must not be given together.",
                      "Use first with after to go on, last with before to go back.");
    const PageSpec page = page_of(arguments, options);
    if (page.size < 0)
        return refuse(fmt::format("{} must not be negative.", page.argument), "Leave it out.");
    if (page.size > options.max_page_size)
        return refuse(fmt::format("{} may be at most {}, not {}.", page.argument,
                                  options.max_page_size, page.size),
                      "Ask for the rest with after.");
    return {};
}

}  // namespace

Result<Value> read_connection_arguments(const schema::Model& model, const plan::Read& read,
                                        const Value& arguments, const CompileOptions& options,
                                        Arena& arena) {
    if (auto page = check_page(arguments, options); !page) return fail(page.error());
    std::vector<json::Member> members(arguments.members.begin(), arguments.members.end());
    const std::vector<OrderTerm> terms =
        terms_of(model, read, arguments, row_source(model, *read.entity, "t"));
    for (json::Member& member : members) {
        if ((member.name != "after" && member.name != "before") || member.value.is_null()) continue;
        FRAISEQL_TRY(member.value, read_cursor(member.value.text, terms, member.name, arena));
    }
    return Value{.kind = Value::Kind::Object, .members = arena.copy(members)};
}

Result<Fragment> connection_sql(const schema::Model& model, const plan::Read& read,
                                const Value& arguments, const CompileOptions& options,
                                Parameters& parameters, Lists& lists) {
    return ConnectionWriter(model, read, arguments, options, parameters, lists).write();
}

void append_connection_structure(const schema::Model& model, const plan::Read& read,
                                 const Value& arguments, const CompileOptions& options,
                                 std::string& key) {
    const PageSpec page = page_of(arguments, options);
    key += page.backward ? '<' : '>';
    key += page.argument.empty() || is_common(page.size) ? std::to_string(page.size) : "?";
    for (const char* name : {"after", "before"}) {
        key += '/';
        const Value* values = arguments.find(name);
        if (values == nullptr) continue;
        for (const Value& value : values->items)
            key += value.is_null() ? '0' : '?';
    }
    key += '/';
    if (const Value* where = arguments.find("where"))
        append_filter_structure(model, schema::where_input(read.entity->type_name), *where, key);
    key += '/';
    // Directions are enum values: the whole of it is structure.
    if (const Value* order = arguments.find("orderBy")) json::write(key, *order);
}

}  // namespace fraiseql::compile
