// SPDX-License-Identifier: MIT
// Any view, any selection, any role: what is read through the view is what the view has.
// FRAISEQL_SEED chooses other views, FRAISEQL_CASES how many selections.
#include <gtest/gtest.h>

#include <cstdlib>

#include "lineage/lineage.hpp"
#include "rewrite/random_view.hpp"
#include "rewrite/rewrite_pgtest.hpp"

namespace fraiseql::rewrite {
namespace {

std::uint64_t number(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// Chooses what is wanted of a document along its inferred shape.
class RandomSelection {
  public:
    RandomSelection(const lineage::Lineage& lineage, std::mt19937_64& random)
        : lineage_(lineage), random_(random) {}

    std::vector<Wanted> of(const lineage::Shape& document) {
        std::vector<Wanted> out;
        for (std::size_t i = 1 + random_() % 3; i > 0; --i) {
            Wanted wanted;
            const lineage::Shape* shape = resolved(document);
            while (shape->object() != nullptr && (wanted.keys.empty() || random_() % 3 > 0)) {
                const auto& fields = shape->object()->fields;
                if (fields.empty()) break;
                const lineage::Field& field = fields[random_() % fields.size()];
                wanted.keys.push_back(field.key);
                shape = resolved(*field.shape);
            }
            if (shape->object() != nullptr && random_() % 4 > 0) {
                wanted.kind = Wanted::Kind::Object;
                wanted.members = members(*shape->object(), 0);
            } else if (const lineage::Object* item = item_of(*shape); item && random_() % 4 > 0) {
                wanted.kind = Wanted::Kind::List;
                wanted.members = members(*item, 0);
            }
            out.push_back(std::move(wanted));
        }
        return out;
    }

  private:
    const lineage::Shape* resolved(const lineage::Shape& shape) const {
        const lineage::Shape* out = &shape;
        while (const lineage::RelationRef* ref = out->relation())
            out = lineage_.relation(ref->relation).column(ref->column)->shape.get();
        return out;
    }

    const lineage::Object* item_of(const lineage::Shape& shape) const {
        return shape.list() == nullptr || shape.list()->array_type != 0
                   ? nullptr
                   : resolved(*shape.list()->element)->object();
    }

    std::vector<Member> members(const lineage::Object& object, int depth) {
        std::vector<Member> out;
        for (const lineage::Field& field : object.fields) {
            if (random_() % 2 == 0) continue;
            const lineage::Shape& shape = *resolved(*field.shape);
            const bool composite = shape.object() != nullptr && shape.object()->row_type != 0;
            if (shape.object() != nullptr && !composite && depth < 4)
                out.push_back(
                    inner(Member::Kind::Object, field.key, members(*shape.object(), depth + 1)));
            else if (const lineage::Object* item = item_of(shape); item && depth < 4)
                out.push_back(inner(Member::Kind::List, field.key, members(*item, depth + 1)));
            else
                out.push_back(leaf(field.key));
        }
        return out;
    }

    const lineage::Lineage& lineage_;
    std::mt19937_64& random_;
};

/// The statements that make a view and those it stands on.
std::string with_what_it_reads(const std::vector<std::string>& statements, std::size_t view) {
    std::string out = statements[view];
    for (std::size_t i = view; i-- > 0;)
        if (out.find("v_" + std::to_string(i) + " ") != std::string::npos)
            out = statements[i] + out;
    return out;
}

class PropertyTest : public RewriteTest {
  protected:
    /// Shows the first wanted value that differs on its own; all, where none does.
    static void report(const Views& views, const std::string& view,
                       const std::vector<Wanted>& wanted) {
        std::string sql;
        for (const Wanted& one : wanted) {
            const auto rows = seen_through(views, view, {one}, sql);
            EXPECT_EQ(*rows, as_it_is(view, {one})) << sql;
            if (HasFailure()) return;
        }
        EXPECT_EQ(*seen_through(views, view, wanted, sql), as_it_is(view, wanted)) << sql;
    }
};

TEST_F(PropertyTest, SeeingThroughChangesNothing) {
    const std::uint64_t seed = number("FRAISEQL_SEED", 1);
    const std::uint64_t cases = number("FRAISEQL_CASES", 1200);
    run("ALTER TABLE tb_post ENABLE ROW LEVEL SECURITY; ALTER TABLE tb_comment ENABLE ROW LEVEL "
        "SECURITY; CREATE POLICY own ON tb_post TO rewrite_app USING (owner = 'app'); CREATE "
        "POLICY "
        "own ON tb_comment TO rewrite_app USING (owner = 'app')");
    std::uint64_t seen = 0, kept = 0, refused = 0;
    for (std::uint64_t batch = 0; seen + kept < cases && !HasFailure(); ++batch) {
        RandomViews generator(seed * 1'000'003 + batch);
        run("BEGIN");
        std::vector<std::string> statements;
        for (int i = 0; i < 12; ++i) {
            statements.push_back(generator.create("v_" + std::to_string(i)));
            run(statements.back());
        }
        run("SET LOCAL ROLE rewrite_app");
        const catalog::Catalog catalog = snapshot();
        const Views views(catalog);
        const auto lineage = lineage::Lineage::of(catalog);
        ASSERT_TRUE(lineage);
        RandomSelection selection(*lineage, generator.random());
        for (int i = 0; i < 12 && !HasFailure(); ++i) {
            const std::string view = "v_" + std::to_string(i);
            const catalog::Relation* relation = catalog.relation("public", view);
            if (!views.refusal(relation->oid).empty()) {
                ++refused;
                continue;
            }
            const auto* document = lineage->relation(relation->oid).column("data");
            for (int n = 0; n < 6 && !HasFailure(); ++n) {
                const std::vector<Wanted> wanted = selection.of(*document->shape);
                std::string sql;
                const auto rows = seen_through(views, view, wanted, sql);
                ++(rows ? seen : kept);
                if (rows && !HasFailure() && *rows != as_it_is(view, wanted))
                    report(views, view, wanted);
            }
            if (HasFailure())
                ADD_FAILURE() << "seed " << seed << ", batch " << batch << ", view " << view << "\n"
                              << with_what_it_reads(statements, static_cast<std::size_t>(i));
        }
        run("ROLLBACK");
    }
    RecordProperty("seen", std::to_string(seen));
    std::printf("seen through %lu, as a whole %lu, views refused %lu\n", seen, kept, refused);
    EXPECT_GT(seen, cases / 2);
    EXPECT_GT(refused, 0U);
}

}  // namespace
}  // namespace fraiseql::rewrite
