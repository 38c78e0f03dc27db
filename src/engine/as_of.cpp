// SPDX-License-Identifier: MIT
#include "engine/as_of.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/cache_plan.hpp"
#include "graphql/coerce.hpp"
#include "graphql/source.hpp"

namespace fraiseql::engine {
namespace {

Error at_directive(Error error, const PreparedDocument& document,
                   const graphql::OperationDefinition& operation) {
    error.locations = {graphql::locate(document.source, operation.offset)};
    return error;
}

std::string text_of(const json::Value& arguments, std::string_view name) {
    const json::Value* value = arguments.find(name);
    return value == nullptr || value->is_null() ? std::string() : std::string(value->text);
}

Result<AsOf> read(const json::Value& arguments) {
    AsOf out{.time = text_of(arguments, "time"), .version = text_of(arguments, "version")};
    if (out.time.empty() == out.version.empty())
        return fail(ErrorCode::BadUserInput, "\"@asOf\" takes a time or a version, one of the two.",
                    R"(Write @asOf(time: "2026-01-31T12:00:00Z"), or @asOf(version: "17").)");
    constexpr std::size_t kDigits = 18;
    const bool number =
        out.version.size() <= kDigits && std::all_of(out.version.begin(), out.version.end(),
                                                     [](char c) { return c >= '0' && c <= '9'; });
    if (!number)
        return fail(ErrorCode::BadUserInput, "\"@asOf\": \"" + out.version + "\" is no version.",
                    "A version is a number that extensions.asOf of an answer shows.");
    return out;
}

}  // namespace

Result<std::optional<AsOf>> read_as_of(const PreparedDocument& document,
                                       const graphql::OperationDefinition& operation,
                                       const PlannedOperation& plan, const json::Value& variables,
                                       Arena& arena) {
    for (const graphql::Directive& directive : operation.directives) {
        if (directive.name != "asOf") continue;
        if (plan.cache == nullptr || plan.cache->history.count() == 0)
            return fail(at_directive(
                {.code = ErrorCode::BadUserInput,
                 .message = "\"@asOf\": no history is kept of all that this operation reads.",
                 .hint = "Each view behind its root fields needs '@cache history …'."},
                document, operation));
        auto arguments = graphql::coerce_argument_values(
            document.model->schema->directive("asOf")->args, directive.arguments, variables, arena);
        if (!arguments) return fail(at_directive(arguments.error(), document, operation));
        auto out = read(*arguments);
        if (!out) return fail(at_directive(std::move(out).error(), document, operation));
        return std::optional<AsOf>(std::move(*out));
    }
    return std::optional<AsOf>();
}

pg::Batch as_of_batch(const AsOf& as_of, std::string key) {
    static const auto statement = pg::make_statement(
        "SELECT response, version, to_json(built_at)\n"
        "FROM turbo.cache_as_of(decode($1, 'hex'), $2, $3)");
    const auto given = [](const std::string& text) {
        return text.empty() ? std::nullopt : std::optional(text);
    };
    pg::Batch batch;
    batch.calls.push_back({statement, {std::move(key), given(as_of.time), given(as_of.version)}});
    return batch;
}

Result<runtime::Payload> as_of_answer(const AsOf& as_of, const pg::Rows& rows) {
    if (rows.row_count() == 0) {
        const std::string which =
            as_of.version.empty() ? "of " + as_of.time : "with version " + as_of.version;
        return fail(ErrorCode::NotFound, "No answer " + which + " is kept.",
                    "Answers are kept when they are asked for, from then on for as long as "
                    "'@cache history …' says: see `fraiseql cache history`.");
    }
    // What the database keeps is our own text: an object without errors.
    std::string body(rows.get(0, 0));
    body.pop_back();
    body += fmt::format(R"(,"extensions":{{"asOf":{{"version":"{}","builtAt":{}}}}}}})",
                        rows.get(0, 1), rows.get(0, 2));
    return runtime::Payload(std::move(body));
}

}  // namespace fraiseql::engine
