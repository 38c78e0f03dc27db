// SPDX-License-Identifier: MIT
// OperationGate: where limits learn what an operation asks for.
#pragma once

#include <algorithm>
#include <utility>

#include "engine/gate.hpp"
#include "server/limits.hpp"

namespace fraiseql::server {

/// Lets rules see what an operation asks for.
class OperationGate final : public engine::Gate {
  public:
    explicit OperationGate(Admission& admission) : admission_(admission) {}

    runtime::Task<std::optional<Error>> admit(const plan::Plan& plan) override {
        OperationFacts facts{.mutation = plan.type == graphql::OperationType::Mutation};
        for (const plan::Root& root : plan.roots)
            facts.fields.push_back(root.group.definition->name);
        std::sort(facts.fields.begin(), facts.fields.end());
        facts.fields.erase(std::unique(facts.fields.begin(), facts.fields.end()),
                           facts.fields.end());
        return admission_.count_operation(std::move(facts));
    }

  private:
    Admission& admission_;
};

}  // namespace fraiseql::server
