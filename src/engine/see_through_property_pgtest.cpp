// SPDX-License-Identifier: MIT
// Any views, any query, any role: what is read through views is what they have, and what is refused
// is refused both ways. FRAISEQL_SEED chooses other cases, FRAISEQL_CASES how many.
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>

#include "catalog/read_snapshot.hpp"
#include "catalog/snapshot_sql.hpp"
#include "engine/assemble.hpp"
#include "engine/prepared.hpp"
#include "engine/random_operation.hpp"
#include "engine/random_views.hpp"
#include "pg/session.hpp"
#include "respond/error_json.hpp"
#include "testing/cluster.hpp"

namespace fraiseql::engine {
namespace {

std::uint64_t number(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// JSON without the white space between tokens: all else counts.
std::string without_space(std::string_view text) {
    std::string out;
    bool inside = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') inside = !inside;
        if (inside && text[i] == '\\') out += text[i++];
        if (inside || (text[i] != ' ' && text[i] != '\n')) out += text[i];
    }
    return out;
}

/// By whom the catalog was read, and as whom requests run where the session is switched.
struct Roles {
    const char* catalog;
    const char* switched;
};
const std::vector<Roles> kRoles = {{"random_app", ""},
                                   {"", ""},
                                   {"random_app", "random_reader"},
                                   {"", "random_app"},
                                   {"random_owner", ""}};

struct Answer {
    std::string sql;
    std::string text;
};

/// One transaction with a case's views in it.
class Stage {
  public:
    Stage(pg::Session& session, const Row& row) : session_(session), choices_(row) { build(); }
    Stage(pg::Session& session, std::uint64_t seed) : session_(session), choices_(seed) { build(); }
    ~Stage() { script("ROLLBACK"); }
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    const Row& row() const noexcept { return choices_.values(); }
    const std::string& sql() const noexcept { return sql_; }
    const schema::Model* model() const noexcept { return model_.get(); }
    const Roles& roles() const noexcept { return roles_; }

    std::string query(Choices& choices) const {
        return RandomOperation(*model_->schema, choices).write();
    }

    Answer answer(const std::string& query, bool see_through) {
        Settings settings;
        settings.compile.see_through = see_through;
        settings.compile.columns = see_through;
        settings.compile.switched_role = roles_.switched[0] != '\0';
        auto prepared = prepare_request(prepare_document(model_, query, settings.parse),
                                        Request{.query = query}, settings);
        if (!prepared) return {"", "refused: " + respond::error_response(prepared.error())};
        script("SAVEPOINT s");
        if (settings.compile.switched_role)
            script("SET LOCAL ROLE " + std::string(roles_.switched));
        Answer out = execute(*prepared);
        script("ROLLBACK TO s; RELEASE s");
        return out;
    }

  private:
    void build() {
        RandomViews views(choices_);
        roles_ = choices_.pick(kRoles);
        sql_ = views.surroundings();
        char name = 'a';
        do {
            sql_ += views.create("v_" + std::string(1, name));
        } while (++name < 'g' && choices_.chance(80));
        script("BEGIN");
        script(sql_);
        if (roles_.catalog[0] != '\0') script("SET LOCAL ROLE " + std::string(roles_.catalog));
        auto text = session_.query(std::string(catalog::snapshot_sql()));
        if (!text) {
            ADD_FAILURE() << text.error().message << "\n" << sql_;
            return;
        }
        auto catalog = catalog::read_snapshot(text->get(0, 0));
        // A role may be left without any view: then there is nothing to ask.
        if (auto model = schema::build_model(std::move(*catalog))) model_ = *model;
    }

    void script(const std::string& text) {
        auto done = session_.run_script(text);
        EXPECT_TRUE(done.has_value()) << done.error().message << "\n" << text;
    }

    Answer execute(const PreparedRequest& prepared) {
        Answer out;
        std::vector<UnitResult> results;
        for (const CompiledUnit& unit : *prepared.units) {
            UnitResult result{.unit = &unit.unit};
            for (const pg::Call& call : bind_unit(unit, prepared).calls) {
                out.sql += call.statement->sql + ";\n";
                auto rows = session_.query(call.statement->sql, call.params);
                if (!rows) {
                    out.text = "error " + rows.error().sqlstate;
                    out.sql += "-- " + rows.error().message + "\n";
                    return out;
                }
                result.rows.push_back(std::move(*rows));
            }
            results.push_back(std::move(result));
        }
        out.text = without_space(assemble(prepared, results, {}, false).str());
        return out;
    }

    pg::Session& session_;
    Choices choices_;
    Roles roles_ = {};
    std::string sql_;
    std::shared_ptr<const schema::Model> model_;
};

/// What a run came to, so that a generator that asks nothing of interest is noticed.
struct Tally {
    std::uint64_t cases = 0, different_sql = 0, failed = 0, refused = 0;
};

class SeeThroughProperty : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        const auto& cluster = testing::Cluster::shared();
        const std::string url = cluster.create_database("property");
        cluster.run_sql(url, kRandomTables);
        session_.emplace(pg::Session::open(url).value());
        ASSERT_TRUE(session_->run_script(
            "SET timezone = 'UTC'; SET jit = off; SET client_min_messages = error; "
            "SET statement_timeout = '10s'"));
    }
    static void TearDownTestSuite() { session_.reset(); }

    /// Whether both ways agree; `report` gets what a person needs to see why not.
    static bool agrees(Stage& stage, Choices& choices, Tally* tally, std::string* report) {
        const std::string query = stage.query(choices);
        const Answer seen = stage.answer(query, true);
        const Answer kept = stage.answer(query, false);
        const bool slow = seen.text == "error 57014" || kept.text == "error 57014";
        if (tally != nullptr) {
            ++tally->cases;
            tally->different_sql += seen.sql != kept.sql ? 1 : 0;
            tally->failed += kept.text.starts_with("error") ? 1 : 0;
            tally->refused += kept.text.starts_with("refused") ? 1 : 0;
        }
        if (report != nullptr)
            *report = "catalog read by \"" + std::string(stage.roles().catalog) +
                      "\", switched to \"" + stage.roles().switched + "\"\n" + stage.sql() + query +
                      "\n\nseen through:\n" + seen.sql + seen.text + "\n\nas it is:\n" + kept.sql +
                      kept.text;
        return slow || seen.text == kept.text;
    }

    /// Makes the query smaller, then the views, and says what is left.
    static std::string smallest(const Row& views, const Row& operation) {
        auto fails = [&](const Row& of_views, const Row& of_operation, std::string* report) {
            Stage stage(*session_, of_views);
            Choices choices(of_operation);
            return stage.model() != nullptr && !agrees(stage, choices, nullptr, report);
        };
        Row query = operation;
        {
            Stage stage(*session_, views);
            query = shrink(
                query,
                [&](const Row& row) {
                    Choices choices(row);
                    return !agrees(stage, choices, nullptr, nullptr);
                },
                150);
        }
        const Row small =
            shrink(views, [&](const Row& row) { return fails(row, query, nullptr); }, 150);
        query = shrink(query, [&](const Row& row) { return fails(small, row, nullptr); }, 100);
        std::string report;
        fails(small, query, &report);
        return report;
    }

    static inline std::optional<pg::Session> session_;
};

TEST_F(SeeThroughProperty, ChangesNoAnswer) {
    constexpr std::uint64_t kQueriesOfAStage = 40;
    const std::uint64_t seed = number("FRAISEQL_SEED", 1);
    const std::uint64_t cases = number("FRAISEQL_CASES", 1500);
    Tally tally;
    for (std::uint64_t batch = 0; tally.cases < cases; ++batch) {
        const std::uint64_t base = (seed * 1'000'003 + batch) * 1000;
        std::optional<Stage> stage(std::in_place, *session_, base);
        if (HasFailure()) return;
        if (stage->model() == nullptr) continue;
        for (std::uint64_t n = 1; n <= kQueriesOfAStage; ++n) {
            Choices choices(base + n);
            if (agrees(*stage, choices, &tally, nullptr)) continue;
            const Row views = stage->row();
            stage.reset();
            ADD_FAILURE() << "seed " << seed << ", batch " << batch << ", query " << n << "\n"
                          << smallest(views, choices.values());
            return;
        }
    }
    std::printf("%lu cases: %lu seen through, %lu errors both ways, %lu refused\n", tally.cases,
                tally.different_sql, tally.failed, tally.refused);
    EXPECT_GT(tally.different_sql, cases / 4);
    EXPECT_LT(tally.failed + tally.refused, cases / 2);
}

}  // namespace
}  // namespace fraiseql::engine
