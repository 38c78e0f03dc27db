// SPDX-License-Identifier: MIT
#include "explain/attribution.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

namespace fraiseql::explain {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Pair;

/// `posts { title author { name } }`, as a path for each leaf; `x:y` is response key x of key y.
std::unique_ptr<Field> tree(const std::string& root, const std::vector<std::string>& paths) {
    auto out = std::make_unique<Field>();
    out->response_key = out->path = root;
    for (const std::string& path : paths) {
        Field* at = out.get();
        for (std::size_t begin = 0; begin <= path.size();) {
            const std::size_t end = std::min(path.find('.', begin), path.size());
            const std::string step = path.substr(begin, end - begin);
            const std::string response_key = step.substr(0, step.find(':'));
            const auto* known = at->child(response_key, false);
            if (known == nullptr) {
                auto child = std::make_unique<Field>();
                child->response_key = response_key;
                child->key = step.substr(step.find(':') + 1);
                child->path = at->path + '.' + response_key;
                child->parent = at;
                at->children.push_back(std::move(child));
            }
            for (const auto& child : at->children)
                if (child->response_key == response_key) {
                    at = child.get();
                    break;
                }
            begin = end + 1;
        }
    }
    return out;
}

PlanNode recorded(const std::string& name) {
    std::ifstream file(std::string(FRAISEQL_RECORDED_PLANS) + '/' + name + ".json");
    const std::string text(std::istreambuf_iterator<char>(file), {});
    auto plan = read_plan(text);
    EXPECT_TRUE(plan.has_value()) << name;
    return plan ? plan->root : PlanNode{};
}

using Paths = std::vector<std::pair<std::string, std::string>>;

/// Every relation that is read, by its alias, and what for.
void relations(const PlanNode& node, Paths& out) {
    if (!node.relation.empty())
        out.emplace_back(node.relation + ' ' + node.alias,
                         (node.attribution == Attribution::Field ? "" : "within ") + node.path);
    for (const PlanNode& child : node.children)
        relations(child, out);
}

Paths attributed(PlanNode plan, const std::vector<std::unique_ptr<Field>>& trees) {
    std::vector<const Field*> roots;
    for (const auto& field : trees)
        roots.push_back(field.get());
    attribute(plan, roots);
    Paths out;
    relations(plan, out);
    return out;
}

TEST(Attribution, TellsTheSameTableInSeveralPlacesApart) {
    std::vector<std::unique_ptr<Field>> roots;
    roots.push_back(tree("postWithCommentsList", {"title", "writer:author.name", "comments.content",
                                                  "comments.author.name"}));
    roots.push_back(tree("userWithStatsList",
                         {"id", "stats.postCount:post_count", "recentPosts:recent_posts.title"}));
    const Paths paths = attributed(recorded("nested"), roots);
    EXPECT_THAT(paths, testing::UnorderedElementsAre(
                           Pair("posts p", "postWithCommentsList"),
                           Pair("users u_1", "postWithCommentsList.writer"),
                           Pair("comments c", "postWithCommentsList.comments"),
                           Pair("users u", "postWithCommentsList.comments.author"),
                           Pair("users u_2", "userWithStatsList"),
                           Pair("posts p_2", "within userWithStatsList.stats.postCount"),
                           Pair("posts p_1", "userWithStatsList.recentPosts")));
}

TEST(Attribution, FollowsConnectionsAndTheirCount) {
    std::vector<std::unique_ptr<Field>> roots;
    roots.push_back(tree("postsConnection", {"edges.cursor", "edges.node.title",
                                             "edges.node.author.name", "totalCount"}));
    const Paths paths = attributed(recorded("connection"), roots);
    EXPECT_THAT(paths, Contains(Pair("users u", "postsConnection.edges.node.author")));
    EXPECT_THAT(paths, Contains(Pair("posts p", "postsConnection.edges")));
    EXPECT_THAT(paths, Contains(Pair("posts p_1", "within postsConnection.totalCount")));
}

TEST(Attribution, FollowsTheDocumentOfASubquery) {
    std::vector<std::unique_ptr<Field>> roots;
    roots.push_back(tree("distincts", {"name"}));
    EXPECT_THAT(attributed(recorded("distinct"), roots), ElementsAre(Pair("big big", "distincts")));
}

TEST(Attribution, SaysWhereANodeServesNoSingleField) {
    std::vector<std::unique_ptr<Field>> roots;
    roots.push_back(tree("a", {"id"}));
    roots.push_back(tree("b", {"id"}));
    PlanNode plan{.type = "Result", .output = {"$0", "$1"}};
    plan.children.push_back({.type = "Seq Scan",
                             .relation = "x",
                             .alias = "x",
                             .subplan = "InitPlan 1 (returns $0)",
                             .output = {"json_build_object('id', x.id)"}});
    plan.children.push_back({.type = "Seq Scan",
                             .relation = "y",
                             .alias = "y",
                             .subplan = "InitPlan 2 (returns $1)",
                             .output = {"json_build_object('id', y.id)"}});
    const std::vector<const Field*> fields = {roots[0].get(), roots[1].get()};
    attribute(plan, fields);
    EXPECT_EQ(plan.attribution, Attribution::None);
    EXPECT_EQ(plan.path, "");
    EXPECT_EQ(plan.children[0].path, "a");
    EXPECT_EQ(plan.children[1].path, "b");
}

TEST(Attribution, ReadsTheWordsOfPostgreSql17) {
    std::vector<std::unique_ptr<Field>> roots;
    roots.push_back(tree("a", {"b.id"}));
    PlanNode plan{.type = "Seq Scan",
                  .relation = "x",
                  .alias = "x",
                  .output = {"json_build_object('b', (SubPlan 1))", "(InitPlan 2).col1"}};
    plan.children.push_back({.type = "Seq Scan",
                             .relation = "y",
                             .alias = "y",
                             .subplan = "SubPlan 1",
                             .output = {"json_agg(json_build_object('id', y.id))"}});
    const std::vector<const Field*> fields = {roots[0].get()};
    attribute(plan, fields);
    EXPECT_EQ(plan.children[0].path, "a.b");
}

}  // namespace
}  // namespace fraiseql::explain
