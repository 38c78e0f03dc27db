// SPDX-License-Identifier: MIT
// OperationGate: where limits learn what an operation asks for.
#pragma once

#include <algorithm>
#include <utility>

#include "engine/gate.hpp"
#include "server/limits.hpp"

namespace fraiseql::server {

/// Lets rules see what an operation asks for; a subscription is for `live`, which may be nullptr.
class OperationGate final : public engine::Gate {
  public:
    OperationGate(Admission& admission, engine::Live* live) : admission_(admission), live_(live) {}

    engine::Live* live() override { return live_; }
    runtime::Task<std::optional<Error>> admit(const plan::Plan& plan) override {
        if (!admission_.wants_operation()) co_return std::nullopt;
        OperationFacts facts{.mutation = plan.type == graphql::OperationType::Mutation};
        for (const plan::Root& root : plan.roots)
            facts.fields.push_back(root.group.definition->name);
        std::sort(facts.fields.begin(), facts.fields.end());
        facts.fields.erase(std::unique(facts.fields.begin(), facts.fields.end()),
                           facts.fields.end());
        co_return co_await admission_.count_operation(std::move(facts));
    }

  private:
    Admission& admission_;
    engine::Live* live_;
};

}  // namespace fraiseql::server
