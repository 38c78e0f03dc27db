// SPDX-License-Identifier: MIT
// The fields of functions: of Mutation where they write, of Query where they only read.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/suggest.hpp"
#include "catalog/annotation.hpp"
#include "schema/chosen_name.hpp"
#include "schema/cost_annotation.hpp"
#include "schema/draft.hpp"
#include "schema/function_arguments.hpp"
#include "schema/function_overloads.hpp"
#include "schema/function_results.hpp"
#include "schema/inputs.hpp"
#include "schema/naming.hpp"
#include "schema/rules.hpp"

namespace fraiseql::schema {
namespace {

using catalog::Annotation;
using catalog::Annotations;
using catalog::Function;

const std::vector<std::string_view> kFunctionAnnotations = {
    "name",    "expose",    "hide",    "returns", "input",     "result",
    "context", "isolation", "timeout", "cost",    "authorize", "session"};

bool is_candidate(const Function& function, const Annotations& annotations) {
    if (annotations.has("hide") || function.from_extension) return false;
    if (annotations.has("expose")) return true;
    // What `fraiseql db install` puts there is for servers to call, not for their clients.
    if (function.schema == "turbo" || function.schema == "fraiseql") return false;
    const std::string_view name = function.name;
    return name.starts_with("fn_") || name.starts_with("refresh_");
}

/// `5s`, `500ms`, `2min` in milliseconds; nothing where it is no duration.
std::optional<std::uint32_t> read_duration(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    const std::uint32_t factor = unit == "ms" ? 1 : unit == "s" ? 1000 : unit == "min" ? 60'000 : 0;
    if (error != std::errc() || number == 0 || number > 3'600'000 || factor == 0)
        return std::nullopt;
    return number * factor;
}

class FunctionWriter {
  public:
    explicit FunctionWriter(Draft& draft) : draft_(draft), inputs_(draft), results_(draft) {}

    void write(const Function& function, const Annotations& annotations) {
        const catalog::Catalog& catalog = draft_.model.catalog;
        const std::string subject = subject_of(catalog, function);
        if (!function.can_execute)
            return refuse(subject, "the role may not EXECUTE it", "GRANT EXECUTE to the role.");
        if (function.kind == Function::Kind::Aggregate || function.kind == Function::Kind::Window)
            return refuse(subject, "aggregates and window functions cannot be called alone", {});
        if (const Function* other = find_ambiguous_overload(catalog, function))
            return refuse(subject,
                          fmt::format("a call that leaves optional parameters out might mean {} "
                                      "as well",
                                      subject_of(catalog, *other)),
                          "Drop one of the two, or rename it; where only defaults differ, "
                          "PostgreSQL cannot tell them apart.");
        auto result = read_result(draft_, function, annotations);
        if (!result) return draft_.errors.push_back(result.error());
        if (!result->refusal.empty()) return refuse(subject, result->refusal, result->remedy);

        const bool writes = function.volatility == Function::Volatility::Volatile;
        auto chosen = chosen_name(annotations, subject);
        if (!chosen) return draft_.errors.push_back(std::move(chosen).error());
        const std::string name = *chosen ? **chosen : camel_case(operation_name(function));
        if (!take_name(writes ? "Mutation" : "Query", name, function)) return;
        auto arguments = read_arguments(draft_, inputs_, function, annotations, name);
        if (!arguments) return draft_.errors.push_back(arguments.error());
        if (!arguments->refusal.empty())
            return refuse(subject, arguments->refusal, arguments->remedy);

        graphql::FieldSpec field{.name = name, .args = std::move(arguments->specs)};
        if (!annotations.description.empty()) field.description = annotations.description;
        field.type = writes ? results_.write_mutation(function, *result, name)
                            : results_.write_query(function, *result, name);
        const std::string row_type = row_type_of(*result, field.type);
        FunctionBinding& binding = draft_.model.functions.emplace_back(
            FunctionBinding{.function = &function,
                            .arguments = std::move(arguments->bindings),
                            .result = std::move(result->binding)});
        binding.guard =
            function_guard(draft_, (writes ? "Mutation." : "Query.") + name, function, annotations);
        read_transaction(binding, annotations, subject);
        read_session(binding, annotations, subject);
        draft_.roots[{writes ? "Mutation" : "Query", name}] = {.kind = RootBinding::Kind::Function,
                                                               .function = &binding};
        if (!writes && binding.result.list) {
            add_criteria(field, binding.result, row_type);
            add_page(field);
        }
        if (writes)
            mutations.push_back(std::move(field));
        else
            draft_.builder.find("Query")->fields.push_back(std::move(field));
    }

    std::vector<graphql::FieldSpec> mutations = {};

  private:
    void refuse(const std::string& subject, const std::string& why, std::string remedy) {
        draft_.find(subject, "is not exposed: " + why + ".", std::move(remedy));
    }

    /// The type of rows that have fields; empty for sets of scalars and of JSON.
    static std::string row_type_of(const FunctionResult& result, std::string_view field_type) {
        if (result.binding.entity != nullptr) return result.binding.entity->type_name;
        const bool object = result.shape != nullptr && result.shape->object() != nullptr;
        if (!result.binding.list || !object || !field_type.starts_with('[')) return {};
        field_type.remove_prefix(1);
        const std::string type(field_type.substr(0, field_type.find_first_of("!]")));
        return type == "JSON" ? std::string() : type;
    }

    /// Filters and orders the rows of a set, unless parameters have those names.
    void add_criteria(graphql::FieldSpec& field, ResultBinding& result,
                      const std::string& row_type) {
        if (row_type.empty()) return;
        for (const graphql::InputValueSpec& own : field.args)
            if (own.name == "where" || own.name == "orderBy") return;
        if (result.entity == nullptr) build_row_inputs(draft_, row_type);
        result.row_type = row_type;
        field.args.push_back({.name = "where", .type = where_input(row_type)});
        if (draft_.order_inputs.contains(order_input(row_type)))
            field.args.push_back(
                {.name = "orderBy",
                 .type = "[" + order_input(row_type) + "!]",
                 .description = "The first criterion counts most; without any, rows come as the "
                                "function returns them."});
    }

    void add_page(graphql::FieldSpec& field) {
        for (const graphql::InputValueSpec& own : field.args)
            if (own.name == "limit" || own.name == "offset") return;
        draft_.use_leaf({.type = "Int"}, catalog::kInt4, true);
        field.args.push_back({.name = "limit",
                              .type = "Int",
                              .description = "At most so many rows; the server has a default and a "
                                             "maximum."});
        field.args.push_back(
            {.name = "offset", .type = "Int", .description = "Leave out so many rows first."});
    }

    bool take_name(const std::string& root, const std::string& name, const Function& function) {
        auto [taken, added] = by_name_.emplace(FieldKey{root, name}, &function);
        const bool read = draft_.roots.contains({root, name});
        if (added && !read) return true;
        refuse(subject_of(draft_.model.catalog, function),
               fmt::format("{} has the name {} already",
                           added ? "a relation" : subject_of(draft_.model.catalog, *taken->second),
                           name),
               "COMMENT ON it with the line '@name …' to choose another.");
        return false;
    }

    void read_transaction(FunctionBinding& binding, const Annotations& annotations,
                          const std::string& subject) {
        auto wrong = [&](const Annotation& line, std::string hint) {
            draft_.errors.push_back(
                {.code = ErrorCode::Configuration,
                 .message = fmt::format("{}, line {} of its comment: '@{} {}' is "
                                        "not understood.",
                                        subject, line.line, line.name, line.arguments),
                 .hint = std::move(hint)});
        };
        if (auto cost = read_cost(annotations, subject_of(draft_.model.catalog, *binding.function)))
            binding.cost = *cost;
        else
            draft_.errors.push_back(cost.error());
        if (const Annotation* line = annotations.find("timeout")) {
            if (auto milliseconds = read_duration(line->arguments))
                binding.timeout = *milliseconds;
            else
                wrong(*line, "Write e.g. '@timeout 500ms', '@timeout 5s' or '@timeout 2min'.");
        }
        if (const Annotation* line = annotations.find("isolation")) {
            const std::string& level = line->arguments;
            if (level == "serializable" || level == "repeatable read" || level == "read committed")
                binding.isolation = level;
            else
                wrong(*line, "Write 'serializable', 'repeatable read' or 'read committed'.");
        }
    }

    /// `@session login`: the function must write, and have a JSON parameter for the answer.
    void read_session(FunctionBinding& binding, const Annotations& annotations,
                      const std::string& subject) {
        const Annotation* line = annotations.find("session");
        if (line == nullptr) return;
        binding.session = line->arguments;
        const bool known = std::find(std::begin(kSessionActions), std::end(kSessionActions),
                                     line->arguments) != std::end(kSessionActions);
        const bool answered =
            std::any_of(binding.arguments.begin(), binding.arguments.end(), [&](const auto& each) {
                return each.argument == kSessionAnswer &&
                       catalog::is_json(draft_.model.catalog.base_type(each.type));
            });
        if (known && answered && binding.function->volatility == Function::Volatility::Volatile)
            return;
        draft_.errors.push_back(
            {.code = ErrorCode::Configuration,
             .message = fmt::format("{}, line {} of its comment: '@session {}' is not understood.",
                                    subject, line->line, line->arguments),
             .hint = known ? "The function must be VOLATILE and have a parameter p_answer jsonb."
                           : did_you_mean(line->arguments, {std::begin(kSessionActions),
                                                            std::end(kSessionActions)})});
    }

    Draft& draft_;
    InputObjects inputs_;
    ResultTypes results_;
    std::map<FieldKey, const Function*> by_name_ = {};
};

}  // namespace

void build_function_fields(Draft& draft) {
    const catalog::Catalog& catalog = draft.model.catalog;
    FunctionWriter writer(draft);
    for (const Function& function : catalog.functions()) {
        if (function.changes_session && !function.from_extension)
            draft.find(subject_of(catalog, function),
                       "may leave settings, locks, temporary tables or cursors in its session, so "
                       "sessions are reset after each request.",
                       "SET LOCAL, set_config(…, true), pg_advisory_xact_lock and ON COMMIT DROP "
                       "end with the transaction.");
        const Annotations annotations = catalog::read_annotations(function.comment);
        if (!is_candidate(function, annotations)) continue;
        for (Error& error :
             unknown_annotations(annotations, subject_of(catalog, function), kFunctionAnnotations))
            draft.errors.push_back(std::move(error));
        writer.write(function, annotations);
    }
    if (writer.mutations.empty()) return;
    graphql::TypeSpec& mutation = draft.builder.add(graphql::TypeKind::Object, "Mutation");
    mutation.description = "Writing: each field calls one function in one transaction.";
    mutation.fields = std::move(writer.mutations);
    draft.builder.mutation = "Mutation";
    graphql::DirectiveSpec& whole = draft.builder.directives.emplace_back();
    whole.name = "transaction";
    whole.description =
        "All fields of the mutation are one transaction: either all take effect or none.";
    whole.locations = {graphql::DirectiveLocation::Mutation};
}

}  // namespace fraiseql::schema
