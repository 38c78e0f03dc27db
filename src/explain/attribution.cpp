// SPDX-License-Identifier: MIT
#include "explain/attribution.hpp"

#include <map>
#include <set>
#include <string>

#include "explain/expression.hpp"

namespace fraiseql::explain {
namespace {

using Fields = std::map<std::string, const Field*, std::less<>>;

/// The object that has the field, where it is a leaf: a relation serves objects.
const Field* object_of(const Field* field) {
    return field != nullptr && field->is_leaf() ? field->parent : field;
}

bool is_input(const PlanNode& node) { return node.subplan.empty(); }

/// `WITH x AS (…)` shows as a sub-plan "CTE x".
bool reads_another_query(const PlanNode& node) {
    return node.type == "Subquery Scan" || node.type == "CTE Scan";
}

class Attributor {
  public:
    explicit Attributor(PlanNode& plan) : plan_(plan) { index(plan); }

    void run(std::span<const Field* const> roots) {
        const std::size_t columns = std::min(plan_.output.size(), roots.size());
        for (std::size_t i = 0; i < columns; ++i)
            walk(plan_.output[i], roots[i]);
        follow_queries(plan_);
        const Field* only = roots.empty() ? nullptr : roots.front();
        for (const Field* root : roots)
            only = only != nullptr ? common_field(only, root) : nullptr;
        only = object_of(only);
        assign(plan_, only);
        if (only != nullptr) plan_fields_[&plan_] = only;
        hand_down(plan_, nullptr, Attribution::None);
    }

  private:
    /// Sub-plans by the words with which expressions refer to them.
    void index(const PlanNode& node) {
        if (!node.subplan.empty()) {
            const std::size_t space = node.subplan.find(" (returns ");
            subplans_[node.subplan.substr(0, space)] = &node;
            if (space != std::string::npos) {
                std::string_view names = std::string_view(node.subplan).substr(space + 10);
                names.remove_suffix(1);
                for (const std::string_view name : arguments_of(names))
                    subplans_[std::string(name)] = &node;
            }
        }
        for (const PlanNode& child : node.children)
            index(child);
    }

    static void note(Fields& fields, std::string_view name, const Field* field) {
        const auto [at, added] = fields.emplace(name, field);
        if (!added) at->second = common_field(at->second, field);
    }

    void refer(std::string_view name, const Field* field) {
        const auto found = subplans_.find(name);
        if (found == subplans_.end()) return;
        note(subplan_fields_, found->second->subplan, field);
        if (!walked_.emplace(found->second, field).second) return;
        for (const std::string& value : found->second->output)
            walk(value, field);
    }

    /// Notes what an expression that becomes (a part of) `field` is made of.
    void walk(std::string_view text, const Field* field) {
        std::string_view name;
        for (std::size_t at = 0; at < text.size();) {
            std::size_t end = token_end(text, at);
            const std::string_view token = text.substr(at, end - at);
            if (token == "(") {
                const std::size_t close = closing(text, at);
                end = std::min(close + 1, text.size());
                parenthesis(name, text.substr(at + 1, close - at - 1), field);
            } else if (token.front() == '$') {
                refer(token, field);
            } else if (end < text.size() && text[end] == '.' && token.front() != '\'') {
                const std::size_t stop = token_end(text, end + 1);
                if (stop >= text.size() || text[stop] != '(') {
                    note(alias_fields_, unquoted(token), object_of(field));
                    note(column_fields_, text.substr(at, stop - at), field);
                }
                at = end + 1;
                continue;
            }
            name = token;
            at = end;
        }
    }

    void parenthesis(std::string_view before, std::string_view content, const Field* field) {
        if (before == "json_build_object" || before == "jsonb_build_object")
            return members(content, field, before == "jsonb_build_object");
        for (std::string_view word : {"hashed ", "alternatives: "})
            if (content.starts_with(word)) content.remove_prefix(word.size());
        if (content.starts_with("SubPlan ") || content.starts_with("InitPlan "))
            return refer(content.substr(0, content.find(' ', content.find(' ') + 1)), field);
        value_fields_[std::string(content)].insert(field);
        walk(content, field);
    }

    void members(std::string_view content, const Field* field, bool of_document) {
        const auto arguments = arguments_of(content);
        for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
            std::string_view key = arguments[i];
            key = key.substr(0, token_end(key, 0));
            const bool literal = key.size() > 1 && key.front() == '\'';
            const Field* member =
                literal ? field->child(key.substr(1, key.size() - 2), of_document) : nullptr;
            // What is not selected does not name a field of its own.
            walk(arguments[i + 1], member != nullptr ? member : field);
        }
    }

    /// The fields that the columns of the sub-query `r` become: our statements (compile/read_sql)
    /// name its columns in the order that it has them in. Empty for sub-queries of views.
    std::vector<const Field*> columns_of(const PlanNode& scan) const {
        std::vector<const Field*> out;
        if (scan.alias != "r") return out;
        std::set<std::string_view> seen;
        for (const std::string_view text : scan.output)
            for (std::size_t at = 0; at < text.size();) {
                const std::size_t end = token_end(text, at);
                const bool column = end < text.size() && text[end] == '.' && text[at] != '\'' &&
                                    unquoted(text.substr(at, end - at)) == scan.alias;
                const std::size_t stop = column ? token_end(text, end + 1) : end;
                const std::string_view name = text.substr(at, stop - at);
                if (column && seen.insert(name).second) out.push_back(find(column_fields_, name));
                at = stop;
            }
        return out;
    }

    /// What is known of a sub-query's alias holds for the expressions inside it.
    void follow_queries(const PlanNode& node) {
        if (reads_another_query(node))
            if (const auto found = alias_fields_.find(node.alias);
                found != alias_fields_.end() && found->second != nullptr) {
                refer("CTE " + node.scanned, found->second);
                const std::vector<const Field*> columns = columns_of(node);
                for (const PlanNode& child : node.children)
                    for (std::size_t i = 0; is_input(child) && i < child.output.size(); ++i) {
                        const bool known = i < columns.size() && columns[i] != nullptr;
                        walk(child.output[i], known ? columns[i] : found->second);
                    }
            }
        for (const PlanNode& child : node.children)
            follow_queries(child);
    }

    static const Field* find(const Fields& fields, std::string_view name) {
        const auto found = fields.find(name);
        return found == fields.end() ? nullptr : found->second;
    }

    /// The field that is known for the node itself.
    const Field* own_field(const PlanNode& node) const {
        const Field* field = nullptr;
        if (!node.subplan.empty()) field = find(subplan_fields_, node.subplan);
        if (field == nullptr && !node.alias.empty()) field = find(alias_fields_, node.alias);
        return field;
    }

    /// The field that what the node computes becomes. Equal expressions may be found in several
    /// places: only those that stand below `enclosing` count.
    const Field* computed_field(const PlanNode& node, const Field* enclosing) const {
        const Field* field = nullptr;
        for (const std::string& value : node.output)
            if (const auto found = value_fields_.find(value); found != value_fields_.end())
                for (const Field* candidate : found->second)
                    if (enclosing != nullptr && common_field(candidate, enclosing) == enclosing)
                        field = common_field(field, candidate);
        return field;
    }

    /// From the leaves up: a join works for what its inputs have in common. `scope` is the nearest
    /// field that is known for a node above.
    const Field* assign(const PlanNode& node, const Field* scope) {
        const Field* own = own_field(node);
        if (own != nullptr) scope = own;
        const Field* below = nullptr;
        for (const PlanNode& child : node.children) {
            const Field* field = assign(child, scope);
            if (is_input(child)) below = common_field(below, field);
        }
        if (own == nullptr && node.alias.empty())
            own = common_field(computed_field(node, scope), below);
        return plan_fields_[&node] = own != nullptr ? own : below;
    }

    void hand_down(PlanNode& node, const Field* enclosing, Attribution above) {
        const Field* field = plan_fields_[&node];
        node.attribution = Attribution::Field;
        if (field == nullptr) {
            // The index scan below a bitmap is a part of it.
            const bool part = node.alias.empty() && node.children.empty();
            field = enclosing;
            node.attribution = part               ? above
                               : field == nullptr ? Attribution::None
                                                  : Attribution::Enclosing;
        }
        node.path = field == nullptr ? "" : field->path;
        for (PlanNode& child : node.children)
            hand_down(child, field, node.attribution);
    }

    PlanNode& plan_;
    std::map<std::string, const PlanNode*, std::less<>> subplans_ = {};
    std::set<std::pair<const PlanNode*, const Field*>> walked_ = {};
    Fields alias_fields_ = {};
    /// By alias and column as they are printed.
    Fields column_fields_ = {};
    Fields subplan_fields_ = {};
    /// By the text of the value, which the node that computes it shows without parentheses.
    std::map<std::string, std::set<const Field*>, std::less<>> value_fields_ = {};
    std::map<const PlanNode*, const Field*> plan_fields_ = {};
};

}  // namespace

void attribute(PlanNode& plan, std::span<const Field* const> roots) { Attributor(plan).run(roots); }

}  // namespace fraiseql::explain
