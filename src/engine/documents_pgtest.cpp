// SPDX-License-Identifier: MIT
#include "engine/documents.hpp"

#include <gtest/gtest.h>

#include "catalog/read_snapshot.hpp"
#include "catalog/snapshot_sql.hpp"
#include "pg/session.hpp"
#include "testing/cluster.hpp"
#include "turbo/sha256.hpp"

namespace fraiseql::engine {
namespace {

const std::string kQuery = "{ users(limit: 5) { id } }";
const std::string kOther = "query Two($limit: Int) { users(limit: $limit) { id name } }";

class DocumentsTest : public ::testing::Test {
  protected:
    static std::shared_ptr<const schema::Model> model() {
        static const auto loaded = [] {
            auto& cluster = testing::Cluster::shared();
            const std::string url = cluster.create_database("documents");
            cluster.run_sql(url,
                            "CREATE TABLE tb_user (id int PRIMARY KEY, name text NOT NULL);"
                            "CREATE VIEW v_user AS SELECT id, jsonb_build_object('id', id, 'name', "
                            "name) AS data FROM tb_user");
            auto snapshot = pg::query_once(url, std::string(catalog::snapshot_sql()));
            return schema::build_model(catalog::read_snapshot(snapshot.value()).value()).value();
        }();
        return loaded;
    }

    void register_operations() {
        std::vector<std::string> problems;
        documents_.replace_registry(turbo::Registry::build(
            {{.id = "users", .text = kQuery, .hashes = {"0123456789abcdef"}}}, problems));
    }

    /// The request's extensions with the hash of `text`.
    const json::Value* hash_of(const std::string& text) {
        const std::string json =
            R"({"persistedQuery":{"version":1,"sha256Hash":")" + turbo::sha256_hex(text) + R"("}})";
        return arena_.make<json::Value>(
            json::read(arena_.copy(std::string_view(json)), arena_).value());
    }

    /// The text of the document that is found, or the code of the error.
    std::string find(const Request& request) {
        const auto found = documents_.find(request).document;
        return found ? (*found)->source : std::string(info(found.error().code).wire);
    }

    Arena arena_;
    /// As another engine would have them from now on.
    void change(void (*change_one)(Settings&)) {
        Settings next = *settings_;
        change_one(next);
        settings_ = std::make_shared<const Settings>(std::move(next));
    }

    std::shared_ptr<const Settings> settings_ = std::make_shared<const Settings>(
        Settings{.persisted = std::make_shared<turbo::PersistedTexts>(1U << 20U)});
    Documents documents_{settings_, model()};
};

TEST_F(DocumentsTest, PersistsAQueryUnderItsHash) {
    EXPECT_EQ(find({.query = {}, .extensions = hash_of(kQuery)}), "PERSISTED_QUERY_NOT_FOUND");
    EXPECT_EQ(find({.query = kQuery, .extensions = hash_of(kQuery)}), kQuery);
    EXPECT_EQ(find({.query = {}, .extensions = hash_of(kQuery)}), kQuery);
    EXPECT_EQ(find({.query = {}, .document_id = "sha256:" + turbo::sha256_hex(kQuery)}), kQuery);
}

TEST_F(DocumentsTest, AnswersAHashThatAnotherWorkerHasPersisted) {
    Documents other(settings_, model());
    ASSERT_TRUE(other.find({.query = kQuery, .extensions = hash_of(kQuery)}).document);
    EXPECT_EQ(find({.query = {}, .extensions = hash_of(kQuery)}), kQuery);
}

TEST_F(DocumentsTest, RefusesAHashOfAnotherText) {
    const Request request{.query = kOther, .extensions = hash_of(kQuery)};
    EXPECT_EQ(find(request), "BAD_REQUEST");
    EXPECT_EQ(find({.query = {}, .extensions = hash_of(kQuery)}), "PERSISTED_QUERY_NOT_FOUND");
    find({.query = kQuery, .extensions = hash_of(kQuery)});
    EXPECT_EQ(find(request), "BAD_REQUEST");
    EXPECT_EQ(documents_.find(request).document.error().message,
              "provided sha does not match query");
}

TEST_F(DocumentsTest, DoesNotPersistWhatIsNotValid) {
    const std::string wrong = "{ users { nothing } }";
    find({.query = wrong, .extensions = hash_of(wrong)});
    EXPECT_EQ(find({.query = {}, .extensions = hash_of(wrong)}), "PERSISTED_QUERY_NOT_FOUND");
}

TEST_F(DocumentsTest, SaysThatHashesAreNotSupported) {
    change([](Settings& next) { next.persisted = nullptr; });
    EXPECT_EQ(find({.query = {}, .extensions = hash_of(kQuery)}), "PERSISTED_QUERY_NOT_SUPPORTED");
    EXPECT_EQ(find({.query = kQuery, .extensions = hash_of(kQuery)}), kQuery);
}

TEST_F(DocumentsTest, FindsRegisteredOperationsByAnyName) {
    register_operations();
    const auto document = documents_.find({.query = kQuery}).document.value();
    const std::string sha256 = turbo::sha256_hex(kQuery);
    for (const std::string& id :
         {std::string("users"), std::string("0123456789abcdef"), sha256, "sha256:" + sha256})
        EXPECT_EQ(documents_.find({.query = {}, .document_id = id}).document.value(), document)
            << id;
    EXPECT_EQ(documents_.find({.query = {}, .extensions = hash_of(kQuery)}).document.value(),
              document);
    EXPECT_EQ(find({.query = {}, .document_id = "posts"}), "PERSISTED_QUERY_NOT_FOUND");
    EXPECT_EQ(find({.query = kQuery, .document_id = "users"}), "BAD_REQUEST");
}

TEST_F(DocumentsTest, KeepsThePlansOfWhatStaysRegistered) {
    register_operations();
    const auto document = documents_.find({.query = kQuery}).document.value();
    register_operations();
    EXPECT_EQ(documents_.find({.query = kQuery}).document.value(), document);
    documents_.replace_registry(std::make_shared<turbo::Registry>());
    EXPECT_EQ(find({.query = {}, .document_id = "users"}), "PERSISTED_QUERY_NOT_FOUND");
    documents_.replace_model(model());
    EXPECT_EQ(find({.query = kQuery}), kQuery);
}

TEST_F(DocumentsTest, PlansARequestUnderTheSettingsThatItBeganWith) {
    const Request request{.query = kQuery};
    const auto before = settings_;
    change([](Settings& next) { next.compile.max_page_size = 2; });
    const auto found = documents_.find(request).document;
    const auto apart = documents_.under(found, *before).value();
    EXPECT_NE(apart, found.value());
    EXPECT_EQ(documents_.under(found, *settings_).value(), found.value());
    // A page of five is planned for the one and refused to the other, whoever comes first.
    EXPECT_TRUE(prepare_request(apart, request, *before));
    EXPECT_FALSE(prepare_request(found.value(), request, *settings_));
}

TEST_F(DocumentsTest, RunsNothingElseWhereOnlyRegisteredOperationsMay) {
    register_operations();
    change([](Settings& next) { next.only_registered = true; });
    EXPECT_EQ(find({.query = {}, .document_id = "users"}), kQuery);
    EXPECT_EQ(find({.query = kQuery}), kQuery);
    EXPECT_EQ(find({.query = kQuery + " "}), "FORBIDDEN");
    EXPECT_EQ(find({.query = kOther}), "FORBIDDEN");
    EXPECT_EQ(find({.query = kOther, .extensions = hash_of(kOther)}), "FORBIDDEN");
    EXPECT_EQ(find({.query = {}, .extensions = hash_of(kOther)}), "FORBIDDEN");
    EXPECT_EQ(find({.query = "{ __typename }"}), "FORBIDDEN");
}

TEST_F(DocumentsTest, DoesNotLetVariablesReplaceWhatIsWrittenInTheOperation) {
    register_operations();
    const json::Value variables = json::read(R"({"limit": 1000, "where": {}})", arena_).value();
    const Request request{.query = {}, .document_id = "users", .variables = &variables};
    const auto prepared =
        prepare_request(documents_.find(request).document.value(), request, *settings_);
    ASSERT_TRUE(prepared);
    EXPECT_EQ(prepared->arguments[0].find("limit")->text, "5");
    EXPECT_EQ(prepared->arguments[0].find("where"), nullptr);
}

}  // namespace
}  // namespace fraiseql::engine
