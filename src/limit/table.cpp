// SPDX-License-Identifier: MIT
#include "limit/table.hpp"

#include <algorithm>

namespace fraiseql::limit {

Table::Table(std::size_t cells)
    : key_(cache::random_hash_key()),
      sets_(std::max<std::size_t>(1, (cells + kWays - 1) / kWays)) {}

Table::Slot& Table::slot_in(Set& set, std::uint64_t hash, Instant now) {
    Slot* oldest = set.data();
    for (Slot& slot : set) {
        if (slot.hash == hash && slot.forgettable > now) return slot;
        if (slot.forgettable < oldest->forgettable) oldest = &slot;
    }
    *oldest = {.hash = hash};
    return *oldest;
}

std::vector<Decision> Table::take(const std::vector<Charge>& charges, Instant now) {
    std::vector<Decision> out;
    std::vector<std::uint64_t> hashes;
    for (const Charge& charge : charges) {
        hashes.push_back(cache::keyed_hash(key_, charge.key));
        const std::size_t index = hashes.back() % sets_.size();
        const std::lock_guard lock(locks_[index % kLocks]);
        Slot& slot = slot_in(sets_[index], hashes.back(), now);
        out.push_back(slot.cell.take(*charge.rule, now));
        slot.forgettable = slot.cell.forgettable(*charge.rule);
        if (!out.back().allowed) break;
    }
    if (out.empty() || out.back().allowed) return out;
    for (std::size_t i = 0; i + 1 < out.size(); ++i) {
        const std::size_t index = hashes[i] % sets_.size();
        const std::lock_guard lock(locks_[index % kLocks]);
        for (Slot& slot : sets_[index])
            if (slot.hash == hashes[i]) slot.cell.give_back(*charges[i].rule);
    }
    return out;
}

}  // namespace fraiseql::limit
