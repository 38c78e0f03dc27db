// SPDX-License-Identifier: MIT
#include "server/grants.hpp"

#include <utility>

namespace fraiseql::server {
namespace {

pg::Batch ask_for(const auth::Principal& principal) {
    static const auto statement =
        pg::make_statement("SELECT kind, name FROM rbac.grants_of($1, $2)");
    pg::Batch batch;
    batch.calls.push_back(
        {.statement = statement, .params = {principal.subject, principal.tenant}});
    return batch;
}

Grants::Principal read(const auth::Principal& base, const pg::Rows& rows) {
    std::vector<std::string> roles;
    std::vector<std::string> permissions;
    for (std::size_t row = 0; row < rows.row_count(); ++row)
        (rows.get(row, 0) == "role" ? roles : permissions).emplace_back(rows.get(row, 1));
    return auth::with_grants(base, std::move(roles), std::move(permissions));
}

}  // namespace

runtime::Task<Result<Grants::Principal>> Grants::add(Principal principal) {
    if (principal == nullptr || !principal->authenticated || principal->subject.empty())
        co_return principal;
    const auto now = runtime::Clock::now();
    if (const auto found = kept_.find(principal.get()); found != kept_.end()) {
        if (now < found->second.until) co_return found->second.granted;
        kept_.erase(found);
    }
    const std::uint64_t generation = generation_;
    pg::Batch batch = ask_for(*principal);
    const auto deadline = now + settings_.timeout;
    const pg::BatchResult rows = co_await pool_.run(std::move(batch), pg::Lane::Quick, deadline);
    if (!rows)
        co_return fail(ErrorCode::ServiceUnavailable, "Roles and permissions cannot be read now.",
                       "Try again shortly.");
    Principal granted = read(*principal, rows->front());
    if (generation == generation_) {
        if (kept_.size() >= settings_.max_kept) kept_.clear();
        kept_[principal.get()] = {principal, granted, now + settings_.lifetime};
    }
    co_return granted;
}

void Grants::forget() {
    ++generation_;
    kept_.clear();
}

}  // namespace fraiseql::server
