// SPDX-License-Identifier: MIT
// Random views over the tables of the rewriting tests: for properties that hold of any view.
#pragma once

#include <random>
#include <string>
#include <utility>
#include <vector>

namespace fraiseql::rewrite {

/// Writes views, each of which may read those before it.
class RandomViews {
  public:
    explicit RandomViews(std::uint64_t seed) : random_(seed) {}

    /// Returns the statements that create the view `name`.
    std::string create(const std::string& name) {
        base_ = pick<char>({'U', 'P', 'C'});
        aliases_ = {{"t", base_, true}};
        grouped_ = chance(10);
        next_alias_ = 0;
        weight_ = 1;
        std::string from = table(base_) + " t";
        if (!grouped_) from = joins(from);
        if (grouped_) from = grouped_joins(from);
        const bool json = chance(20);
        std::string select = "SELECT t.pk, t.id" + std::string(base_ != 'U' ? ", t.fk_user" : "") +
                             (base_ == 'C' ? ", t.fk_post" : "") + ", " + document(json) +
                             " AS data FROM " + from;
        if (chance(30)) select += " WHERE t.pk > 1";
        if (grouped_) select += " GROUP BY t.pk";
        // One row for each pk, since others look a row up by it.
        if (!json && chance(4))
            select += " UNION ALL SELECT * FROM (" + select + ") again WHERE again.pk < 0";
        if (!json && chance(3)) select.replace(0, 6, "SELECT DISTINCT");
        if (chance(4)) select += " ORDER BY t.pk LIMIT 5";
        std::string options = chance(60) ? "security_invoker = true" : "security_invoker = false";
        if (chance(4)) options += ", security_barrier = true";
        std::string out = "CREATE VIEW " + name + " WITH (" + options + ") AS " + select + ";\n";
        if (chance(60)) out += "ALTER VIEW " + name + " OWNER TO rewrite_app;\n";
        views_.push_back({name, base_, weight_});
        return out;
    }

    std::mt19937_64& random() noexcept { return random_; }

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
    static constexpr int kMaxWeight = 6;

    bool chance(int percent) { return static_cast<int>(random_() % 100) < percent; }

    template <class T>
    T pick(const std::vector<T>& from) {
        return from[random_() % from.size()];
    }

    static std::string table(char base) {
        return base == 'U' ? "tb_user" : base == 'P' ? "tb_post" : "tb_comment";
    }

    /// A table, or a view over it.
    Alias source(char base, std::string& text) {
        std::vector<View> fit;
        for (const View& view : views_)
            if (view.base == base && weight_ + view.weight < kMaxWeight) fit.push_back(view);
        Alias alias{"a" + std::to_string(next_alias_++), base, fit.empty() || chance(30)};
        text = table(base);
        if (!alias.table) {
            const View view = pick(fit);
            text = view.name;
            weight_ += view.weight;
        }
        if (!alias.table && chance(15))
            text = "(SELECT v.pk, v.data" + std::string(base != 'U' ? ", v.fk_user" : "") +
                   (base == 'C' ? ", v.fk_post" : "") + " FROM " + text +
                   " v ORDER BY v.pk LIMIT 12)";
        text += " " + alias.name;
        return alias;
    }

    std::string joins(std::string from) {
        if (base_ != 'U' && chance(70)) from = join(from, 'U', "fk_user");
        if (base_ == 'C' && chance(50)) from = join(from, 'P', "fk_post");
        if (base_ != 'C' && chance(40)) from = lateral(from);
        return from;
    }

    std::string join(const std::string& from, char base, const std::string& key) {
        std::string text;
        const Alias alias = source(base, text);
        aliases_.push_back(alias);
        return from + (chance(50) ? " LEFT JOIN " : " JOIN ") + text + " ON " + alias.name +
               ".pk = t." + key;
    }

    std::string lateral(const std::string& from) {
        const std::string name = "a" + std::to_string(next_alias_++);
        const std::string child = base_ == 'U' ? "tb_post" : "tb_comment";
        const std::string key = base_ == 'U' ? "fk_user" : "fk_post";
        aliases_.push_back({name, 'A', true});
        const bool cross = chance(50);
        return from + (cross ? " CROSS JOIN LATERAL" : " LEFT JOIN LATERAL") +
               " (SELECT count(*) AS n, max(x.pk) AS latest FROM " + child + " x WHERE x." + key +
               " = t.pk) " + name + (cross ? "" : " ON true");
    }

    std::string grouped_joins(std::string from) {
        if (base_ == 'C') return from;
        std::string text;
        child_ = source(base_ == 'U' ? 'P' : 'C', text);
        return from + " LEFT JOIN " + text + " ON " + child_.name + "." +
               (base_ == 'U' ? "fk_user" : "fk_post") + " = t.pk";
    }

    std::string column(const Alias& alias) {
        if (alias.base == 'A') return alias.name + pick<std::string>({".n", ".latest"});
        if (!alias.table) return alias.name + ".pk";
        static const std::vector<std::string> user = {"pk",   "id",   "name",  "bio", "mood",
                                                      "tags", "home", "doc",   "raw", "height",
                                                      "born", "age",  "sound", "code"};
        static const std::vector<std::string> post = {"pk",    "id", "title",
                                                      "score", "at", "fk_user"};
        static const std::vector<std::string> comment = {"pk", "id", "body", "likes", "fk_post"};
        return alias.name + "." +
               pick(alias.base == 'U'   ? user
                    : alias.base == 'P' ? post
                                        : comment);
    }

    std::string scalar() {
        const std::string value = column(pick(aliases_));
        switch (random_() % 10) {
            case 0:
                return "COALESCE(" + value + "::text, '?')";
            case 1:
                return "CASE WHEN t.pk > 3 THEN " + value + " END";
            case 2:
                return "CASE WHEN t.pk % 2 = 0 THEN " + value + "::text ELSE 'odd' END";
            case 3:
                return "to_jsonb(" + value + ")";
            case 4:
                return "(SELECT count(*) FROM tb_comment x WHERE x.fk_user = t.pk)";
            case 5:
                return "t.pk + 1";
            case 6:
                return "'constant'";
            case 7:
                return grouped_ ? "count(*)" : value;
            default:
                return value;
        }
    }

    std::string document(bool json) { return object(0, json); }

    std::string object(int depth, bool json = false) {
        std::string out = json ? "json_build_object(" : "jsonb_build_object(";
        const std::size_t count = 1 + random_() % 5;
        for (std::size_t i = 0; i < count; ++i)
            out += (i == 0 ? "'k" : ", 'k") + std::to_string(i) + "', " + value(depth + 1);
        return out + ")";
    }

    std::string value(int depth) {
        if (depth > 3 || chance(45)) return scalar();
        switch (random_() % 9) {
            case 0:
                return object(depth);
            case 1:
                return "(" + object(depth) + " || " + object(depth) + ")";
            case 2:
                return "CASE WHEN t.pk > 2 THEN " + object(depth) + " END";
            case 3:
                return "CASE t.pk WHEN 2 THEN " + object(depth) + " ELSE " + object(depth) + " END";
            case 4:
                return grouped_ ? aggregate() : list(depth);
            case 5:
                return related();
            case 6:
                return "jsonb_strip_nulls(" + object(depth) + ")";
            default:
                return whole();
        }
    }

    /// The document of a view that is joined.
    std::string whole() {
        for (const Alias& alias : aliases_)
            if (!alias.table) return alias.name + ".data" + (chance(15) ? " -> 'k0'" : "");
        return chance(50) ? list(2) : scalar();
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

    std::string list(int) {
        if (base_ == 'C' || grouped_) return scalar();
        std::string text;
        const Alias alias = source(base_ == 'U' ? 'P' : 'C', text);
        std::string out = "(SELECT jsonb_agg(" + item(alias) + " ORDER BY " + alias.name + ".pk" +
                          (chance(30) ? " DESC)" : ")") +
                          (chance(20) ? " FILTER (WHERE " + alias.name + ".pk > 4)" : "") +
                          " FROM " + text + " WHERE " + alias.name +
                          (base_ == 'U' ? ".fk_user" : ".fk_post") + " = t.pk)";
        return chance(75) ? "COALESCE(" + out + ", '[]')" : out;
    }

    std::string aggregate() {
        if (base_ == 'C') return "count(*)";
        return "COALESCE(jsonb_agg(" + item(child_) + " ORDER BY " + child_.name +
               ".pk) FILTER (WHERE " + child_.name + ".pk IS NOT NULL), '[]')";
    }

    std::mt19937_64 random_;
    std::vector<View> views_ = {};
    std::vector<Alias> aliases_ = {};
    Alias child_ = {};
    char base_ = 'U';
    bool grouped_ = false;
    int next_alias_ = 0;
    int weight_ = 1;
};

}  // namespace fraiseql::rewrite
