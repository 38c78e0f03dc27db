// SPDX-License-Identifier: MIT
// Random views over three tables, each of which may read those before it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/choices.hpp"

namespace fraiseql::engine {

/// Tables with values that are hard to show alike: nulls, numbers with exponents, infinite times,
/// JSON with its own order of keys, text with quotes and its own collation.
inline constexpr const char* kRandomTables = R"(
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TYPE address AS (zip int, street text);
CREATE DOMAIN rating AS int CHECK (VALUE > -1);
CREATE TABLE tb_user (pk bigint PRIMARY KEY, id uuid NOT NULL UNIQUE, name text NOT NULL, bio text,
  mood mood, tags text[], home address, doc jsonb, raw json, height float8, born date, age interval,
  sound text COLLATE "C", code char(4), stars rating, span int4range, ip inet, active boolean,
  owner text NOT NULL);
CREATE TABLE tb_post (pk bigint PRIMARY KEY, id uuid NOT NULL UNIQUE,
  fk_user bigint REFERENCES tb_user, title text NOT NULL, score numeric(10,2), at timestamptz,
  parts int[], owner text NOT NULL);
CREATE TABLE tb_comment (pk bigint PRIMARY KEY, id uuid NOT NULL UNIQUE,
  fk_post bigint REFERENCES tb_post, fk_user bigint REFERENCES tb_user, body text, likes int,
  weight real, owner text NOT NULL);
INSERT INTO tb_user SELECT n, md5('u' || n)::uuid, 'user ' || n,
  CASE WHEN n % 2 = 0 THEN E'a "bio"\n of ' || n END,
  (ARRAY['sad', 'happy', NULL])[n % 3 + 1]::mood,
  CASE WHEN n % 4 > 0 THEN ARRAY['x' || n, NULL] END,
  CASE WHEN n % 3 > 0 THEN ROW(n, NULL)::address END,
  (ARRAY['{"b": 1.50, "a": [null]}', 'null', NULL])[n % 3 + 1]::jsonb,
  (ARRAY['{"b": 1,  "c": 2e3, "a": 1}', 'null', NULL])[n % 3 + 1]::json,
  (ARRAY[1e25, 0.5, 'NaN', NULL]::float8[])[n % 4 + 1], '2000-01-01'::date + n::int,
  (n || ' days 3 hours')::interval, chr((97 - 32 * (n % 2) + n)::int), 'c' || n, n % 4,
  CASE WHEN n % 3 > 0 THEN int4range(n::int, CASE WHEN n % 2 = 0 THEN 9 END) END,
  ('10.0.0.' || n)::inet, (ARRAY[true, false, NULL])[n % 3 + 1],
  CASE WHEN n % 3 = 0 THEN 'app' ELSE 'other' END
  FROM generate_series(1, 7) n;
INSERT INTO tb_post SELECT n, md5('p' || n)::uuid, nullif(n % 8, 0), 'post ' || n,
  CASE WHEN n % 3 > 0 THEN n * 1.10 END,
  CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN 'infinity'
    ELSE '2024-01-01'::timestamptz + n * interval '1 hour' END,
  CASE WHEN n % 3 > 0 THEN ARRAY[n, 2] END, CASE WHEN n % 2 = 0 THEN 'app' ELSE 'other' END
  FROM generate_series(1, 20) n;
INSERT INTO tb_comment SELECT n, md5('c' || n)::uuid, nullif(n % 15, 0), nullif(n % 6, 0),
  CASE WHEN n % 5 > 0 THEN 'comment ' || n END, n % 4, CASE WHEN n % 3 > 0 THEN n / 8.0 END,
  CASE WHEN n % 2 = 0 THEN 'app' ELSE 'other' END
  FROM generate_series(1, 40) n;
CREATE FUNCTION shout(t text) RETURNS text LANGUAGE sql IMMUTABLE RETURN upper(t) || '!';
DO $$ DECLARE name text; BEGIN
  FOREACH name IN ARRAY ARRAY['random_app', 'random_reader', 'random_owner'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I', name);
    END IF;
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA public TO %I', name);
  END LOOP;
END $$;
GRANT random_reader TO random_app;
)";

/// Writes views. The first of a row of views is the simplest there is where all choices are 0.
class RandomViews {
  public:
    explicit RandomViews(Choices& choices) : choices_(choices) {}

    /// Returns the statements that create the view `name`, with its options, owner and grants.
    std::string create(const std::string& name) {
        base_ = pick<char>({'P', 'U', 'C'});
        aliases_ = {{"t", base_, true}};
        next_alias_ = 0;
        weight_ = 1;
        grouped_ = chance(10);
        std::string from = table(base_) + " t";
        from = grouped_ ? grouped_joins(from) : joins(from);
        const bool json = chance(15);
        std::string targets = "t.pk, t.id" + std::string(base_ != 'U' ? ", t.fk_user" : "") +
                              (base_ == 'C' ? ", t.fk_post" : "");
        for (std::uint32_t i = choices_.below(3); i > 0; --i)
            targets += ", " + scalar() + " AS c" + std::to_string(i);
        targets += ", " + object(0, json) + " AS data";
        std::string select = "SELECT " + targets + " FROM " + from + conditions();
        if (grouped_) select += " GROUP BY t.pk";
        const std::string sql = "CREATE VIEW " + name + " WITH (" + options() + ") AS " +
                                with_tail(std::move(select), json) + ";\n";
        views_.push_back({name, base_, weight_});
        return sql + rights(name);
    }

    /// Returns the statements that give tables, policies and rights to roles.
    std::string surroundings() {
        std::string out;
        for (const std::string name : {"tb_user", "tb_post", "tb_comment"}) {
            for (const std::string role : {"random_app", "random_reader", "random_owner"})
                out += table_grant(name, role);
            if (chance(20)) out += "ALTER TABLE " + name + " OWNER TO random_owner;\n";
            if (!chance(60)) continue;
            out += "ALTER TABLE " + name + " ENABLE ROW LEVEL SECURITY;\n";
            if (chance(40)) out += "ALTER TABLE " + name + " FORCE ROW LEVEL SECURITY;\n";
            out += "CREATE POLICY app ON " + name + " TO random_app USING (owner = 'app');\n";
            if (chance(50))
                out +=
                    "CREATE POLICY reader ON " + name + " TO random_reader USING (pk % 3 > 0);\n";
            if (chance(30))
                out += "CREATE POLICY owner ON " + name + " TO random_owner USING (pk > 2);\n";
        }
        return out;
    }

  private:
    struct Alias {
        std::string name;
        char base;
        bool table;
    };
    struct View {
        std::string name;
        char base;
        int weight;
    };

    /// How many views a view may stand on, each counted as often as it is read.
    static constexpr int kMaxWeight = 5;

    bool chance(std::uint32_t percent) { return choices_.chance(percent); }
    template <class T>
    T pick(const std::vector<T>& from) {
        return choices_.pick(from);
    }

    static std::string table(char base) {
        return base == 'U' ? "tb_user" : base == 'P' ? "tb_post" : "tb_comment";
    }

    std::string table_grant(const std::string& name, const std::string& role) {
        if (chance(6)) return {};
        const std::string columns = chance(6) ? " (pk, id, owner)" : "";
        return "GRANT SELECT" + columns + " ON " + name + " TO " + role + ";\n";
    }

    std::string options() {
        std::string out = chance(40) ? "security_invoker = false" : "security_invoker = true";
        if (chance(4)) out += ", security_barrier = true";
        return out;
    }

    std::string rights(const std::string& name) {
        std::string out;
        const auto owner = pick<std::string>({"", "random_app", "random_app", "random_owner"});
        if (!owner.empty()) out += "ALTER VIEW " + name + " OWNER TO " + owner + ";\n";
        for (const std::string role : {"random_app", "random_reader", "random_owner"})
            if (!chance(5))
                out += "GRANT SELECT" + std::string(chance(5) ? " (id, pk)" : "") + " ON " + name +
                       " TO " + role + ";\n";
        return out;
    }

    std::string conditions() {
        if (!chance(35)) return {};
        return " WHERE " +
               pick<std::string>(
                   {"t.pk > 1", "t.pk IN (SELECT x.fk_user FROM tb_post x)",
                    "EXISTS (SELECT FROM tb_comment x WHERE x.pk = t.pk AND x.likes > 0)",
                    "random() < 2", "t.owner = 'app' OR t.pk < 5", "NOT (t.pk BETWEEN 2 AND 3)"});
    }

    /// What makes a query more than a selection; one row for each pk all the same, since others
    /// look a row up by it.
    std::string with_tail(std::string select, bool json) {
        switch (choices_.below(24)) {
            case 23:
                return json ? select
                            : "SELECT * FROM (" + select + ") first UNION ALL SELECT * FROM (" +
                                  select + ") again WHERE again.pk < 0";
            case 22:
                return json ? select : "SELECT DISTINCT" + select.substr(6);
            case 21:
                return select + " ORDER BY t.pk LIMIT 5";
            case 20:
                return "WITH w AS (" + select + ") SELECT * FROM w";
            case 19:
                return "SELECT DISTINCT ON (d.pk) d.* FROM (" + select + ") d ORDER BY d.pk";
            case 18:
            case 17:
                return select + " ORDER BY " + pick<std::string>({"t.pk DESC", "t.owner, t.pk"});
            case 16:
            case 15:
                return "SELECT s.* FROM (" + select + ") s";
            default:
                return select;
        }
    }

    // ---- FROM ----

    /// A table, a view, or a sub-select of one.
    Alias source(char base, std::string& text) {
        std::vector<View> fit;
        for (const View& view : views_)
            if (view.base == base && weight_ + view.weight < kMaxWeight) fit.push_back(view);
        Alias alias{"a" + std::to_string(next_alias_++), base, fit.empty() || !chance(70)};
        text = table(base);
        if (!alias.table) {
            const View view = pick(fit);
            text = view.name;
            weight_ += view.weight;
        }
        if (!alias.table && chance(15)) text = sub_select(base, text);
        text += " " + alias.name;
        return alias;
    }

    std::string sub_select(char base, const std::string& view) {
        const std::string keys =
            std::string(base != 'U' ? ", v.fk_user" : "") + (base == 'C' ? ", v.fk_post" : "");
        const std::string tail =
            pick<std::string>({"", " WHERE v.pk > 2", " ORDER BY v.pk LIMIT 12", " OFFSET 0"});
        return "(SELECT v.pk, v.data" + keys + " FROM " + view + " v" + tail + ")";
    }

    std::string joins(std::string from) {
        if (base_ != 'U' && chance(60)) from = join(from, 'U', "t.fk_user");
        if (base_ == 'C' && chance(50)) from = join(from, 'P', "t.fk_post");
        if (base_ != 'C' && chance(40)) from = lateral(from);
        if (chance(15)) from = by_key(from);
        if (chance(10)) from = counted(from);
        return from;
    }

    std::string join(const std::string& from, char base, const std::string& key) {
        std::string text;
        const Alias alias = source(base, text);
        aliases_.push_back(alias);
        const std::string on = " ON " + alias.name + ".pk = " + key;
        if (base == 'P' && chance(20)) {
            std::string second;
            const Alias author = source('U', second);
            aliases_.push_back(author);
            return from + " LEFT JOIN (" + text + pick<std::string>({" JOIN ", " LEFT JOIN "}) +
                   second + " ON " + author.name + ".pk = " + alias.name + ".fk_user)" + on;
        }
        return from + (chance(50) ? " LEFT JOIN " : " JOIN ") + text + on;
    }

    /// `USING` merges columns, and FULL JOIN makes either side null.
    std::string by_key(const std::string& from) {
        const std::string name = "a" + std::to_string(next_alias_++);
        if (chance(50)) {
            aliases_.push_back({name, base_, true});
            return from + pick<std::string>({" JOIN ", " LEFT JOIN "}) + table(base_) + " " + name +
                   " ON " + name + ".pk = t.pk AND " + name + ".owner = 'app'" +
                   (chance(50) ? "" : " AND true");
        }
        aliases_.push_back({name, 'F', true});
        return from + " LEFT JOIN (SELECT l.pk AS n, r.pk AS latest FROM tb_user l FULL JOIN " +
               "tb_comment r USING (pk)) " + name + " ON " + name + ".n = t.pk AND " + name +
               ".latest = t.pk";
    }

    std::string lateral(const std::string& from) {
        const std::string name = "a" + std::to_string(next_alias_++);
        const std::string child = base_ == 'U' ? "tb_post" : "tb_comment";
        const std::string key = base_ == 'U' ? "fk_user" : "fk_post";
        aliases_.push_back({name, 'A', true});
        const bool cross = chance(50);
        return from + (cross ? " CROSS JOIN LATERAL" : " LEFT JOIN LATERAL") +
               " (SELECT count(*) AS n, max(x.pk) AS latest FROM " + child + " x WHERE x." + key +
               " = t.pk" + (chance(15) ? " HAVING count(*) > 0) " : ") ") + name +
               (cross ? "" : " ON true");
    }

    /// Counts of a group each, without LATERAL.
    std::string counted(const std::string& from) {
        const std::string name = "a" + std::to_string(next_alias_++);
        aliases_.push_back({name, 'A', true});
        return from + " LEFT JOIN (SELECT x.fk_user, count(*) AS n, " +
               pick<std::string>(
                   {"max(x.pk) AS latest", "sum(count(*)) OVER (ORDER BY x.fk_user) AS latest"}) +
               " FROM tb_comment x GROUP BY x.fk_user) " + name + " ON " + name + ".fk_user = t.pk";
    }

    std::string grouped_joins(std::string from) {
        if (base_ == 'C') return from;
        std::string text;
        child_ = source(base_ == 'U' ? 'P' : 'C', text);
        return from + " LEFT JOIN " + text + " ON " + child_.name + "." +
               (base_ == 'U' ? "fk_user" : "fk_post") + " = t.pk";
    }

    // ---- Values ----

    std::string column(const Alias& alias) {
        if (alias.base == 'A' || alias.base == 'F')
            return alias.name + pick<std::string>({".n", ".latest"});
        if (!alias.table) return alias.name + ".pk";
        static const std::vector<std::string> user = {
            "pk",   "id",     "name", "bio",   "mood", "tags",  "home", "doc", "raw",
            "born", "height", "age",  "sound", "code", "stars", "span", "ip",  "active"};
        static const std::vector<std::string> post = {"title", "pk",      "id",   "score",
                                                      "at",    "fk_user", "parts"};
        static const std::vector<std::string> comment = {"body",  "pk",      "id",
                                                         "likes", "fk_post", "weight"};
        return alias.name + "." +
               choices_.pick(alias.base == 'U'   ? user
                             : alias.base == 'P' ? post
                                                 : comment);
    }

    std::string scalar() {
        const std::uint32_t kind = choices_.below(28);
        const std::string value = column(choices_.pick(aliases_));
        switch (kind) {
            case 12:
                return "COALESCE(" + value + "::text, '?')";
            case 13:
                return "CASE WHEN t.pk > 3 THEN " + value + " END";
            case 14:
                return "CASE WHEN t.pk % 2 = 0 THEN " + value + "::text ELSE 'odd' END";
            case 15:
                return "to_jsonb(" + value + ")";
            case 16:
                return "(SELECT count(*) FROM tb_comment x WHERE x.fk_user = t.pk)";
            case 17:
                return "t.pk + 1";
            case 18:
                return pick<std::string>({"'it''s \"so\"'", "NULL::int", "true", "-1.50",
                                          "date '2020-02-29'", "ARRAY[1, 2]", "'{}'::text[]"});
            case 19:
                return grouped_ ? pick<std::string>({"count(*)", "sum(t.pk)"}) : value;
            case 20:
                return "EXISTS (SELECT FROM tb_post x WHERE x.fk_user = t.pk)";
            case 21:
                return "shout(" + value + "::text)";
            case 22:
                return "NULLIF(" + value + "::text, 'user 3')";
            case 23:
                return "ARRAY(SELECT x.pk FROM tb_post x WHERE x.fk_user = t.pk ORDER BY x.pk)";
            case 24:
                return "GREATEST(t.pk, 4)";
            case 25:
                return "to_jsonb(" + value + ") #>> '{}'";
            case 26:
                return "(SELECT x.title FROM tb_post x WHERE x.fk_user = t.pk ORDER BY x.pk LIMIT "
                       "1)";
            case 27:
                return "(t.owner || ' ' || t.pk) COLLATE \"C\"";
            default:
                return value;
        }
    }

    std::string object(int depth, bool json = false) {
        static const std::vector<std::string> names = {"k0", "k1", "id", "k_two", "kThree"};
        std::string out = json ? "json_build_object(" : "jsonb_build_object(";
        const std::uint32_t count = 1 + choices_.below(5);
        for (std::uint32_t i = 0; i < count; ++i) {
            const bool key = names[i] == "id";
            out += (i == 0 ? "'" : ", '") + names[i] + "', " + (key ? "t.id" : value(depth + 1));
        }
        return out + ")";
    }

    std::string value(int depth) {
        const std::uint32_t kind = choices_.below(20);
        if (depth > 3 || kind < 9) return scalar();
        switch (kind) {
            case 9:
                return object(depth);
            case 10:
                return "(" + object(depth) + " || " + object(depth) + ")";
            case 11:
                return "CASE WHEN t.pk > 2 THEN " + object(depth) + " END";
            case 12:
                return "CASE t.pk WHEN 2 THEN " + object(depth) + " ELSE " + object(depth) + " END";
            case 13:
            case 14:
                return grouped_ ? aggregate() : list();
            case 15:
                return related();
            case 16:
                return "jsonb_strip_nulls(" + object(depth) + ")";
            case 17:
                return row();
            default:
                return whole();
        }
    }

    /// A row as JSON, as functions make it that know its columns.
    std::string row() {
        if (grouped_) return scalar();
        return pick<std::string>({"to_jsonb(t)", "row_to_json(t)",
                                  "(SELECT row_to_json(r) FROM (SELECT t.pk AS n, t.owner AS o) r)",
                                  "(SELECT to_jsonb(x) FROM tb_user x WHERE x.pk = t.pk)"});
    }

    /// The document of a view that is joined.
    std::string whole() {
        for (const Alias& alias : aliases_)
            if (!alias.table) return alias.name + ".data" + (chance(15) ? " -> 'k0'" : "");
        return chance(50) ? list() : scalar();
    }

    std::string related() {
        if (base_ == 'U') return scalar();
        std::string text;
        const Alias alias = source('U', text);
        return "(SELECT " +
               (alias.table ? "to_jsonb(" + alias.name + ".name)" : alias.name + ".data") +
               " FROM " + text + " WHERE " + alias.name + ".pk = t.fk_user)";
    }

    std::string item(const Alias& alias) {
        if (!alias.table && chance(60)) return alias.name + ".data";
        const std::vector<Alias> outer = std::exchange(aliases_, {alias, {"t", base_, true}});
        const bool grouped = std::exchange(grouped_, false);
        std::string out = "jsonb_build_object('k0', " + scalar() + ", 'k1', " + scalar() +
                          ", 'k2', " + (alias.table ? scalar() : alias.name + ".data") + ")";
        aliases_ = outer;
        grouped_ = grouped;
        return out;
    }

    std::string list() {
        if (base_ == 'C' || grouped_) return scalar();
        std::string text;
        const Alias alias = source(base_ == 'U' ? 'P' : 'C', text);
        const std::string condition =
            alias.name + (base_ == 'U' ? ".fk_user" : ".fk_post") + " = t.pk";
        std::string out;
        if (chance(15)) {
            out = "(SELECT jsonb_agg(z.item ORDER BY z.n) FROM (SELECT " + item(alias) +
                  " AS item, " + alias.name + ".pk AS n FROM " + text + " WHERE " + condition +
                  " ORDER BY 2 DESC LIMIT 2) z)";
        } else {
            out = "(SELECT jsonb_agg(" + item(alias) + " ORDER BY " + alias.name + ".pk" +
                  (chance(30) ? " DESC)" : ")") +
                  (chance(20) ? " FILTER (WHERE " + alias.name + ".pk > 4)" : "") + " FROM " +
                  text + " WHERE " + condition + ")";
        }
        return chance(75) ? "COALESCE(" + out + ", '[]')" : out;
    }

    std::string aggregate() {
        if (base_ == 'C') return "count(*)";
        return "COALESCE(jsonb_agg(" + item(child_) + " ORDER BY " + child_.name +
               ".pk) FILTER (WHERE " + child_.name + ".pk IS NOT NULL), '[]')";
    }

    Choices& choices_;
    std::vector<View> views_ = {};
    std::vector<Alias> aliases_ = {};
    Alias child_ = {};
    char base_ = 'U';
    bool grouped_ = false;
    int next_alias_ = 0;
    int weight_ = 1;
};

}  // namespace fraiseql::engine
