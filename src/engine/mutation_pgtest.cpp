// SPDX-License-Identifier: MIT
// What a mutation leaves behind: errors, transactions, retries, idempotency keys.
#include "engine/engine_pgtest.hpp"

namespace fraiseql::engine {
namespace {

using testing::Cluster;

const std::string kSchema = R"sql(
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
CREATE TABLE tb_account (
    pk_account int PRIMARY KEY,
    email      text NOT NULL UNIQUE,
    balance    int NOT NULL DEFAULT 0 CHECK (balance >= 0),
    fk_owner   int REFERENCES tb_account
);
INSERT INTO tb_account VALUES (1, 'one@x', 100), (2, 'two@x', 0);
CREATE VIEW v_account AS SELECT pk_account AS id,
    json_build_object('id', pk_account, 'email', email, 'balance', balance) AS data FROM tb_account;

CREATE FUNCTION fn_new_account(p_pk_account int, p_email text, p_balance int DEFAULT 0,
                               p_owner int DEFAULT NULL)
RETURNS int LANGUAGE sql AS $$
    INSERT INTO tb_account VALUES (p_pk_account, p_email, p_balance, p_owner)
    RETURNING pk_account $$;
CREATE FUNCTION fn_sign_up(input jsonb) RETURNS int LANGUAGE sql AS $$
    INSERT INTO tb_account SELECT (input->>'number')::int, input->'contact'->>'email'
    RETURNING 1 $$;
COMMENT ON FUNCTION fn_sign_up IS '@input number int!
@input contact.email text';
CREATE FUNCTION fn_set_email(p_id int, p_email email) RETURNS int LANGUAGE sql AS $$
    UPDATE tb_account SET email = p_email WHERE pk_account = p_id RETURNING pk_account $$;
CREATE FUNCTION fn_refuse(p_code text, p_column text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Refused.' USING ERRCODE = p_code, HINT = 'Do not ask.', COLUMN = p_column,
        DETAIL = 'Because.';
END $$;
CREATE FUNCTION fn_broken() RETURNS text LANGUAGE plpgsql AS $$
BEGIN RETURN (SELECT secret FROM no_such_table); END $$;
CREATE FUNCTION fn_slow() RETURNS text LANGUAGE sql AS $$ SELECT pg_sleep(20)::text $$;
COMMENT ON FUNCTION fn_slow IS '@timeout 100ms';
CREATE FUNCTION fn_nothing() RETURNS text LANGUAGE sql AS $$ SELECT NULL::text $$;
CREATE FUNCTION fn_says_no(p_text text) RETURNS jsonb LANGUAGE sql AS $$
    UPDATE tb_account SET balance = 7 WHERE pk_account = 2;
    SELECT jsonb_build_object('Success', p_text, 'message', 'No.', 'code', 'SAID_NO') $$;
CREATE FUNCTION fn_close(p_id int) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM tb_account WHERE pk_account = p_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no such account.' USING COLUMN = 'p_id';
    END IF;
    RETURN '{"success": true, "message": "Closed."}';
END $$;
COMMENT ON FUNCTION fn_close IS '@result success bool!
@result message text';
CREATE FUNCTION fn_shaped(p_value jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
    UPDATE tb_account SET balance = 7 WHERE pk_account = 2 AND p_value <> 'null';
    SELECT p_value $$;
COMMENT ON FUNCTION fn_shaped IS '@result name text!
@result stats.score int
@result tags[] text';
CREATE FUNCTION fn_increment(p_id int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE v int;
BEGIN
    SELECT balance INTO v FROM tb_account WHERE pk_account = p_id;
    PERFORM pg_sleep(0.002);
    UPDATE tb_account SET balance = v + 1 WHERE pk_account = p_id;
    RETURN v + 1;
END $$;
COMMENT ON FUNCTION fn_increment IS '@returns Account
@isolation serializable
@timeout 10s';
CREATE FUNCTION fn_many(p_items jsonb[]) RETURNS int LANGUAGE sql AS $$
    INSERT INTO tb_account VALUES (99, 'many') RETURNING 1 $$;
COMMENT ON FUNCTION fn_many IS '@input mode text';
CREATE FUNCTION fn_level() RETURNS text LANGUAGE sql AS $$
    SELECT current_setting('transaction_isolation') $$;
COMMENT ON FUNCTION fn_level IS '@isolation repeatable read';
CREATE FUNCTION fn_tenant(p_tenant int, p_context jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT concat(p_tenant, p_context->>'user_id') $$;
COMMENT ON FUNCTION fn_tenant IS '@context p_tenant tenant_id';
CREATE PROCEDURE fn_halves(p_id int) LANGUAGE plpgsql AS $$
BEGIN UPDATE tb_account SET balance = 1 WHERE pk_account = p_id; COMMIT; END $$;
)sql";

/// Every test starts from the same rows.
class MutationTest : public EngineTest {
  protected:
    void SetUp() override { open("mutation_test", kSchema); }
};

TEST_F(MutationTest, NamesTheInputThatBreaksAConstraint) {
    expect(run(R"(mutation { newAccount(pkAccount: 3, email: "one@x") { id } })"),
           {"UNIQUE_VIOLATION", R"("input":["email"])", "tb_account_email_key",
            R"("newAccount":null)"});
    expect(run(R"(mutation { newAccount(pkAccount: 3, email: "n", balance: -1) { id } })"),
           {"CHECK_VIOLATION", R"("input":["balance"])"});
    expect(run(R"(mutation { newAccount(pkAccount: 3, email: "n", owner: 77) { id } })"),
           {"FOREIGN_KEY_VIOLATION", R"("input":["owner"])"});
    expect(run(R"(mutation { signUp(input: {number: 4, contact: {}}) { result } })"),
           {"NOT_NULL_VIOLATION", R"("input":["input","contact","email"])"});
    expect(run(R"(mutation { signUp(input: {number: 4, contact: {email: "one@x"}}) { result } })"),
           {"UNIQUE_VIOLATION", R"("input":["input","contact","email"])"});
    expect(run(R"(mutation { setEmail(id: 1, email: "nowhere") { result } })"),
           {"CHECK_VIOLATION", R"("input":["email"])"});
    EXPECT_EQ(sql("SELECT count(*) FROM tb_account"), "2");
}

TEST_F(MutationTest, PassesWhatAFunctionRaises) {
    expect(
        run(R"(mutation { refuse(code: "P0001", column: "p_code") { result } })"),
        {"BUSINESS_RULE_VIOLATION", "Refused.", "Do not ask.", "Because.", R"("input":["code"])"});
    expect(run(R"(mutation { refuse(code: "SHOP1") { result } })"),
           {"BUSINESS_RULE_VIOLATION", R"("sqlstate":"SHOP1")"});
    const std::string masked = run("mutation { broken { result } }");
    expect(masked, {"INTERNAL_SERVER_ERROR", "Internal server error.", "reference"});
    EXPECT_EQ(masked.find("no_such_table"), std::string::npos);
    const std::string reference = masked.substr(masked.find("reference\":\"") + 12, 12);
    expect(log_, {reference, "no_such_table", "42P01"});
}

TEST_F(MutationTest, RefusesBadInputBeforeAnythingRuns) {
    for (const auto* query :
         {R"(mutation { newAccount(email: "x") { id } })",
          R"(mutation { newAccount(pkAccount: 3, email: "x", colour: 1) { id } })",
          R"(mutation { newAccount(pkAccount: 3, email: "x", balance: "three") { id } })",
          R"(mutation { newAccount(pkAccount: 3, email: "x", balance: 99999999999) { id } })",
          R"(mutation { newAccount(pkAccount: 3, email: null) { id } })",
          R"(mutation { signUp(input: {number: 3, colour: 1}) { result } })",
          R"(mutation { signUp(input: {contact: {email: "x"}}) { result } })",
          R"(mutation { signUp(input: "text") { result } })"}) {
        const std::string answer = run(query);
        EXPECT_EQ(answer.find("\"data\""), std::string::npos) << answer;
        expect(answer, {"locations"});
    }
    std::string many = "{}";
    for (int i = 0; i < 10'000; ++i)
        many += ", {}";
    expect(run("mutation { many(items: [" + many + "]) { result } }"),
           {"BAD_USER_INPUT", R"(\"items\" is a list of 10001 items)", "at most 10000"});
    // An ID may be any text: PostgreSQL knows that this key is a number.
    expect(run(R"(mutation { newAccount(pkAccount: "three", email: "x") { id } })"),
           {"BAD_USER_INPUT", R"(\"three\")", R"("newAccount":null)"});
    EXPECT_EQ(sql("SELECT count(*) FROM tb_account"), "2");
}

TEST_F(MutationTest, EndsFunctionsThatTakeTooLong) {
    expect(run("mutation { slow { result } }"), {"TIMEOUT", R"("slow":null)"});
    expect(run("mutation { nothing { result } }"), {R"("nothing":{"result":null})"});
}

TEST_F(MutationTest, ReportsAFunctionThatIsGone) {
    Cluster::shared().run_sql(url_, "DROP FUNCTION fn_nothing()");
    expect(run("mutation { nothing { result } }"),
           {"INTERNAL_SERVER_ERROR", "The database has changed", R"("nothing":null)"});
    expect(log_, {"42883"});
    // Another one in its place is called, whatever plans were prepared for the first.
    Cluster::shared().run_sql(url_,
                              "CREATE FUNCTION fn_nothing() RETURNS text LANGUAGE sql AS $$ "
                              "SELECT 'something' $$");
    expect(run("mutation { nothing { result } }"), {R"("nothing":{"result":"something"})"});
}

TEST_F(MutationTest, NeverTakesFailureForSuccess) {
    for (const auto* word : {"false", "f", "no", "0", "FALSE", ""}) {
        expect(run("mutation { saysNo(text: \"" + std::string(word) + "\") { result } }"),
               {"BUSINESS_RULE_VIOLATION", "No.", "SAID_NO", R"("saysNo":null)"});
    }
    expect(run(R"(mutation { saysNo(text: "true") { result } })"),
           {R"("data":{"saysNo":{"result")"});
}

TEST_F(MutationTest, HoldsResultsToWhatTheirCommentSays) {
    const auto shaped = [this](const std::string& value) {
        return run("mutation { shaped(value: " + value +
                   ") { result { name stats { score } tags } } }");
    };
    for (const auto& [value, words] :
         {std::pair{"[]", "the result must be object or null, not array"},
          std::pair{"{name: 1}", "name must be string, not number"},
          std::pair{"{}", "name must be string, not null"},
          std::pair{R"({name: "n", stats: "none"})", "stats must be object or null, not string"},
          std::pair{R"({name: "n", stats: {score: "7"}})", "stats.score must be number or null"},
          std::pair{R"({name: "n", tags: {}})", "tags must be array or null, not object"}})
        expect(shaped(value), {"INTERNAL_SERVER_ERROR", words, R"("shaped":null)"});
    EXPECT_EQ(sql("SELECT balance FROM tb_account WHERE pk_account = 2"), "0");
    expect(shaped("null"), {R"("shaped":{"result" : null})"});
    expect(shaped(R"({name: "n", stats: {score: 7}, tags: ["a"]})"), {R"("score" : 7)"});
    EXPECT_EQ(sql("SELECT balance FROM tb_account WHERE pk_account = 2"), "7");
}

TEST_F(MutationTest, TurnsExceptionsIntoTheErrorType) {
    const std::string fields =
        "{ __typename ... on Failure { message code fieldErrors { field message } } ... on "
        "CloseError { details } ... on CloseSuccess { message } }";
    EXPECT_EQ(
        run("mutation { close(id: 77) " + fields + " }"),
        R"({"data":{"close":{"__typename":"CloseError","message":"There is no such account.",)"
        R"("code":"BUSINESS_RULE_VIOLATION","fieldErrors":[{"field":"id","message":)"
        R"("There is no such account."}],"details":{"sqlstate":"P0001","column":"p_id"}}}})");
    expect(run("mutation { close(id: 2) " + fields + " }"), {"CloseSuccess", "Closed."});
}

TEST_F(MutationTest, KeepsWhatOtherFieldsDidUnlessAskedOtherwise) {
    const std::string fields =
        R"({ a: newAccount(pkAccount: 5, email: "five") { id } )"
        R"(b: newAccount(pkAccount: 1, email: "n") )"
        R"({ id } c: newAccount(pkAccount: 6, email: "six") { account { email } } })";
    expect(run("mutation " + fields), {R"("a":{"id":"5"})", R"("b":null)", R"("path":["b"])"});
    EXPECT_EQ(sql("SELECT count(*) FROM tb_account"), "4");
    Cluster::shared().run_sql(url_, "DELETE FROM tb_account WHERE pk_account > 2");
    const std::string answer = run("mutation @transaction " + fields);
    expect(answer, {R"("data":{"a":null,"b":null,"c":null})", R"("path":["a"])", R"("path":["c"])",
                    "UNIQUE_VIOLATION", R"(Rolled back, since \"b\" failed)"});
    EXPECT_EQ(sql("SELECT count(*) FROM tb_account"), "2");
    expect(run(R"(mutation @transaction {
                  a: newAccount(pkAccount: 5, email: "five") { id account { email } }
                  t: __typename b: newAccount(pkAccount: 6, email: "six") { id } })"),
           {R"("a":{"id":"5","account":{"email")", R"("t":"Mutation")", R"("b":{"id":"6"})"});
    EXPECT_EQ(sql("SELECT count(*) FROM tb_account"), "4");
}

TEST_F(MutationTest, SetsTheIsolationLevel) {
    expect(run("mutation { level { result } }"), {"repeatable read"});
    expect(run("mutation { nothing { result } }"), {"null"});
    expect(run("mutation @transaction { level { result } increment(id: 2) { id } }"),
           {R"("result":"serializable")"});
}

TEST_F(MutationTest, LosesNoUpdateAmongManyClients) {
    constexpr int kClients = 200;
    std::vector<std::string> answers(kClients);
    int done = 0;
    // A client whose request ends in a conflict sends it again, as the code tells it to.
    for (int round = 0; round < 200 && done < kClients; ++round) {
        for (std::string& answer : answers)
            if (answer.find("\"id\"") == std::string::npos)
                start(Request{.query = "mutation { increment(id: 2) { id } }"}, answer);
        wait();
        done = 0;
        for (const std::string& answer : answers) {
            const bool ok = answer.find("\"id\"") != std::string::npos;
            done += ok ? 1 : 0;
            if (!ok) expect(answer, {"CONFLICT"});
        }
    }
    EXPECT_EQ(done, kClients);
    EXPECT_EQ(sql("SELECT balance FROM tb_account WHERE pk_account = 2"), std::to_string(kClients));
}

TEST_F(MutationTest, FillsParametersFromTheContext) {
    expect(run("mutation { tenant { result } }"), {"UNAUTHENTICATED", "tenant_id"});
    expect(run("mutation { tenant { result } }", {}, R"({"user_id": "u"})"), {"FORBIDDEN"});
    expect(run("mutation { tenant { result } }", {}, R"({"user_id": "u", "tenant_id": 7})"),
           {R"("result":"7u")"});
}

TEST_F(MutationTest, LetsAProcedureEndItsTransactionOnlyWhereItIsAlone) {
    expect(run("mutation @transaction { halves(id: 1) { success } nothing { result } }"),
           {"BAD_USER_INPUT", "procedure"});
    EXPECT_EQ(sql("SELECT balance FROM tb_account WHERE pk_account = 1"), "100");
    expect(run("mutation { halves(id: 1) { success } }"), {R"("success":true)"});
    EXPECT_EQ(sql("SELECT balance FROM tb_account WHERE pk_account = 1"), "1");
}

TEST_F(MutationTest, RefusesAKeyWithoutItsTables) {
    expect(run(R"(mutation { newAccount(pkAccount: 5, email: "x") { id } })", "k"),
           {"BAD_REQUEST", "fraiseql db install idempotency"});
    EXPECT_EQ(sql("SELECT count(*) FROM tb_account"), "2");
}

TEST_F(MutationTest, AnswersARepeatedKeyFromTheStore) {
    Cluster::shared().run_file(url_, FRAISEQL_SOURCE_DIR "/sql/idempotency.sql");
    load();
    const std::string query =
        R"(mutation { newAccount(pkAccount: 5, email: "x") { id account { email balance } } })";
    const std::string first = run(query, "key");
    expect(first, {R"("id":"5")", R"("email")"});
    EXPECT_EQ(run(query, "key"), first);
    expect(run(R"(mutation { newAccount(pkAccount: 6, email: "y") { id } })", "key"),
           {"CONFLICT", "used for another request"});
    expect(run(query, "other key"), {"UNIQUE_VIOLATION"});
    // Keys of other principals are other keys; a failure leaves nothing behind, so it may be
    // mended.
    expect(run(query, "key", R"({"user_id": "u"})"), {"UNIQUE_VIOLATION"});
    EXPECT_EQ(sql("SELECT count(*) FROM tb_account"), "3");
    EXPECT_EQ(sql("SELECT count(*) FROM fraiseql.idempotency_key"), "1");
}

TEST_F(MutationTest, RunsConcurrentDuplicatesOnce) {
    Cluster::shared().run_file(url_, FRAISEQL_SOURCE_DIR "/sql/idempotency.sql");
    load();
    std::vector<std::string> answers(20);
    for (std::string& answer : answers)
        start(Request{.query = "mutation { increment(id: 2) { id account { balance } } }",
                      .idempotency_key = "once"},
              answer);
    wait();
    for (const std::string& answer : answers)
        EXPECT_EQ(answer, answers.front());
    expect(answers.front(), {R"("id")"});
    EXPECT_EQ(sql("SELECT balance FROM tb_account WHERE pk_account = 2"), "1");
}

}  // namespace
}  // namespace fraiseql::engine
