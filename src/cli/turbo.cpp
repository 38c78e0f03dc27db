// SPDX-License-Identifier: MIT
// `fraiseql turbo`: the operations registered in the database.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "cli/commands.hpp"
#include "cli/manifest.hpp"
#include "engine/prepared.hpp"
#include "engine/template_check.hpp"
#include "json/writer.hpp"
#include "pg/session.hpp"
#include "server/operations_folder.hpp"
#include "turbo/sha256.hpp"
#include "turbo/statistics.hpp"

namespace fraiseql::cli {
namespace {

constexpr const char* kSave =
    "INSERT INTO turbo.tb_turbo_query AS q (identifier, graphql_query, hashes, sql_template,\n"
    "                                       param_mapping, context_params, samples)\n"
    "VALUES ($1, $2, ARRAY(SELECT json_array_elements_text($3::json)), $4, $5, $6, $7)\n"
    "ON CONFLICT (identifier) DO UPDATE SET graphql_query = excluded.graphql_query,\n"
    "    hashes = excluded.hashes, sql_template = excluded.sql_template,\n"
    "    param_mapping = excluded.param_mapping, context_params = excluded.context_params,\n"
    "    samples = excluded.samples, is_active = true, is_adaptive = false, updated_at = now()";
// Operations of a server's folder have statistics only.
constexpr const char* kList =
    "SELECT identifier, q.is_active, q.is_adaptive, to_jsonb(s)\n"
    "FROM turbo.tb_turbo_query q FULL JOIN turbo.tb_turbo_statistics s USING (identifier)\n"
    "ORDER BY identifier";
constexpr const char* kShow =
    "SELECT q.graphql_query, array_to_string(q.hashes, ', '), q.is_active, q.is_adaptive,\n"
    "       to_jsonb(s), q.sql_template\n"
    "FROM turbo.tb_turbo_query q FULL JOIN turbo.tb_turbo_statistics s USING (identifier)\n"
    "WHERE identifier = $1";
constexpr const char* kRemove = "DELETE FROM turbo.tb_turbo_query WHERE identifier = $1";

Error turbo_error(const sql::DatabaseError& failure) {
    if (failure.sqlstate == "42P01" || failure.sqlstate == "3F000")
        return {.code = ErrorCode::Configuration,
                .message = "The database has no table for registered operations.",
                .hint = "Install it with `fraiseql db install turbo`."};
    if (failure.sqlstate == "42703")
        return {.code = ErrorCode::Configuration,
                .message = "The table for registered operations is that of an older version.",
                .hint = "Bring it up to date with `fraiseql db install turbo`."};
    if (failure.sqlstate == "23505")
        return {.code = ErrorCode::Configuration,
                .message = "The same text is registered under another id.",
                .hint = "Remove that one first: `fraiseql turbo list`."};
    return connection_error(failure);
}

Error unknown(const std::string& identifier) {
    return {.message = "There is no registered operation \"" + identifier + "\".",
            .hint = "`fraiseql turbo list` shows those that are."};
}

Result<std::string> read_text(const std::string& path) {
    std::stringstream text;
    if (path == "-") {
        text << std::cin.rdbuf();
    } else {
        std::ifstream file(path, std::ios::binary);
        if (!file) return fail(ErrorCode::Configuration, "Cannot read " + path, "Check the path.");
        text << file.rdbuf();
    }
    return text.str();
}

/// An operation that does not fit the schema is refused here, not when a client asks for it.
Result<void> check(const schema::Model& model, const turbo::Registered& entry) {
    // The model outlives the document.
    const std::shared_ptr<const schema::Model> borrowed(std::shared_ptr<void>(), &model);
    const auto document = engine::prepare_document(borrowed, entry.text, {});
    if (document->errors.empty()) return {};
    Error error = document->errors.front();
    error.message = "\"" + entry.id + "\" does not fit the schema: " + error.message;
    for (const Location& location : error.locations)
        error.message += fmt::format(" (line {}, column {})", location.line, location.column);
    return fail(std::move(error));
}

std::string json_of(const std::vector<std::string>& texts) {
    std::string out = "[";
    for (const std::string& text : texts) {
        if (out.size() > 1) out += ',';
        json::write_string(out, text);
    }
    return out + ']';
}

/// Reads a row of turbo.tb_turbo_statistics as JSON; zeros where there is none.
turbo::Totals read_totals(std::string_view row) {
    turbo::Totals out;
    Arena arena;
    const auto json = json::read(row, arena);
    if (!json) return out;
    const auto number = [](const json::Value* value) {
        std::uint64_t read = 0;
        if (value != nullptr)
            std::from_chars(value->text.data(), value->text.data() + value->text.size(), read);
        return read;
    };
    out.calls = number(json->find("calls"));
    out.plan_hits = number(json->find("plan_hits"));
    out.errors = number(json->find("errors"));
    out.rows = number(json->find("rows"));
    out.bytes = number(json->find("bytes"));
    out.microseconds = number(json->find("microseconds"));
    out.longest = number(json->find("longest"));
    if (const json::Value* buckets = json->find("histogram"))
        for (std::size_t i = 0; i < std::min(buckets->items.size(), out.histogram.size()); ++i)
            out.histogram[i] = number(&buckets->items[i]);
    return out;
}

std::uint64_t mean(const turbo::Totals& totals) {
    return totals.calls == 0 ? 0 : totals.microseconds / totals.calls;
}

std::string milliseconds(std::uint64_t microseconds) {
    return fmt::format("{:.2f}", static_cast<double>(microseconds) / 1000);
}

void print_totals(const turbo::Totals& totals) {
    fmt::print("calls     {}, of which {} found their plan and {} had errors\n", totals.calls,
               totals.plan_hits, totals.errors);
    if (totals.calls == 0) return;
    fmt::print("time      mean {} ms, median {}, 95 % within {}, 99 % within {}, longest {}\n",
               milliseconds(mean(totals)), milliseconds(turbo::quantile(totals, 0.5)),
               milliseconds(turbo::quantile(totals, 0.95)),
               milliseconds(turbo::quantile(totals, 0.99)), milliseconds(totals.longest));
    fmt::print("answers   {} rows of PostgreSQL, {} bytes\n", totals.rows, totals.bytes);
    for (std::size_t i = 0; i < totals.histogram.size(); ++i) {
        if (totals.histogram[i] == 0) continue;
        const bool last = i == turbo::kBucketBounds.size();
        fmt::print("  {:>2} {:>8} ms {:>9}\n", last ? ">" : "<=",
                   milliseconds(last ? turbo::kBucketBounds.back() : turbo::kBucketBounds[i]),
                   totals.histogram[i]);
    }
}

/// `{path: parameter}`, as the table has it.
Result<std::string> json_of(const std::map<std::string, std::string, std::less<>>& parameters) {
    std::map<std::string_view, std::string_view> by_path;
    for (const auto& [name, path] : parameters)
        if (!by_path.emplace(path, name).second)
            return fail(ErrorCode::Configuration,
                        "Two parameters of the SQL template stand for \"" + path + "\".",
                        "Give them one name.");
    std::string out = "{";
    for (const auto& [path, name] : by_path) {
        if (out.size() > 1) out += ',';
        json::write_string(out, path);
        out += ':';
        json::write_string(out, name);
    }
    return out + '}';
}

std::string json_of(const std::vector<turbo::Sample>& samples) {
    std::string out = "[";
    for (const turbo::Sample& sample : samples)
        out += fmt::format(R"({}{{"variables":{},"claims":{}}})", out.size() > 1 ? "," : "",
                           sample.variables.empty() ? "null" : sample.variables,
                           sample.claims.empty() ? "null" : sample.claims);
    return out + ']';
}

/// The parameters of kSave.
Result<std::vector<std::optional<std::string>>> row_of(const turbo::Registered& entry) {
    const turbo::SqlTemplate none;
    const turbo::SqlTemplate& sql = entry.sql_template ? *entry.sql_template : none;
    FRAISEQL_TRY(std::string variables, json_of(sql.variables));
    FRAISEQL_TRY(std::string context, json_of(sql.context));
    return std::vector<std::optional<std::string>>{
        entry.id,
        entry.text,
        json_of(entry.hashes),
        entry.sql_template ? std::optional(sql.sql) : std::nullopt,
        std::move(variables),
        std::move(context),
        json_of(sql.samples)};
}

/// A template that does not answer like its operation is refused, too.
Result<void> check_templates(const Options& options, pg::Session& session,
                             std::shared_ptr<const schema::Model> model,
                             const std::vector<turbo::Registered>& entries) {
    FRAISEQL_TRY(auth::ClaimMap claims, read_claim_map(options.auth));
    engine::TemplateContext context{.model = std::move(model)};
    if (says_anything(options.auth)) context.claims = std::move(claims);
    for (const turbo::Registered& entry : entries) {
        if (!entry.sql_template) continue;
        const auto checked = engine::check_template(session, entry, context);
        if (!checked) return fail(checked.error());
    }
    return {};
}

/// Registers all or none.
int save(const Options& options, const std::vector<turbo::Registered>& entries) {
    const auto model = load_model(options);
    if (!model) return complain(model.error());
    for (const turbo::Registered& entry : entries)
        if (auto fits = check(**model, entry); !fits) return complain(fits.error());
    auto session = pg::Session::open(options.database);
    if (!session) return complain(connection_error(session.error()));
    if (auto fits = check_templates(options, *session, *model, entries); !fits)
        return complain(fits.error());
    if (auto begun = session->run_script("BEGIN"); !begun)
        return complain(connection_error(begun.error()));
    for (const turbo::Registered& entry : entries) {
        const auto row = row_of(entry);
        if (!row) return complain(row.error());
        if (auto saved = session->query(kSave, *row); !saved)
            return complain(turbo_error(saved.error()));
    }
    if (auto done = session->run_script("COMMIT"); !done)
        return complain(connection_error(done.error()));
    for (const turbo::Registered& entry : entries)
        fmt::print("{}  sha256:{}\n", entry.id, turbo::sha256_hex(entry.text));
    return 0;
}

}  // namespace

int turbo_add(const Options& options) {
    auto text = read_text(options.file);
    if (!text) return complain(text.error());
    turbo::Registered entry{
        .id = options.identifier, .text = turbo::text_of_file(*text), .hashes = options.hashes};
    if (!options.sql_file.empty()) {
        const auto sql = read_text(options.sql_file);
        if (!sql) return complain(sql.error());
        auto read = turbo::read_template(*sql);
        if (!read) return complain(read.error());
        entry.sql_template = std::move(*read);
    }
    return save(options, {std::move(entry)});
}

int turbo_import(const Options& options) {
    Result<std::vector<turbo::Registered>> entries;
    if (std::filesystem::is_directory(options.file)) {
        server::OperationsFolder folder(options.file);
        if (auto read = folder.read(); !read) return complain(read.error());
        entries = folder.entries();
    } else {
        const auto text = read_text(options.file);
        if (!text) return complain(text.error());
        entries = read_manifest(*text);
    }
    if (!entries) return complain(entries.error());
    if (entries->empty())
        return complain({.message = "There is no operation in " + options.file + "."});
    return save(options, *entries);
}

int turbo_list(const Options& options) {
    auto session = pg::Session::open(options.database);
    if (!session) return complain(connection_error(session.error()));
    const auto rows = session->query(kList);
    if (!rows) return complain(turbo_error(rows.error()));
    fmt::print("{:<40} {:>9} {:>9} {:>9} {:>9} {:>9}\n", "id", "calls", "planned", "mean ms",
               "p95 ms", "errors");
    for (std::size_t i = 0; i < rows->row_count(); ++i) {
        const turbo::Totals totals = read_totals(rows->get(i, 3));
        const std::string_view state = rows->is_null(i, 1)      ? "  (folder of a server)"
                                       : rows->get(i, 1) != "t" ? "  (inactive)"
                                       : rows->get(i, 2) == "t" ? "  (adaptive)"
                                                                : "";
        fmt::print("{:<40} {:>9} {:>9} {:>9} {:>9} {:>9}{}\n", rows->get(i, 0), totals.calls,
                   totals.calls - totals.plan_hits, milliseconds(mean(totals)),
                   milliseconds(turbo::quantile(totals, 0.95)), totals.errors, state);
    }
    fmt::print("{} operation{}\n", rows->row_count(), rows->row_count() == 1 ? "" : "s");
    return 0;
}

int turbo_show(const Options& options) {
    auto session = pg::Session::open(options.database);
    if (!session) return complain(connection_error(session.error()));
    const auto rows = session->query(kShow, {options.identifier});
    if (!rows) return complain(turbo_error(rows.error()));
    if (rows->row_count() == 0) return complain(unknown(options.identifier));
    fmt::print("id        {}\n", options.identifier);
    if (rows->is_null(0, 0)) {
        fmt::print("source    the folder of a server\n");
    } else {
        fmt::print("sha256    {}\n", turbo::sha256_hex(rows->get(0, 0)));
        if (!rows->get(0, 1).empty()) fmt::print("hashes    {}\n", rows->get(0, 1));
        if (rows->get(0, 2) != "t") fmt::print("inactive\n");
        if (rows->get(0, 3) == "t") fmt::print("adaptive: a server registered it by itself\n");
    }
    print_totals(read_totals(rows->get(0, 4)));
    if (!rows->is_null(0, 0)) fmt::print("\n{}\n", rows->get(0, 0));
    if (!rows->is_null(0, 5)) fmt::print("\nSQL template:\n\n{}\n", rows->get(0, 5));
    return 0;
}

int turbo_remove(const Options& options) {
    auto session = pg::Session::open(options.database);
    if (!session) return complain(connection_error(session.error()));
    const auto done = session->query(kRemove, {options.identifier});
    if (!done) return complain(turbo_error(done.error()));
    if (done->command_tag() == "DELETE 0") return complain(unknown(options.identifier));
    fmt::print("Removed \"{}\".\n", options.identifier);
    return 0;
}

}  // namespace fraiseql::cli
