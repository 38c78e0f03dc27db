// SPDX-License-Identifier: MIT
// Documents: objects, lists and scalars that a view builds, and operations on them.
#include "lineage/lineage_pgtest.hpp"

namespace fraiseql::lineage {
namespace {

using ::testing::HasSubstr;

class DocumentTest : public LineageTest {};

TEST_F(DocumentTest, TakesTypesFromColumns) {
    EXPECT_EQ(
        of_user("jsonb_build_object('id', u.id, 'bio', u.bio, 'mood', u.mood, 'email', u.email)"),
        "{ id: uuid!, bio: text, mood: mood, email: email! }!");
    EXPECT_EQ(of_user("json_build_object('a', 1, 'b', 'x', 'c', true, 'd', 1.5, 'e', NULL)"),
              "{ a: int4!, b: text!, c: bool!, d: numeric!, e: JSON(The value is always null.) }!");
}

TEST_F(DocumentTest, TurnsArraysAndRowsIntoListsAndObjects) {
    EXPECT_EQ(of_user("jsonb_build_object('tags', u.tags, 't', to_jsonb(u.tags), 'home', u.home)"),
              "{ tags: [text]!, t: [text]!, home: { street: text, zip: int4 } }!");
    EXPECT_EQ(of_user("to_jsonb(ARRAY[1, 2])"), "[int4!]!");
    EXPECT_EQ(of_user("row_to_json(ROW(u.id, u.bio))"), "{ f1: uuid!, f2: text }!");
    EXPECT_EQ(of_user("(u.home).zip"), "int4");
    EXPECT_EQ(of_user("u.tags[1]"), "text");
    EXPECT_EQ(of_user("json_build_array(u.pk, 1::smallint)"), "[int8!]!");
}

TEST_F(DocumentTest, ReadsWholeRows) {
    EXPECT_EQ(shape_of("SELECT to_jsonb(n.*) FROM tb_node n"),
              "{ pk: int8!, fk_parent: int8, name: text! }!");
    EXPECT_EQ(shape_of("SELECT row_to_json(s) FROM (SELECT pk AS key, name FROM tb_node) s"),
              "{ key: int8!, name: text! }!");
    EXPECT_EQ(shape_of("SELECT to_jsonb(v.*) FROM v_user v"), "{ id: uuid!, data: <v_user>! }!");
    EXPECT_EQ(shape_of("SELECT to_jsonb(j.*) FROM (tb_node a JOIN tb_node b USING (pk)) j"),
              "{ pk: int8!, fk_parent: int8, name: text!, fk_parent: int8, name: text! }!");
}

TEST_F(DocumentTest, NestsObjects) {
    EXPECT_EQ(
        of_user("jsonb_build_object('__typename', 'User', 'in', json_build_object('id', u.id))"),
        "User { in: { id: uuid! }! }!");
}

TEST_F(DocumentTest, RefersToOtherViews) {
    EXPECT_EQ(shape_of("SELECT data FROM v_user"), "<v_user>!");
    EXPECT_EQ(shape_of("SELECT jsonb_build_object('author', v.data) FROM v_user v"),
              "{ author: <v_user>! }!");
    EXPECT_EQ(shape_of("SELECT data FROM tv_user"), "<tv_user>!");
    EXPECT_EQ(shape_of("SELECT json_agg(f.data) FROM fn_posts() f"), "[<v_post>]");
    EXPECT_EQ(shape_of("WITH x AS (SELECT * FROM v_post) SELECT data FROM (SELECT * FROM x) y"),
              "<v_post>!");
}

TEST_F(DocumentTest, ReadsKeysOfKnownObjects) {
    EXPECT_EQ(shape_of("SELECT data->>'name' FROM v_user"), "text!");
    EXPECT_EQ(shape_of("SELECT data->'id' FROM v_user"), "uuid!");
    EXPECT_EQ(shape_of("SELECT data#>'{author,id}' FROM v_post"), "uuid!");
    EXPECT_EQ(shape_of("SELECT data#>>ARRAY['author','name'] FROM v_post"), "text!");
    EXPECT_EQ(shape_of("SELECT jsonb_extract_path(data, 'author', 'id') FROM v_post"), "uuid!");
    EXPECT_EQ(shape_of("SELECT data->'author' FROM v_post"), "<v_user>!");
    EXPECT_EQ(shape_of("SELECT (data->>'id')::uuid FROM v_user"), "uuid!");
    EXPECT_EQ(shape_of("SELECT data['author']['id'] FROM v_post"), "uuid!");
    EXPECT_EQ(shape_of("SELECT jsonb_build_array(1, 2)->0"), "int4");
    EXPECT_EQ(of_user("to_jsonb(u.tags)->>0"), "text");
}

TEST_F(DocumentTest, ChangesObjects) {
    EXPECT_EQ(of_user("jsonb_build_object('a', 1, 'b', 2) || jsonb_build_object('b', u.bio)"),
              "{ a: int4!, b: text }!");
    EXPECT_EQ(shape_of("SELECT data || '{\"kind\": \"x\", \"n\": 1}' FROM v_user"),
              "User { id: uuid!, name: text!, n: numeric!, kind: text! }!");
    EXPECT_EQ(shape_of("SELECT data - 'name' FROM v_user"), "User { id: uuid! }!");
    EXPECT_EQ(shape_of("SELECT data - '{name,id}'::text[] FROM v_user"), "User { }!");
    EXPECT_EQ(shape_of("SELECT jsonb_set(data, '{name}', to_jsonb(1)) FROM v_user"),
              "User { id: uuid!, name: int4! }!");
    EXPECT_EQ(
        of_user("jsonb_strip_nulls(jsonb_build_object('a', 1, 'b', jsonb_build_object('c', 2)))"),
        "{ a: int4, b: { c: int4 } }!");
}

TEST_F(DocumentTest, ReadsConstants) {
    EXPECT_EQ(shape_of(R"(SELECT '{"a": [1, null, 2], "b": {"c": "x"}, "long": true}'::jsonb)"),
              "{ a: [numeric]!, b: { c: text! }!, long: bool! }!");
    EXPECT_EQ(shape_of(R"(SELECT '{"__typename": "T", "b": false}'::json)"), "T { b: bool! }!");
    EXPECT_EQ(shape_of("SELECT '\"x\"'::jsonb"), "text!");
    EXPECT_EQ(shape_of("SELECT '[]'::jsonb"), "[JSON(The list is always empty.)]!");
    EXPECT_EQ(shape_of("SELECT ARRAY['a', 'b']::text[]"), "[text!]!");
    EXPECT_EQ(shape_of("SELECT '{a,b}'::text[]"), "[text!]!");
    EXPECT_EQ(shape_of("SELECT '{a,NULL}'::text[]"), "[text]!");
}

TEST_F(DocumentTest, CastsBetweenJsonTypes) {
    EXPECT_EQ(of_user("jsonb_build_object('a', u.id)::json"), "{ a: uuid! }!");
    EXPECT_EQ(of_user("json_build_object('a', u.id)::jsonb"), "{ a: uuid! }!");
    EXPECT_EQ(of_user("json_build_object('a', u.id)::text"), "text!");
    EXPECT_EQ(of_user("u.bio::varchar(9)"), "varchar");
    EXPECT_THAT(of_user("u.bio::jsonb"), HasSubstr("Text cast to JSON is jsonb"));
}

TEST_F(DocumentTest, SaysWhyJsonIsUntyped) {
    EXPECT_EQ(
        of_user("jsonb_build_object('doc', u.doc)"),
        "{ doc: JSON(Key \"doc\": Column tb_user.doc is jsonb, whose content the catalog does "
        "not describe.) }!");
    EXPECT_THAT(of_user("jsonb_build_object('a', jsonb_build_object('b', u.doc))"),
                HasSubstr("Key \"a.b\": Column"));
    EXPECT_THAT(of_user("jsonb_build_object(u.name, 1)"), HasSubstr("Key number 1"));
    EXPECT_THAT(of_user("jsonb_build_object('m', jsonb_object_agg(u.name, 1))"),
                HasSubstr("Key \"m\": jsonb_object_agg() makes an object whose keys are data."));
    EXPECT_THAT(of_user("u.doc->'a'"), HasSubstr("Key \"a\": Column tb_user.doc"));
    EXPECT_THAT(shape_of("SELECT b FROM fn_table()"), HasSubstr("JSON("));
    EXPECT_THAT(shape_of("SELECT data->'nope' FROM v_user"), HasSubstr("always null"));
}

TEST_F(DocumentTest, BuildsObjectsFromVariadicArrays) {
    EXPECT_EQ(of_user("jsonb_build_object(VARIADIC ARRAY['a', u.name, 'b', u.bio])"),
              "{ a: text!, b: text }!");
    EXPECT_THAT(shape_of("SELECT jsonb_build_object(VARIADIC tags) FROM tb_user WHERE pk = 1"),
                HasSubstr("VARIADIC"));
}

TEST_F(DocumentTest, LastOfTwoEqualKeysWins) {
    EXPECT_EQ(of_user("jsonb_build_object('a', 1, 'a', u.bio)"), "{ a: text }!");
}

}  // namespace
}  // namespace fraiseql::lineage
