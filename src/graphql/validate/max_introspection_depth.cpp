// SPDX-License-Identifier: MIT
// Introspection lists do not nest so deep that a short query has an endless answer.
#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

constexpr int kMostLists = 3;

bool is_list(std::string_view field) {
    return field == "fields" || field == "interfaces" || field == "possibleTypes" ||
           field == "inputFields";
}

/// Looks into selections and fragments; each fragment again only where it stands deeper.
class DepthSearch {
  public:
    explicit DepthSearch(const Document& document)
        : document_(document), seen_(document.fragments.size(), -1) {}

    bool exceeds(const SelectionSet& root) {
        open_.push_back({root.selections, 0});
        while (!open_.empty()) {
            const Open next = open_.back();
            open_.pop_back();
            for (const Selection& selection : next.selections)
                if (!visit(selection, next.depth)) return true;
        }
        return false;
    }

  private:
    struct Open {
        std::span<const Selection> selections;
        int depth;
    };

    bool visit(const Selection& selection, int depth) {
        switch (selection.kind) {
            case Selection::Kind::Field:
                if (is_list(selection.field->name) && ++depth >= kMostLists) return false;
                open_.push_back({selection.field->selections.selections, depth});
                return true;
            case Selection::Kind::InlineFragment:
                open_.push_back({selection.inline_fragment->selections.selections, depth});
                return true;
            case Selection::Kind::FragmentSpread:
                break;
        }
        const FragmentDefinition* fragment = selection.fragment_spread->fragment;
        if (fragment == nullptr || seen_[document_.index_of(*fragment)] >= depth) return true;
        seen_[document_.index_of(*fragment)] = depth;
        open_.push_back({fragment->selections.selections, depth});
        return true;
    }

    const Document& document_;
    /// The greatest depth at which each fragment was entered.
    std::vector<int> seen_;
    std::vector<Open> open_;
};

void check(ValidationContext& context, const FieldVisit& field) {
    if (field.node.name != "__schema" && field.node.name != "__type") return;
    if (context.is_full() || !DepthSearch(context.document).exceeds(field.node.selections)) return;
    context.error("Maximum introspection depth exceeded", {field.node.offset});
}

}  // namespace

const Rule kMaxIntrospectionDepth = {
    .name = "MaxIntrospectionDepth",
    .section = "4 Introspection (a limit of ours and graphql-js's)",
    .field = check};

}  // namespace fraiseql::graphql
