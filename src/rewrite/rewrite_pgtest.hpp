// SPDX-License-Identifier: MIT
// The fixture of the rewriting tests: a database, and views read both ways under any role.
#pragma once

#include <gmock/gmock.h>
#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/read_snapshot.hpp"
#include "catalog/snapshot_sql.hpp"
#include "json/value.hpp"
#include "json/writer.hpp"
#include "rewrite/see_through.hpp"
#include "testing/cluster.hpp"

namespace fraiseql::rewrite {

/// One value that is wanted of the rows of a view: what is under keys of `data`, whole or with
/// some members only.
struct Wanted {
    enum class Kind : std::uint8_t { Value, Object, List };
    Kind kind = Kind::Value;
    std::vector<std::string> keys = {};
    std::vector<Member> members = {};
};

inline Member leaf(std::string key) { return {.response_key = key, .key = key}; }

inline Member inner(Member::Kind kind, std::string key, std::vector<Member> members) {
    return {.kind = kind, .response_key = key, .key = key, .members = std::move(members)};
}

class RewriteTest : public ::testing::Test {
  protected:
    static constexpr const char* kSchema = R"(
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TYPE address AS (zip int, street text);
CREATE TABLE tb_user (pk bigint PRIMARY KEY, id uuid NOT NULL UNIQUE, name text NOT NULL, bio text,
  mood mood, tags text[], home address, doc jsonb, raw json, height float8, born date, age interval,
  sound text COLLATE "C", code char(4), owner text NOT NULL);
CREATE TABLE tb_post (pk bigint PRIMARY KEY, id uuid NOT NULL UNIQUE,
  fk_user bigint REFERENCES tb_user,
  title text NOT NULL, score numeric(10,2), at timestamptz, owner text NOT NULL);
CREATE TABLE tb_comment (pk bigint PRIMARY KEY, id uuid NOT NULL UNIQUE,
  fk_post bigint REFERENCES tb_post,
  fk_user bigint REFERENCES tb_user, body text, likes int, owner text NOT NULL);
INSERT INTO tb_user SELECT n, md5('u' || n)::uuid, 'user ' || n,
  CASE WHEN n % 2 = 0 THEN E'a "bio"\n of ' || n END, (ARRAY['sad', 'happy',
  NULL])[n % 3 + 1]::mood,
  CASE WHEN n % 4 > 0 THEN ARRAY['x' || n, NULL] END,
  CASE WHEN n % 3 > 0 THEN ROW(n, NULL)::address END,
  (ARRAY['{"b": 1.50, "a": [null]}', 'null', NULL])[n % 3 + 1]::jsonb,
  (ARRAY['{"b": 1,  "c": 2e3, "a": 1}', 'null', NULL])[n % 3 + 1]::json,
  (ARRAY[1e25, 0.1, 'NaN', NULL]::float8[])[n % 4 + 1], '2000-01-01'::date + n::int,
  (n || ' days 3 hours')::interval, chr((97 - 32 * (n % 2) + n)::int), 'c' || n,
  CASE WHEN n % 3 = 0 THEN 'app' ELSE 'other' END
  FROM generate_series(1, 7) n;
INSERT INTO tb_post SELECT n, md5('p' || n)::uuid, nullif(n % 8, 0), 'post ' || n,
  CASE WHEN n % 3 > 0 THEN n * 1.10 END,
  CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN 'infinity'
    ELSE '2024-01-01'::timestamptz + n * interval '1 hour' END,
  CASE WHEN n % 2 = 0 THEN 'app' ELSE 'other' END
  FROM generate_series(1, 20) n;
INSERT INTO tb_comment SELECT n, md5('c' || n)::uuid, nullif(n % 15, 0), nullif(n % 6, 0),
  CASE WHEN n % 5 > 0 THEN 'comment ' || n END, n % 4,
  CASE WHEN n % 2 = 0 THEN 'app' ELSE 'other' END
  FROM generate_series(1, 40) n;
DROP ROLE IF EXISTS rewrite_app;
CREATE ROLE rewrite_app;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO rewrite_app;
GRANT USAGE, CREATE ON SCHEMA public TO rewrite_app;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO rewrite_app;
)";

    static void SetUpTestSuite() {
        if (connection_) return;
        const auto& cluster = fraiseql::testing::Cluster::shared();
        const std::string url = cluster.create_database("rewrite");
        cluster.run_sql(url, kSchema);
        connection_.reset(PQconnectdb(url.c_str()));
        run("SET timezone = 'UTC'");
    }

    /// Runs a statement; the values of the first column.
    static std::vector<std::string> run(const std::string& sql) {
        std::unique_ptr<PGresult, decltype(&PQclear)> rows(PQexec(connection_.get(), sql.c_str()),
                                                           &PQclear);
        const ExecStatusType status = PQresultStatus(rows.get());
        EXPECT_TRUE(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
            << PQresultErrorMessage(rows.get()) << sql;
        std::vector<std::string> out;
        for (int i = 0; i < PQntuples(rows.get()); ++i)
            out.emplace_back(PQgetisnull(rows.get(), i, 0) == 1 ? "null"
                                                                : PQgetvalue(rows.get(), i, 0));
        return out;
    }

    static catalog::Catalog snapshot() {
        auto catalog = catalog::read_snapshot(run(std::string(catalog::snapshot_sql())).at(0));
        EXPECT_TRUE(catalog) << to_string(catalog.error());
        return std::move(*catalog);
    }

    static json::Value read(const std::string& text, Arena& arena) {
        auto value = json::read(text, arena, 1000);
        EXPECT_TRUE(value) << to_string(value.error()) << text;
        return value ? *value : json::Value{};
    }

    static std::string normal(const json::Value& value) {
        std::string out;
        json::write(out, value);
        return out;
    }

    /// The member values that `members` ask of a document.
    static std::string pick(const json::Value& value, const std::vector<Member>& members) {
        if (!value.is_object()) return "null";
        std::string out = "{";
        for (const Member& member : members) {
            if (out.size() > 1) out += ",";
            json::write_string(out, member.response_key);
            out += ":";
            const json::Value* found = value.find(member.key);
            if (found == nullptr)
                out += "null";
            else if (member.kind == Member::Kind::Leaf)
                out += normal(*found);
            else if (member.kind == Member::Kind::Object)
                out += pick(*found, member.members);
            else
                out += pick_list(*found, member.members);
        }
        return out + "}";
    }

    static std::string pick_list(const json::Value& value, const std::vector<Member>& members) {
        if (!value.is_array()) return "null";
        std::string out = "[";
        for (const json::Value& item : value.items)
            out += (out.size() > 1 ? "," : "") + pick(item, members);
        return out + "]";
    }

    /// What the view's documents hold under the wanted keys, one text a row, sorted.
    static std::vector<std::string> as_it_is(const std::string& view,
                                             const std::vector<Wanted>& wanted) {
        std::vector<std::string> out;
        for (const std::string& row : run("SELECT data FROM " + view)) {
            Arena arena;
            const json::Value document = read(row, arena);
            std::string line;
            for (const Wanted& want : wanted) {
                const json::Value* value = &document;
                for (const std::string& key : want.keys)
                    value = value != nullptr && value->is_object() ? value->find(key) : nullptr;
                const json::Value null;
                if (value == nullptr) value = &null;
                line += want.kind == Wanted::Kind::Value    ? normal(*value)
                        : want.kind == Wanted::Kind::Object ? pick(*value, want.members)
                                                            : pick_list(*value, want.members);
                line += " ";
            }
            out.push_back(line);
        }
        std::sort(out.begin(), out.end());
        return out;
    }

    /// The same through the view's query; nothing where that is refused, or where an object or
    /// list cannot be built. `sql` is what was executed.
    static std::optional<std::vector<std::string>> seen_through(const Views& views,
                                                                const std::string& view,
                                                                const std::vector<Wanted>& wanted,
                                                                std::string& sql) {
        const catalog::Relation* relation = views.catalog().relation("public", view);
        SeeThrough reading(views, relation->oid);
        if (!reading.is_possible()) return std::nullopt;
        const catalog::AttributeNumber data = relation->column("data")->number;
        std::string columns;
        for (const Wanted& want : wanted) {
            std::optional<Column> column;
            if (want.kind == Wanted::Kind::Value) column = reading.value(data, want.keys);
            if (want.kind == Wanted::Kind::Object)
                column = reading.object(data, want.keys, want.members);
            if (want.kind == Wanted::Kind::List)
                column = reading.list(data, want.keys, want.members);
            if (!column) return std::nullopt;
            const std::string name = sql::Fragment("t.").identifier(column->name).text();
            columns += (columns.empty() ? "" : ", ");
            columns += column->through_jsonb ? "to_jsonb(" + name + ")" : name;
        }
        sql =
            "SELECT json_build_array(" + columns + ") FROM (" + reading.select().text() + ") AS t";
        std::vector<std::string> out;
        for (const std::string& row : run(sql)) {
            Arena arena;
            std::string line;
            for (const json::Value& value : read(row, arena).items)
                line += normal(value) + " ";
            out.push_back(line);
        }
        std::sort(out.begin(), out.end());
        return out;
    }

    struct Disconnect {
        void operator()(PGconn* connection) const { PQfinish(connection); }
    };
    static inline std::unique_ptr<PGconn, Disconnect> connection_;
};

}  // namespace fraiseql::rewrite
