// SPDX-License-Identifier: MIT
// Answers a differential test: one JSON line in, one out.
//   {"schema": SDL}                          -> {"sdl": printed schema, "introspection": answer}
//   {"document": text, "variables": object}  -> {"stage": "parse" | "validate", "errors": [...]}
//                                               or {"printed": text, "variables": object | errors}
//   {"before": SDL, "after": SDL}            -> {"changes": ["breaking FIELD_REMOVED", ...]}
#include <iostream>
#include <string>

#include "graphql/changes.hpp"
#include "graphql/coerce.hpp"
#include "graphql/introspection.hpp"
#include "graphql/operation.hpp"
#include "graphql/parser.hpp"
#include "graphql/printer.hpp"
#include "graphql/validate.hpp"
#include "json/value.hpp"
#include "json/writer.hpp"

namespace {

using namespace fraiseql;

std::string errors_json(const std::vector<Error>& errors) {
    std::string out = "[";
    for (const Error& error : errors) {
        if (out.size() > 1) out += ',';
        out += "{\"message\":";
        json::write_string(out, error.message);
        out += ",\"locations\":[";
        for (const Location& at : error.locations) {
            if (out.back() != '[') out += ',';
            out += "{\"line\":" + std::to_string(at.line) +
                   ",\"column\":" + std::to_string(at.column) + '}';
        }
        out += "]}";
    }
    return out + ']';
}

std::string failure(const char* stage, const std::vector<Error>& errors) {
    return "{\"stage\":\"" + std::string(stage) + "\",\"errors\":" + errors_json(errors) + '}';
}

constexpr std::string_view kIntrospection = R"(
    { __schema { description queryType { name kind } mutationType { name kind }
        subscriptionType { name kind } types { ...Full }
        directives { name description isRepeatable locations
          args(includeDeprecated: true) { ...In } } } }
    fragment Full on __Type { kind name description specifiedByURL isOneOf
      fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...In }
        type { ...Ref } isDeprecated deprecationReason }
      inputFields(includeDeprecated: true) { ...In } interfaces { ...Ref }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      possibleTypes { ...Ref } }
    fragment In on __InputValue { name description type { ...Ref } defaultValue isDeprecated
      deprecationReason }
    fragment Ref on __Type { kind name ofType { kind name ofType { kind name ofType { kind name
      ofType { kind name ofType { kind name } } } } } })";

std::string introspect(const graphql::Schema& schema) {
    Arena arena;
    const auto document = graphql::parse(kIntrospection, arena).value();
    const graphql::SelectionSet* sets[] = {&document.operations[0].selections};
    const json::Value variables;
    const auto groups = graphql::collect_fields(schema, document, *schema.query(), sets,
                                                graphql::condition_of(variables));
    std::string out = "{\"__schema\":";
    graphql::write_introspection(out, schema, document, groups[0], variables);
    return out + '}';
}

std::string compare(std::string_view before, std::string_view after) {
    const auto old = graphql::build_schema(before);
    const auto now = graphql::build_schema(after);
    if (!old || !now) return failure("schema", {(old ? now : old).error()});
    std::string out = "{\"changes\":[";
    for (const graphql::Change& each : graphql::find_changes(**old, **now)) {
        if (!out.ends_with('[')) out += ',';
        json::write_string(
            out, std::string(graphql::to_string(each.impact)) + ' ' + std::string(each.code));
    }
    return out + "]}";
}

class Verdicts {
  public:
    std::string answer(std::string_view line) {
        Arena arena;
        const auto request = json::read(line, arena);
        if (!request) return failure("request", {request.error()});
        if (const json::Value* sdl = request->find("schema")) return build(sdl->text);
        if (const json::Value* before = request->find("before"))
            return compare(before->text, request->find("after")->text);
        const json::Value* document = request->find("document");
        const json::Value* variables = request->find("variables");
        if (document == nullptr || !schema_) return "{\"stage\":\"request\",\"errors\":[]}";
        return judge(document->text, variables == nullptr ? json::Value{} : *variables, arena);
    }

  private:
    std::string build(std::string_view sdl) {
        auto schema = graphql::build_schema(sdl);
        if (!schema) return failure("schema", {schema.error()});
        schema_ = *schema;
        std::string out = "{\"sdl\":";
        json::write_string(out, graphql::print_schema(*schema_));
        return out + ",\"introspection\":" + introspect(*schema_) + '}';
    }

    std::string judge(std::string_view text, const json::Value& variables, Arena& arena) {
        const auto document = graphql::parse(text, arena);
        if (!document) return failure("parse", {document.error()});
        const std::vector<Error> errors = graphql::validate(*schema_, *document);
        std::string printed;
        json::write_string(printed, graphql::print(*document));
        if (!errors.empty()) {
            std::string out = failure("validate", errors);
            out.insert(1, "\"printed\":" + printed + ',');
            return out;
        }
        std::string out = "{\"printed\":" + printed;
        for (const graphql::OperationDefinition& operation : document->operations) {
            const auto values =
                graphql::coerce_variable_values(*schema_, *document, operation, variables, arena);
            out += out.find("\"operations\":") == out.npos ? ",\"operations\":[" : ",";
            if (values)
                json::write(out, *values);
            else
                out += errors_json(values.error());
        }
        return out + "]}";
    }

    std::shared_ptr<const graphql::Schema> schema_;
};

}  // namespace

int main() {
    Verdicts verdicts;
    for (std::string line; std::getline(std::cin, line);)
        std::cout << verdicts.answer(line) << '\n' << std::flush;
}
