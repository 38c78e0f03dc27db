// SPDX-License-Identifier: MIT
#include "rewrite/see_through.hpp"

#include "rewrite/expression_type.hpp"
#include "rewrite/navigator.hpp"
#include "rewrite/view.hpp"

namespace fraiseql::rewrite {

struct SeeThrough::State {
    const View* view = nullptr;
    Workshop workshop;
    Navigator navigator;
    Scope* scope = nullptr;
    std::vector<Output> outputs = {};

    const Expression* expression(catalog::AttributeNumber column) const {
        const auto& columns = view->relation->columns;
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (columns[i].number == column) return &view->query->targets[i].value;
        return nullptr;
    }

    /// The name under which people find it: the column, or the keys inside the document.
    std::string name_of(catalog::AttributeNumber column, Keys keys) const {
        if (keys.empty()) return view->relation->column(column)->name;
        std::string name = keys.front();
        for (const std::string& key : keys.subspan(1))
            name += "." + key;
        return name;
    }

    /// An object or list that was built here is json already, as the document would write it.
    std::optional<Column> add_built(std::string name, std::optional<Value> value) {
        if (value) value->of_jsonb = false;
        return add(std::move(name), value);
    }

    std::optional<Column> add(std::string name, const std::optional<Value>& value) {
        if (!value) return std::nullopt;
        const bool same = is_same_in_json(workshop.views.catalog(), value->type);
        return Column{.name = add_output(outputs, std::move(name), value->sql, value->complete),
                      .type = value->type,
                      .through_jsonb = value->of_jsonb && !same,
                      .default_collation = value->default_collation,
                      .nullable = value->nullable};
    }
};

SeeThrough::SeeThrough(const Views& views, catalog::Oid relation, Rights rights)
    : state_(std::make_unique<State>(State{.view = views.find(relation),
                                           .workshop = {.views = views, .rights = rights},
                                           .navigator = Navigator(views.catalog())})) {
    if (is_possible())
        state_->scope =
            &state_->workshop.scopes.emplace_back(state_->workshop, *state_->view->query, nullptr);
}

SeeThrough::~SeeThrough() = default;

bool SeeThrough::is_possible() const noexcept {
    return state_->view != nullptr && state_->view->allows(state_->workshop.rights);
}

std::optional<Column> SeeThrough::value(catalog::AttributeNumber column, Keys keys) {
    const Expression* expression = state_->expression(column);
    if (expression == nullptr) return std::nullopt;
    return state_->add(state_->name_of(column, keys),
                       state_->navigator.value(*state_->scope, *expression, keys));
}

std::optional<Column> SeeThrough::presence(catalog::AttributeNumber column, Keys keys) {
    const Expression* expression = state_->expression(column);
    if (expression == nullptr) return std::nullopt;
    const auto value = state_->navigator.presence(*state_->scope, *expression, keys);
    if (value && value->sql.text() == "true") return Column{.type = catalog::kBool};
    return state_->add(state_->name_of(column, keys) + "?", value);
}

std::optional<Column> SeeThrough::object(catalog::AttributeNumber column, Keys keys,
                                         const std::vector<Member>& members) {
    const Expression* expression = state_->expression(column);
    if (expression == nullptr) return std::nullopt;
    return state_->add_built(state_->name_of(column, keys),
                             state_->navigator.object(*state_->scope, *expression, keys, members));
}

std::optional<Column> SeeThrough::list(catalog::AttributeNumber column, Keys keys,
                                       const std::vector<Member>& members, const ItemQuery& items) {
    const Expression* expression = state_->expression(column);
    if (expression == nullptr) return std::nullopt;
    return state_->add_built(
        state_->name_of(column, keys),
        state_->navigator.list(*state_->scope, *expression, keys, members, items));
}

std::optional<Column> SeeThrough::exists(catalog::AttributeNumber column, Keys keys,
                                         const ItemQuery& items) {
    const Expression* expression = state_->expression(column);
    if (expression == nullptr) return std::nullopt;
    return state_->add(state_->name_of(column, keys) + "?",
                       state_->navigator.exists(*state_->scope, *expression, keys, items));
}

sql::Fragment SeeThrough::select() const {
    return state_->scope->select(state_->outputs, /*ordered=*/false);
}

}  // namespace fraiseql::rewrite
