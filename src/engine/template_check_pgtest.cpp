// SPDX-License-Identifier: MIT
#include "engine/template_check.hpp"

#include "engine/engine_pgtest.hpp"

namespace fraiseql::engine {
namespace {

constexpr const char* kSchema = R"(
CREATE TABLE tb_user (id text PRIMARY KEY, name text NOT NULL, email text, tenant int NOT NULL);
CREATE TABLE tb_post (
    id text PRIMARY KEY, author text NOT NULL REFERENCES tb_user, title text NOT NULL);
INSERT INTO tb_user VALUES ('1', 'Ada', 'a@x', 1), ('2', 'Bob', NULL, 2), ('3', 'Cid', 'c@x', 1);
INSERT INTO tb_post VALUES ('1', '1', 'One'), ('2', '1', 'Two'), ('3', '2', 'Three');
CREATE VIEW v_user AS
SELECT id, tenant, jsonb_build_object('id', id, 'name', name, 'email', email) AS data FROM tb_user;
CREATE VIEW v_post AS
SELECT id, author, jsonb_build_object('id', id, 'title', title) AS data FROM tb_post;
CREATE VIEW v_secret AS SELECT id, jsonb_build_object('id', id, 'name', name) AS data FROM tb_user;
COMMENT ON VIEW v_secret IS '@authorize role:admin owner:id';
)";

class TemplateTest : public EngineTest {
  protected:
    void SetUp() override {
        open("templates", kSchema);
        session_.emplace(pg::Session::open(url_).value());
    }

    Result<std::shared_ptr<const turbo::CheckedTemplate>> check(const std::string& query,
                                                                const std::string& sql) {
        auto read = turbo::read_template(sql);
        if (!read) return fail(read.error());
        entry_ = {.id = "it", .text = query, .sql_template = *read};
        TemplateContext context{.model = model_};
        context.claims.emplace(auth::complete({}).value());
        return check_template(*session_, entry_, context);
    }

    /// What is wrong with the template.
    std::string problem(const std::string& query, const std::string& sql) {
        const auto checked = check(query, sql);
        return checked ? "nothing" : to_string(checked.error());
    }

    /// The answer by way of the template, which must be good, for one request; the compiled one's
    /// is another text only in its white space.
    std::string answer(const std::string& query, const std::string& sql,
                       std::string_view variables = "{}", std::string_view context = "{}") {
        const auto checked = check(query, sql);
        if (!checked) return to_string(checked.error());
        turbo::Registered entry = entry_;
        entry.checked = *checked;
        std::vector<std::string> problems;
        engine_->replace_registry(turbo::Registry::build({entry}, problems));
        Arena arena;
        const json::Value given = json::read(variables, arena).value();
        const json::Value who = json::read(context, arena).value();
        std::string out;
        start({.query = {}, .document_id = "it", .variables = &given, .context = &who}, out);
        wait();
        return out;
    }

    std::optional<pg::Session> session_;
    turbo::Registered entry_;
};

const std::string kUsers = "{ people: users(orderBy: {id: ASC}) { id name } }";
const std::string kUsersAnswer =
    R"({"data":{"people":[{"id":"1","name":"Ada"},{"id":"2","name":"Bob"},)"
    R"({"id":"3","name":"Cid"}]}})";

std::string packed(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
    return text;
}

TEST_F(TemplateTest, TakesEveryShapeOfAResult) {
    for (const char* sql : {
             // Columns, in any order.
             "SELECT name, id FROM tb_user ORDER BY id;",
             // A bare document.
             "SELECT json_agg(json_build_object('id', id, 'name', name) ORDER BY id) AS data "
             "FROM tb_user",
             // An object by the root field's key.
             "SELECT json_build_object('people', json_agg(json_build_object('id', id, 'name', "
             "name) ORDER BY id)) AS result FROM tb_user",
             // The whole response.
             "SELECT json_build_object('data', json_build_object('people', json_agg("
             "json_build_object('id', id, 'name', name) ORDER BY id))) AS x FROM tb_user",
         })
        EXPECT_EQ(packed(answer(kUsers, sql)), packed(kUsersAnswer)) << sql;
    EXPECT_EQ(packed(answer("{ user(id: 1) { id name } }",
                            "SELECT id, name FROM tb_user WHERE id = '1'")),
              R"({"data":{"user":{"id":"1","name":"Ada"}}})");
    EXPECT_EQ(packed(answer("{ a: user(id: 1) { id } b: posts(limit: 1) { id } }",
                            R"(SELECT '{"a":{"id":"1"},"b":[{"id":"1"}]}'::json)")),
              R"({"data":{"a":{"id":"1"},"b":[{"id":"1"}]}})");
}

TEST_F(TemplateTest, BindsVariablesAndTheirDefaults) {
    const std::string query =
        "query ($id: ID!, $n: Int = 2) { user(id: $id) { id } posts(limit: $n) { id } }";
    const std::string sql =
        "-- @sample {\"id\": \"1\"}\n"
        "SELECT json_build_object('user', (SELECT json_build_object('id', id) FROM tb_user WHERE "
        "id = :id),\n"
        "  'posts', (SELECT coalesce(json_agg(json_build_object('id', id)), '[]') FROM\n"
        "    (SELECT id FROM tb_post ORDER BY id LIMIT %(n)s::int) p))";
    EXPECT_EQ(packed(answer(query, sql, R"({"id": "2"})")),
              R"({"data":{"user":{"id":"2"},"posts":[{"id":"1"},{"id":"2"}]}})");
    EXPECT_EQ(packed(answer(query, sql, R"({"id": "9", "n": 1})")),
              R"({"data":{"user":null,"posts":[{"id":"1"}]}})");
    EXPECT_EQ(packed(answer(query, sql, R"({"id": "1'; DROP TABLE tb_user; --", "n": 1})")),
              R"({"data":{"user":null,"posts":[{"id":"1"}]}})");
}

TEST_F(TemplateTest, AnswersEmptyAsTheOperationDoes) {
    const std::string query = "query ($w: UserWhereInput) { users(where: $w) { id } }";
    const std::string sql =
        "SELECT id FROM tb_user WHERE :w::json IS NULL OR id = (:w::json -> 'id' ->> 'eq') "
        "ORDER BY id";
    EXPECT_EQ(packed(answer(query, sql, R"({"w":{"id":{"eq":"2"}}})")),
              R"({"data":{"users":[{"id":"2"}]}})");
    EXPECT_EQ(packed(answer(query, sql, R"({"w":{"id":{"eq":"7"}}})")), R"({"data":{"users":[]}})");
}

TEST_F(TemplateTest, SaysWhereAnAnswerDiffers) {
    const std::string said =
        problem(kUsers,
                "SELECT id, name || CASE id WHEN '2' THEN '!' ELSE '' END AS name FROM "
                "tb_user ORDER BY id");
    EXPECT_NE(said.find(R"("data.people[1].name" it has "Bob!", and the operation has "Bob")"),
              std::string::npos)
        << said;
    expect(problem(kUsers, "SELECT id, name FROM tb_user WHERE id < '3' ORDER BY id"),
           {"data.people", "nothing"});
    expect(problem(kUsers, "SELECT id, name, email FROM tb_user"), {"does not select \"email\""});
    expect(problem(kUsers, "SELECT id FROM tb_user"), {"no column \"name\""});
    expect(problem(kUsers,
                   "SELECT jsonb_agg(jsonb_build_object('name', name, 'id', id)) FROM "
                   "tb_user WHERE false"),
           {"finds nothing"});
}

TEST_F(TemplateTest, RefusesWhatCannotBeCompared) {
    expect(problem("query ($id: ID!) { user(id: $id) { id } }",
                   "-- @sample {\"id\": \"77\"}\nSELECT id FROM tb_user WHERE id = :id"),
           {"no sample finds a row"});
    expect(problem("query ($id: ID!) { user(id: $id) { id } }", "SELECT '1' AS id"),
           {"does not use the variable $id"});
    expect(problem("query ($id: ID!) { user(id: $id) { id } }",
                   "SELECT id FROM tb_user WHERE id = :idd"),
           {"no $idd", "Did you mean \"id\""});
    expect(problem("query ($n: Boolean!) { users { id @skip(if: $n) name } }", "SELECT 1"),
           {"@skip"});
    expect(problem("{ __typename users { id } }", "SELECT 1"), {"__typename"});
    expect(problem(kUsers, "SELECT id, name FROM nowhere"), {"nowhere"});
}

TEST_F(TemplateTest, RunsNothingButQueries) {
    for (const char* sql :
         {"DELETE FROM tb_post RETURNING id, title AS name",
          "WITH gone AS (DELETE FROM tb_post RETURNING *) SELECT id, title AS name FROM gone",
          "SELECT id, name FROM tb_user ORDER BY id; DELETE FROM tb_post",
          "SELECT '1' AS id, 'x' AS name) AS t; DELETE FROM tb_post; SELECT * FROM (SELECT 1"})
        EXPECT_NE(problem(kUsers, sql), "nothing") << sql;
    EXPECT_EQ(sql("SELECT count(*) FROM tb_post"), "3");
    // A word in a name is no command.
    EXPECT_EQ(problem(kUsers,
                      "SELECT id, name FROM (SELECT *, 1 AS updated_at FROM tb_user) AS "
                      "delete_me ORDER BY id"),
              "nothing");
}

TEST_F(TemplateTest, CannotBeTheWayAroundARule) {
    expect(problem("{ secrets { id } }", "SELECT id FROM tb_user ORDER BY id"), {"@authorize"});
}

TEST_F(TemplateTest, KnowsWhoAsksFromTheContextAlone) {
    sql("CREATE FUNCTION fn_mine(p_tenant_id int) RETURNS SETOF v_user STABLE LANGUAGE sql AS "
        "'SELECT * FROM v_user WHERE tenant = p_tenant_id ORDER BY id'");
    sql("COMMENT ON FUNCTION fn_mine IS '@context p_tenant_id tenant_id'");
    load();
    const std::string query = "{ mine { id } }";
    const std::string sql =
        "-- @context tenant = tenant_id\n-- @sample\n-- @claims {\"sub\": \"1\", \"tenant_id\": "
        "\"1\"}\n"
        "SELECT id FROM tb_user WHERE tenant = :tenant::int ORDER BY id";
    EXPECT_EQ(
        packed(answer(query, sql, R"({"tenant": 1, "tenant_id": 1})", R"({"tenant_id": "2"})")),
        R"({"data":{"mine":[{"id":"2"}]}})");
    expect(answer(query, sql, R"({"tenant": 1, "tenant_id": 1})"), {"UNAUTHENTICATED"});
}

TEST_F(TemplateTest, IsNotUsedForAnotherModel) {
    const std::string sql =
        "SELECT '1' AS id, 'Ada' AS name UNION ALL SELECT id, name FROM tb_user "
        "WHERE id > '1' ORDER BY id";
    ASSERT_EQ(packed(answer(kUsers, sql)), packed(kUsersAnswer));
    this->sql("UPDATE tb_user SET name = 'Eve' WHERE id = '1'");
    // The template is said to answer alike: it is believed until there is another model.
    std::string out;
    start({.query = kUsers}, out);
    wait();
    EXPECT_NE(out.find("Ada"), std::string::npos);
    load();
    EXPECT_NE(run(kUsers).find("Eve"), std::string::npos);
}

}  // namespace
}  // namespace fraiseql::engine
