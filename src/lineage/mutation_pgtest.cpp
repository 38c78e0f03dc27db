// SPDX-License-Identifier: MIT
// Rules that were damaged: whatever the text, inference ends with shapes or an error.
#include <random>

#include "lineage/lineage_pgtest.hpp"

namespace fraiseql::lineage {
namespace {

class MutationTest : public LineageTest {};

constexpr const char* kView = R"(
WITH RECURSIVE t(pk, name) AS (SELECT pk, name FROM tb_node UNION ALL
  SELECT n.pk, n.name FROM tb_node n JOIN t ON t.pk = n.fk_parent)
SELECT u.id, jsonb_build_object('id', u.id, 'tags', u.tags, 'nodes', (SELECT jsonb_agg(t) FROM t),
  'posts', coalesce(jsonb_agg(p.data ORDER BY p.id) FILTER (WHERE p.id IS NOT NULL), '[]'),
  'kind', CASE WHEN u.bio IS NULL THEN '{"a": [1]}'::jsonb ELSE to_jsonb(u.home) END)
  || '{"x": true}' - '{x}'::text[] AS data
FROM tb_user u LEFT JOIN v_post p ON p.fk_user = u.pk GROUP BY u.pk)";

/// Replaces, removes or repeats a piece of the text, or swaps a number.
std::string damaged(std::string text, std::mt19937& random) {
    for (auto edits = 1 + random() % 3; edits > 0; --edits) {
        std::size_t at = random() % text.size();
        switch (random() % 4) {
            case 0:
                text[at] = "{}()<>:\\\"[] 0123456789"[random() % 22];
                break;
            case 1:
                text.erase(at, 1 + random() % 40);
                break;
            case 2:
                text.insert(at, text.substr(random() % text.size(), random() % 200));
                break;
            default: {
                std::size_t digit = text.find_first_of("0123456789", at);
                if (digit != std::string::npos)
                    text[digit] = static_cast<char>('0' + random() % 10);
            }
        }
    }
    return text;
}

TEST_F(MutationTest, EndsWithShapesOrAnError) {
    run(std::string("CREATE VIEW v_mutated AS ") + kView);
    catalog::Catalog real = snapshot();
    run("DROP VIEW v_mutated");
    const catalog::Relation view = *real.relation("public", "v_mutated");
    std::mt19937 random(20);
    int readable = 0;
    for (int round = 0; round < 400; ++round) {
        catalog::CatalogParts parts;
        parts.search_path = {"public"};
        parts.relations.assign(real.relations().begin(), real.relations().end());
        parts.types.assign(real.types().begin(), real.types().end());
        for (const Oid oid : {3273U, 3267U, 3301U, 3787U, 3343U}) {
            parts.builtin_functions.push_back(*real.function(oid));
        }
        for (catalog::Relation& relation : parts.relations) {
            if (relation.oid == view.oid) relation.rule = damaged(view.rule, random);
        }
        catalog::Catalog catalog(std::move(parts));
        auto lineage = Lineage::of(catalog);
        if (!lineage) continue;
        ++readable;
        for (const ColumnShape& column : lineage->relation(view.oid).columns) {
            EXPECT_FALSE(to_string(*column.shape, catalog).empty());
        }
    }
    EXPECT_GT(readable, 20);
}

}  // namespace
}  // namespace fraiseql::lineage
