// SPDX-License-Identifier: MIT
#include "data/repository_pgtest.hpp"
#include "data/reading.hpp"

namespace blog {

struct author {
    std::string name;
};
BOOST_DESCRIBE_STRUCT(author, (), (name))

struct post {
    int id = 0;
    std::string title;
    std::vector<std::string> tags;
    std::int64_t views = 0;
    std::optional<std::string> note;
    std::chrono::sys_time<std::chrono::microseconds> created_at;
    blog::author author;
    int tenant_id = 0;
};
BOOST_DESCRIBE_STRUCT(post, (), (id, title, tags, views, note, created_at, author, tenant_id))

struct title {
    int id = 0;
    std::string title;
};
BOOST_DESCRIBE_STRUCT(title, (), (id, title))

struct misspelt {
    std::string titel;
};
BOOST_DESCRIBE_STRUCT(misspelt, (), (titel))

}  // namespace blog

namespace fraiseql::data {
namespace {

std::string titles(const std::vector<blog::title>& all) {
    std::string out;
    for (const blog::title& each : all)
        out += (out.empty() ? "" : ",") + each.title;
    return out;
}

TEST_F(RepositoryTest, FindsStructsWithinTheTenant) {
    open("repository_find");
    repository repo = make(tenant_);
    const auto all = run(repo.find<blog::post>("v_post"));
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].title, "One");
    EXPECT_EQ(all[0].views, 9007199254740993);
    EXPECT_EQ(all[0].tags, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(all[0].author.name, "Ann");
    EXPECT_EQ(all[0].tenant_id, 1);
    EXPECT_FALSE(all[0].note);
    EXPECT_EQ(to_json(all[0].created_at).str(), "\"2026-05-01T08:30:00.25+00:00\"");
    EXPECT_EQ(all[1].note, "n");

    const auth::Principal other = principal("2");
    EXPECT_EQ(titles(run(make(other).find<blog::title>("public.v_post"))), "Of the other tenant");
    EXPECT_EQ(titles(run(repo.find<blog::title>("v_post"))), "One,Two,Three");
    const auth::Principal nobody = principal("");
    EXPECT_EQ(run(make(nobody).count("v_post")), 0);
}

TEST_F(RepositoryTest, ReadsNothingThatTheStructDoesNotHave) {
    open("repository_cheap");
    const ReadRequest request{.relation = "v_post", .arguments = "{}", .keys = {{"title", {}}}};
    const Store store{.pool = *pool_, .model = model_, .statements = statements_};
    const auto call = prepare_read(store, request);
    ASSERT_TRUE(call) << call.error().message;
    EXPECT_EQ(call->statement->sql.find("jsonb_build_object"), std::string::npos)
        << call->statement->sql;
    EXPECT_EQ(call->statement->sql.find("created_at"), std::string::npos) << call->statement->sql;
    EXPECT_EQ(prepare_read(store, request)->statement, call->statement);
}

TEST_F(RepositoryTest, ConditionsAndOrders) {
    open("repository_where");
    repository repo = make(tenant_);
    const auto found = [&](const query& wanted) {
        return titles(run(repo.find<blog::title>("v_post", wanted)));
    };
    EXPECT_EQ(found(query().where(col("status") == "published")), "Two,Three");
    EXPECT_EQ(found(query().where("status", "published").where("id", 3)), "Three");
    EXPECT_EQ(found(query().where("note", nullptr)), "One,Three");
    EXPECT_EQ(found(query().where(col("note") != std::optional<std::string>())), "Two");
    EXPECT_EQ(found(query().where(col(&blog::title::title) == "One" || col("note") >= "n")),
              "One,Two");
    EXPECT_EQ(found(query().where(!(col("title").is("icontains", "o")))), "Three");
    EXPECT_EQ(found(query().where(col("author.name") == "Bob")), "Three");
    EXPECT_EQ(found(query().where(col("tags").is("has", "b"))), "One,Two");
    EXPECT_EQ(found(query().where(col("id").in(std::vector<int>{1, 3}))), "One,Three");
    EXPECT_EQ(found(query().where(col("id").in(std::vector<int>{}))), "");
    EXPECT_EQ(found(query().where(col("created_at") <=
                                  from_json<std::chrono::sys_time<std::chrono::microseconds>>(
                                      "\"2026-05-01T08:30:00.25Z\""))),
              "One,Two,Three");
    EXPECT_EQ(found(query().where(condition(json_text(R"({"id": {"in": [2]}, "note": "n"})")))),
              "Two");
    EXPECT_EQ(found(query().order_by("views", direction::desc).order_by("id", direction::desc)),
              "One,Three,Two");
    EXPECT_EQ(found(query().order_by("author.name", direction::desc)), "Three,Two,One");
    EXPECT_EQ(found(query().limit(1).offset(1)), "Two");
    EXPECT_EQ(found(query().where("title", "'; DROP TABLE tb_post; --")), "");
    EXPECT_EQ(run(repo.count("v_post", query().where("status", "published"))), 2);
    EXPECT_EQ(run(repo.find_one<blog::title>("v_post", query().where("id", 2)))->title, "Two");
    EXPECT_FALSE(run(repo.find_one<blog::title>("v_post", query().where("id", 4))));
}

TEST_F(RepositoryTest, WhatIsNotThereIsAnErrorWithAHint) {
    open("repository_refusals");
    repository repo = make(tenant_);
    const auto refused = [&](const query& wanted) {
        return refusal(repo.find<blog::title>("v_post", wanted));
    };
    EXPECT_EQ(refusal(repo.find<blog::title>("v_pots")),
              "NOT_FOUND: There is no relation \"v_pots\". Did you mean \"v_post\" or "
              "\"tb_post\"?");
    EXPECT_EQ(refusal(repo.find<blog::misspelt>("v_post")),
              "BAD_USER_INPUT: public.v_post has no \"titel\". Did you mean \"title\" or "
              "\"note\"?");
    EXPECT_EQ(refused(query().where("staus", "x")),
              "BAD_USER_INPUT: public.v_post has no \"staus\". Did you mean \"status\" or "
              "\"tags\"?");
    EXPECT_EQ(refused(query().where(col("title").is("contain", "x"))),
              "BAD_USER_INPUT: title has no operator \"contain\". Did you mean \"contains\" or "
              "\"icontains\"?");
    EXPECT_EQ(refused(query().where(col("author.nam") == "x")).substr(0, 14), "BAD_USER_INPUT");
    EXPECT_EQ(refused(query().where(col("id").is("in", 1))),
              "BAD_USER_INPUT: id.in does not take a number. Is one of these; an empty list "
              "matches nothing.");
    EXPECT_EQ(refused(query().where(col("id").is("eq", json_text()))).substr(0, 14),
              "BAD_USER_INPUT");
    EXPECT_EQ(refused(query().order_by("tags")),
              "BAD_USER_INPUT: public.v_post cannot be ordered by tags.");
    EXPECT_EQ(refused(query().order_by("ttle")),
              "BAD_USER_INPUT: public.v_post has no \"ttle\". Did you mean \"title\"?");
    EXPECT_EQ(refused(query().limit(5000)),
              "BAD_USER_INPUT: limit may be at most 1000, not 5000. Read the rest with offset or "
              "paginate.");
    EXPECT_EQ(refused(query().first(1)),
              "BAD_USER_INPUT: first has no use here. first, last, after and before are for "
              "paginate.");
    EXPECT_EQ(refused(query().where("id", "x")).substr(0, 14), "BAD_USER_INPUT");
}

TEST_F(RepositoryTest, JsonIsThatOfTheDatabase) {
    open("repository_json");
    repository repo = make(tenant_);
    const json_text one = run(repo.find_one_json("v_author", query().where("id", 1)));
    EXPECT_EQ(one.str(), R"({"id": 1, "name": "Ann"})");
    // No document: the columns.
    EXPECT_EQ(run(repo.find_json("tb_author")).at(1).str(), R"({"id":2,"name":"Bob"})");
    EXPECT_TRUE(run(repo.find_one_json("v_author", query().where("id", 9))).is_null());
    EXPECT_EQ(run(repo.find_json("v_author", query().where("id", 9))).str(), "[]");
}

TEST_F(RepositoryTest, PagesGoOnWhereTheLastOneEnded) {
    open("repository_pages");
    repository repo = make(tenant_);
    const query order = query().order_by("views");
    const auto first =
        run(repo.paginate<blog::title>("v_post", query(order).first(2).with_total_count()));
    EXPECT_EQ(titles(first.nodes), "Two,Three");
    EXPECT_TRUE(first.has_next_page);
    EXPECT_EQ(first.total_count, 3);
    const auto second =
        run(repo.paginate<blog::title>("v_post", query(order).first(2).after(first.cursors[1])));
    EXPECT_EQ(titles(second.nodes), "One");
    EXPECT_FALSE(second.has_next_page);
    EXPECT_FALSE(second.total_count);
    const auto documents = run(repo.paginate<json_text>("v_author", query().last(1)));
    EXPECT_EQ(documents.nodes[0].str(), R"({"id":2,"name":"Bob"})");
    EXPECT_EQ(refusal(repo.paginate<blog::title>("v_post", query().after(first.cursors[0]))),
              "BAD_USER_INPUT: after belongs to another order. Send a cursor of an earlier answer "
              "of the same field and the same orderBy.");
}

TEST_F(RepositoryTest, FunctionsAreCalledByTheNamesOfTheirParameters) {
    open("repository_call");
    repository repo = make(tenant_);
    const int id = run(repo.call_function<int>(
        "fn_create_post", arguments().set("p_author_id", 1).set("p_title", "A 'new' one")));
    EXPECT_EQ(sql("SELECT title || tags::text || tenant_id FROM tb_post WHERE id = " +
                  std::to_string(id)),
              "A 'new' one{x}1");
    EXPECT_EQ(run(repo.call_function<std::vector<std::string>>(
                  "fn_titles", arguments().set("p_status", "published"))),
              (std::vector<std::string>{"Two", "Three"}));
    EXPECT_EQ(run(repo.call_function<blog::title>("fn_post", arguments().set("p_id", 2))).title,
              "Two");
    EXPECT_TRUE(run(repo.call_function("fn_nothing")).is_null());
    EXPECT_EQ(refusal(repo.call_function("fn_refuse")),
              "BUSINESS_RULE_VIOLATION: not today come back");
    EXPECT_EQ(refusal(repo.call_function("fn_creat_post")),
              "NOT_FOUND: There is no function \"fn_creat_post\". Did you mean "
              "\"fn_create_post\" or \"fn_post\"?");
    EXPECT_EQ(refusal(repo.call_function("fn_create_post", arguments().set("p_titel", "x"))),
              "BAD_USER_INPUT: fn_create_post has no parameter \"p_titel\". Did you mean "
              "\"p_title\"?");
    EXPECT_EQ(refusal(repo.call_function("fn_create_post", arguments().set("p_title", "x"))),
              "BAD_USER_INPUT: fn_create_post needs its parameter \"p_author_id\".");
}

TEST_F(RepositoryTest, StatementsOfTheAuthorHaveTheirValuesBound) {
    open("repository_execute");
    repository repo = make(tenant_);
    EXPECT_EQ(run(repo.execute(
                  "UPDATE tb_post SET note = $1, tags = $2 WHERE id = ANY($3)",
                  values("it's", std::vector<std::string>{"a\"b", "c,d"}, std::vector<int>{1, 4}))),
              1);
    EXPECT_EQ(sql("SELECT note || tags[1] || tags[2] FROM tb_post WHERE id = 1"), "it'sa\"bc,d");
    const auto rows = run(repo.execute_returning<blog::title>(
        "UPDATE tb_post SET note = $1 WHERE views = $2 RETURNING id, title -- all of them",
        values(nullptr, std::int64_t{5})));
    EXPECT_EQ(rows.size(), 2U);
    EXPECT_EQ(refusal(repo.execute("SELECT 1; SELECT 2")).substr(0, 14), "BAD_USER_INPUT");
    EXPECT_EQ(refusal(repo.execute("SELECT 1/0")).substr(0, 21), "INTERNAL_SERVER_ERROR");
    EXPECT_NE(log_.find("22012"), std::string::npos) << log_;
    EXPECT_EQ(run(repo.count("v_post")), 3);
}

}  // namespace
}  // namespace fraiseql::data
