// SPDX-License-Identifier: MIT
#include "schema/cost_annotation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/suggest.hpp"

namespace fraiseql::schema {
namespace {

constexpr std::uint32_t kMaxCost = 1'000'000;

std::optional<std::uint32_t> number(std::string_view text) {
    std::uint32_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end != text.data() + text.size() || out > kMaxCost)
        return std::nullopt;
    return out;
}

tl::unexpected<Error> not_a_cost(std::string_view word, const std::string& subject) {
    return fail(ErrorCode::Configuration,
                fmt::format("The comment on {} has \"@cost {}\", which is no cost.", subject, word),
                "Write @cost 5, or @cost fieldName:5, with a number from 0 to 1000000.");
}

/// Objects inside documents count for what their entity's rows count for.
void apply_to_objects(Draft& draft) {
    std::map<std::string, std::uint32_t> costs;
    for (const Entity& entity : draft.model.entities)
        if (entity.cost != 1) costs.emplace(entity.type_name, entity.cost);
    for (const graphql::TypeSpec& type : draft.builder.types)
        for (const graphql::FieldSpec& field : type.fields) {
            const std::size_t begin =
                std::min(field.type.find_first_not_of('['), field.type.size());
            const std::size_t end = field.type.find_first_of("!]", begin);
            const auto cost = costs.find(field.type.substr(begin, end - begin));
            if (cost == costs.end()) continue;
            if (FieldBinding* binding = draft.field(type.name, field.name))
                binding->cost = cost->second;
        }
}

}  // namespace

Result<void> read_costs(const catalog::Annotations& annotations, Entity& entity) {
    for (const catalog::Annotation* annotation : annotations.find_all("cost"))
        for (const std::string& word : catalog::split_arguments(annotation->arguments)) {
            const std::size_t colon = word.rfind(':');
            const std::size_t begin = colon == std::string::npos ? 0 : colon + 1;
            const auto cost = number(std::string_view(word).substr(begin));
            if (!cost) return not_a_cost(word, subject_of(*entity.relation));
            if (colon == std::string::npos)
                entity.cost = *cost;
            else
                entity.field_costs[word.substr(0, colon)] = *cost;
        }
    return {};
}

Result<std::uint32_t> read_cost(const catalog::Annotations& annotations,
                                const std::string& subject) {
    const catalog::Annotation* annotation = annotations.find("cost");
    if (annotation == nullptr) return 1;
    if (const auto cost = number(annotation->arguments)) return *cost;
    return not_a_cost(annotation->arguments, subject);
}

void apply_costs(Draft& draft) {
    apply_to_objects(draft);
    for (const Entity& entity : draft.model.entities)
        for (const auto& [name, cost] : entity.field_costs) {
            if (FieldBinding* found = draft.field(entity.type_name, name)) {
                found->cost = cost;
                continue;
            }
            std::vector<std::string_view> known;
            for (const auto& [field, binding] : draft.fields_of(entity.type_name))
                known.push_back(field);
            draft.errors.push_back(
                {.code = ErrorCode::Configuration,
                 .message = fmt::format("The comment on {} names the cost of \"{}\", which is no "
                                        "field of {}.",
                                        subject_of(*entity.relation), name, entity.type_name),
                 .hint = did_you_mean(name, known)});
        }
}

}  // namespace fraiseql::schema
