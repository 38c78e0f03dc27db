// SPDX-License-Identifier: MIT
// Every calling convention × every shape of result × every outcome, each called once: what the
// answer says, and whether the function's work is there afterwards.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "engine/engine_pgtest.hpp"

namespace fraiseql::engine {
namespace {

/// How the mode, which decides about the outcome, reaches a function.
struct Convention {
    std::string_view name;
    std::string_view parameters;
    /// What the mode is, inside of the function.
    std::string_view mode;
    std::string_view comment;
    /// The field's arguments; {} is the mode.
    std::string_view arguments;
    /// Where an error says the mode is: `extensions.input`.
    std::string_view input;
};

constexpr std::array kConventions = {
    Convention{"named", "p_mode text, p_note text DEFAULT 'x', p_tags text[] DEFAULT '{}'",
               "p_mode", "", "(mode: \"{}\", tags: [\"a\"])", R"(["mode"])"},
    Convention{"variadic", "p_mode text, VARIADIC p_more int[] DEFAULT '{}'", "p_mode", "",
               "(mode: \"{}\", more: [1, 2])", R"(["mode"])"},
    Convention{"input", "input jsonb", "input->>'the_mode'", "@input the_mode text!\n",
               "(input: {{theMode: \"{}\"}})", R"(["input","theMode"])"},
    Convention{"context", "p_user text, input json", "p_user || (input->>'the_mode')",
               "@context p_user user_id\n@input the_mode text!\n", "(input: {{theMode: \"{}\"}})",
               R"(["input","theMode"])"},
    Convention{"batch", "p_items jsonb[]", "p_items[1]->>'the_mode'", "@input the_mode text!\n",
               "(items: [{{theMode: \"{}\"}}])", R"(["items","theMode"])"},
    Convention{"list", "p_items jsonb", "p_items->0->>'the_mode'", "@input [].the_mode text!\n",
               "(items: [{{theMode: \"{}\"}}])", R"(["items","theMode"])"},
    Convention{"both", "p_input jsonb, p_context jsonb DEFAULT '{}'",
               "(p_context->>'user_id') || (p_input->>'the_mode')", "@input the_mode text!\n",
               "(input: {{theMode: \"{}\"}})", R"(["input","theMode"])"},
};

/// One way a call may end: what the function does, and what the answer has.
struct Outcome {
    std::string_view statement;
    std::string_view answer;
    /// The function ended normally, so that what it did stays.
    bool stays = true;
};

struct Form {
    std::string_view name;
    std::string_view returns;
    std::string_view comment;
    std::string_view selection;
    Outcome ok;
    /// By value; without a statement: the shape has no way to say so.
    Outcome failure;
    Outcome null;
    /// Another shape than the one declared; without a statement: PostgreSQL sees to it.
    Outcome malformed;

    /// Exceptions are values of the union, too.
    bool is_union() const { return selection.find("Failure") != std::string_view::npos; }
};

#define FAILURE "... on Failure { message code fieldErrors { field message } }"

constexpr std::array kForms = {
    Form{"key",
         "int",
         "@returns Item\n",
         "{ id item { name } }",
         {"RETURN 1", R"({"id":"1","item":{"name" : "first"}})"},
         {},
         {"RETURN NULL", R"({"id":null,"item":null})"},
         {"RETURN 77", R"({"id":"77","item":null})"}},
    Form{"scalar",
         "numeric",
         "",
         "{ result }",
         {"RETURN 1.50", R"({"result":1.50})"},
         {},
         {"RETURN NULL", R"({"result":null})"},
         {"RETURN 'text'", "BAD_USER_INPUT", false}},
    Form{"row",
         "pair",
         "",
         "{ result { a b } }",
         {"RETURN ROW(1, 'x')::pair", R"({"result" : {"a" : 1, "b" : "x"}})"},
         {},
         {"RETURN NULL", R"({"result" : null})"},
         {"RETURN ROW(1, 2, 3)", "INTERNAL_SERVER_ERROR", false}},
    Form{"verdict",
         "jsonb",
         "@returns Item\n@result success bool!\n@result item_id int\n@result message text\n",
         "{ __typename " FAILURE " ... on {}Success { item { name } message } }",
         {R"(RETURN '{"success": true, "item_id": 1, "message": "Did."}')",
          R"(Success", "item" : {"name" : "first"}, "message" : "Did."})"},
         {R"(RETURN '{"success": false, "message": "No.", "code": "SAID_NO",
                      "field_errors": {"the_mode": "is bad", "p_mode": "is bad"}}')",
          R"("message" : "No.", "code" : "SAID_NO", "fieldErrors" : [{"field" : ")"},
         {"RETURN NULL", "the result must be object, not null", false},
         {"RETURN '[true]'", "the result must be object, not array", false}},
    Form{"outcome",
         "outcome",
         "@returns Item\n@result item_id int\n",
         "{ __typename " FAILURE " ... on {}Success { item { name } message } }",
         {R"(RETURN ROW(true, 'Did.', '{"item_id": 1}')::outcome)",
          R"(Success", "item" : {"name" : "first"}, "message" : "Did."})"},
         {"RETURN ROW(false, 'No.', NULL)::outcome",
          R"("message" : "No.", "code" : "BUSINESS_RULE_VIOLATION", "fieldErrors" : []})"},
         {"RETURN NULL", "the result must be object, not null", false},
         {"RETURN ROW(NULL, 'Did.', NULL)::outcome", "success must be boolean, not null", false}},
    Form{"status",
         "mutation_result",
         "@returns Item\n",
         "{ __typename " FAILURE " ... on {}Success { item { name } status } }",
         {R"(RETURN ROW(1, '{name}', 'updated', 'Did.', '{"id": 1}', NULL)::mutation_result)",
          R"(Success", "item" : {"name" : "first"}, "status" : "updated"})"},
         {R"(RETURN ROW(NULL, NULL, 'noop:not_found', 'No.', NULL, NULL)::mutation_result)",
          R"("message" : "No.", "code" : "NOT_FOUND", "fieldErrors" : []})"},
         {"RETURN NULL", "the result must be object, not null", false},
         {"RETURN ROW(1, NULL, NULL, 'Did.', NULL, NULL)::mutation_result",
          "status must be string, not null", false}},
    Form{"type",
         "jsonb",
         "@result type text!\n@result message text\n@result n int!\n",
         "{ __typename " FAILURE " ... on {}Success { n message } }",
         {R"(RETURN '{"type": "success", "n": 7, "message": "Did."}')",
          R"(Success", "n" : 7, "message" : "Did."})"},
         {R"(RETURN '{"type": "error", "message": "No.", "code": "SAID_NO"}')",
          R"("message" : "No.", "code" : "SAID_NO", "fieldErrors" : []})"},
         {"RETURN NULL", "the result must be object, not null", false},
         {R"(RETURN '{"type": "success"}')", "n must be number, not null", false}},
    Form{"bare",
         "jsonb",
         "",
         "{ result }",
         {R"(RETURN '{"success": true}')", R"({"result" : {"success": true}})"},
         {R"(RETURN '{"success": false, "message": "No.", "code": "SAID_NO"}')",
          R"("message":"No.")"},
         {"RETURN NULL", R"({"result" : null})"},
         {}},
    Form{"lines",
         "json",
         "@result name text!\n@result tags[]! text!\n",
         "{ result { name tags } }",
         {R"(RETURN '{"name": "n", "tags": ["a"]}')", R"({"name" : "n", "tags" : ["a"]})"},
         {},
         {"RETURN NULL", R"({"result" : null})"},
         {R"(RETURN '{"name": "n"}')", "tags must be array, not null", false}},
    Form{"views",
         "jsonb",
         "@result item v_item\n@result others[] v_item\n",
         "{ result { item { name } others { name } } }",
         {"RETURN (SELECT jsonb_build_object('item', row_to_json(v), 'others', "
          "jsonb_build_array(v.data, row_to_json(v))) FROM v_item AS v)",
          R"({"item" : {"name" : "first"}, "others" : [{"name" : "first"}, {"name" : "first"}]})"},
         {},
         {R"(RETURN '{"item": null}')", R"({"item" : null, "others" : null})"},
         {R"(RETURN '{"others": [{"id": 1, "name": "n"}, {"id": 2, "name": [2]}]}')",
          "others[].name must be string. ", false}},
    Form{"rows",
         "SETOF tb_item",
         "",
         "{ items { name } }",
         {"RETURN QUERY SELECT * FROM tb_item", R"({"items" : [{"name" : "first"}]})"},
         {},
         {"RETURN", R"({"items" : []})"},
         {"RETURN QUERY SELECT 1", "INTERNAL_SERVER_ERROR", false}},
    Form{"table",
         "TABLE (n int, extra jsonb)",
         "@result extra.depth int!\n",
         "{ result { n extra { depth } } }",
         {R"(RETURN QUERY VALUES (1, '{"depth": 2}'::jsonb), (3, NULL))",
          R"([{"n" : 1, "extra" : {"depth" : 2}}, {"n" : 3, "extra" : null}])"},
         {},
         {"RETURN", R"({"result" : []})"},
         {R"(RETURN QUERY VALUES (1, '{"depth": "deep"}'::jsonb))",
          "extra.depth must be number, not string", false}},
    Form{"documents",
         "SETOF jsonb",
         "@result name text!\n",
         "{ result { name } }",
         {R"(RETURN QUERY VALUES ('{"name": "n"}'::jsonb), (NULL))",
          R"({"result" : [{"name" : "n"}, null]})"},
         {},
         {"RETURN", R"({"result" : []})"},
         {R"(RETURN QUERY VALUES ('{"name": 1}'::jsonb))", "name must be string, not number",
          false}},
    Form{"nothing",
         "void",
         "",
         "{ success }",
         {"RETURN", R"({"success":true})"},
         {},
         {"RETURN", R"({"success":true})"},
         {}},
};

constexpr std::string_view kTables = R"sql(
CREATE TABLE tb_item (pk_item int PRIMARY KEY, name text NOT NULL);
INSERT INTO tb_item VALUES (1, 'first');
CREATE VIEW v_item AS SELECT pk_item AS id,
    json_build_object('id', pk_item, 'name', name) AS data FROM tb_item;
CREATE TABLE tb_work (done text);
CREATE TYPE pair AS (a int, b text);
CREATE TYPE outcome AS (success boolean, message text, data jsonb);
CREATE TYPE mutation_result AS (id integer, updated_fields text[], status text, message text,
                                object_data jsonb, extra_metadata jsonb);
)sql";

std::string function_sql(const Convention& convention, const Form& form) {
    const std::string name = fmt::format("fn_{}_{}", convention.name, form.name);
    std::string out = fmt::format(
        "CREATE FUNCTION {}({}) RETURNS {} LANGUAGE plpgsql AS $$\n"
        "DECLARE v_mode text := ltrim({}, 'u');\nBEGIN\n"
        "INSERT INTO tb_work VALUES (v_mode);\n"
        "IF v_mode = 'raise' THEN RAISE EXCEPTION 'Raised.' USING COLUMN = '{}'; END IF;\n"
        "IF v_mode = 'again' THEN INSERT INTO tb_item VALUES (1, 'again'); END IF;\n",
        name, convention.parameters, form.returns, convention.mode,
        convention.comment.empty() ? "p_mode" : "the_mode");
    for (const auto& [mode, outcome] :
         {std::pair{"ok", form.ok}, std::pair{"failure", form.failure},
          std::pair{"null", form.null}, std::pair{"malformed", form.malformed}})
        if (!outcome.statement.empty())
            out += fmt::format("IF v_mode = '{}' THEN {}; END IF;\n", mode, outcome.statement);
    if (form.returns.starts_with("SETOF") || form.returns.starts_with("TABLE"))
        // RETURN QUERY goes on; what has been returned stays.
        out += "RETURN;\n";
    return out + fmt::format("END $$;\nCOMMENT ON FUNCTION {} IS $${}{}$$;\n", name,
                             convention.comment, form.comment);
}

class FunctionShapesTest : public EngineTest {
  protected:
    void SetUp() override {
        std::string schema(kTables);
        for (const Convention& convention : kConventions)
            for (const Form& form : kForms)
                schema += function_sql(convention, form);
        open("function_shapes_test", schema);
    }

    void check(const Convention& convention, const Form& form, std::string_view mode,
               const Outcome& outcome) {
        if (outcome.answer.empty()) return;
        std::string type(form.name);
        type[0] = static_cast<char>(type[0] - 'a' + 'A');
        const std::string field = std::string(convention.name) + type;
        type = field;
        type[0] = static_cast<char>(type[0] - 'a' + 'A');
        std::string selection(form.selection);
        if (const auto at = selection.find("{}"); at != std::string::npos)
            selection.replace(at, 2, type);
        const std::string query =
            fmt::format("mutation {{ {}{} {} }}", field,
                        fmt::format(fmt::runtime(convention.arguments), mode), selection);
        SCOPED_TRACE(query);
        sql("TRUNCATE tb_work");
        log_.clear();
        const std::string answer = run(query, {}, R"({"user_id": "u"})");
        SCOPED_TRACE(log_);
        expect(answer, {outcome.answer});
        EXPECT_EQ(sql("SELECT count(*) FROM tb_work"), outcome.stays ? "1" : "0") << answer;
    }
};

TEST_F(FunctionShapesTest, EndAsTheyShouldInEveryConvention) {
    for (const Convention& convention : kConventions)
        for (const Form& form : kForms) {
            check(convention, form, "ok", form.ok);
            check(convention, form, "failure", form.failure);
            check(convention, form, "null", form.null);
            check(convention, form, "malformed", form.malformed);
            const std::string raised =
                form.is_union() ? R"("message":"Raised.","code":"BUSINESS_RULE_VIOLATION")"
                                : fmt::format(R"("input":{})", convention.input);
            check(convention, form, "raise", {"", raised, false});
            check(convention, form, "again", {"", "UNIQUE_VIOLATION", false});
        }
}

class OverloadsTest : public EngineTest {
  protected:
    std::string finding(std::string_view subject) const {
        for (const schema::Finding& finding : model_->findings)
            if (finding.subject == subject) return finding.message + finding.hint;
        return {};
    }
};

TEST_F(OverloadsTest, AreToldApartOrRefused) {
    open("overloads_test", std::string(kTables) + R"sql(
        CREATE FUNCTION fn_a(p_x text, p_y int DEFAULT 1)
            RETURNS text LANGUAGE sql AS $$ SELECT 'a1' $$;
        CREATE FUNCTION fn_a(p_x text, p_z text DEFAULT '')
            RETURNS text LANGUAGE sql AS $$ SELECT 'a2' $$;
        CREATE FUNCTION fn_b(p_x text)
            RETURNS text LANGUAGE sql AS $$ SELECT 'b1' $$;
        CREATE FUNCTION fn_b(p_x text, p_y int DEFAULT 1)
            RETURNS text LANGUAGE sql AS $$ SELECT 'b2' $$;
        CREATE FUNCTION fn_c(p_x text)
            RETURNS text LANGUAGE sql AS $$ SELECT 'c1' $$;
        CREATE FUNCTION fn_c(p_x int, p_y int DEFAULT 1)
            RETURNS text LANGUAGE sql AS $$ SELECT 'c2' $$;
        COMMENT ON FUNCTION fn_c(int, int) IS '@name cByNumber';
        CREATE FUNCTION fn_d(p_x text)
            RETURNS text LANGUAGE sql AS $$ SELECT 'd1' $$;
        CREATE FUNCTION fn_d(p_x text, p_y int)
            RETURNS text LANGUAGE sql AS $$ SELECT 'd3' $$;
        COMMENT ON FUNCTION fn_d(text, int) IS '@name dBoth';
        CREATE FUNCTION fn_e(text, int DEFAULT 1)
            RETURNS text LANGUAGE sql AS $$ SELECT 'e1' $$;
        CREATE FUNCTION fn_e(text)
            RETURNS text LANGUAGE sql AS $$ SELECT 'e2' $$;
    )sql");
    for (const auto* subject :
         {"function public.fn_a(text, int4)", "function public.fn_a(text, text)",
          "function public.fn_b(text)", "function public.fn_b(text, int4)",
          "function public.fn_e(text)", "function public.fn_e(text, int4)"})
        EXPECT_NE(finding(subject).find("might mean function public.fn_"), std::string::npos)
            << subject;
    EXPECT_EQ(run(R"(mutation { c(x: "x") { result } cByNumber(x: 1) { result } )"
                  R"(dBoth(x: "x", y: 1) { result } d(x: "x") { result } })"),
              R"({"data":{"c":{"result":"c1"},"cByNumber":{"result":"c2"},)"
              R"("dBoth":{"result":"d3"},"d":{"result":"d1"}}})");
}

TEST_F(OverloadsTest, LeaveNothingOutBesideVariadic) {
    open("overloads_test", std::string(kTables) + R"sql(
        CREATE FUNCTION fn_sum(p_start int DEFAULT 7, VARIADIC p_more int[] DEFAULT '{}')
        RETURNS bigint LANGUAGE sql AS $$ SELECT p_start + sum(n) FROM unnest(p_more) AS n $$;
    )sql");
    EXPECT_EQ(run("mutation { sum(start: 1, more: [2, 3]) { result } }"),
              R"({"data":{"sum":{"result":6}}})");
    expect(run("mutation { sum(more: [2]) { result } }"), {"GRAPHQL_VALIDATION_FAILED", "start"});
}

TEST_F(OverloadsTest, RefuseLinesThatDescribeNothing) {
    for (const auto& [returns, lines, words] :
         {std::tuple{"pair", "@result c text", "'c', which is no JSON column"},
          std::tuple{"pair", "@result a text", "'a', which is no JSON column"},
          std::tuple{"TABLE (n int, extra jsonb)", "@result depth int", "'depth', which is no"},
          std::tuple{"SETOF tb_item", "@result name text", "this function returns rows"},
          std::tuple{"int", "@result name text", "returns neither"}}) {
        const std::string url = testing::Cluster::shared().create_database("lines_test");
        testing::Cluster::shared().run_sql(
            url, fmt::format("{}CREATE FUNCTION fn_x() RETURNS {} LANGUAGE plpgsql AS $$ BEGIN "
                             "RAISE 'x'; END $$; COMMENT ON FUNCTION fn_x IS '{}';",
                             kTables, returns, lines));
        auto catalog = catalog::read_snapshot(
            pg::query_once(url, std::string(catalog::snapshot_sql())).value());
        const auto model = schema::build_model(std::move(catalog.value()));
        ASSERT_FALSE(model) << lines;
        EXPECT_NE(model.error().message.find(words), std::string::npos) << model.error().message;
    }
}

}  // namespace
}  // namespace fraiseql::engine
