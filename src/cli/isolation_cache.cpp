// SPDX-License-Identifier: MIT
#include "cli/isolation_cache.hpp"

#include "cli/commands.hpp"
#include "engine/cache_plan.hpp"
#include "engine/version_reader.hpp"

namespace fraiseql::cli {

Result<KeptAnswers::Slot> KeptAnswers::slot(const engine::PreparedRequest& request) {
    const engine::CompiledUnit& unit = request.units->front();
    const engine::CachePlan& plan = *request.operation->cache;
    Slot out{.key = engine::cache_key(plan, request, unit, engine::bind_unit(unit, request)),
             .contexts = engine::context_array(plan.contexts),
             .versions = {}};
    const auto rows = session_.query("SELECT turbo.versions($1)", {out.contexts});
    if (!rows) return fail(statement_error(rows.error()));
    out.versions = rows->get(0, 0);
    return out;
}

Result<std::optional<std::string>> KeptAnswers::find(const Slot& slot, Place place) {
    if (place == Place::Memory) {
        const auto found = kept_.find(slot.key);
        if (found == kept_.end() || found->second.versions != slot.versions)
            return std::optional<std::string>();
        return std::optional(found->second.answer);
    }
    const auto rows = session_.query(
        "SELECT versions, response FROM turbo.cache_find(decode($1, 'hex'))", {slot.key});
    if (!rows) return fail(statement_error(rows.error()));
    const bool fresh =
        rows->row_count() > 0 && !rows->is_null(0, 1) && rows->get(0, 0) == slot.versions;
    if (!fresh) return std::optional<std::string>();
    return std::optional(std::string(rows->get(0, 1)));
}

Result<void> KeptAnswers::keep(const Slot& slot, const std::string& answer, Place place) {
    if (place == Place::Memory) {
        kept_[slot.key] = {slot.versions, answer};
        return {};
    }
    const auto done = session_.query(
        "SELECT turbo.cache_store(decode($1, 'hex'), 'isolation', $2, $3, 1, NULL, NULL)",
        {slot.key, slot.versions, answer});
    if (!done) return fail(statement_error(done.error()));
    return {};
}

}  // namespace fraiseql::cli
