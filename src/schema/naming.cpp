// SPDX-License-Identifier: MIT
#include "schema/naming.hpp"

#include <array>

namespace fraiseql::schema {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char to_upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }
char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

std::string join_words(std::string_view name, bool first_upper) {
    std::string out;
    bool start_of_word = true;
    for (char c : name) {
        if (!is_lower(c) && !is_upper(c) && !is_digit(c)) {
            start_of_word = true;
            continue;
        }
        if (start_of_word)
            out += out.empty() && !first_upper ? to_lower(c) : to_upper(c);
        else
            out += c;
        start_of_word = false;
    }
    if (out.empty() || is_digit(out[0])) out.insert(out.begin(), '_');
    return out;
}

bool drop_prefix(std::string_view& name, std::string_view prefix) {
    if (!name.starts_with(prefix) || name.size() == prefix.size()) return false;
    name.remove_prefix(prefix.size());
    return true;
}

bool is_vowel(char c) { return std::string_view("aeiou").find(c) != std::string_view::npos; }

struct Irregular {
    std::string_view one, many;
};
constexpr std::array kIrregular = {
    Irregular{"person", "people"}, Irregular{"child", "children"},
    Irregular{"man", "men"},       Irregular{"woman", "women"},
    Irregular{"datum", "data"},    Irregular{"criterion", "criteria"},
};
/// Words that are the same for one and many.
constexpr std::array<std::string_view, 14> kInvariant = {
    "stats", "data",     "news",     "series", "species", "equipment", "information",
    "media", "metadata", "settings", "money",  "staff",   "sheep",     "fish"};

bool ends_like_word(std::string_view name, std::string_view word) {
    return name == word || (name.ends_with(word) && name[name.size() - word.size() - 1] == '_');
}

}  // namespace

std::string camel_case(std::string_view name) { return join_words(name, false); }

std::string pascal_case(std::string_view name) { return join_words(name, true); }

std::string plural(std::string_view name) {
    for (std::string_view word : kInvariant)
        if (ends_like_word(name, word)) return std::string(name);
    std::string out(name);
    for (const Irregular& word : kIrregular)
        if (ends_like_word(name, word.one))
            return out.replace(out.size() - word.one.size(), word.one.size(), word.many);
    const char last = out.empty() ? '\0' : out.back();
    const char before = out.size() < 2 ? '\0' : out[out.size() - 2];
    if (last == 'y' && !is_vowel(before)) return out.replace(out.size() - 1, 1, "ies");
    if (out.ends_with("ss") || out.ends_with("us") || out.ends_with("is") || last == 'x' ||
        last == 'z' || out.ends_with("ch") || out.ends_with("sh")) {
        if (out.ends_with("is")) return out.replace(out.size() - 2, 2, "es");
        return out + "es";
    }
    // A word that already ends in s is taken for a plural: v_users → users.
    return last == 's' ? out : out + "s";
}

std::string singular(std::string_view word) {
    for (std::string_view same : kInvariant)
        if (ends_like_word(word, same)) return std::string(word);
    std::string out(word);
    for (const Irregular& pair : kIrregular)
        if (ends_like_word(word, pair.many))
            return out.replace(out.size() - pair.many.size(), pair.many.size(), pair.one);
    if (out.ends_with("ies") && out.size() > 4) return out.replace(out.size() - 3, 3, "y");
    for (std::string_view ending : {"sses", "uses", "xes", "zes", "ches", "shes"})
        if (out.ends_with(ending)) return out.substr(0, out.size() - 2);
    if (out.ends_with("ss") || out.ends_with("us") || out.ends_with("is")) return out;
    return out.ends_with('s') ? out.substr(0, out.size() - 1) : out;
}

std::string_view entity_name(std::string_view relation) {
    for (std::string_view prefix : {"v_", "tv_", "mv_"})
        if (drop_prefix(relation, prefix)) break;
    return relation;
}

std::string_view bare_column(std::string_view name) {
    if (!drop_prefix(name, "pk_")) drop_prefix(name, "fk_");
    return name;
}

std::string_view bare_parameter(std::string_view name) {
    drop_prefix(name, "p_");
    return name;
}

}  // namespace fraiseql::schema
