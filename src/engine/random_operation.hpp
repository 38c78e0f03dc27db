// SPDX-License-Identifier: MIT
// Random GraphQL queries of a schema: any fields, filters, orders, pages, groups.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/choices.hpp"
#include "graphql/schema.hpp"

namespace fraiseql::engine {

/// Writes valid queries; the schema says what there is.
class RandomOperation {
  public:
    RandomOperation(const graphql::Schema& schema, Choices& choices)
        : schema_(schema), choices_(choices) {}

    std::string write() {
        const auto fields = schema_.query()->fields;
        const std::uint32_t count = 1 + choices_.below(8) / 6;
        std::string out = "{";
        for (std::uint32_t i = 0; i < count; ++i)
            out += " r" + std::to_string(i) + ": " + root(fields[choices_.below(fields.size())]);
        return out + " }";
    }

  private:
    static constexpr int kMaxDepth = 4;

    std::string root(const graphql::FieldDef& field) {
        if (field.name.ends_with("Aggregate")) return aggregate(field);
        return with_arguments(field, 0) + selection(*field.type->named, 0);
    }

    // ---- Arguments ----

    std::string with_arguments(const graphql::FieldDef& field, int depth) {
        std::vector<std::string> given;
        const bool backward = choices_.chance(30);
        for (const graphql::InputValueDef& arg : field.args) {
            if (arg.name == "after" || arg.name == "before") continue;
            if (arg.name == (backward ? "first" : "last")) continue;
            if (!arg.is_required() && !choices_.chance(depth == 0 ? 60 : 40)) continue;
            given.push_back(std::string(arg.name) + ": " + value(*arg.type, arg.name, 0));
        }
        return std::string(field.name) + in_parentheses(given);
    }

    static std::string in_parentheses(const std::vector<std::string>& parts) {
        if (parts.empty()) return {};
        std::string out;
        for (const std::string& part : parts)
            out += (out.empty() ? "(" : ", ") + part;
        return out + ")";
    }

    /// `name` is that of the member or argument, or of the field whose operator it is.
    std::string value(const graphql::Type& type, std::string_view name, int depth) {
        const graphql::Type& bare = *type.nullable();
        if (bare.is_list()) {
            std::string out = "[";
            const std::uint32_t count = (choices_.below(8) + 6) / 7 + choices_.below(2);
            for (std::uint32_t i = 0; i < count; ++i)
                out += (i > 0 ? ", " : "") + value(*bare.of, name, depth + 1);
            return out + "]";
        }
        const graphql::NamedType& named = *bare.named;
        if (named.kind == graphql::TypeKind::Enum)
            return std::string(named.enum_values[choices_.below(named.enum_values.size())].name);
        if (named.kind == graphql::TypeKind::InputObject) return input_object(named, name, depth);
        return scalar(named.name, name);
    }

    std::string input_object(const graphql::NamedType& type, std::string_view name, int depth) {
        const bool filter = type.name.ends_with("Filter");
        std::vector<const graphql::InputValueDef*> fields;
        for (const graphql::InputValueDef& field : type.input_fields) {
            const bool leads_on = field.type->named->kind == graphql::TypeKind::InputObject;
            const bool itself = field.type->named == &type;
            if (depth < 3 || !leads_on || (depth < 6 && !itself)) fields.push_back(&field);
        }
        if (fields.empty()) return "{}";
        std::string out;
        const std::uint32_t count = type.one_of ? 1 : 1 + choices_.below(6) / 4;
        std::vector<const graphql::InputValueDef*> chosen;
        for (std::uint32_t i = 0; i < count; ++i) {
            const graphql::InputValueDef* field = fields[choices_.below(fields.size())];
            if (std::find(chosen.begin(), chosen.end(), field) != chosen.end()) continue;
            chosen.push_back(field);
            out += (out.empty() ? "{" : ", ") + std::string(field->name) + ": " +
                   value(*field->type, filter ? name : field->name, depth + 1);
        }
        return out + "}";
    }

    std::string scalar(std::string_view type, std::string_view name) {
        const std::uint32_t n = choices_.below(10);
        const std::string digit = std::to_string(n);
        if (name == "limit" || name == "first" || name == "last") return digit;
        if (name == "offset") return std::to_string(n % 4);
        if (type == "Int" || type == "BigInt") return digit;
        if (type == "Boolean") return n % 2 == 0 ? "true" : "false";
        if (type == "Float") return n % 2 == 0 ? "0.5" : "1e25";
        if (type == "Decimal") return "\"" + digit + ".10\"";
        if (type == "Date") return "\"2000-01-0" + std::to_string(1 + n % 9) + "\"";
        if (type == "DateTime") return "\"2024-01-01T0" + digit + ":00:00Z\"";
        if (type == "Interval") return "\"P" + digit + "DT3H\"";
        if (type == "IPAddress") return "\"10.0.0." + digit + "\"";
        if (type == "CIDR") return "\"10.0.0.0/" + std::to_string(28 + n % 4) + "\"";
        if (type == "IntRange") return "\"[" + digit + ",9)\"";
        if (type == "JSON") return choices_.pick(kDocuments);
        if (type == "UUID" || (type == "ID" && name == "id"))
            return "\"" + choices_.pick(kIds) + "\"";
        if (type == "ID") return digit;
        return "\"" + choices_.pick(kTexts) + "\"";
    }

    // ---- Selections ----

    std::string selection(const graphql::NamedType& type, int depth) {
        if (type.is_leaf()) return {};
        if (type.fields.empty()) return " { __typename }";
        std::string out;
        const std::uint32_t count = 1 + choices_.below(4);
        for (std::uint32_t i = 0; i < count; ++i) {
            const graphql::FieldDef& field = type.fields[choices_.below(type.fields.size())];
            if (depth >= kMaxDepth && !field.type->named->is_leaf()) continue;
            out += " f" + std::to_string(depth) + "_" + std::to_string(i) + ": " +
                   with_arguments(field, depth + 1) + selection(*field.type->named, depth + 1);
        }
        return out.empty() ? " { __typename }" : " {" + out + " }";
    }

    // ---- Aggregates ----

    std::string aggregate(const graphql::FieldDef& field) {
        std::vector<std::string> keys;
        std::vector<std::string> given;
        for (const graphql::InputValueDef& arg : field.args) {
            if (!choices_.chance(arg.name == "groupBy" ? 70 : 30)) continue;
            if (arg.name == "groupBy")
                given.push_back("groupBy: " + group_by(*arg.type->named, keys));
            else
                given.push_back(std::string(arg.name) + ": " + value(*arg.type, arg.name, 0));
        }
        return std::string(field.name) + in_parentheses(given) + results(*field.type->named, keys);
    }

    std::string group_by(const graphql::NamedType& input, std::vector<std::string>& keys) {
        std::string out = "[";
        for (std::uint32_t i = 1 + choices_.below(2); i > 0; --i) {
            const graphql::InputValueDef& field =
                input.input_fields[choices_.below(input.input_fields.size())];
            out += (out.size() > 1 ? ", {" : "{") + std::string(field.name) + ": " +
                   value(*field.type, field.name, 0) + "}";
            keys.emplace_back(field.name);
        }
        return out + "]";
    }

    std::string results(const graphql::NamedType& type, const std::vector<std::string>& keys) {
        std::string out;
        for (const graphql::FieldDef& field : type.fields) {
            if (field.type->named->is_leaf()) {
                out += " " + std::string(field.name);
            } else if (field.name != "keys") {
                const auto fields = field.type->named->fields;
                if (choices_.chance(40))
                    out += " " + std::string(field.name) + " { " +
                           std::string(fields[choices_.below(fields.size())].name) + " }";
            } else if (!keys.empty()) {
                out += " keys {";
                for (const std::string& key : keys)
                    out += " " + key;
                out += " }";
            }
        }
        return " {" + out + " }";
    }

    static inline const std::vector<std::string> kTexts = {
        "user 3", "post 4", "o", "%", "a \\\"bio\\\"\\n of 2", "c3", "comment 7", "B", "x2", "sad"};
    /// md5 of u3, p4 and c7.
    static inline const std::vector<std::string> kIds = {"532a7b8e-0328-a8d0-5a8e-6258b28b9a36",
                                                         "13207e3d-5722-030f-6c97-d69b4904d39d",
                                                         "4d3a21d8-c684-c09c-19b9-3be911827fd5"};
    static inline const std::vector<std::string> kDocuments = {"{b: 1.5}",   "null",          "[]",
                                                               "\"user 3\"", "{k0: {k0: 3}}", "2"};

    const graphql::Schema& schema_;
    Choices& choices_;
};

}  // namespace fraiseql::engine
