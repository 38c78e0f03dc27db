// SPDX-License-Identifier: MIT
#include "catalog/annotation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "base/suggest.hpp"

namespace fraiseql::catalog {
namespace {

constexpr std::string_view kSpaces = " \t\r\n\f\v";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_annotation(std::string_view line) {
    return line.size() >= 2 && line[0] == '@' && is_letter(line[1]);
}

Annotation read_annotation(std::string_view text, std::uint32_t line) {
    std::string_view rest = text.substr(1);
    std::string_view name = rest.substr(0, rest.find_first_of(kSpaces));
    return {.name = std::string(name),
            .arguments = std::string(trimmed(rest.substr(name.size()), kSpaces)),
            .line = line};
}

}  // namespace

const Annotation* Annotations::find(std::string_view name) const noexcept {
    auto found = std::ranges::find(items, name, &Annotation::name);
    return found == items.end() ? nullptr : &*found;
}

std::vector<const Annotation*> Annotations::find_all(std::string_view name) const {
    std::vector<const Annotation*> out;
    for (const Annotation& item : items) {
        if (item.name == name) out.push_back(&item);
    }
    return out;
}

Annotations read_annotations(std::string_view comment) {
    Annotations out;
    std::string text;
    std::uint32_t number = 0;
    while (!comment.empty()) {
        std::string_view line = comment.substr(0, comment.find('\n'));
        comment.remove_prefix(std::min(line.size() + 1, comment.size()));
        ++number;
        if (const auto bare = trimmed(line, kSpaces); is_annotation(bare)) {
            out.items.push_back(read_annotation(bare, number));
        } else {
            if (line.ends_with('\r')) line.remove_suffix(1);
            text.append(line).append(1, '\n');
        }
    }
    out.description = trimmed(text, kSpaces);
    return out;
}

std::vector<Error> unknown_annotations(const Annotations& annotations, std::string_view subject,
                                       const std::vector<std::string_view>& known) {
    std::vector<Error> out;
    for (const Annotation& item : annotations.items) {
        if (std::ranges::find(known, std::string_view(item.name)) != known.end()) continue;
        out.push_back({.code = ErrorCode::Configuration,
                       .message = fmt::format("The comment on {} has an unknown annotation @{} in "
                                              "line {}.",
                                              subject, item.name, item.line),
                       .hint = did_you_mean(item.name, known)});
    }
    return out;
}

std::vector<std::string> split_arguments(std::string_view arguments) {
    std::vector<std::string> out;
    std::string word;
    bool quoted = false;
    bool open = false;
    for (char c : arguments) {
        if (c == '"') {
            quoted = !quoted;
            open = true;
        } else if (!quoted && kSpaces.find(c) != std::string_view::npos) {
            if (open) out.push_back(std::exchange(word, {}));
            open = false;
        } else {
            word.push_back(c);
            open = true;
        }
    }
    if (open) out.push_back(std::move(word));
    return out;
}

}  // namespace fraiseql::catalog
