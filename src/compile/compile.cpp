// SPDX-License-Identifier: MIT
#include "compile/compile.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compile/aggregate_sql.hpp"
#include "compile/call_arguments.hpp"
#include "compile/call_sql.hpp"
#include "compile/connection_sql.hpp"
#include "compile/filter_sql.hpp"
#include "compile/lists.hpp"
#include "compile/order_sql.hpp"
#include "compile/page.hpp"
#include "compile/parameters.hpp"
#include "compile/read_sql.hpp"
#include "json/writer.hpp"
#include "schema/inputs.hpp"

namespace fraiseql::compile {
namespace {

using json::Value;
using plan::Root;
using sql::Fragment;

std::int64_t limit_of(const Value& arguments, const CompileOptions& options) {
    return integer(arguments, "limit").value_or(options.default_page_size);
}

std::int64_t offset_of(const Value& arguments) { return integer(arguments, "offset").value_or(0); }

std::optional<Error> out_of_bounds(const Root& root, const Value& arguments,
                                   const CompileOptions& options) {
    auto error = [&](std::string message, std::string hint) {
        return Error{.code = ErrorCode::BadUserInput,
                     .message = std::move(message),
                     .hint = std::move(hint),
                     .path = {root.response_key}};
    };
    const std::int64_t size = limit_of(arguments, options);
    if (size < 0) return error("limit must not be negative.", "Leave it out for the default page.");
    if (size > options.max_page_size)
        return error(fmt::format("limit may be at most {}, not {}.", options.max_page_size, size),
                     "Ask for the rest with offset.");
    if (offset_of(arguments) < 0) return error("offset must not be negative.", "Start at 0.");
    return std::nullopt;
}

/// Whether a field has `limit` and `offset` besides the parameters of its function.
bool pages(const plan::Call& call) {
    const auto& own = call.function->arguments;
    return call.type != nullptr && call.function->result.list &&
           std::none_of(own.begin(), own.end(), [](const schema::ArgumentBinding& argument) {
               return argument.argument == "limit" || argument.argument == "offset";
           });
}

void append_page_structure(const Value& arguments, const CompileOptions& options,
                           std::string& key) {
    const std::int64_t size = limit_of(arguments, options);
    const bool written = size == options.default_page_size || is_common(size);
    key += written ? std::to_string(size) : "?";
    key += offset_of(arguments) == 0 ? '.' : '?';
}

void append_criteria_structure(const schema::Model& model, const std::string& type,
                               const Value& arguments, std::string& key) {
    if (const Value* where = arguments.find("where"))
        append_filter_structure(model, schema::where_input(type), *where, key);
    key += '/';
    // Directions are enum values: the whole of it is structure.
    if (const Value* order = arguments.find("orderBy")) json::write(key, *order);
}

void append_call_structure(const schema::Model& model, const plan::Call& call,
                           const Value& arguments, const CompileOptions& options,
                           std::string& key) {
    for (const auto& argument : call.function->arguments)
        key += arguments.find(argument.argument) == nullptr ? '-' : '+';
    if (pages(call)) append_page_structure(arguments, options, key);
    const std::string& rows = call.function->result.row_type;
    if (!rows.empty()) append_criteria_structure(model, rows, arguments, key);
}

void append_list_structure(const schema::Model& model, const plan::Read& read,
                           const Value& arguments, const CompileOptions& options,
                           std::string& key) {
    append_page_structure(arguments, options, key);
    append_criteria_structure(model, read.entity->type_name, arguments, key);
}

Error at_root(Error error, const Root& root) {
    error.path = {root.response_key};
    return error;
}

class Compiler {
  public:
    Compiler(const schema::Model& model, const plan::Plan& plan, std::span<const Value> arguments,
             const CompileOptions& options)
        : model_(model), plan_(plan), arguments_(arguments), options_(options) {}

    /// All reads of a unit are scalar sub-selects of one statement: one snapshot, one round trip.
    Result<Unit> reads(std::uint32_t first, std::uint32_t count) const {
        Unit unit{.first_root = first, .root_count = count};
        Parameters parameters(first);
        Lists lists(model_, plan_, arguments_, options_, parameters);
        std::vector<Fragment> selects;
        for (std::uint32_t i = first; i < first + count; ++i) {
            const Root& root = plan_.roots[i];
            begin_member(unit, root, i == first);
            if (root.kind == Root::Kind::Read || root.kind == Root::Kind::Call) {
                parameters.switch_to(i);
                if (options_.columns && !plan_.has_computed && reads_alone(first, count)) {
                    FRAISEQL_TRY(auto read, read_columns(root, i, parameters, lists));
                    if (read) {
                        add_columns(unit, std::move(*read), root, parameters);
                        continue;
                    }
                }
                unit.pieces.emplace_back(Slot{0, static_cast<std::uint32_t>(selects.size())});
                FRAISEQL_TRY(Fragment select, root.kind == Root::Kind::Read
                                                  ? read_root(root, i, parameters, lists)
                                                  : call_root(root, i, parameters, lists));
                selects.push_back(std::move(select));
            } else {
                add_constant(unit, root, i);
            }
        }
        if (lists.refusal()) return fail(*lists.refusal());
        if (!selects.empty())
            unit.statements.push_back({select_all(selects).text(), parameters.take(),
                                       static_cast<std::uint32_t>(selects.size())});
        return unit;
    }

    Result<Unit> call(std::uint32_t index) const {
        const Root& root = plan_.roots[index];
        Unit unit{.read_only = false, .first_root = index, .root_count = 1};
        begin_member(unit, root, true);
        Parameters parameters(index);
        Lists lists(model_, plan_, arguments_, options_, parameters);
        add_call(unit, model_, root.call, arguments_[index], options_, parameters, lists);
        if (lists.refusal()) return fail(*lists.refusal());
        return unit;
    }

  private:
    static void begin_member(Unit& unit, const Root& root, bool first) {
        std::string key = first ? "" : ",";
        json::write_string(key, root.response_key);
        unit.pieces.emplace_back(key + ':');
    }

    void add_constant(Unit& unit, const Root& root, std::uint32_t index) const {
        if (root.kind == Root::Kind::Introspection) {
            unit.pieces.emplace_back(IntrospectionSlot{index});
            return;
        }
        if (root.kind == Root::Kind::Resolve) {
            unit.pieces.emplace_back(ResolverSlot{index});
            return;
        }
        std::string name;
        json::write_string(name, plan_.root_type);
        unit.pieces.emplace_back(std::move(name));
    }

    static Fragment select_all(const std::vector<Fragment>& selects) {
        if (selects.size() == 1) return selects.front();
        std::vector<Fragment> columns;
        columns.reserve(selects.size());
        for (const Fragment& select : selects)
            columns.push_back(Fragment("(").add(select).raw(")"));
        return Fragment("SELECT ").add(join(columns, ",\n       "));
    }

    /// Whether one field alone reads the database: its statement may have many rows.
    bool reads_alone(std::uint32_t first, std::uint32_t count) const {
        const auto roots = std::span(plan_.roots).subspan(first, count);
        return 1 == std::count_if(roots.begin(), roots.end(), [](const Root& root) {
                   return root.kind == Root::Kind::Read || root.kind == Root::Kind::Call;
               });
    }

    static void add_columns(Unit& unit, ColumnsRead read, const Root& root,
                            Parameters& parameters) {
        const bool list = root.read.kind == plan::Read::Kind::Many;
        unit.pieces.emplace_back(RowsSlot{0, list, std::move(read.shape)});
        unit.statements.push_back({read.select.text(), parameters.take(), read.columns});
    }

    Result<std::optional<ColumnsRead>> read_columns(const Root& root, std::uint32_t index,
                                                    Parameters& parameters, Lists& lists) const {
        using Kind = plan::Read::Kind;
        if (root.kind != Root::Kind::Read) return std::nullopt;
        if (root.read.kind != Kind::One && root.read.kind != Kind::Many) return std::nullopt;
        Reading reading(model_, *root.read.entity, options_);
        FRAISEQL_TRY(const Rows rows, rows_of(root, index, reading, parameters));
        return read_columns_sql(reading, root.read, rows, lists);
    }

    Result<Fragment> read_root(const Root& root, std::uint32_t index, Parameters& parameters,
                               Lists& lists) const {
        if (root.read.kind == plan::Read::Kind::Connection) {
            auto connection =
                connection_sql(model_, root.read, arguments_[index], options_, parameters, lists);
            if (!connection) return fail(at_root(connection.error(), root));
            return connection;
        }
        if (root.read.kind == plan::Read::Kind::Aggregate) {
            auto groups = aggregate_sql(model_, root.read, arguments_[index], options_, parameters);
            if (!groups) return fail(at_root(groups.error(), root));
            return groups;
        }
        Reading reading(model_, *root.read.entity, options_);
        FRAISEQL_TRY(const Rows rows, rows_of(root, index, reading, parameters));
        return read_sql(reading, root.read, rows, lists);
    }

    /// Which rows a read of one or many wants.
    Result<Rows> rows_of(const Root& root, std::uint32_t index, Reading& reading,
                         Parameters& parameters) const {
        const schema::Entity& entity = *root.read.entity;
        const Value& arguments = arguments_[index];
        Rows rows;
        if (root.read.kind == plan::Read::Kind::One) {
            const catalog::Column& key = *entity.relation->column(*entity.key);
            const graphql::InputValueDef& argument = root.group.definition->args.front();
            rows.where = key_equals(reading, entity,
                                    parameters.add({std::string(argument.name)},
                                                   schema::type_text(model_.catalog, key.type)));
            rows.limit = Fragment("1");
            return rows;
        }
        const Source source = reading.rows();
        if (const Value* where = arguments.find("where")) {
            auto condition = filter_sql(model_, schema::where_input(entity.type_name), *where,
                                        source, {std::string("where")}, parameters);
            if (!condition) return fail(at_root(condition.error(), root));
            rows.where = std::move(*condition);
        }
        rows.order = order_sql(order_terms(model_, entity, arguments.find("orderBy"), source));
        rows.limit = limit(arguments, parameters);
        if (offset_of(arguments) != 0) rows.offset = parameters.add({"offset"}, Fragment("int8"));
        return rows;
    }

    Result<Fragment> call_root(const Root& root, std::uint32_t index, Parameters& parameters,
                               Lists& lists) const {
        const Value& arguments = arguments_[index];
        // A function's own `limit` is its own affair: the server's bound stays in force.
        const bool paged = pages(root.call);
        const Fragment most = Fragment().number(options_.max_page_size);
        const Fragment offset = paged && offset_of(arguments) != 0
                                    ? parameters.add({"offset"}, Fragment("int8"))
                                    : Fragment();
        auto select = query_call_sql(model_, root.call, arguments,
                                     paged ? limit(arguments, parameters) : most, offset, options_,
                                     parameters, lists);
        if (!select) return fail(at_root(select.error(), root));
        return select;
    }

    Fragment limit(const Value& arguments, Parameters& parameters) const {
        const std::int64_t size = limit_of(arguments, options_);
        if (size != options_.default_page_size && !is_common(size))
            return parameters.add({"limit"}, Fragment("int8"));
        return Fragment().number(static_cast<std::size_t>(size));
    }

    const schema::Model& model_;
    const plan::Plan& plan_;
    std::span<const Value> arguments_;
    const CompileOptions& options_;
};

}  // namespace

Result<std::vector<Unit>> compile_plan(const schema::Model& model, const plan::Plan& plan,
                                       std::span<const Value> arguments,
                                       const CompileOptions& options, Grouping grouping) {
    const Compiler compiler(model, plan, arguments, options);
    const auto count = static_cast<std::uint32_t>(plan.roots.size());
    const bool together =
        plan.type == graphql::OperationType::Query && grouping == Grouping::Together;
    std::vector<Unit> units;
    for (std::uint32_t i = 0; i < count; i += together ? count : 1) {
        const bool writes = plan.type == graphql::OperationType::Mutation;
        FRAISEQL_TRY(Unit unit, writes && plan.roots[i].kind == Root::Kind::Call
                                    ? compiler.call(i)
                                    : compiler.reads(i, together ? count : 1));
        units.push_back(std::move(unit));
    }
    return units;
}

Result<void> read_arguments(const schema::Model& model, const plan::Plan& plan,
                            std::span<Value> arguments, const Value& context,
                            const CompileOptions& options, Arena& arena) {
    for (std::size_t i = 0; i < plan.roots.size(); ++i) {
        const Root& root = plan.roots[i];
        if (root.kind == Root::Kind::Call) {
            if (pages(root.call))
                if (auto error = out_of_bounds(root, arguments[i], options)) return fail(*error);
            auto read =
                read_call_arguments(model, *root.call.function, arguments[i], context, arena);
            if (!read) return fail(at_root(read.error(), root));
            arguments[i] = *read;
        }
        if (root.kind != Root::Kind::Read) continue;
        if (root.read.kind == plan::Read::Kind::Many ||
            root.read.kind == plan::Read::Kind::Aggregate)
            if (auto error = out_of_bounds(root, arguments[i], options)) return fail(*error);
        if (root.read.kind == plan::Read::Kind::Connection) {
            auto read = read_connection_arguments(model, root.read, arguments[i], options, arena);
            if (!read) return fail(at_root(read.error(), root));
            arguments[i] = *read;
        }
    }
    return check_lists(plan, arguments, options);
}

std::string structure_key(const schema::Model& model, const plan::Plan& plan,
                          std::span<const Value> arguments, const CompileOptions& options) {
    std::string key = options.switched_role ? "*" : "";
    for (std::size_t i = 0; i < plan.roots.size(); ++i) {
        const Root& root = plan.roots[i];
        if (root.kind == Root::Kind::Call)
            append_call_structure(model, root.call, arguments[i], options, key);
        if (root.kind == Root::Kind::Read && root.read.kind == plan::Read::Kind::Many)
            append_list_structure(model, root.read, arguments[i], options, key);
        if (root.kind == Root::Kind::Read && root.read.kind == plan::Read::Kind::Connection)
            append_connection_structure(model, root.read, arguments[i], options, key);
        if (root.kind == Root::Kind::Read && root.read.kind == plan::Read::Kind::Aggregate)
            append_aggregate_structure(model, root.read, arguments[i], key);
        key += ';';
    }
    append_lists_structure(model, plan, arguments, key);
    return key;
}

}  // namespace fraiseql::compile
