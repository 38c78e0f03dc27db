// SPDX-License-Identifier: MIT
// The snippets of docs/repository.md, word for word, and what they do.
#include <fstream>
#include <sstream>

#include "data/repository_pgtest.hpp"

namespace fraiseql::data {
namespace {

// clang-format off
struct post {
    int id = 0;
    std::string title;
    std::vector<std::string> tags;
    std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(post, (), (id, title, tags, note))

task<std::vector<post>> published_posts(repository& repo) {
    const query wanted = query()
                             .where("status", "published")
                             .where(col("title").is("icontains", "t"))
                             .order_by("created_at", direction::desc)
                             .limit(10);
    co_return co_await repo.find<post>("v_post", wanted);
}

task<std::int64_t> count_of_drafts(repository& repo) {
    const condition drafts(json_text(R"({"status": {"in": ["draft", "review"]}, "note": null})"));
    co_return co_await repo.count("v_post", query().where(drafts));
}

task<page<post>> page_after(repository& repo, std::string cursor) {
    query wanted;
    wanted.order_by("title").first(2).with_total_count();
    if (!cursor.empty()) wanted.after(cursor);
    co_return co_await repo.paginate<post>("v_post", wanted);
}

task<int> create_post(repository& repo, std::string title) {
    const auto given = arguments().set("p_author_id", 1).set("p_title", title);
    co_return co_await repo.call_function<int>("fn_create_post", given);
}

task<std::vector<post>> annotate(repository& repo, std::string text, std::vector<int> ids) {
    const values bound(text, ids);
    co_return co_await repo.execute_returning<post>(
        "UPDATE tb_post SET note = $1 WHERE id = ANY($2) RETURNING id, title, tags, note", bound);
}

task<std::int64_t> all_ids(repository& repo, std::vector<int>& ids) {
    const auto each = [&ids](post& row) -> task<void> {
        ids.push_back(row.id);
        co_return;
    };
    co_return co_await repo.stream<post>("SELECT id, title, tags, note FROM tb_post ORDER BY id",
                                         values(), each);
}

struct author {
    int id = 0;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(author, (), (id, name))
stream<author> imported(int count) {
    for (int i = 0; i < count; ++i) {
        author each{100 + i, "Author " + std::to_string(i)};
        co_yield each;
    }
}
task<std::int64_t> import_authors(repository& repo) {
    co_return co_await repo.copy<author>("tb_author", imported(1000));
}

task<int> create_two(repository& repo) {
    const auto body = [](repository& tx) -> task<int> {
        co_await create_post(tx, "first");
        co_return co_await create_post(tx, "second");
    };
    co_return co_await repo.transaction(body, {.isolation = isolation::serializable, .retries = 3});
}
// clang-format on

std::string read_file(const std::string& path) {
    const std::ifstream file(std::string(FRAISEQL_SOURCE_DIR) + '/' + path);
    std::ostringstream out;
    out << file.rdbuf();
    return out.str();
}

TEST_F(RepositoryTest, TheSnippetsOfTheDocumentationWork) {
    open("repository_docs");
    repository repo = make(tenant_);
    EXPECT_EQ(run(published_posts(repo)).size(), 2U);
    EXPECT_EQ(run(count_of_drafts(repo)), 1);
    const auto first = run(page_after(repo, ""));
    EXPECT_EQ(first.total_count, 3);
    EXPECT_EQ(run(page_after(repo, first.cursors.back())).nodes.at(0).title, "Two");
    const int id = run(create_post(repo, "new"));
    EXPECT_EQ(run(annotate(repo, "seen", {id})).at(0).note, "seen");
    EXPECT_EQ(run(create_two(repo)), id + 2);
    std::vector<int> ids;
    EXPECT_EQ(run(all_ids(repo, ids)), 6);
    EXPECT_EQ(ids.size(), 6U);
    EXPECT_EQ(run(import_authors(repo)), 1000);
}

TEST(RepositoryDocs, EverySnippetIsHere) {
    const std::string page = read_file("docs/repository.md");
    const std::string source = read_file("src/data/docs_pgtest.cpp");
    const std::string fence = "```cpp\n";
    int snippets = 0;
    for (std::size_t at = page.find(fence); at != page.npos; at = page.find(fence, at)) {
        at += fence.size();
        const std::string snippet = page.substr(at, page.find("```", at) - at);
        EXPECT_NE(source.find(snippet), source.npos) << snippet;
        ++snippets;
    }
    EXPECT_GE(snippets, 6);
}

}  // namespace
}  // namespace fraiseql::data
