// SPDX-License-Identifier: MIT
#include "engine/explanation.hpp"

#include "compile/parameters.hpp"
#include "compile/source_notes.hpp"
#include "engine/session_settings.hpp"
#include "explain/attribution.hpp"
#include "graphql/operation.hpp"
#include "graphql/printer.hpp"

namespace fraiseql::engine {
namespace {

/// CALL is no query: there is nothing to plan.
bool has_plan(const explain::StatementReport& statement) {
    return !statement.sql.starts_with("CALL ");
}

/// For this transaction only. What a later statement reads of an earlier one's result is empty as
/// long as none is executed.
pg::Call guard_call(bool read_only, bool analyze) {
    std::string sql = "SELECT set_config('fraiseql.result', '', true)";
    if (read_only) sql += ", set_config('transaction_read_only', 'on', true)";
    // ROLLBACK warns that nobody said BEGIN: the batch is a transaction by itself.
    if (analyze) sql += ", set_config('client_min_messages', 'error', true)";
    return {.statement = pg::make_statement(std::move(sql))};
}

using FieldTrees = std::vector<std::unique_ptr<explain::Field>>;

FieldTrees answered_fields(const plan::Plan& plan, const compile::Unit& unit) {
    FieldTrees out;
    for (std::uint32_t i = 0; i < unit.root_count; ++i) {
        const plan::Root& root = plan.roots[unit.first_root + i];
        if (root.kind == plan::Root::Kind::Read || root.kind == plan::Root::Kind::Call)
            out.push_back(explain::field_tree(root));
    }
    return out;
}

/// Adds the field of each column, below `field`.
void add_columns(const compile::RowShape& shape, const explain::Field& field,
                 std::vector<const explain::Field*>& out) {
    const auto set = [&out](std::uint32_t column, const explain::Field* it) {
        if (out.size() <= column) out.resize(column + 1);
        out[column] = it;
    };
    if (shape.presence) set(*shape.presence, &field);
    if (!shape.names.empty()) set(shape.document, &field);
    for (const auto& member : shape.members) {
        const auto* value = std::get_if<compile::RowValue>(&member.value);
        const explain::Field* child = field.child(member.response_key(), false);
        if (value == nullptr || child == nullptr) continue;
        if (const auto* column = std::get_if<compile::Column>(value)) set(column->index, child);
        if (const auto* object = std::get_if<compile::RowObject>(value))
            add_columns(object->front(), *child, out);
    }
}

/// Returns the fields that the n-th statement of a unit answers. After the call of a function with
/// a plain result, each further statement reads one entity of the payload again.
std::vector<const explain::Field*> columns_of(const FieldTrees& trees, const plan::Root& root,
                                              const compile::Unit& unit, std::size_t statement) {
    std::vector<const explain::Field*> out;
    for (const compile::Piece& piece : unit.pieces)
        if (const auto* rows = std::get_if<compile::RowsSlot>(&piece)) {
            add_columns(rows->object, *trees.front(), out);
            return out;
        }
    for (const auto& tree : trees)
        out.push_back(tree.get());
    using Kind = schema::ResultBinding::Kind;
    if (root.kind != plan::Root::Kind::Call || statement == 0) return out;
    const schema::ResultBinding& result = root.call.function->result;
    if (result.kind == Kind::Document || result.kind == Kind::EntityRows || result.list) return out;
    for (const plan::PayloadOutput& output : root.call.payload.front().outputs)
        if (output.binding != nullptr &&
            output.binding->kind == schema::PayloadBinding::Kind::Entity && --statement == 0)
            return {trees.front()->child(output.response_key, false)};
    return out;
}

}  // namespace

Explanation::Explanation(PreparedRequest request, std::optional<std::string_view> name,
                         const Settings& settings, ExplainOptions options)
    : request_(std::move(request)), settings_(settings), options_(options) {
    const plan::Plan& plan = request_.operation->plan;
    const compile::CompileOptions compiled = compile_options(settings_, request_.principal);
    if (const auto operation = graphql::select_operation(request_.document->document, name))
        report_.name = (*operation)->name;
    report_.operation = graphql::print(plan.type);
    for (auto& note :
         compile::source_notes(*request_.document->model, plan, request_.arguments, compiled))
        report_.sources.push_back(
            {std::move(note.path), std::move(note.source), std::move(note.reason)});
    for (auto& note : compile::document_notes(*request_.document->model, plan, compiled))
        refusals_.push_back({std::move(note.root), std::move(note.view), std::move(note.reason)});
    add_statements();
}

void Explanation::add_statements() {
    for (const CompiledUnit& unit : *request_.units) {
        pg::Batch batch = bind_unit(unit, request_);
        read_only_ = read_only_ && unit.unit.read_only;
        for (std::size_t i = 0; i < batch.calls.size(); ++i) {
            explain::StatementReport statement{.sql = batch.calls[i].statement->sql};
            for (const auto& field : answered_fields(request_.operation->plan, unit.unit))
                statement.fields.push_back(field->response_key);
            const auto& parameters = unit.unit.statements[i].parameters;
            for (std::size_t n = 0; n < parameters.size(); ++n)
                statement.parameters.push_back({parameters[n].type, batch.calls[i].params[n],
                                                compile::path_text(parameters[n].path)});
            add_notes(statement, unit.unit.read_only);
            report_.statements.push_back(std::move(statement));
            calls_.push_back(std::move(batch.calls[i]));
        }
    }
}

bool Explanation::analyzes(bool read_only) const noexcept {
    return options_.analyze && (read_only || options_.analyze_mutations);
}

void Explanation::add_notes(explain::StatementReport& statement, bool read_only) const {
    if (!has_plan(statement))
        statement.note = "PostgreSQL has no plan for CALL.";
    else if (options_.analyze && !analyzes(read_only))
        statement.note =
            "Planned, not executed: it is a mutation, and a rollback undoes neither sequences nor "
            "what a function does outside the database. To execute it all the same, add "
            "--analyze-mutations, or \"analyzeMutations\": true.";
    else if (!read_only)
        statement.note = "What the function does inside does not show; see auto_explain.";
}

pg::Batch Explanation::plans_batch() const {
    const bool analyze = analyzes(read_only_);
    pg::Batch batch{.read_only = read_only_};
    batch.calls.push_back(guard_call(read_only_, analyze));
    if (auto settings = settings_call(request_.principal))
        batch.calls.push_back(std::move(*settings));
    const std::string prefix = analyze ? "EXPLAIN (VERBOSE, FORMAT JSON, ANALYZE, BUFFERS) "
                                       : "EXPLAIN (VERBOSE, FORMAT JSON) ";
    for (std::size_t i = 0; i < calls_.size(); ++i)
        if (has_plan(report_.statements[i]))
            batch.calls.push_back(
                {.statement = pg::make_statement(prefix + calls_[i].statement->sql),
                 .params = calls_[i].params});
    if (analyze) batch.calls.push_back({.statement = pg::make_statement("ROLLBACK")});
    return batch;
}

Result<void> Explanation::read_plans(const std::vector<pg::Rows>& rows) {
    std::size_t next =
        request_.principal != nullptr && !request_.principal->settings.empty() ? 2 : 1;
    std::size_t index = 0;
    for (const CompiledUnit& unit : *request_.units) {
        const auto fields = answered_fields(request_.operation->plan, unit.unit);
        for (std::size_t i = 0; i < unit.statements.size(); ++i) {
            explain::StatementReport& statement = report_.statements[index++];
            if (!has_plan(statement)) continue;
            FRAISEQL_TRY(statement.plan, explain::read_plan(rows[next++].get(0, 0)));
            const plan::Root& root = request_.operation->plan.roots[unit.unit.first_root];
            explain::attribute(statement.plan->root, columns_of(fields, root, unit.unit, i));
        }
    }
    return {};
}

pg::Batch Explanation::tables_batch() const {
    std::vector<const explain::PlanNode*> plans;
    for (const explain::StatementReport& statement : report_.statements)
        if (statement.plan) plans.push_back(&statement.plan->root);
    pg::Batch batch;
    batch.calls.push_back({.statement = pg::make_statement(std::string(explain::table_facts_sql())),
                           .params = {explain::table_names(plans)}});
    return batch;
}

Result<void> Explanation::read_tables(const std::vector<pg::Rows>& rows) {
    FRAISEQL_TRY(const auto tables, explain::read_table_facts(rows.front().get(0, 0)));
    for (const explain::StatementReport& statement : report_.statements) {
        if (!statement.plan) continue;
        for (explain::Hint& hint : explain::find_hints(*statement.plan, tables, refusals_))
            report_.hints.push_back(std::move(hint));
    }
    return {};
}

}  // namespace fraiseql::engine
