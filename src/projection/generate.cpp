// SPDX-License-Identifier: MIT
#include "projection/generate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "projection/naming.hpp"
#include "projection/table.hpp"

namespace fraiseql::projection {
namespace {

using namespace catalog;

/// Locks are taken on one of so many numbers for each pair of joined tables, so that a change of
/// many rows does not fill PostgreSQL's table of locks.
constexpr int kLocks = 128;

/// Types of which equal values have one text, whatever the session's settings: 0 for none.
int text_class(const Catalog& catalog, const Column& column) {
    const Oid type = catalog.base_type(column.type);
    if (type == kInt2 || type == kInt4 || type == kInt8 || type == kOid) return 1;
    if (type == kText || type == kVarchar) return 2;
    return type == kUuid || type == kBool ? static_cast<int>(type) : 0;
}

/// Writes the trigger functions of one table.
class Triggers {
  public:
    Triggers(const Catalog& catalog, const Feeds& feeds, const Table& table)
        : catalog_(catalog), feeds_(feeds), table_(table) {}

    std::string write() {
        std::string out = "\n-- Triggers of an earlier version of the view.\n" + drop_triggers();
        std::vector<const Relation*> done;
        for (const Source& source : feeds_.sources) {
            if (std::find(done.begin(), done.end(), source.table) != done.end()) continue;
            done.push_back(source.table);
            out += function_of(*source.table) + triggers_of(*source.table);
        }
        return out + truncation(done);
    }

  private:
    std::string drop_triggers() const {
        return fmt::format(R"(DO $drop$
DECLARE
    t record;
BEGIN
    FOR t IN SELECT g.tgname, g.tgrelid::regclass AS name FROM pg_trigger AS g
             JOIN pg_proc AS p ON p.oid = g.tgfoid JOIN pg_namespace AS n ON n.oid = p.pronamespace
             WHERE NOT g.tgisinternal AND n.nspname = {} AND g.tgname = ANY (ARRAY[{}, {}, {}, {}])
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.name);
    END LOOP;
END $drop$;
)",
                           literal(table_.view.schema), literal(trigger("insert")),
                           literal(trigger("update")), literal(trigger("delete")),
                           literal(trigger("truncate")));
    }

    std::string trigger(std::string_view event) const {
        return fitting(fmt::format("sync_{}_{}", table_.name, event));
    }

    std::string function_name(const Relation& base) const {
        return table_.function(base.schema == table_.view.schema
                                   ? "_from_" + base.name
                                   : "_from_" + base.schema + "_" + base.name);
    }

    /// The columns of changed rows that lead anywhere.
    std::vector<const Column*> columns_of(const Relation& base) const {
        std::set<AttributeNumber> numbers;
        for (std::size_t i = 0; i < feeds_.sources.size(); ++i) {
            if (feeds_.sources[i].table == &base)
                for (const auto& pair : feeds_.sources[i].on)
                    numbers.insert(pair.first->number);
            const int next = feeds_.sources[i].next;
            if (next != kKey && source(next).table == &base)
                for (const auto& pair : feeds_.sources[i].on)
                    numbers.insert(pair.second->number);
        }
        std::vector<const Column*> out;
        for (const AttributeNumber number : numbers)
            out.push_back(base.column(number));
        return out;
    }

    const Source& source(int i) const { return feeds_.sources[static_cast<std::size_t>(i)]; }

    bool has_exact_locks(int edge) const {
        for (const auto& [own, other] : source(edge).on) {
            const int kind = text_class(catalog_, *own);
            if (kind == 0 || kind != text_class(catalog_, other == nullptr ? *own : *other))
                return false;
        }
        return true;
    }

    /// The number to lock for an equality of columns that have these values.
    static std::string lock(int edge, bool exact, const std::vector<std::string>& values) {
        if (!exact) return std::to_string(edge * kLocks);
        std::string text = values[0] + "::text";
        if (values.size() > 1) text = fmt::format("concat_ws(' ', {})", fmt::join(values, ", "));
        return fmt::format("{} + (hashtext({}) & {})", edge * kLocks, text, kLocks - 1);
    }

    std::string step_lock(int edge, std::string_view alias, bool of_next) const {
        std::vector<std::string> values;
        for (const auto& [own, other] : source(edge).on)
            values.push_back(fmt::format("{}.{}", alias, quoted((of_next ? other : own)->name)));
        return lock(edge + 1, has_exact_locks(edge), values);
    }

    /// One SELECT: for rows of source `i`, the keys and the numbers to lock on the way to them.
    std::string way_from(int i, const std::vector<const Column*>& columns) const {
        std::string arrays;
        std::string names;
        for (const Column* column : columns) {
            arrays += fmt::format("{}it.{}", arrays.empty() ? "" : ", ", variable(*column));
            names += fmt::format("{}{}", names.empty() ? "" : ", ", quoted(column->name));
        }
        std::string from = fmt::format("unnest({}) AS changed ({})", arrays, names);
        std::vector<std::string> locks;
        for (std::size_t j = 0; j < feeds_.sources.size(); ++j)
            if (feeds_.sources[j].next == i)
                locks.push_back(step_lock(static_cast<int>(j), "changed", true));
        std::string alias = "changed";
        std::string key;
        for (int at = i; key.empty();) {
            const Source& here = source(at);
            if (here.next != kKey) locks.push_back(step_lock(at, alias, false));
            key = key_at(here, alias);
            if (!key.empty()) break;
            const Source& next = source(here.next);
            from += fmt::format("\n                LEFT JOIN {} AS {} ON {}",
                                qualified(next.table->schema, next.table->name), quoted(next.alias),
                                condition(here, alias, next.alias));
            at = here.next;
            alias = quoted(next.alias);
        }
        const bool exact = text_class(catalog_, *feeds_.key) != 0;
        locks.push_back(lock(0, exact, {key}));
        return fmt::format("            SELECT {},\n                ARRAY[{}]\n            FROM {}",
                           key, fmt::join(locks, ",\n                      "), from);
    }

    /// The key as a value of this source's row, where it has it; empty where it has not.
    std::string key_at(const Source& here, const std::string& alias) const {
        const Column* found = nullptr;
        if (here.next == kKey) {
            found = here.on[0].first;
        } else if (const Source& next = source(here.next); next.next == kKey) {
            for (const auto& [own, other] : here.on)
                if (other == next.on[0].first) found = own;
        }
        if (found == nullptr) return "";
        const std::string value = fmt::format("{}.{}", alias, quoted(found->name));
        return found->type == feeds_.key->type ? value : value + "::" + table_.type_of(*feeds_.key);
    }

    static std::string condition(const Source& here, const std::string& alias,
                                 const std::string& next) {
        std::string out;
        for (const auto& [own, other] : here.on)
            out += fmt::format("{}{}.{} = {}.{}", out.empty() ? "" : " AND ", quoted(next),
                               quoted(other->name), alias, quoted(own->name));
        return out;
    }

    static std::string variable(const Column& column) { return quoted("c_" + column.name); }

    std::string function_of(const Relation& base) const {
        const std::vector<const Column*> columns = columns_of(base);
        std::vector<std::string> declared;
        std::vector<std::string> aggregated;
        std::vector<std::string> plain_old;
        std::vector<std::string> plain_new;
        std::vector<std::string> variables;
        for (const Column* column : columns) {
            declared.push_back(fmt::format("    {} {}[];\n", variable(*column),
                                           type_name(catalog_, column->type)));
            variables.push_back("it." + variable(*column));
            aggregated.push_back(fmt::format("array_agg(r.{})", quoted(column->name)));
            plain_old.push_back("o." + quoted(column->name));
            plain_new.push_back("n." + quoted(column->name));
        }
        std::vector<std::string> ways;
        for (std::size_t i = 0; i < feeds_.sources.size(); ++i)
            if (feeds_.sources[i].table == &base)
                ways.push_back(way_from(static_cast<int>(i), columns));
        const std::string collect = fmt::format(
            "SELECT {} INTO {} FROM", fmt::join(aggregated, ", "), fmt::join(variables, ", "));
        return fmt::format(
            R"(
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $sync$
<<it>>
DECLARE
{declared}    keys {key}[];
    wanted integer[];
    held integer[] := '{{}}';
BEGIN
    IF current_setting('transaction_isolation') NOT LIKE 'read %' THEN
        RAISE EXCEPTION {message}
            USING ERRCODE = '0A000', HINT = 'Run the transaction under READ COMMITTED.';
    END IF;
    IF TG_OP = 'INSERT' THEN
        {collect} new_rows AS r;
    ELSIF TG_OP = 'DELETE' THEN
        {collect} old_rows AS r;
    ELSE
        {collect} (
            SELECT {old} FROM old_rows AS o UNION SELECT {neu} FROM new_rows AS n) AS r;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtext({class}), -1);
    -- Who has changed rows that these are joined to, and has not committed yet, holds a lock on
    -- the common value. When it is free again, there may be other keys.
    LOOP
        SELECT array_agg(DISTINCT f.key) FILTER (WHERE f.key IS NOT NULL),
               array_agg(DISTINCT l.lock) FILTER (WHERE l.lock IS NOT NULL)
        INTO it.keys, it.wanted
        FROM (
{ways}
        ) AS f (key, locks) CROSS JOIN unnest(f.locks) AS l (lock);
        EXIT WHEN it.wanted IS NULL OR it.wanted <@ it.held;
        PERFORM pg_advisory_xact_lock(hashtext({class}), w.lock)
        FROM (SELECT unnest(it.wanted) EXCEPT SELECT unnest(it.held) ORDER BY 1) AS w (lock);
        it.held := it.held || it.wanted;
    END LOOP;
    IF it.keys IS NOT NULL THEN PERFORM {sync}(it.keys); END IF;
    RETURN NULL;
END $sync$;
REVOKE ALL ON FUNCTION {name} FROM PUBLIC;
)",
            fmt::arg("name", function_name(base)), fmt::arg("declared", fmt::join(declared, "")),
            fmt::arg("key", table_.type_of(*feeds_.key)),
            fmt::arg("message",
                     literal(table_.name + " is kept in step under READ COMMITTED only.")),
            fmt::arg("collect", collect), fmt::arg("old", fmt::join(plain_old, ", ")),
            fmt::arg("neu", fmt::join(plain_new, ", ")),
            fmt::arg("class", literal(table_.sql_name)),
            fmt::arg("ways", fmt::join(ways, "\n            UNION ALL\n")),
            fmt::arg("sync", table_.function("")));
    }

    std::string triggers_of(const Relation& base) const {
        std::string out;
        struct Event {
            const char* suffix;
            const char* event;
            const char* tables;
        };
        for (const auto& [suffix, event, tables] :
             {Event{"insert", "INSERT", "NEW TABLE AS new_rows"},
              Event{"update", "UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"},
              Event{"delete", "DELETE", "OLD TABLE AS old_rows"}})
            out += fmt::format(
                "CREATE TRIGGER {} AFTER {} ON {}\n    REFERENCING {}\n"
                "    FOR EACH STATEMENT EXECUTE FUNCTION {}();\n",
                quoted(trigger(suffix)), event, qualified(base.schema, base.name), tables,
                function_name(base));
        return out;
    }

    std::string truncation(const std::vector<const Relation*>& tables) const {
        std::string out = fmt::format(R"(
CREATE OR REPLACE FUNCTION {0}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sync$
BEGIN
    PERFORM {1}();
    RETURN NULL;
END $sync$;
REVOKE ALL ON FUNCTION {0} FROM PUBLIC;
)",
                                      table_.function("_truncated"), table_.function("_all"));
        for (const Relation* base : tables)
            out += fmt::format(
                "CREATE TRIGGER {} AFTER TRUNCATE ON {}\n"
                "    FOR EACH STATEMENT EXECUTE FUNCTION {}();\n",
                quoted(trigger("truncate")), qualified(base->schema, base->name),
                table_.function("_truncated"));
        return out;
    }

    const Catalog& catalog_;
    const Feeds& feeds_;
    const Table& table_;
};

}  // namespace

std::string write_projection(const Catalog& catalog, const Feeds& feeds) {
    const Table table(catalog, *feeds.view, *feeds.key);
    const bool row_security = std::any_of(feeds.sources.begin(), feeds.sources.end(),
                                          [](const Source& s) { return s.table->row_security; });
    return fmt::format(
               "-- {}: what {} shows, stored, and kept in step by triggers.\n"
               "-- `fraiseql db install tv {}` wrote this; run it again when the view has "
               "changed.\n",
               table.sql_name, table.sql_view, table.sql_view) +
           write_table(table, row_security) + write_sync(table, true) +
           Triggers(catalog, feeds, table).write() +
           fmt::format("\nSELECT {}();\n", table.function("_all"));
}

std::string write_unfed_projection(const Catalog& catalog, const Relation& view,
                                   const Column& key) {
    const Table table(catalog, view, key);
    return fmt::format(
               "-- {0}: what {1} showed when {2}() was last called. Nothing calls it by itself.\n"
               "-- `fraiseql db install tv {1} --without-triggers` wrote this.\n",
               table.sql_name, table.sql_view, table.function("_all")) +
           write_table(table, true) + write_sync(table, false) +
           fmt::format("\nSELECT {}();\n", table.function("_all"));
}

}  // namespace fraiseql::projection
