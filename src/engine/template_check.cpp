// SPDX-License-Identifier: MIT
#include "engine/template_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "base/suggest.hpp"
#include "engine/assemble.hpp"
#include "engine/session_settings.hpp"
#include "engine/template_parameters.hpp"
#include "engine/template_request.hpp"
#include "json/difference.hpp"
#include "json/writer.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::engine {
namespace {

using compile::Frame;
using Checked = std::shared_ptr<const turbo::CheckedTemplate>;

constexpr std::uint32_t kJsonType = 114;
constexpr std::uint32_t kJsonbType = 3802;

tl::unexpected<Error> refuse(std::string message, std::string hint = {}) {
    return fail(ErrorCode::Configuration, std::move(message), std::move(hint));
}

tl::unexpected<Error> refuse(std::string_view what, const sql::DatabaseError& failure) {
    return refuse(fmt::format("{}: {}", what, failure.message), failure.hint);
}

std::string quoted(std::string_view name) { return sql::Fragment().identifier(name).text(); }

/// A request that both statements are tried with.
struct Trial {
    Arena arena = {};
    json::Value variables = {};
    std::shared_ptr<const auth::Principal> principal = {};
    PreparedRequest prepared = {.document = nullptr};
    /// What the compiled operation answers.
    json::Value answer = {};
};

class Check {
  public:
    Check(pg::Session& session, const turbo::Registered& entry, const TemplateContext& context)
        : session_(session), entry_(entry), context_(context) {}

    Result<Checked> run() {
        if (auto read = read_operation(); !read) return tl::unexpected(read.error());
        FRAISEQL_TRY(numbered_, turbo::number_parameters(entry_.sql_template->sql));
        if (auto made = make_trials(); !made) return tl::unexpected(made.error());
        FRAISEQL_TRY(
            parameters_,
            template_parameters(*entry_.sql_template, numbered_.names, *context_.model->schema,
                                operation(), static_cast<std::uint32_t>(plan().argument_count())));
        if (auto answered = answer_trials(); !answered) return tl::unexpected(answered.error());
        FRAISEQL_TRY(auto unit, make_unit());
        auto checked = std::make_shared<turbo::CheckedTemplate>();
        checked->unit = std::move(unit);
        checked->model = context_.model;
        if (auto same = compare(*checked); !same) return tl::unexpected(same.error());
        return checked;
    }

  private:
    const graphql::OperationDefinition& operation() const {
        return document_->document.operations.front();
    }
    const plan::Plan& plan() const { return trials_.front().prepared.operation->plan; }

    Result<void> read_operation() {
        document_ = prepare_document(context_.model, entry_.text, context_.settings.parse);
        if (!document_->errors.empty()) return fail(document_->errors.front());
        const auto& operations = document_->document.operations;
        if (operations.size() != 1 || operations.front().type != graphql::OperationType::Query)
            return refuse("An SQL template stands for one query, and nothing else.",
                          "Register each operation by itself; mutations call functions.");
        for (const char* directive : {"@skip", "@include"})
            if (entry_.text.find(directive) != std::string::npos)
                return refuse(fmt::format("An SQL template cannot stand for an operation with {}: "
                                          "its statement is always the same.",
                                          directive),
                              "Register two operations.");
        return {};
    }

    Result<std::shared_ptr<const auth::Principal>> principal_of(const std::string& text) const {
        if (!context_.claims && text.empty()) return nullptr;
        const auth::ClaimMap map = context_.claims.value_or(auth::ClaimMap{});
        if (text.empty()) return auth::make_anonymous(map);
        auth::Claims claims;
        FRAISEQL_TRY(claims.value, json::read(text, claims.arena));
        if (!claims.value.is_object()) return refuse("The claims of a sample must be an object.");
        auto principal = auth::make_principal(map, claims);
        if (!principal) return fail(auth::to_error(principal.error()));
        return std::move(*principal);
    }

    Result<void> make_trials() {
        std::vector<turbo::Sample> samples = entry_.sql_template->samples;
        if (samples.empty()) samples.emplace_back();
        for (turbo::Sample& sample : samples) {
            if (sample.variables.empty()) {
                FRAISEQL_TRY(sample.variables,
                             sample_variables(*context_.model->schema, operation()));
            }
            Trial& trial = trials_.emplace_back();
            FRAISEQL_TRY(
                trial.variables,
                json::read(trial.arena.copy(std::string_view(sample.variables)), trial.arena));
            FRAISEQL_TRY(trial.principal, principal_of(sample.claims));
            const Request request = request_of(trial);
            auto prepared = prepare_request(document_, request, context_.settings);
            if (!prepared)
                return refuse(fmt::format("The operation refuses the sample {}: {}",
                                          sample.variables, prepared.error().front().message),
                              "Change the sample.");
            trial.prepared = std::move(*prepared);
        }
        return check_plan();
    }

    Request request_of(const Trial& trial) const {
        Request out{.query = entry_.text, .variables = &trial.variables};
        out.principal = trial.principal.get();
        if (out.principal != nullptr) out.context = &out.principal->context;
        return out;
    }

    Result<void> check_plan() const {
        if (trials_.front().prepared.operation->cache != nullptr)
            return refuse(
                "An SQL template cannot stand for an operation on views with '@cache': "
                "nobody knows what it reads, so nobody knows how fresh its answers are.",
                "Leave the one or the other out.");
        if (plan().has_computed)
            return refuse(
                "An SQL template cannot stand for an operation with fields that code computes: the "
                "code gets what it needs from the compiled statement.",
                "Leave those fields out.");
        for (const plan::Root& root : plan().roots)
            if (root.kind != plan::Root::Kind::Read && root.kind != plan::Root::Kind::Call)
                return refuse(
                    fmt::format("An SQL template cannot answer \"{}\".", root.response_key),
                    "Leave __typename, __schema and __type out at the root.");
        for (const std::uint32_t rule : plan().rules)
            if (context_.model->rules[rule].narrows())
                return refuse(
                    "An SQL template cannot stand for an operation on rows or fields that a rule "
                    "of '@authorize' leaves out: it would be the way around the rule.",
                    "The compiled statement has the rule in it.");
        return {};
    }

    /// Runs the units as a server does, and undoes what they set.
    Result<json::Value> answer(const std::vector<CompiledUnit>& units, Trial& trial,
                               std::string_view whose) {
        std::vector<UnitResult> results;
        for (const CompiledUnit& unit : units) {
            pg::Batch batch = bind_unit(unit, trial.prepared);
            const std::size_t own = batch.calls.size();
            if (auto settings = settings_call(trial.principal.get()))
                batch.calls.insert(batch.calls.begin(), std::move(*settings));
            FRAISEQL_TRY(std::vector<pg::Rows> rows, run_calls(batch, whose));
            rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(own));
            if (unit.unit.not_null && (rows[0].row_count() == 0 || rows[0].is_null(0, 0)))
                return refuse("The SQL template returns nothing for a sample.");
            results.push_back({&unit.unit, std::move(rows)});
        }
        const std::string text = assemble(trial.prepared, results, {}, false).str();
        auto value = json::read(trial.arena.copy(std::string_view(text)), trial.arena, 256);
        if (!value) return refuse(fmt::format("{} answers with no JSON.", whose));
        return *value;
    }

    Result<std::vector<pg::Rows>> run_calls(const pg::Batch& batch, std::string_view whose) {
        std::vector<pg::Rows> rows;
        if (auto begun = session_.run_script("SAVEPOINT trial"); !begun)
            return refuse(whose, begun.error());
        for (const pg::Call& call : batch.calls) {
            auto done = session_.query(call.statement->sql, call.params);
            if (!done) return refuse(fmt::format("{} fails for a sample", whose), done.error());
            rows.push_back(std::move(*done));
        }
        if (auto ended = session_.run_script("ROLLBACK TO SAVEPOINT trial"); !ended)
            return refuse(whose, ended.error());
        return rows;
    }

    Result<void> answer_trials() {
        bool found = false;
        for (Trial& trial : trials_) {
            FRAISEQL_TRY(trial.answer, answer(*trial.prepared.units, trial, "The operation"));
            for (const json::Member& root : trial.answer.find("data")->members)
                found = found || !(root.value.is_null() ||
                                   (root.value.is_array() && root.value.items.empty()));
        }
        if (found) return {};
        return refuse("There is nothing to compare the SQL template with: no sample finds a row.",
                      R"(Give one that does, in a line '-- @sample {"id": …}' before it.)");
    }

    std::string inner() const { return "(\n" + numbered_.sql + "\n)"; }

    Result<compile::Unit> make_unit() {
        auto columns = session_.describe(numbered_.sql);
        if (!columns) return refuse("PostgreSQL refuses the SQL template", columns.error());
        compile::Unit unit{.root_count = static_cast<std::uint32_t>(plan().roots.size())};
        const plan::Root& root = plan().roots.front();
        const graphql::Type& type = *root.group.definition->type;
        const bool list = type.nullable()->is_list();
        std::string sql;
        if (has_fields_as_columns(*columns)) {
            FRAISEQL_TRY(const std::string names, select_list(*columns));
            const std::string rows = "SELECT " + names + "\n    FROM " + inner() + " AS template";
            sql = list ? "SELECT coalesce(json_agg(r), '[]')\nFROM (" + rows + ") AS r"
                       : "SELECT (SELECT row_to_json(r) FROM (" + rows + ") AS r)";
        } else {
            if (columns->size() != 1)
                return refuse("The columns of the SQL template are not what the operation selects.",
                              "One column for each field, or one with a JSON document.");
            const std::string document = "(SELECT to_json(d)::text FROM " + inner() + " AS t(d))";
            FRAISEQL_TRY(unit.frame, frame_of(document));
            sql = "SELECT " + document;
            if (list && unit.frame == Frame::Members)
                sql = "SELECT coalesce(" + document + ", '[]')";
        }
        unit.statements = {{.sql = std::move(sql), .parameters = parameters_}};
        unit.not_null = unit.frame != Frame::Members || type.is_non_null();
        if (unit.frame == Frame::Members)
            unit.pieces.emplace_back(quoted_key(root.response_key) + ':');
        unit.pieces.emplace_back(compile::Slot{});
        return unit;
    }

    static std::string quoted_key(const std::string& key) {
        std::string out;
        json::write_string(out, key);
        return out;
    }

    /// What is wanted of an object of the only root field, by response key; empty where it is none.
    std::vector<std::string> wanted() const {
        std::vector<std::string> out;
        if (plan().roots.size() != 1) return out;
        const plan::Root& root = plan().roots.front();
        const auto& branches =
            root.kind == plan::Root::Kind::Read ? root.read.branches : root.call.branches;
        if (branches.size() == 1)
            for (const plan::Output& output : branches.front().outputs)
                out.push_back(output.response_key);
        return out;
    }

    /// One JSON column is a document, unless it is called like the only field.
    bool has_fields_as_columns(const std::vector<pg::Session::Column>& columns) const {
        const std::vector<std::string> keys = wanted();
        if (keys.empty() || columns.empty()) return false;
        const auto& first = columns.front();
        const bool json = first.type == kJsonType || first.type == kJsonbType;
        return columns.size() > 1 || !json || (keys.size() == 1 && keys[0] == first.name);
    }

    Result<std::string> select_list(const std::vector<pg::Session::Column>& columns) const {
        const std::vector<std::string> keys = wanted();
        std::vector<std::string_view> names;
        for (const auto& column : columns)
            names.push_back(column.name);
        std::string out;
        for (const std::string& key : keys) {
            if (std::count(names.begin(), names.end(), key) != 1)
                return refuse(fmt::format("The SQL template has no column \"{}\".", key),
                              "Name the columns like the fields, in double quotes: AS \"" + key +
                                  "\". " + did_you_mean(key, names));
            out += (out.empty() ? "template." : ", template.") + quoted(key);
        }
        for (const std::string_view name : names)
            if (std::find(keys.begin(), keys.end(), name) == keys.end())
                return refuse(fmt::format("The operation does not select \"{}\", which the SQL "
                                          "template has as a column.",
                                          name),
                              "Leave it out.");
        return out;
    }

    /// Looks at the first document that a sample finds.
    Result<Frame> frame_of(const std::string& document) {
        const compile::Unit unit{
            .statements = {{.sql = "SELECT " + document, .parameters = parameters_}}};
        const std::vector<CompiledUnit> units = with_statements({unit});
        for (Trial& trial : trials_) {
            const Request request = request_of(trial);
            if (auto used = use_template(trial.prepared, request, template_units({unit})); !used)
                return fail(used.error());
            pg::Batch batch = bind_unit(units.front(), trial.prepared);
            if (auto settings = settings_call(trial.principal.get()))
                batch.calls.insert(batch.calls.begin(), std::move(*settings));
            trial.prepared.arguments.resize(plan().argument_count());
            FRAISEQL_TRY(const auto rows, run_calls(batch, "The SQL template"));
            if (rows.back().row_count() == 0 || rows.back().is_null(0, 0)) continue;
            return frame_of_document(rows.back().get(0, 0));
        }
        return refuse("The SQL template finds nothing, where the operation does.");
    }

    Result<Frame> frame_of_document(std::string_view text) const {
        Arena arena;
        FRAISEQL_TRY(const json::Value value, json::read(text, arena, 256));
        if (value.members.size() == 1 && value.members[0].name == "data") return Frame::Response;
        const auto& roots = plan().roots;
        const bool keyed = value.members.size() == roots.size() &&
                           std::equal(roots.begin(), roots.end(), value.members.begin(),
                                      [](const plan::Root& root, const json::Member& member) {
                                          return root.response_key == member.name;
                                      });
        if (keyed) return Frame::Data;
        if (roots.size() == 1) return Frame::Members;
        return refuse("The SQL template returns no object with the operation's root fields.",
                      "Return {\"users\": …, \"posts\": …}, in their order.");
    }

    Result<void> compare(const turbo::CheckedTemplate& checked) {
        const CompiledUnits units = template_units(checked);
        for (Trial& trial : trials_) {
            const Request request = request_of(trial);
            if (auto used = use_template(trial.prepared, request, units); !used) return used;
            FRAISEQL_TRY(const json::Value answered, answer(*units, trial, "The SQL template"));
            const auto found = json::first_difference(answered, trial.answer);
            if (found)
                return refuse(fmt::format("The SQL template does not answer like the operation: at "
                                          "\"{}\" it has {}, and the operation has {}.",
                                          found->path, found->left, found->right),
                              "Keys must stand in the order of the selection: "
                              "json_build_object keeps it, jsonb does not. An ID is a text.");
        }
        return {};
    }

    pg::Session& session_;
    const turbo::Registered& entry_;
    const TemplateContext& context_;
    std::shared_ptr<PreparedDocument> document_ = {};
    turbo::NumberedSql numbered_ = {};
    std::vector<compile::Parameter> parameters_ = {};
    // A trial's values are pointed at.
    std::deque<Trial> trials_ = {};
};

}  // namespace

Result<Checked> check_template(pg::Session& session, const turbo::Registered& entry,
                               const TemplateContext& context) {
    auto begun = session.run_script(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '10s'");
    if (!begun) return refuse("The SQL template cannot be checked", begun.error());
    auto checked = Check(session, entry, context).run();
    if (auto ended = session.run_script("ROLLBACK"); !ended)
        return refuse("The SQL template cannot be checked", ended.error());
    return checked;
}

}  // namespace fraiseql::engine
