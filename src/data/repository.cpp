// SPDX-License-Identifier: MIT
#include "fraiseql/repository.hpp"

#include <charconv>

#include "data/access.hpp"
#include "data/calling.hpp"
#include "data/copying.hpp"
#include "data/names.hpp"
#include "data/nesting.hpp"
#include "data/reading.hpp"
#include "engine/session_settings.hpp"
#include "pg/pipeline.hpp"
#include "respond/sqlstate.hpp"
#include "runtime/task_bridge.hpp"

namespace fraiseql {
namespace detail {

void refuse_misfit(const std::string& source, const failure& misfit) {
    // What a codec of the application says for itself stands.
    const bool own = misfit.code() != "BAD_USER_INPUT" && misfit.code() != "BAD_REQUEST";
    if (own) throw failure(misfit);
    throw failure("What comes from " + source + " does not fit its C++ type: " + misfit.what(),
                  "INTERNAL_SERVER_ERROR",
                  misfit.hint().empty() ? "What may be null is a std::optional." : misfit.hint(),
                  misfit.extensions());
}

/// The statements of one request.
class repository_state {
  public:
    explicit repository_state(data::Store store) : store_(std::move(store)) {}
    /// Inside a transaction, or the savepoint `number` of it.
    repository_state(data::Store store, std::shared_ptr<pg::Reservation> reservation,
                     std::shared_ptr<data::Nesting> nesting, int number)
        : store_(std::move(store)),
          reservation_(std::move(reservation)),
          nesting_(std::move(nesting)),
          number_(number) {}

    bool in_transaction() const noexcept { return nesting_ != nullptr; }
    bool is_outermost() const noexcept { return number_ == data::Nesting::kOutermost; }
    /// Of the savepoint, and of what is in it.
    std::string name() const { return "fraiseql_" + std::to_string(number_); }
    int number() const noexcept { return number_; }
    const std::shared_ptr<data::Nesting>& nesting() const noexcept { return nesting_; }
    const std::shared_ptr<pg::Reservation>& reservation() const noexcept { return reservation_; }
    /// Nothing more is run in it; the outermost one lets go of its connection.
    void end() noexcept { reservation_.reset(); }

    const data::Store& store() const noexcept { return store_; }

    /// Throws failure where what this belongs to is over, or another part of it is in the way.
    void expect_usable() const {
        if (store_.request && store_.request->expired())
            throw failure("The request that this repository belongs to is over.",
                          "INTERNAL_SERVER_ERROR",
                          "Keep no repository: each request has its own in context::repo().");
        if (!in_transaction()) return;
        if (reservation_ == nullptr)
            throw failure("The transaction is over.", "INTERNAL_SERVER_ERROR",
                          "What its body was given is good until the body ends.");
        if (!nesting_->may_run(number_)) refuse();
    }

    /// Throws failure: why nothing more can be run in the transaction.
    [[noreturn]] void refuse() const {
        if (!reservation_->in_transaction())
            throw failure("A statement ended the transaction that it was part of.",
                          "INTERNAL_SERVER_ERROR",
                          "transaction() commits where its body returns, and rolls back where it "
                          "throws.");
        throw failure(
            "Two transactions inside of one were open at the same time, so all of it is "
            "rolled back.",
            "INTERNAL_SERVER_ERROR",
            "Savepoints end in the order that they begin in: await one transaction, copy "
            "or stream after the other. Outside of a transaction they may overlap.");
    }

    /// Runs one call in a transaction of its own, with the settings of the principal; or in the
    /// transaction that has them.
    runtime::Task<pg::BatchResult> run(pg::Call call, bool read_only) const {
        pg::Batch batch{.read_only = read_only};
        if (in_transaction()) {
            batch.calls.push_back(std::move(call));
            return run_reserved(reservation_, std::move(batch), store_.until());
        }
        if (auto settings = engine::settings_call(store_.principal))
            batch.calls.push_back(std::move(*settings));
        batch.calls.push_back(std::move(call));
        // Nobody has looked at what the application's own SQL does.
        batch.changes_session = !read_only || store_.model->catalog.changes_sessions();
        const pg::Lane lane = read_only ? pg::Lane::Quick : pg::Lane::Exclusive;
        return store_.pool.run(std::move(batch), lane, store_.until());
    }

    static runtime::Task<pg::BatchResult> run_reserved(std::shared_ptr<pg::Reservation> reservation,
                                                       pg::Batch batch,
                                                       runtime::Clock::time_point deadline) {
        co_return co_await reservation->run(std::move(batch), deadline);
    }

    [[noreturn]] static void raise(const Error& error) {
        failure::Extensions extensions(error.extensions.begin(), error.extensions.end());
        throw failure(error.message, std::string(info(error.code).wire), error.hint,
                      std::move(extensions));
    }

    [[noreturn]] void raise(const sql::DatabaseError& error) const {
        // Said by PostgreSQL of a statement, or by us of what was to be run; not of a connection.
        if (error.sqlstate == "08P01" && error.message == pg::kNoCopy)
            throw failure(error.message, "BAD_USER_INPUT",
                          "repository::copy() writes rows, repository::stream() reads them.",
                          {{"sqlstate", error.sqlstate}});
        if (error.sqlstate == "08P01" && error.message.starts_with("bind message supplies"))
            throw failure(error.message, "BAD_USER_INPUT",
                          "Give one value for each of $1, $2, … of the statement.",
                          {{"sqlstate", error.sqlstate}});
        Error told = respond::to_error(error, store_.expose_errors, "");
        std::erase_if(told.extensions, [](const auto& each) {
            return each.first == "reference" || each.first == "sqlstate";
        });
        told.extensions.emplace_back("sqlstate", error.sqlstate);
        if (store_.log && told.code == ErrorCode::InternalServerError)
            store_.log("error in a statement of application code: " + error.sqlstate + ": " +
                       error.message);
        raise(told);
    }

    /// Returns the rows of the call itself.
    const pg::Rows& rows(const pg::BatchResult& result) const {
        if (!result) raise(result.error());
        return result->back();
    }

  private:
    data::Store store_;
    // Shared by the savepoints of one transaction, and by what is in progress.
    std::shared_ptr<pg::Reservation> reservation_ = {};
    // Shared by the same.
    std::shared_ptr<data::Nesting> nesting_ = {};
    int number_ = data::Nesting::kOutermost;
};

namespace {

/// A result of BatchResult's that can be made before there is one.
struct Answer {
    pg::BatchResult result = {};
};

runtime::Task<Answer> run(std::shared_ptr<repository_state> state, pg::Call call, bool read_only) {
    Answer answer;
    answer.result = co_await state->run(std::move(call), read_only);
    co_return answer;
}

task<json_text> json_of(std::shared_ptr<repository_state> state, pg::Call call, bool read_only) {
    Answer answer = co_await runtime::adopt(run(state, std::move(call), read_only));
    const pg::Rows& rows = state->rows(answer.result);
    if (rows.row_count() == 0 || rows.is_null(0, 0)) co_return json_text();
    co_return json_text::trusted(std::string(rows.get(0, 0)));
}

template <class T>
T value_of(Result<T> result) {
    if (!result) repository_state::raise(result.error());
    return *std::move(result);
}

/// The first row says what its columns are, where nobody else has.
void add_row(std::optional<data::Copying>& copying, const schema::Model& model,
             const std::string& table, const json_text& row) {
    const json_document document(row.str());
    if (!copying) {
        std::vector<std::string> columns;
        for (std::size_t i = 0; i < document.root().size(); ++i)
            columns.emplace_back(document.root().key(i));
        copying = value_of(data::Copying::into(model, table, std::move(columns)));
    }
    if (const auto added = copying->add(document.root()); !added)
        repository_state::raise(added.error());
}

/// A connection, or why there is none.
struct Reserved {
    std::shared_ptr<pg::Reservation> reservation = {};
    sql::DatabaseError error = {};
};

runtime::Task<Reserved> reserve(pg::ReservedPool* pool, runtime::Clock::time_point deadline) {
    Reserved out;
    pg::ReservationResult result = co_await pool->reserve(deadline);
    if (result)
        out.reservation = std::make_shared<pg::Reservation>(std::move(*result));
    else
        out.error = std::move(result).error();
    co_return out;
}

runtime::Task<Answer> run_alone(std::shared_ptr<pg::Reservation> reservation, pg::Batch batch,
                                runtime::Clock::time_point deadline) {
    Answer answer;
    answer.result =
        co_await repository_state::run_reserved(std::move(reservation), std::move(batch), deadline);
    co_return answer;
}

pg::Call plain(std::string sql) { return {.statement = pg::make_statement(std::move(sql))}; }

std::string begin_sql(const transaction_options& options) {
    std::string sql = "BEGIN";
    switch (options.isolation) {
        case isolation::standard:
            break;
        case isolation::read_committed:
            sql += " ISOLATION LEVEL READ COMMITTED";
            break;
        case isolation::repeatable_read:
            sql += " ISOLATION LEVEL REPEATABLE READ";
            break;
        case isolation::serializable:
            sql += " ISOLATION LEVEL SERIALIZABLE";
            break;
    }
    return options.read_only ? sql + " READ ONLY" : sql;
}

/// The last number of a command tag: `INSERT 0 3`, `UPDATE 2`; 0 where it has none.
std::int64_t rows_concerned(std::string_view tag) {
    std::int64_t out = 0;
    const std::string_view number = tag.substr(tag.rfind(' ') + 1);
    std::from_chars(number.data(), number.data() + number.size(), out);
    return out;
}

}  // namespace
}  // namespace detail

using compile::RelationResult;

repository::repository(std::shared_ptr<detail::repository_state> state)
    : state_(std::move(state)) {}
repository::repository(const repository&) = default;
repository& repository::operator=(const repository&) = default;
repository::~repository() = default;

task<json_text> repository::read_list(std::string relation, query wanted,
                                      std::vector<detail::selection> keys) {
    state_->expect_usable();
    data::ReadRequest request{std::move(relation), RelationResult::List, wanted.str(),
                              std::move(keys)};
    pg::Call call = detail::value_of(data::prepare_read(state_->store(), request));
    co_return co_await detail::json_of(state_, std::move(call), true);
}

task<json_text> repository::read_one(std::string relation, query wanted,
                                     std::vector<detail::selection> keys) {
    state_->expect_usable();
    data::ReadRequest request{std::move(relation), RelationResult::One, wanted.str(),
                              std::move(keys)};
    pg::Call call = detail::value_of(data::prepare_read(state_->store(), request));
    co_return co_await detail::json_of(state_, std::move(call), true);
}

task<json_text> repository::read_page(std::string relation, query wanted,
                                      std::vector<detail::selection> keys) {
    state_->expect_usable();
    data::ReadRequest request{std::move(relation), RelationResult::Connection, wanted.str(),
                              std::move(keys), wanted.wants_total_count()};
    pg::Call call = detail::value_of(data::prepare_read(state_->store(), request));
    co_return co_await detail::json_of(state_, std::move(call), true);
}

task<std::int64_t> repository::count(std::string relation, query wanted) {
    state_->expect_usable();
    data::ReadRequest request{std::move(relation), RelationResult::Count, wanted.str(), {}};
    pg::Call call = detail::value_of(data::prepare_read(state_->store(), request));
    const json_text number = co_await detail::json_of(state_, std::move(call), true);
    co_return from_json<std::int64_t>(number);
}

task<json_text> repository::call(std::string name, arguments given) {
    state_->expect_usable();
    data::FunctionCall call =
        detail::value_of(data::prepare_call(state_->store(), name, given.str()));
    co_return co_await detail::json_of(state_, std::move(call.call), call.read_only);
}

task<std::int64_t> repository::execute(std::string sql, values bound) {
    const auto state = state_;
    state->expect_usable();
    pg::Call call{pg::make_statement(std::move(sql)), bound.all()};
    detail::Answer answer = co_await runtime::adopt(detail::run(state, std::move(call), false));
    const std::int64_t rows = detail::rows_concerned(state->rows(answer.result).command_tag());
    if (state->in_transaction() && !state->reservation()->in_transaction()) {
        state->nesting()->spoil();
        state->refuse();
    }
    co_return rows;
}

task<json_text> repository::rows_of(std::string sql, values bound) {
    state_->expect_usable();
    // On lines of its own, so that a comment at its end ends there.
    std::string wrapped =
        "WITH q AS (\n" + std::move(sql) + "\n) SELECT coalesce(json_agg(q), '[]'::json) FROM q";
    pg::Call call{pg::make_statement(std::move(wrapped)), bound.all()};
    co_return co_await detail::json_of(state_, std::move(call), false);
}

task<repository> repository::begin(transaction_options options) {
    const auto state = state_;
    state->expect_usable();
    pg::Batch batch{.read_only = false};
    if (state->in_transaction()) {
        if (options.isolation != isolation::standard || options.read_only)
            throw failure("A transaction inside another one has its isolation and its rights.",
                          "BAD_USER_INPUT", "Say it where the outermost one begins.");
        const int number = state->nesting()->begin(state->number());
        const auto inner = std::make_shared<detail::repository_state>(
            state->store(), state->reservation(), state->nesting(), number);
        batch.calls.push_back(detail::plain("SAVEPOINT " + inner->name()));
        detail::Answer answer = co_await runtime::adopt(
            detail::run_alone(state->reservation(), std::move(batch), state->store().until()));
        if (!answer.result) state->nesting()->end(number);
        state->rows(answer.result);
        co_return repository(inner);
    }
    if (state->store().reserved == nullptr)
        throw failure("There are no connections for transactions.", "CONFIGURATION");
    detail::Reserved reserved =
        co_await runtime::adopt(detail::reserve(state->store().reserved, state->store().until()));
    if (reserved.reservation == nullptr) state->raise(reserved.error);
    batch.calls.push_back(detail::plain(detail::begin_sql(options)));
    if (auto settings = engine::settings_call(state->store().principal))
        batch.calls.push_back(std::move(*settings));
    detail::Answer answer = co_await runtime::adopt(
        detail::run_alone(reserved.reservation, std::move(batch), state->store().until()));
    state->rows(answer.result);
    co_return repository(std::make_shared<detail::repository_state>(
        state->store(), std::move(reserved.reservation), std::make_shared<data::Nesting>(),
        data::Nesting::kOutermost));
}

task<void> repository::commit() {
    const auto state = state_;
    state->expect_usable();
    if (!state->nesting()->end(state->number())) state->refuse();
    pg::Batch batch{.read_only = false};
    batch.calls.push_back(
        detail::plain(state->is_outermost() ? "COMMIT" : "RELEASE SAVEPOINT " + state->name()));
    detail::Answer answer = co_await runtime::adopt(
        detail::run_alone(state->reservation(), std::move(batch), state->store().until()));
    const bool rolled_back = state->rows(answer.result).command_tag() == "ROLLBACK";
    state->end();
    if (rolled_back)
        throw failure("A statement of the transaction had failed, so nothing of it took effect.",
                      "INTERNAL_SERVER_ERROR",
                      "Let its failure end the body, or run it in a transaction of its own "
                      "inside.",
                      {{"sqlstate", "25P02"}});
}

task<void> repository::roll_back() {
    const auto state = state_;
    if (state->reservation() == nullptr) co_return;
    const bool last = state->nesting()->end(state->number());
    pg::Batch batch{.read_only = false};
    if (state->is_outermost()) {
        batch.calls.push_back(detail::plain("ROLLBACK"));
    } else if (last) {
        batch.calls.push_back(detail::plain("ROLLBACK TO SAVEPOINT " + state->name()));
        batch.calls.push_back(detail::plain("RELEASE SAVEPOINT " + state->name()));
    } else {
        // What began after it is in the way; the outermost one rolls all of it back.
        state->end();
        co_return;
    }
    // Where this fails, the connection is closed when it is let go of.
    detail::Answer answer = co_await runtime::adopt(
        detail::run_alone(state->reservation(), std::move(batch), state->store().until()));
    state->end();
}

task<void> repository::open_cursor(std::string sql, values bound) {
    const auto state = state_;
    state->expect_usable();
    std::string declared = "DECLARE " + state->name() +
                           " NO SCROLL CURSOR FOR SELECT to_json(q) FROM (\n" + std::move(sql) +
                           "\n) AS q";
    pg::Call call{pg::make_statement(std::move(declared)), bound.all()};
    detail::Answer answer = co_await runtime::adopt(detail::run(state, std::move(call), false));
    state->rows(answer.result);
}

task<json_text> repository::fetch(int most) {
    const auto state = state_;
    state->expect_usable();
    if (most < 1) throw failure("A batch has at least one row.");
    std::string sql = "FETCH " + std::to_string(most) + " FROM " + state->name();
    pg::Call call = detail::plain(std::move(sql));
    detail::Answer answer = co_await runtime::adopt(detail::run(state, std::move(call), false));
    const pg::Rows& rows = state->rows(answer.result);
    std::string out = "[";
    for (std::size_t i = 0; i < rows.row_count(); ++i) {
        if (i > 0) out += ',';
        out += rows.get(i, 0);
    }
    if (rows.row_count() == 0) {
        // What it has read is of no more use to the transaction.
        pg::Call close = detail::plain("CLOSE " + state->name());
        detail::Answer closed =
            co_await runtime::adopt(detail::run(state, std::move(close), false));
        state->rows(closed.result);
    }
    co_return json_text::trusted(out + ']');
}

task<std::int64_t> repository::copy_rows(std::string table, std::vector<std::string> columns,
                                         fraiseql::stream<json_text> rows) {
    const schema::Model& model = *state_->store().model;
    // Also where there are no rows.
    static_cast<void>(detail::value_of(data::find_table(model, table)));
    std::optional<data::Copying> copying;
    if (!columns.empty())
        copying = detail::value_of(data::Copying::into(model, table, std::move(columns)));
    repository inner = co_await begin(transaction_options());
    std::int64_t written = 0;
    std::exception_ptr error;
    try {
        bool more = true;
        while (more) {
            const std::optional<json_text> row = co_await rows.next();
            more = row.has_value();
            if (more) detail::add_row(copying, model, table, *row);
            if (!copying || copying->is_empty() || (more && !copying->is_full())) continue;
            inner.state_->expect_usable();
            pg::Call call = copying->take();
            detail::Answer answer =
                co_await runtime::adopt(detail::run(inner.state_, std::move(call), false));
            written += detail::rows_concerned(inner.state_->rows(answer.result).command_tag());
        }
        co_await inner.commit();
    } catch (...) {
        error = std::current_exception();
    }
    if (error) {
        co_await inner.roll_back();
        std::rethrow_exception(error);
    }
    co_return written;
}

bool repository::is_conflict(const std::exception_ptr& error) noexcept {
    try {
        std::rethrow_exception(error);
    } catch (const failure& conflict) {
        const std::string_view sqlstate = conflict.extension("sqlstate");
        return sqlstate == "40001" || sqlstate == "40P01";
    } catch (...) {
        return false;
    }
}

namespace data {

repository make_repository(Store store) {
    return repository(std::make_shared<detail::repository_state>(std::move(store)));
}

}  // namespace data
}  // namespace fraiseql
