// SPDX-License-Identifier: MIT
#include "turbo/registry.hpp"

#include "turbo/sha256.hpp"

namespace fraiseql::turbo {
namespace {

constexpr std::string_view kPrefix = "sha256:";

std::optional<std::size_t> look_up(const std::unordered_map<std::string_view, std::size_t>& index,
                                   std::string_view key) {
    const auto found = index.find(key);
    return found == index.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::string text_of_file(std::string bytes) {
    while (bytes.ends_with('\n') || bytes.ends_with('\r'))
        bytes.pop_back();
    return bytes;
}

std::shared_ptr<const Registry> Registry::build(std::vector<Registered> entries,
                                                std::vector<std::string>& problems) {
    auto out = std::make_shared<Registry>();
    out->entries_ = std::move(entries);
    for (const Registered& entry : out->entries_)
        out->sha256_.push_back(sha256_hex(entry.text));
    for (std::size_t i = 0; i < out->entries_.size(); ++i) {
        const Registered& entry = out->entries_[i];
        const auto refuse = [&](std::string_view what, std::size_t other) {
            problems.push_back("operation \"" + entry.id + "\" (" + entry.origin + ") " +
                               std::string(what) + " \"" + out->entries_[other].id + "\" (" +
                               out->entries_[other].origin + "): left out");
        };
        if (const auto other = out->find_text(entry.text)) {
            refuse("has the text of", *other);
            continue;
        }
        if (const auto other = out->find_name(entry.id)) {
            refuse("has a name of", *other);
            continue;
        }
        out->by_text_.emplace(entry.text, i);
        out->by_name_.emplace(entry.id, i);
        out->by_name_.emplace(out->sha256_[i], i);
        for (const std::string& hash : entry.hashes)
            if (auto [at, added] = out->by_name_.emplace(hash, i); !added && at->second != i)
                problems.push_back("operation \"" + entry.id + "\" (" + entry.origin +
                                   ") has the hash " + hash + " of \"" +
                                   out->entries_[at->second].id + "\": hash left out");
    }
    return out;
}

std::optional<std::size_t> Registry::find_name(std::string_view name) const {
    if (const auto found = look_up(by_name_, name)) return found;
    if (!name.starts_with(kPrefix)) return std::nullopt;
    return look_up(by_name_, name.substr(kPrefix.size()));
}

std::optional<std::size_t> Registry::find_text(std::string_view text) const {
    return look_up(by_text_, text);
}

}  // namespace fraiseql::turbo
