// SPDX-License-Identifier: MIT
#include "cli/first_model.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <thread>
#include <utility>

#include "catalog/snapshot_sql.hpp"
#include "cli/catalog_file.hpp"
#include "cli/commands.hpp"
#include "pg/conninfo.hpp"
#include "pg/query_value.hpp"

namespace fraiseql::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kPause{250};

/// Whether the database may be there a moment later: nothing has answered, or it is starting up.
bool may_come(const Error& error) {
    for (const auto& [name, value] : error.extensions)
        if (name == "sqlstate") return value == "57P03" || value.starts_with("08");
    return true;
}

/// Opens a session once the database answers, within `seconds`.
Result<pg::Session> wait_for_session(const Options& options, std::uint32_t seconds) {
    const auto deadline = Clock::now() + std::chrono::seconds(seconds);
    bool said = false;
    while (true) {
        auto session = pg::Session::open(options.database);
        if (session) return std::move(*session);
        Error error = connection_error(session.error());
        if (!may_come(error) || Clock::now() + kPause >= deadline) return fail(std::move(error));
        if (!std::exchange(said, true))
            fmt::print(stderr, "fraiseql: {}\nTrying again for {} seconds.\n", error.message,
                       seconds);
        std::this_thread::sleep_for(kPause);
    }
}

Result<std::string> query_value(pg::Session& session, std::string_view sql) {
    auto value = pg::query_value(session, std::string(sql));
    if (!value) return fail(connection_error(value.error()));
    return std::move(*value);
}

/// A cache that this version cannot use is none.
std::optional<FirstModel> model_of_file(const Options& options,
                                        std::optional<catalog::Document>& kept) {
    if (!kept) return std::nullopt;
    auto model = model_of(kept->text, options.model);
    if (model) return FirstModel{std::move(*model), std::move(*kept), false};
    fmt::print(stderr, "fraiseql: the schema cache is not used: {}\n", to_string(model.error()));
    kept.reset();
    return std::nullopt;
}

Result<FirstModel> read_database(pg::Session& session, const Options& options,
                                 std::string fingerprint) {
    catalog::Document now{std::move(fingerprint), {}};
    FRAISEQL_TRY(now.text, query_value(session, catalog::snapshot_sql()));
    FRAISEQL_TRY(auto model, model_of(now.text, options.model));
    if (!options.schema_cache.empty())
        if (auto kept = write_catalog_file(options.schema_cache, now); !kept)
            return fail(kept.error());
    return FirstModel{std::move(model), std::move(now), false};
}

}  // namespace

Result<FirstModel> first_model(const Options& options) {
    std::optional<catalog::Document> kept;
    if (!options.schema_cache.empty()) {
        FRAISEQL_TRY(kept, read_catalog_file(options.schema_cache));
    }
    // What is no URL will not become one.
    const bool waits = !kept && pg::masked_conninfo(options.database);
    auto session = wait_for_session(options, waits ? options.startup_wait : 0);
    if (!session) {
        std::optional<FirstModel> last;
        if (may_come(session.error())) last = model_of_file(options, kept);
        if (!last) return fail(session.error());
        last->unverified = true;
        return std::move(*last);
    }
    FRAISEQL_TRY(std::string fingerprint, query_value(*session, catalog::fingerprint_sql()));
    if (kept && kept->fingerprint == fingerprint)
        if (auto last = model_of_file(options, kept)) return std::move(*last);
    return read_database(*session, options, std::move(fingerprint));
}

}  // namespace fraiseql::cli
