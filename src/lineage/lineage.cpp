// SPDX-License-Identifier: MIT
#include "lineage/lineage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <unordered_set>
#include <vector>

#include "catalog/annotation.hpp"
#include "lineage/combine.hpp"
#include "lineage/inference.hpp"
#include "lineage/node.hpp"

namespace fraiseql::lineage {
namespace {

using catalog::Catalog;
using catalog::Column;
using catalog::Relation;

/// Calls `found` with each number that stands after `field` in a rule.
template <class Found>
void each_oid_after(std::string_view field, std::string_view rule, Found found) {
    for (auto at = rule.find(field); at != std::string_view::npos; at = rule.find(field, at)) {
        at += field.size();
        Oid oid = 0;
        std::from_chars(rule.data() + at, rule.data() + rule.size(), oid);
        if (oid != 0) found(oid);
    }
}

/// The relations of a rule's range tables. The rule names its own view as well.
std::set<Oid> relations_in(const Relation& view) {
    std::set<Oid> out;
    each_oid_after(":relid ", view.rule, [&](Oid oid) { out.insert(oid); });
    out.erase(view.oid);
    return out;
}

/// The relations whose rows the functions of a rule return.
std::set<Oid> rows_returned_in(const Relation& view, const Catalog& catalog) {
    std::set<Oid> out;
    each_oid_after(":funcid ", view.rule, [&](Oid oid) {
        const catalog::Function* function = catalog.function(oid);
        const catalog::Type* type = function ? catalog.type(function->return_type) : nullptr;
        if (type && type->relation != 0) out.insert(type->relation);
    });
    return out;
}

/// A document of more keys is of no use to anyone, and each view over it would double it.
constexpr std::size_t kMaxParts = 20'000;

/// Counts the parts of a shape, but not beyond `limit`.
std::size_t size_up_to(const Shape& shape, std::size_t limit) {
    std::size_t size = 1;
    auto add = [&](const Shape& part) {
        if (size < limit) size += size_up_to(part, limit - size);
    };
    if (shape.list()) add(*shape.list()->element);
    if (shape.object()) {
        for (const Field& field : shape.object()->fields)
            add(*field.shape);
    }
    if (shape.members()) {
        for (const ShapePointer& member : shape.members()->members)
            add(*member);
    }
    return size;
}

/// Infers relation after relation, each after those it reads.
class LineageBuilder {
  public:
    LineageBuilder(const Catalog& catalog, std::unordered_map<Oid, RelationShape>& done)
        : catalog_(catalog),
          done_(done),
          inference_(catalog, [this](Oid oid) -> const RelationShape& { return known(oid); }) {}

    Result<void> build_all() {
        for (const Relation& relation : catalog_.relations()) {
            if (!relation.is_view()) build_table(relation);
        }
        for (const Relation& relation : catalog_.relations()) {
            auto built = build_after_what_it_reads(relation);
            if (!built) return built;
        }
        return {};
    }

  private:
    struct Step {
        const Relation* relation;
        std::set<Oid> reads;
        std::vector<Oid> first;
        std::size_t next = 0;
    };

    const RelationShape& known(Oid oid) const {
        static const RelationShape kNone;
        auto found = done_.find(oid);
        return found == done_.end() ? kNone : found->second;
    }

    /// A stack of our own, since views may stand on views without end. `visited_` ends cycles,
    /// which only a snapshot that nobody took from a database can have.
    Result<void> build_after_what_it_reads(const Relation& root) {
        std::vector<Step> stack;
        auto push = [&](const Relation* relation) {
            if (!relation || !relation->is_view() || !visited_.insert(relation->oid).second) return;
            std::set<Oid> reads = relations_in(*relation);
            std::set<Oid> first = rows_returned_in(*relation, catalog_);
            first.insert(reads.begin(), reads.end());
            stack.push_back({relation, std::move(reads), {first.begin(), first.end()}});
        };
        push(&root);
        while (!stack.empty()) {
            Step& step = stack.back();
            if (step.next < step.first.size()) {
                push(catalog_.relation(step.first[step.next++]));
                continue;
            }
            auto built = build_view(*step.relation, step.reads);
            if (!built) return built;
            stack.pop_back();
        }
        return {};
    }

    void build_table(const Relation& table) {
        RelationShape out;
        for (const Column& column : table.columns) {
            ColumnShape shape{.name = column.name,
                              .number = column.number,
                              .shape = inference_.table_column(table, column)};
            shape.description = catalog::read_annotations(column.comment).description;
            out.columns.push_back(std::move(shape));
        }
        out.reads.push_back(table.oid);
        done_[table.oid] = std::move(out);
    }

    Result<void> build_view(const Relation& view, const std::set<Oid>& reads) {
        Arena arena;
        auto rule = read_node(view.rule, arena);
        bool is_query = rule && rule->items.size() == 1 && rule->items[0].is("QUERY");
        if (!is_query) {
            std::string what = rule ? "it holds no query." : rule.error().message;
            return fail(ErrorCode::Configuration,
                        fmt::format("The rule of view {} cannot be read: {}",
                                    catalog_.display_name(view), what),
                        "Take the snapshot of the catalog again.");
        }
        RelationShape out;
        ResultColumns columns = inference_.query(rule->items[0], nullptr);
        for (std::size_t i = 0; i < view.columns.size(); ++i) {
            ShapePointer shape = opaque_shape("The view's query is too deeply nested.");
            if (i < columns.size()) shape = columns[i].shape;
            // Shapes share their parts: views that nest each other twice grow without bound.
            bool fits = size_up_to(*shape, kMaxParts) < kMaxParts;
            shape = fits ? finished(shape) : opaque_shape("The document has too many keys.");
            out.columns.push_back(view_column(view.columns[i], shape));
        }
        out.reads = all_reads(reads);
        done_[view.oid] = std::move(out);
        return {};
    }

    ColumnShape view_column(const Column& column, const ShapePointer& shape) const {
        ColumnShape out{.name = column.name, .number = column.number, .shape = shape};
        out.description = catalog::read_annotations(column.comment).description;
        const Relation* source =
            shape->origin ? catalog_.relation(shape->origin->relation) : nullptr;
        const Column* base = source ? source->column(shape->origin->column) : nullptr;
        if (out.description.empty() && base) {
            out.description = catalog::read_annotations(base->comment).description;
        }
        return out;
    }

    std::vector<Oid> all_reads(const std::set<Oid>& direct) const {
        std::set<Oid> out = direct;
        for (Oid oid : direct) {
            const RelationShape& shape = known(oid);
            out.insert(shape.reads.begin(), shape.reads.end());
        }
        return {out.begin(), out.end()};
    }

    const Catalog& catalog_;
    std::unordered_map<Oid, RelationShape>& done_;
    Inference inference_;
    std::unordered_set<Oid> visited_;
};

}  // namespace

Result<Lineage> Lineage::of(const Catalog& catalog) {
    Lineage out;
    LineageBuilder builder(catalog, out.relations_);
    auto built = builder.build_all();
    if (!built) return fail(std::move(built).error());
    return out;
}

const RelationShape& Lineage::relation(Oid oid) const noexcept {
    static const RelationShape kNone;
    auto found = relations_.find(oid);
    return found == relations_.end() ? kNone : found->second;
}

}  // namespace fraiseql::lineage
