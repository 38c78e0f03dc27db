// SPDX-License-Identifier: MIT
#include "server/operation_findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "explain/hints.hpp"
#include "explain/plan_node.hpp"
#include "explain/table_facts.hpp"

namespace fraiseql::server {
namespace {

using explain::QueryPlan;

template <class T>
using Asked = tl::expected<T, sql::DatabaseError>;

constexpr int kMostStatements = 200;
/// Names of operations in a finding; of the others, their number.
constexpr std::size_t kMostNames = 5;
constexpr const char* kCanceled = "57014";
/// Of what a plan costs without the index.
constexpr double kWorthIt = 0.9;

// to_regclass refuses whoever may not use the schema.
constexpr const char* kWrittenDown =
    "SELECT has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = 'turbo' AND c.relname = 'tb_statement'";
// The time of a statement is that of all operations that send it.
constexpr const char* kCounted = R"(
SELECT (array_agg(t.statement))[1], string_agg(DISTINCT t.operation, E'\n'),
       coalesce(max(s.calls), 0)::bigint, round(coalesce(max(s.share), 0)::numeric, 1)
FROM turbo.tb_statement t
LEFT JOIN (
    SELECT queryid, sum(calls) AS calls,
           100 * sum(total_exec_time) / greatest(sum(sum(total_exec_time)) OVER (), 1e-9) AS share
    FROM {}.pg_stat_statements
    WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    GROUP BY queryid) s ON s.queryid = t.query_id
GROUP BY t.query_id ORDER BY max(s.share) DESC NULLS LAST, 2 LIMIT {})";
constexpr const char* kUncounted =
    "SELECT (array_agg(statement))[1], string_agg(DISTINCT operation, E'\n'), 0, 0 "
    "FROM turbo.tb_statement GROUP BY query_id ORDER BY max(last_seen_at) DESC LIMIT {}";
constexpr const char* kExtension =
    "SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = "
    "e.extnamespace WHERE e.extname = $1";

/// Where the extension is; nothing where it is not, or may not be used.
std::optional<std::string> schema_of(pg::Session& session, const char* extension) {
    const auto rows = session.query(kExtension, {extension});
    if (!rows || rows->row_count() == 0) return std::nullopt;
    return std::string(rows->get(0, 0));
}

Asked<pg::Rows> statements_of(pg::Session& session) {
    if (const auto schema = schema_of(session, "pg_stat_statements"))
        if (auto rows = session.query(fmt::format(kCounted, *schema, kMostStatements)))
            return std::move(*rows);
    // It is not loaded, or hidden: then all weigh the same.
    return session.query(fmt::format(kUncounted, kMostStatements));
}

/// How a parameter stands in conditions while hints are looked for: a constant of its type, of
/// which nothing is known, as nothing that a pattern begins with.
std::string stand_in(std::size_t number, const std::string& type) {
    return fmt::format("'%${}'::{}", number, type);
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
        const std::size_t end = at + from.size();
        // $1 of $12 is another.
        const bool whole = !is_digit(from.back()) || end == text.size() || !is_digit(text[end]);
        if (whole) text.replace(at, from.size(), to);
        at += whole ? to.size() : from.size();
    }
}

void stand_in(explain::PlanNode& node, const std::vector<std::string>& types) {
    for (std::size_t i = 0; i < types.size(); ++i) {
        const std::string parameter = fmt::format("${}", i + 1);
        replace_all(node.filter, parameter, stand_in(i + 1, types[i]));
        for (auto& [name, condition] : node.conditions)
            replace_all(condition, parameter, stand_in(i + 1, types[i]));
    }
    for (explain::PlanNode& child : node.children)
        stand_in(child, types);
}

/// A statement as the planner sees it.
struct Planned {
    QueryPlan plan;
    std::vector<std::string> parameter_types;
};

/// The plan for any parameters; nothing where there is none.
std::optional<Planned> plan_of(pg::Session& session, const std::string& statement) {
    static_cast<void>(session.run_script("DEALLOCATE ALL"));
    // One statement: what is written down could be anything.
    if (!session.query("PREPARE fraiseql_check AS " + statement)) return std::nullopt;
    const auto types = session.query(
        "SELECT unnest(parameter_types)::text FROM pg_prepared_statements WHERE name = "
        "'fraiseql_check'");
    if (!types) return std::nullopt;
    Planned out;
    std::string nulls;
    for (std::size_t i = 0; i < types->row_count(); ++i) {
        out.parameter_types.emplace_back(types->get(i, 0));
        nulls += i == 0 ? "(NULL" : ", NULL";
    }
    if (!nulls.empty()) nulls += ')';
    const auto rows =
        session.query("EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE fraiseql_check" + nulls);
    if (!rows || rows->row_count() == 0) return std::nullopt;
    auto plan = explain::read_plan(rows->get(0, 0));
    if (!plan) return std::nullopt;
    out.plan = std::move(*plan);
    return out;
}

Asked<std::vector<explain::Hint>> missing_indexes(pg::Session& session, Planned planned) {
    const auto rows = session.query(std::string(explain::table_facts_sql()),
                                    {explain::table_names({&planned.plan.root})});
    if (!rows) return tl::unexpected(rows.error());
    const auto tables = explain::read_table_facts(rows->get(0, 0));
    std::vector<explain::Hint> out;
    if (!tables) return out;
    const std::vector<std::string>& types = planned.parameter_types;
    stand_in(planned.plan.root, types);
    for (explain::Hint& hint : explain::find_hints(planned.plan, *tables, {})) {
        if (hint.code != "missing-index") continue;
        for (std::size_t i = 0; i < types.size(); ++i)
            replace_all(hint.message, stand_in(i + 1, types[i]), fmt::format("${}", i + 1));
        out.push_back(std::move(hint));
    }
    return out;
}

/// The cost of a statement with an index that is not there; nothing where that cannot be told.
std::optional<double> cost_with(pg::Session& session, const std::string& hypopg, std::string index,
                                const std::string& statement) {
    constexpr std::string_view kConcurrently = "CONCURRENTLY ";
    const std::size_t at = index.find(kConcurrently);
    if (at != std::string::npos) index.erase(at, kConcurrently.size());
    // hypopg knows few access methods.
    const bool there =
        session.query(fmt::format("SELECT {}.hypopg_create_index($1)", hypopg), {index})
            .has_value();
    std::optional<double> out;
    if (there)
        if (const auto planned = plan_of(session, statement)) out = planned->plan.root.cost;
    static_cast<void>(session.query(fmt::format("SELECT {}.hypopg_reset()", hypopg)));
    return out;
}

/// The names in a list, one a line, go to the others.
void add_names(std::set<std::string>& names, std::string_view list) {
    while (!list.empty()) {
        const std::size_t end = std::min(list.find('\n'), list.size());
        names.emplace(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
}

std::string subject_of(const std::set<std::string>& operations) {
    std::string out = "operation ";
    std::size_t named = 0;
    for (const std::string& each : operations) {
        if (named == kMostNames) break;
        out += (named++ == 0 ? "" : ", ") + each;
    }
    if (operations.size() > named) out += fmt::format(" and {} others", operations.size() - named);
    return out;
}

/// What all statements say that lack the same index.
struct Lack {
    std::string message;
    std::string note;
    std::set<std::string> operations;
    double share = 0;
    std::uint64_t calls = 0;
};

class Search {
  public:
    explicit Search(pg::Session& session)
        : session_(session), hypopg_(schema_of(session, "hypopg")) {}

    /// `operations` has a name in each line.
    Asked<void> look(const std::string& statement, std::string_view operations, std::uint64_t calls,
                     double share) {
        const auto planned = plan_of(session_, statement);
        if (!planned) return {};
        const double before = planned->plan.root.cost;
        const auto hints = missing_indexes(session_, *planned);
        if (!hints) return tl::unexpected(hints.error());
        for (const explain::Hint& hint : *hints) {
            std::string proof;
            if (hypopg_) {
                const auto cost = cost_with(session_, *hypopg_, hint.sql, statement);
                if (cost && *cost > kWorthIt * before) continue;
                if (cost)
                    proof = fmt::format(" With it, the plan costs {:.0f} in place of {:.0f}.",
                                        *cost, before);
            }
            Lack& lack = lacks_[hint.sql];
            if (lack.message.empty()) lack.message = hint.message + proof;
            lack.note = hint.note;
            add_names(lack.operations, operations);
            lack.calls += calls;
            lack.share += share;
        }
        return {};
    }

    std::vector<check::Finding> findings() const {
        std::vector<check::Finding> out;
        for (const auto& [sql, lack] : lacks_) {
            std::string message = lack.message;
            if (lack.calls > 0)
                message +=
                    fmt::format(" {} calls take {:.1f} % of the time that the database spends.",
                                lack.calls, lack.share);
            out.push_back({check::Severity::Warning, "missing-index", subject_of(lack.operations),
                           std::move(message), lack.note.empty() ? sql : sql + ' ' + lack.note});
        }
        return out;
    }

  private:
    pg::Session& session_;
    std::optional<std::string> hypopg_;
    /// By the statement that makes the index.
    std::map<std::string, Lack> lacks_;
};

check::Finding not_looked_at(std::size_t looked_at, const pg::Rows& statements) {
    return {check::Severity::Note, "statements-not-planned", "operations",
            fmt::format("Time ran out after {} of the {} statements that take most: what the "
                        "others lack is not known.",
                        looked_at, statements.row_count()),
            "Run fraiseql check again while the database has less to do."};
}

}  // namespace

Asked<std::vector<check::Finding>> operation_findings(pg::Session& session,
                                                      std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    const auto readable = session.query(kWrittenDown);
    if (!readable) return tl::unexpected(readable.error());
    if (readable->row_count() == 0 || readable->get(0, 0) != "t")
        return std::vector<check::Finding>();
    const auto statements = statements_of(session);
    if (!statements) return tl::unexpected(statements.error());
    if (auto set = session.run_script("SET plan_cache_mode = force_generic_plan"); !set)
        return tl::unexpected(set.error());
    Search search(session);
    std::size_t row = 0;
    for (; row < statements->row_count() && std::chrono::steady_clock::now() < deadline; ++row) {
        const auto text = [&](std::size_t column) {
            return std::string(statements->get(row, column));
        };
        const auto looked = search.look(text(0), text(1), std::stoull(text(2)), std::stod(text(3)));
        if (!looked && looked.error().sqlstate == kCanceled) break;
        if (!looked) return tl::unexpected(looked.error());
    }
    auto findings = search.findings();
    if (row < statements->row_count()) findings.push_back(not_looked_at(row, *statements));
    return findings;
}

}  // namespace fraiseql::server
