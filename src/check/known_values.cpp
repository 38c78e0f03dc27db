// SPDX-License-Identifier: MIT
#include "check/known_values.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"

namespace fraiseql::check {
namespace {

using graphql::NamedType;

/// More of one field add nothing.
constexpr std::size_t kMostOfAField = 4;

bool is_number(const NamedType& type) {
    constexpr std::array<std::string_view, 6> kNumbers = {"Int",     "Float",      "BigInt",
                                                          "Decimal", "BigDecimal", "Long"};
    return std::find(kNumbers.begin(), kNumbers.end(), type.name) != kNumbers.end();
}

/// `projectId`, `projectIds` and `project` name a key of Project.
bool names_key_of(std::string_view name, std::string_view type) {
    if (!name.starts_with(type)) return false;
    const std::string_view rest = name.substr(type.size());
    return rest.empty() || rest == "id" || rest == "ids" || rest == "s";
}

}  // namespace

KnownValues::KnownValues(const schema::Model& model) : model_(model) {
    for (const graphql::FieldDef& field : model.schema->query()->fields)
        if (model.root(field).kind == schema::RootBinding::Kind::One && !field.args.empty())
            keys_.emplace(field.type->named->name, field.args.front().name);
}

void KnownValues::learn(const json::Value& answer) {
    for (const json::Member& member : answer.members) {
        if (member.value.is_string() || member.value.is_number())
            learn_leaf(member.name, member.value);
        else
            learn(member.value);
    }
    for (const json::Value& item : answer.items)
        learn(item);
}

void KnownValues::learn_leaf(std::string_view key, const json::Value& value) {
    // Both names may have underscores: they part where the schema knows them.
    for (std::size_t at = key.find('_'); at != std::string_view::npos; at = key.find('_', at + 1)) {
        const NamedType* type = model_.schema->type(key.substr(0, at));
        const std::string_view field = key.substr(at + 1);
        if (type == nullptr || type->field(field) == nullptr) continue;
        const auto own = keys_.find(type->name);
        Known known{.type = lower(type->name),
                    .field = lower(field),
                    .text = std::string(value.text),
                    .is_number = value.is_number(),
                    .is_key = own != keys_.end() && own->second == field};
        std::size_t others = 0;
        for (const Known& each : known_) {
            if (each.type != known.type || each.field != known.field) continue;
            if (each.text == known.text) return;
            ++others;
        }
        if (others < kMostOfAField) known_.push_back(std::move(known));
        return;
    }
}

std::vector<const KnownValues::Known*> KnownValues::candidates(std::string_view name,
                                                               const NamedType& type,
                                                               std::string_view operation) const {
    const std::string wanted = lower(name);
    const std::string text = lower(operation);
    const bool is_id = type.name == "ID" || type.name == "UUID";
    const auto rank = [&](const Known& each) {
        const bool meant = text.find(each.type) != std::string::npos;
        if (each.is_key && names_key_of(wanted, each.type)) return 0;
        if (each.is_key && (wanted == "id" || wanted == "ids") && meant) return 1;
        if (each.field == wanted && meant) return 2;
        if (each.field == wanted) return 3;
        return each.is_key && is_id ? 4 : 5;
    };
    std::vector<const Known*> out;
    for (int wanted_rank = 0; wanted_rank < 5; ++wanted_rank)
        for (const Known& each : known_) {
            if (!is_id && each.is_number != is_number(type)) continue;
            if (rank(each) == wanted_rank) out.push_back(&each);
        }
    return out;
}

std::optional<json::Value> KnownValues::choose(std::string_view name, const NamedType& type,
                                               std::string_view operation, std::size_t attempt,
                                               Arena& arena) const {
    using Kind = json::Value::Kind;
    if (type.kind == graphql::TypeKind::Enum) {
        const auto& label = type.enum_values[attempt % type.enum_values.size()];
        return json::Value{.kind = Kind::String, .text = label.name};
    }
    if (type.name == "Boolean")
        return json::Value{.kind = attempt % 2 == 0 ? Kind::True : Kind::False};
    const auto found = candidates(name, type, operation);
    if (found.empty()) return std::nullopt;
    const Known& known = *found[attempt % found.size()];
    return json::Value{.kind = is_number(type) ? Kind::Number : Kind::String,
                       .text = arena.copy(std::string_view(known.text))};
}

}  // namespace fraiseql::check
