// SPDX-License-Identifier: MIT
// repository: the database for application code, with the claims, limits and deadline of a request.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "fraiseql/json.hpp"
#include "fraiseql/query.hpp"
#include "fraiseql/stream.hpp"
#include "fraiseql/task.hpp"

namespace fraiseql {

namespace detail {

class repository_state;

/// Which keys of a document are wanted; nothing inside: all of it.
struct selection {
    std::string key = {};
    std::vector<selection> inner = {};
};

template <class T>
struct selected {
    using type = T;
};
template <class T>
struct selected<std::optional<T>> : selected<T> {};
template <class T>
struct selected<std::vector<T>> : selected<T> {};

/// The keys that T reads. What is inside pointers is taken whole: such structs may contain
/// themselves.
template <class T>
void select_members(std::vector<selection>& out, int depth = 0) {
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
        using M = std::remove_cvref_t<decltype(std::declval<T>().*member.pointer)>;
        using Inner = typename selected<M>::type;
        selection& each = out.emplace_back(selection{std::string(key_of(member.name))});
        if constexpr (described_struct<Inner> && !std::is_same_v<Inner, T>)
            if (depth < 8) select_members<Inner>(each.inner, depth + 1);
    });
}

/// What rows of T have for columns; empty where the first one says so.
template <class T>
std::vector<std::string> columns_of() {
    std::vector<std::string> out;
    if constexpr (described_struct<T>)
        boost::mp11::mp_for_each<members_of<T>>(
            [&](auto member) { out.emplace_back(key_of(member.name)); });
    return out;
}

template <class T>
stream<json_text> rows_to_copy(stream<T> rows) {
    std::optional<T> row = co_await rows.next();
    while (row) {
        json_text json;
        if constexpr (std::is_same_v<T, arguments>)
            json = json_text::trusted(row->str());
        else
            json = to_json(*row);
        co_yield json;
        row = co_await rows.next();
    }
}

template <class T>
stream<T> each_of(std::vector<T> rows) {
    for (T& row : rows)
        co_yield std::move(row);
}

/// Throws failure: what came from `source` does not fit the type that code reads it as.
[[noreturn]] FRAISEQL_EXPORT void refuse_misfit(const std::string& source, const failure& misfit);

/// Reads what the database has; that it does not fit is no mistake of clients.
template <class T>
T read_from(const std::string& source, const json_text& json) {
    try {
        return from_json<T>(json, unknown_keys::ignore);
    } catch (const failure& misfit) {
        refuse_misfit(source, misfit);
    }
}

template <class T>
std::vector<selection> selection_of() {
    std::vector<selection> out;
    if constexpr (described_struct<T>) select_members<T>(out);
    return out;
}

}  // namespace detail

/// How a transaction runs; what is not said is as the database has it.
enum class isolation : unsigned char { standard, read_committed, repeatable_read, serializable };

struct transaction_options {
    fraiseql::isolation isolation = isolation::standard;
    bool read_only = false;
    /// How often the body may run again where a concurrent transaction was in the way (SQLSTATE
    /// 40001 or 40P01). It then must do nothing that rolling back does not undo.
    int retries = 0;
};

namespace detail {

template <class Task>
struct task_result;
template <class T>
struct task_result<task<T>> {
    using type = T;
};

}  // namespace detail

/// A part of a longer list.
template <class T>
struct page {
    std::vector<T> nodes = {};
    /// Of each node; opaque, good for the same order only.
    std::vector<std::string> cursors = {};
    bool has_next_page = false;
    bool has_previous_page = false;
    /// Only where it was asked for.
    std::optional<std::int64_t> total_count = {};
};

/// Reads and writes as who the request is of: row-level security sees the same settings as for
/// GraphQL. Rules of `@authorize` are for clients; they do not bind application code. Relations and
/// functions are named `name` (found by the search_path) or `schema.name`; all that the role may
/// use are there, exposed to clients or not. A relation with a column `data` of JSON is its
/// documents, any other one its columns.
///
/// Belongs to a request and its worker's thread. Cheap to copy; a copy that outlives the request
/// refuses. Every function throws failure: with BAD_USER_INPUT and a hint for names, operators and
/// values that do not fit; with INTERNAL_SERVER_ERROR for rows that do not fit the type that they
/// are read as; else with the code of what PostgreSQL said, and `sqlstate` and the like in its
/// extensions.
class FRAISEQL_EXPORT repository {
  public:
    explicit repository(std::shared_ptr<detail::repository_state> state);
    repository(const repository&);
    repository& operator=(const repository&);
    ~repository();

    /// Returns the rows as T; only the keys that T has are computed by the database.
    template <class T>
    task<std::vector<T>> find(std::string relation, query wanted = {}) {
        const json_text rows = co_await read_list(relation, wanted, detail::selection_of<T>());
        co_return detail::read_from<std::vector<T>>(relation, rows);
    }
    /// Returns the first row, or nothing.
    template <class T>
    task<std::optional<T>> find_one(std::string relation, query wanted = {}) {
        const json_text row = co_await read_one(relation, wanted, detail::selection_of<T>());
        co_return detail::read_from<std::optional<T>>(relation, row);
    }
    /// Returns the documents as PostgreSQL wrote them, as a JSON list: unread, to be spliced.
    task<json_text> find_json(std::string relation, query wanted = {}) {
        return read_list(std::move(relation), std::move(wanted), {});
    }
    /// Returns the first document, or null.
    task<json_text> find_one_json(std::string relation, query wanted = {}) {
        return read_one(std::move(relation), std::move(wanted), {});
    }
    /// Returns how many rows meet the conditions; limit and offset do not count.
    task<std::int64_t> count(std::string relation, query wanted = {});

    /// Returns a page of rows and the cursors to go on from, by keyset: rows that come or go
    /// meanwhile shift nothing. The relation must have a key.
    template <class T>
    task<page<T>> paginate(std::string relation, query wanted = {}) {
        const json_text connection =
            co_await read_page(relation, wanted, detail::selection_of<T>());
        co_return page_from<T>(relation, connection);
    }

    /// Calls a function by the names of its parameters; those that are left out have their
    /// defaults. Returns what it returns as R: a JSON value, a list of them where it returns a set.
    template <class R = json_text>
    task<R> call_function(std::string name, arguments given = {}) {
        const json_text result = co_await call(name, given);
        co_return detail::read_from<R>(name, result);
    }

    /// Runs one statement of the application's author and returns how many rows it concerned. What
    /// it changes of its session (SET, LISTEN, temporary tables, locks of sessions) lasts as long
    /// as the transaction() that it is in, and nowhere longer than the statement itself.
    task<std::int64_t> execute(std::string sql, values bound = {});
    /// Runs one SELECT, or a statement with RETURNING, and returns its rows as T, by column names.
    template <class T>
    task<std::vector<T>> execute_returning(std::string sql, values bound = {}) {
        const json_text rows = co_await rows_of(std::move(sql), bound);
        co_return detail::read_from<std::vector<T>>("the statement", rows);
    }

    /// Runs one SELECT through a cursor and calls `each` with every row as T, in a transaction, or
    /// a savepoint of the one it is in. `each` returns nothing or a task, which is waited for: no
    /// more than `batch` rows are in memory, and no more are asked for before they are dealt with.
    /// What it throws ends the stream. Returns how many rows there were.
    template <class T, class Each>
    task<std::int64_t> stream(std::string sql, values bound, Each each, int batch = 1000) {
        repository inner = co_await begin(transaction_options());
        std::int64_t rows = 0;
        std::exception_ptr error;
        try {
            co_await inner.open_cursor(std::move(sql), bound);
            bool more = true;
            while (more) {
                const json_text fetched = co_await inner.fetch(batch);
                std::vector<T> all = detail::read_from<std::vector<T>>("the statement", fetched);
                more = !all.empty();
                rows += static_cast<std::int64_t>(all.size());
                for (T& row : all) {
                    if constexpr (std::is_void_v<std::invoke_result_t<Each&, T&>>)
                        each(row);
                    else
                        co_await each(row);
                }
            }
            co_await inner.commit();
        } catch (...) {
            error = std::current_exception();
        }
        if (error) {
            co_await inner.roll_back();
            std::rethrow_exception(error);
        }
        co_return rows;
    }

    /// Writes all rows that `rows` yields into a table, by COPY, and returns how many were written.
    /// A row is a described struct, whose members are called as the columns, or arguments: values
    /// by the names of columns, the same in each. What is no column is an error; columns that are
    /// not named have their defaults. In a transaction, or a savepoint of the one it is in: where
    /// something fails, nothing of it is there. Pieces of 64 KB are sent, and no more rows are
    /// asked for before one is written. Where PostgreSQL has no COPY (row-level security, views,
    /// columns of composite types) the pieces are inserted.
    template <class T>
    task<std::int64_t> copy(std::string table, fraiseql::stream<T> rows) {
        static_assert(described_struct<T> || std::is_same_v<T, arguments>,
                      "rows are structs that BOOST_DESCRIBE_STRUCT describes, or "
                      "fraiseql::arguments");
        return copy_rows(std::move(table), detail::columns_of<T>(),
                         detail::rows_to_copy<T>(std::move(rows)));
    }
    /// The same for rows that are there.
    template <class T>
    task<std::int64_t> copy(std::string table, std::vector<T> rows) {
        return copy<T>(std::move(table), detail::each_of<T>(std::move(rows)));
    }

    /// Runs `body`, a coroutine that takes a `repository&`, in one transaction on one connection,
    /// and returns what it returns. What it throws rolls everything back and is thrown on; so do a
    /// request that is cancelled and a deadline. Only the repository that the body gets is part of
    /// the transaction. Inside another transaction it is a savepoint; of those, and of copy() and
    /// stream() inside of a transaction, one ends before the next one begins. A statement that ends
    /// the transaction itself (COMMIT, ROLLBACK) throws.
    ///
    /// Name a lambda before you pass it: g++ 12 destroys a temporary one too early.
    template <class Body>
    std::invoke_result_t<Body&, repository&> transaction(Body body,
                                                         transaction_options options = {}) {
        using T = typename detail::task_result<std::invoke_result_t<Body&, repository&>>::type;
        for (int attempt = 0;; ++attempt) {
            repository inner = co_await begin(options);
            std::exception_ptr error;
            if constexpr (std::is_void_v<T>) {
                try {
                    co_await body(inner);
                    co_await inner.commit();
                } catch (...) {
                    error = std::current_exception();
                }
                if (!error) co_return;
            } else {
                std::optional<T> result;
                try {
                    result = co_await body(inner);
                    co_await inner.commit();
                } catch (...) {
                    error = std::current_exception();
                }
                if (!error) co_return std::move(*result);
            }
            co_await inner.roll_back();
            if (attempt >= options.retries || !is_conflict(error)) std::rethrow_exception(error);
        }
    }

  private:
    task<repository> begin(transaction_options options);
    task<void> open_cursor(std::string sql, values bound);
    /// Returns the next rows, at most `most`, as a JSON list; empty at the end.
    task<json_text> fetch(int most);
    task<void> commit();
    /// Never throws: a connection that cannot roll back is closed, which does.
    task<void> roll_back();
    static bool is_conflict(const std::exception_ptr& error) noexcept;
    task<json_text> read_list(std::string relation, query wanted,
                              std::vector<detail::selection> keys);
    task<json_text> read_one(std::string relation, query wanted,
                             std::vector<detail::selection> keys);
    task<json_text> read_page(std::string relation, query wanted,
                              std::vector<detail::selection> keys);
    task<json_text> call(std::string name, arguments given);
    task<std::int64_t> copy_rows(std::string table, std::vector<std::string> columns,
                                 fraiseql::stream<json_text> rows);
    task<json_text> rows_of(std::string sql, values bound);

    template <class T>
    static page<T> page_from(const std::string& relation, const json_text& connection) {
        const json_document document(connection.str());
        const json_place place{.unknown = unknown_keys::ignore};
        page<T> out;
        const json_node edges = *document.root().find("edges");
        for (std::size_t i = 0; i < edges.size(); ++i) {
            const json_place row = place.item(i);
            try {
                out.nodes.push_back(json_codec<T>::read(*edges.item(i).find("node"), row));
            } catch (const failure& misfit) {
                detail::refuse_misfit(relation, misfit);
            }
            out.cursors.emplace_back(edges.item(i).find("cursor")->text());
        }
        const json_node info = *document.root().find("pageInfo");
        out.has_next_page = info.find("hasNextPage")->boolean();
        out.has_previous_page = info.find("hasPreviousPage")->boolean();
        if (const auto total = document.root().find("totalCount"))
            out.total_count = json_codec<std::int64_t>::read(*total, place);
        return out;
    }

    // Shared by the copies, and by what is in progress.
    std::shared_ptr<detail::repository_state> state_;
};

}  // namespace fraiseql
