// SPDX-License-Identifier: MIT
#include "check/rls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>
#include <tuple>

#include "json/writer.hpp"

namespace fraiseql::check {
namespace {

using catalog::Function;
using catalog::Oid;
using catalog::Relation;
using catalog::Role;

std::string name_of(const Relation& relation) { return relation.schema + "." + relation.name; }

/// The oids that stand behind `label` in the text of a rule: `:relid 16385`.
std::set<Oid> oids_behind(std::string_view rule, std::string_view label) {
    std::set<Oid> out;
    for (std::size_t at = rule.find(label); at != std::string_view::npos;
         at = rule.find(label, at)) {
        at += label.size();
        Oid oid = 0;
        std::from_chars(rule.data() + at, rule.data() + rule.size(), oid);
        if (oid != 0) out.insert(oid);
    }
    return out;
}

/// Why policies of `table` do not bind `role`; empty where they do.
std::string reason_past(const Role& role, const Relation& table) {
    if (role.superuser) return fmt::format("role {} is a superuser", role.name);
    if (role.bypasses_rls) return fmt::format("role {} has BYPASSRLS", role.name);
    if (role.oid == table.owner.oid && !table.force_row_security)
        return fmt::format("role {} owns the table, which is without FORCE", role.name);
    return {};
}

class Walk {
  public:
    explicit Walk(const schema::Model& model) : catalog_(model.catalog) {}

    void from_entity(const Relation& relation) {
        subject_ = name_of(relation);
        seen_.clear();
        visit(relation, catalog_.current_user(), nullptr, nullptr);
    }

    void from_function(const Function& function) {
        if (!function.security_definer) return;
        const std::string subject = function.schema + "." + function.name;
        if (!function.sets_search_path())
            findings.push_back(
                {.code = "definer-without-search-path",
                 .subject = subject,
                 .message =
                     "It runs with the rights of its owner, and with the caller's search_path: "
                     "who may create objects there can make it call theirs.",
                 .hint = fmt::format("ALTER FUNCTION {} … SET search_path = {}, pg_temp;", subject,
                                     function.schema),
                 .leaks = false});
        if (function.owner.superuser || function.owner.bypasses_rls)
            findings.push_back(
                {.code = "definer-bypasses-rls",
                 .subject = subject,
                 .message =
                     fmt::format("It runs as {}, whom no policy binds.", function.owner.name),
                 .hint = "Give it to a role without BYPASSRLS, or make it SECURITY INVOKER.",
                 .leaks = false});
    }

    std::vector<RlsFinding> findings = {};

  private:
    /// `reader` is the role that PostgreSQL checks; `view` the one that made it so, or nullptr;
    /// `copy` the materialized view on the way, or nullptr.
    void visit(const Relation& relation, const Role& reader, const Relation* view,
               const Relation* copy) {
        if (!seen_.emplace(relation.oid, reader.oid, copy != nullptr).second) return;
        if (!relation.is_view()) {
            if (relation.row_security) judge(relation, reader, view, copy);
            return;
        }
        const bool stored = relation.kind == Relation::Kind::MaterializedView;
        const bool definer = stored || !relation.security_invoker;
        for (const Oid oid : oids_behind(relation.rule, ":relid ")) {
            const Relation* next = catalog_.relation(oid);
            if (next == nullptr || next == &relation) continue;
            visit(*next, definer ? relation.owner : reader, definer ? &relation : view,
                  stored ? &relation : copy);
        }
    }

    void judge(const Relation& table, const Role& reader, const Relation* view,
               const Relation* copy) {
        if (copy != nullptr) {
            add("stored-copy", table,
                fmt::format("{} is a stored copy of rows of {}: policies do not hold for it.",
                            name_of(*copy), name_of(table)),
                "Do not expose it (COMMENT '@hide'), or read it through a view that filters.");
            return;
        }
        const std::string reason = reason_past(reader, table);
        if (reason.empty()) return;
        if (view != nullptr) {
            add("view-bypasses-rls", table,
                fmt::format(
                    "{} reads {} with the rights of its owner, and {}: policies do not hold.",
                    name_of(*view), name_of(table), reason),
                fmt::format("ALTER VIEW {} SET (security_invoker = true);", name_of(*view)));
        } else if (reader.superuser || reader.bypasses_rls) {
            add("role-bypasses-rls", table,
                fmt::format("The server connects as {}, and {}: policies of {} do not hold.",
                            reader.name, reason, name_of(table)),
                "Connect as a role of its own: CREATE ROLE api LOGIN; GRANT … TO api;");
        } else {
            add("table-without-force", table,
                fmt::format("The server connects as {}, and {}: policies do not hold.", reader.name,
                            reason),
                fmt::format("ALTER TABLE {} FORCE ROW LEVEL SECURITY;", name_of(table)));
        }
    }

    void add(std::string code, const Relation& table, std::string message, std::string hint) {
        findings.push_back(
            {std::move(code), subject_, name_of(table), std::move(message), std::move(hint), true});
    }

    const catalog::Catalog& catalog_;
    std::string subject_;
    /// Views may read one table on several ways, but none for ever.
    std::set<std::tuple<Oid, Oid, bool>> seen_;
};

}  // namespace

std::vector<RlsFinding> check_rls(const schema::Model& model) {
    Walk walk(model);
    for (const schema::Entity& entity : model.entities)
        walk.from_entity(*entity.relation);
    for (const schema::FunctionBinding& function : model.functions)
        walk.from_function(*function.function);
    return std::move(walk.findings);
}

std::string to_json(const std::vector<RlsFinding>& findings) {
    const auto leaks = std::count_if(findings.begin(), findings.end(),
                                     [](const RlsFinding& finding) { return finding.leaks; });
    std::string out = fmt::format(R"({{"leaks":{},"warnings":{},"findings":[)", leaks,
                                  findings.size() - static_cast<std::size_t>(leaks));
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const RlsFinding& finding = findings[i];
        out += i == 0 ? "{" : ",{";
        const auto member = [&](std::string_view name, std::string_view text) {
            json::write_string(out, name);
            out += ':';
            json::write_string(out, text);
            out += ',';
        };
        member("code", finding.code);
        member("subject", finding.subject);
        if (!finding.table.empty()) member("table", finding.table);
        member("message", finding.message);
        member("hint", finding.hint);
        out += finding.leaks ? R"("leaks":true})" : R"("leaks":false})";
    }
    return out + "]}\n";
}

}  // namespace fraiseql::check
