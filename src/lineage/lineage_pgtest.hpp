// SPDX-License-Identifier: MIT
// The fixture of the lineage tests: a small schema, and the inferred shape of any SELECT over it.
#pragma once

#include <gmock/gmock.h>
#include <libpq-fe.h>

#include <memory>
#include <string>

#include "catalog/read_snapshot.hpp"
#include "catalog/snapshot_sql.hpp"
#include "lineage/conformance_pgtest.hpp"
#include "lineage/lineage.hpp"
#include "testing/cluster.hpp"

namespace fraiseql::lineage {

class LineageTest : public ::testing::Test {
  protected:
    static constexpr const char* kSchema = R"(
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
CREATE TYPE address AS (street text, zip int);
CREATE TABLE tb_user (pk bigint PRIMARY KEY, id uuid NOT NULL UNIQUE, name text NOT NULL, bio text,
  email email NOT NULL, mood mood, tags text[] NOT NULL, home address, doc jsonb,
  created_at timestamptz NOT NULL);
COMMENT ON COLUMN tb_user.name IS 'What to call them.
@authorize owner';
CREATE TABLE tb_post (pk bigint PRIMARY KEY, id uuid NOT NULL, fk_user bigint NOT NULL REFERENCES
  tb_user,
  fk_editor bigint, title text NOT NULL, score numeric(10,2), at date);
CREATE TABLE tv_user (id uuid PRIMARY KEY, data jsonb NOT NULL);
CREATE TABLE tb_node (pk bigint PRIMARY KEY, fk_parent bigint, name text NOT NULL);
CREATE VIEW v_user AS SELECT id, jsonb_build_object('__typename', 'User', 'id', id, 'name', name)
  AS data
  FROM tb_user;
CREATE VIEW v_post AS SELECT p.id, p.fk_user, jsonb_build_object('__typename', 'Post', 'id', p.id,
  'title', p.title, 'author', u.data) AS data
  FROM tb_post p JOIN tb_user t ON t.pk = p.fk_user JOIN v_user u ON u.id = t.id;
CREATE FUNCTION fn_posts() RETURNS SETOF v_post LANGUAGE sql STABLE AS 'SELECT * FROM v_post';
CREATE FUNCTION fn_table() RETURNS TABLE (a int, b jsonb) LANGUAGE sql STABLE AS 'SELECT 1,
  NULL::jsonb';
INSERT INTO tb_user VALUES
  (1, gen_random_uuid(), 'Ada', NULL, 'ada@x.org', NULL, '{}', NULL, NULL, '2020-01-01'),
  (2, gen_random_uuid(), 'Bob', '1', 'bob@x.org', 'happy', '{a,NULL,b}', ('Rue', NULL), '{"a":
  1}', now()),
  (3, gen_random_uuid(), 'Eve', '2', 'eve@x.org', 'sad', '{z}', ('Way', 7), 'null', 'infinity');
INSERT INTO tb_post VALUES (1, gen_random_uuid(), 2, NULL, 'One', NULL, NULL),
  (2, gen_random_uuid(), 2, 1, 'Two', 2.5, '2020-02-03'), (3, gen_random_uuid(), 3, 9, 'Three',
  'NaN', NULL);
INSERT INTO tv_user SELECT id, to_jsonb(name) FROM tb_user;
INSERT INTO tb_node VALUES (1, NULL, 'root'), (2, 1, 'left'), (3, 1, 'right'), (4, 2, 'leaf'),
  (9, 4, 'deep');
)";

    static void SetUpTestSuite() {
        if (connection_) return;
        const auto& cluster = fraiseql::testing::Cluster::shared();
        std::string url = cluster.create_database("lineage");
        cluster.run_sql(url, kSchema);
        connection_.reset(PQconnectdb(url.c_str()));
    }

    static std::string run(const std::string& sql) {
        std::unique_ptr<PGresult, decltype(&PQclear)> rows(PQexec(connection_.get(), sql.c_str()),
                                                           &PQclear);
        ExecStatusType status = PQresultStatus(rows.get());
        bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
        EXPECT_TRUE(good) << PQresultErrorMessage(rows.get()) << sql;
        return PQntuples(rows.get()) > 0 ? PQgetvalue(rows.get(), 0, 0) : "";
    }

    static catalog::Catalog snapshot() {
        auto catalog = catalog::read_snapshot(run(std::string(catalog::snapshot_sql())));
        EXPECT_TRUE(catalog) << to_string(catalog.error());
        return std::move(*catalog);
    }

    /// Makes a view of `select`, and returns the shape of its last column as text. What the view
    /// returns for the rows above must fit the shapes of all columns.
    static std::string shape_of(const std::string& select) {
        run("CREATE VIEW v_case AS " + select);
        catalog::Catalog catalog = snapshot();
        std::string rows = run("SELECT coalesce(json_agg(to_json(each)), '[]') FROM v_case each");
        run("DROP VIEW v_case");
        auto lineage = Lineage::of(catalog);
        EXPECT_TRUE(lineage) << to_string(lineage.error());
        const auto* view = catalog.relation("public", "v_case");
        if (!lineage || !view) return "no view";
        const RelationShape& shape = lineage->relation(view->oid);
        expect_rows_fit(rows, shape, *lineage, catalog);
        return to_string(*shape.columns.back().shape, catalog);
    }

    static void expect_rows_fit(const std::string& rows, const RelationShape& shape,
                                const Lineage& lineage, const catalog::Catalog& catalog) {
        Arena arena;
        auto read = json::read(rows, arena);
        ASSERT_TRUE(read) << rows;
        for (const json::Value& row : read->items) {
            for (const ColumnShape& column : shape.columns) {
                const json::Value* value = row.find(column.name);
                ASSERT_NE(value, nullptr) << column.name;
                EXPECT_EQ(contradiction(*value, *column.shape, lineage, catalog, column.name), "")
                    << rows;
            }
        }
    }

    /// The shape of a single expression over the users.
    static std::string of_user(const std::string& expression) {
        return shape_of("SELECT " + expression + " FROM tb_user u");
    }

    struct Disconnect {
        void operator()(PGconn* connection) const { PQfinish(connection); }
    };
    static inline std::unique_ptr<PGconn, Disconnect> connection_;
};

}  // namespace fraiseql::lineage
