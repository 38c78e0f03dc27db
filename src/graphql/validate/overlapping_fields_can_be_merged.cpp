// SPDX-License-Identifier: MIT
// Fields with one response key can be merged into one.
//
// Instead of comparing pairs, all fields of a response key are compared with the first of them:
// "same field, same arguments" and "same shape" are equivalences, so that is enough, and linear.
// What they select is then merged and checked the same way. Where their parents are different
// object types, only the shape must agree (§5.3.2 SameResponseShape).
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "graphql/printer.hpp"
#include "graphql/validate/rules.hpp"

namespace fraiseql::graphql {
namespace {

bool same_value(const Value& a, const Value& b, std::uint64_t& work);

bool same_fields(const Value& a, const Value& b, std::uint64_t& work) {
    if (a.fields.size() != b.fields.size()) return false;
    for (const ObjectField& field : a.fields) {
        const auto same = [&](const ObjectField& other) { return other.name == field.name; };
        const auto other = std::find_if(b.fields.begin(), b.fields.end(), same);
        work += b.fields.size();
        if (other == b.fields.end() || !same_value(field.value, other->value, work)) return false;
    }
    return true;
}

bool same_value(const Value& a, const Value& b, std::uint64_t& work) {
    ++work;
    if (a.kind != b.kind || a.block != b.block || a.text != b.text) return false;
    if (a.items.size() != b.items.size()) return false;
    for (std::size_t i = 0; i < a.items.size(); ++i)
        if (!same_value(a.items[i], b.items[i], work)) return false;
    return same_fields(a, b, work);
}

bool same_arguments(const Field& a, const Field& b, std::uint64_t& work) {
    if (a.arguments.size() != b.arguments.size()) return false;
    for (const Argument& argument : a.arguments) {
        const Argument* other = b.argument(argument.name);
        work += b.arguments.size();
        if (other == nullptr || !same_value(argument.value, other->value, work)) return false;
    }
    return true;
}

bool same_shape(const Type& a, const Type& b) {
    if (&a == &b) return true;
    if (a.kind != b.kind) return false;
    if (a.of != nullptr) return same_shape(*a.of, *b.of);
    return !a.named->is_leaf() && !b.named->is_leaf();
}

class OverlapCheck {
  public:
    explicit OverlapCheck(ValidationContext& context)
        : context_(context),
          checked_(context.document.selection_set_count),
          stamps_(context.document.fragments.size()) {}

    void run() {
        for (const OperationDefinition& one : context_.document.operations)
            start(one.selections);
        for (const FragmentDefinition& one : context_.document.fragments)
            start(one.selections);
    }

  private:
    /// What has to hold for the fields of a response key.
    enum class Demand : std::uint8_t { SameField, SameShape };
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};

    /// Selection sets to merge and check, `path` being the response keys that led there.
    struct Work {
        std::uint32_t sets_begin;
        std::uint32_t sets_end;
        std::uint32_t path;
        Demand demand;
    };

    /// A field of the merged sets; those of one response key are chained.
    struct Entry {
        const Field* field;
        const NamedType* parent;
        std::uint32_t next;
    };

    struct Group {
        std::string_view key;
        std::uint32_t first;
        std::uint32_t last;
    };

    struct PathStep {
        std::string_view key;
        std::uint32_t above;
    };

    void start(const SelectionSet& set) {
        push_single(set);
        while (!open_.empty() && !exhausted()) {
            const Work next = open_.back();
            open_.pop_back();
            check(next);
        }
        open_.clear();
        sets_.clear();
    }

    bool exhausted() {
        if (context_.is_full()) return true;
        if (work_ <= context_.limits.max_field_comparisons) return false;
        if (!reported_)
            context_.error(
                "Document is too complex: checking that its fields can be merged takes "
                "too long. Use fewer fragments and aliases.",
                {0});
        return reported_ = true;
    }

    /// Returns the set that stands for one whose only selection is a fragment, or nullptr.
    static const SelectionSet* lone_fragment(const SelectionSet& set) {
        if (set.selections.size() != 1) return nullptr;
        const Selection& only = set.selections.front();
        if (only.kind == Selection::Kind::InlineFragment) return &only.inline_fragment->selections;
        if (only.kind == Selection::Kind::Field || only.fragment_spread->fragment == nullptr)
            return nullptr;
        return &only.fragment_spread->fragment->selections;
    }

    void push_single(const SelectionSet& outer) {
        const SelectionSet* set = &outer;
        for (;;) {
            if (set->empty() || checked_[set->id]) return;
            checked_[set->id] = true;
            const SelectionSet* inner = lone_fragment(*set);
            if (inner == nullptr) break;
            set = inner;
        }
        const auto begin = static_cast<std::uint32_t>(sets_.size());
        sets_.push_back(set);
        open_.push_back({begin, begin + 1, kNone, Demand::SameField});
    }

    void check(const Work& work) {
        collect(work);
        for (const Group& group : groups_) {
            if (group.first != group.last)
                check_group(group, work);
            else if (work.demand == Demand::SameField)
                push_single(entries_[group.first].field->selections);
        }
    }

    void collect(const Work& work) {
        entries_.clear();
        groups_.clear();
        fragments_.clear();
        ++stamp_;
        for (std::uint32_t i = work.sets_begin; i < work.sets_end; ++i)
            collect(*sets_[i], context_.parent_types[sets_[i]->id]);
        for (std::size_t i = 0; i < fragments_.size(); ++i) {
            const SelectionSet& set = fragments_[i]->selections;
            collect(set, context_.parent_types[set.id]);
        }
        group_entries();
    }

    void collect(const SelectionSet& set, const NamedType* parent) {
        work_ += set.selections.size();
        for (const Selection& selection : set.selections) {
            switch (selection.kind) {
                case Selection::Kind::Field:
                    entries_.push_back({selection.field, parent, kNone});
                    break;
                case Selection::Kind::InlineFragment: {
                    const SelectionSet& inner = selection.inline_fragment->selections;
                    collect(inner, context_.parent_types[inner.id]);
                    break;
                }
                case Selection::Kind::FragmentSpread:
                    enter(*selection.fragment_spread);
            }
        }
    }

    void enter(const FragmentSpread& spread) {
        if (spread.fragment == nullptr) return;
        std::uint32_t& stamp = stamps_[context_.document.index_of(*spread.fragment)];
        if (stamp == stamp_) return;
        stamp = stamp_;
        fragments_.push_back(spread.fragment);
    }

    void group_entries() {
        constexpr std::size_t kFew = 16;
        if (entries_.size() > kFew) return group_by_hash();
        for (std::uint32_t i = 0; i < entries_.size(); ++i) {
            const std::string_view key = entries_[i].field->response_key();
            const auto same = [&](const Group& group) { return group.key == key; };
            const auto found = std::find_if(groups_.begin(), groups_.end(), same);
            if (found == groups_.end())
                groups_.push_back({key, i, i});
            else
                append(*found, i);
        }
    }

    void group_by_hash() {
        std::size_t capacity = 64;
        while (capacity < entries_.size() * 2)
            capacity *= 2;
        slots_.assign(capacity, kNone);
        for (std::uint32_t i = 0; i < entries_.size(); ++i) {
            const std::string_view key = entries_[i].field->response_key();
            std::size_t at = std::hash<std::string_view>{}(key) & (capacity - 1);
            while (slots_[at] != kNone && groups_[slots_[at]].key != key)
                at = (at + 1) & (capacity - 1);
            if (slots_[at] != kNone) {
                append(groups_[slots_[at]], i);
                continue;
            }
            slots_[at] = static_cast<std::uint32_t>(groups_.size());
            groups_.push_back({key, i, i});
        }
    }

    void append(Group& group, std::uint32_t entry) {
        entries_[group.last].next = entry;
        group.last = entry;
    }

    const FieldDef* definition(const Entry& entry) const {
        return context_.field_definitions[entry.field->id];
    }

    static bool is_object(const NamedType* type) {
        return type != nullptr && type->kind == TypeKind::Object;
    }

    void check_group(const Group& group, const Work& work) {
        if (work.demand == Demand::SameShape) {
            if (check_shape(group, work)) push_merged(group, work, Demand::SameShape, nullptr);
            return;
        }
        // The object types that are parents, each once; fields of other parents belong to each.
        std::set<const NamedType*> objects;
        for (std::uint32_t i = group.first; i != kNone; i = entries_[i].next)
            if (is_object(entries_[i].parent)) objects.insert(entries_[i].parent);
        if (objects.size() <= 1) {
            if (check_names(group, work, nullptr) && check_shape(group, work))
                push_merged(group, work, Demand::SameField, nullptr);
            return;
        }
        bool mergeable = check_shape(group, work);
        for (const NamedType* object : objects)
            mergeable &= check_names(group, work, object);
        if (!mergeable) return;
        for (const NamedType* object : objects)
            push_merged(group, work, Demand::SameField, object);
        push_merged(group, work, Demand::SameShape, nullptr);
    }

    /// Whether the entry's parent is `object`, or could be one that is; any where that is nullptr.
    static bool belongs(const Entry& entry, const NamedType* object) {
        return object == nullptr || entry.parent == object || !is_object(entry.parent);
    }

    bool check_shape(const Group& group, const Work& work) {
        const Entry* known = nullptr;
        for (std::uint32_t i = group.first; i != kNone; i = entries_[i].next) {
            const Entry& entry = entries_[i];
            const FieldDef* field = definition(entry);
            // Like graphql-js, and beyond the letter of §5.3.2, meta-fields fit every shape: what a
            // client's tools let pass should pass here.
            if (field == nullptr || field->name.starts_with("__")) continue;
            ++work_;
            if (known == nullptr) known = &entry;
            const Type& expected = *definition(*known)->type;
            if (same_shape(expected, *field->type)) continue;
            report(group, work, *known, entry,
                   fmt::format("they return conflicting types \"{}\" and \"{}\"",
                               to_string(expected), to_string(*field->type)));
            return false;
        }
        return true;
    }

    bool check_names(const Group& group, const Work& work, const NamedType* object) {
        const Entry* first = nullptr;
        for (std::uint32_t i = group.first; i != kNone; i = entries_[i].next) {
            const Entry& entry = entries_[i];
            ++work_;
            if (!belongs(entry, object)) continue;
            if (first == nullptr) first = &entry;
            const Field& a = *first->field;
            const Field& b = *entry.field;
            if (a.name != b.name) {
                report(group, work, *first, entry,
                       fmt::format("\"{}\" and \"{}\" are different fields", a.name, b.name));
                return false;
            }
            if (&a == &b || same_arguments(a, b, work_)) continue;
            report(group, work, *first, entry, "they have differing arguments");
            return false;
        }
        return true;
    }

    /// Schedules the check of what the group's fields select together.
    void push_merged(const Group& group, const Work& work, Demand demand, const NamedType* object) {
        std::vector<std::uint32_t> key = {static_cast<std::uint32_t>(demand)};
        merged_.clear();
        for (std::uint32_t i = group.first; i != kNone; i = entries_[i].next) {
            if (!belongs(entries_[i], object) || entries_[i].field->selections.empty()) continue;
            merged_.push_back(&entries_[i].field->selections);
            key.push_back(merged_.back()->id);
        }
        if (merged_.empty()) return;
        if (merged_.size() == 1) {
            if (demand == Demand::SameField) push_single(*merged_.front());
            return;
        }
        work_ += merged_.size();
        std::sort(key.begin() + 1, key.end());
        if (!merged_before_.insert(std::move(key)).second) return;
        const auto begin = static_cast<std::uint32_t>(sets_.size());
        sets_.insert(sets_.end(), merged_.begin(), merged_.end());
        path_.push_back({group.key, work.path});
        open_.push_back({begin, static_cast<std::uint32_t>(sets_.size()),
                         static_cast<std::uint32_t>(path_.size() - 1), demand});
    }

    void report(const Group& group, const Work& work, const Entry& a, const Entry& b,
                std::string reason) {
        std::string_view key = group.key;
        for (std::uint32_t step = work.path; step != kNone; step = path_[step].above) {
            reason = fmt::format("subfields \"{}\" conflict because {}", key, reason);
            key = path_[step].key;
        }
        context_.error(
            fmt::format("Fields \"{}\" conflict because {}. Use different aliases on the "
                        "fields to fetch both if this was intentional.",
                        key, reason),
            {a.field->offset, b.field->offset});
    }

    ValidationContext& context_;
    std::uint64_t work_ = 0;
    bool reported_ = false;
    /// By SelectionSet::id: it was or will be checked for itself.
    std::vector<bool> checked_;
    std::set<std::vector<std::uint32_t>> merged_before_;
    std::vector<Work> open_;
    std::vector<const SelectionSet*> sets_;
    std::vector<const SelectionSet*> merged_;
    std::vector<PathStep> path_;

    // Of the current check.
    std::vector<Entry> entries_;
    std::vector<Group> groups_;
    std::vector<std::uint32_t> slots_;
    std::vector<const FragmentDefinition*> fragments_;
    /// By fragment: the number of the check that entered it last.
    std::vector<std::uint32_t> stamps_;
    std::uint32_t stamp_ = 0;
};

void check(ValidationContext& context) { OverlapCheck(context).run(); }

}  // namespace

const Rule kOverlappingFieldsCanBeMerged = {.name = "OverlappingFieldsCanBeMerged",
                                            .section = "5.3.2 Field Selection Merging",
                                            .finish = check};

}  // namespace fraiseql::graphql
