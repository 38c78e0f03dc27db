// SPDX-License-Identifier: MIT
#include "engine/template_request.hpp"

namespace fraiseql::engine {
namespace {

Error missing_context(const Path& path, bool anonymous) {
    return {.code = anonymous ? ErrorCode::Unauthenticated : ErrorCode::Forbidden,
            .message = "The operation needs '" + std::get<std::string>(path.front()) +
                       "' from the request's context, which does not have it.",
            .hint = anonymous ? "Sign in." : "The token must carry that claim."};
}

}  // namespace

CompiledUnits template_units(const turbo::CheckedTemplate& checked) {
    return std::make_shared<const std::vector<CompiledUnit>>(with_statements({checked.unit}));
}

Result<void> use_template(PreparedRequest& prepared, const Request& request, CompiledUnits units) {
    const std::size_t first = prepared.operation->plan.argument_count();
    prepared.arguments.push_back(prepared.variables);
    const bool known = request.context != nullptr && request.context->is_object();
    prepared.arguments.push_back(known ? *request.context
                                       : json::Value{.kind = json::Value::Kind::Object});
    for (const compile::Statement& statement : units->front().unit.statements)
        for (const compile::Parameter& parameter : statement.parameters)
            if (parameter.arguments == first + 1 && !compile::bind(parameter, prepared.arguments))
                return fail(
                    missing_context(parameter.path, !known || request.context->members.empty()));
    prepared.units = std::move(units);
    return {};
}

}  // namespace fraiseql::engine
