// SPDX-License-Identifier: MIT
#include "replica/reads.hpp"

#include <utility>

namespace fraiseql::replica {
namespace {

/// Replicas that one read is sent to before the primary has to answer it.
constexpr int kMaxReplicas = 2;

/// Goes before a read, on the same connection: what a replica had replayed when it was looked at,
/// it has not replayed any more where it was restarted since, or another server answers.
pg::Call check_call(Lsn at_least) {
    static const auto statement =
        pg::make_statement("SELECT coalesce(pg_last_wal_replay_lsn() >= $1, false)");
    return {.statement = statement, .params = {to_string(at_least)}};
}

pg::Batch checked(const pg::Batch& batch, Lsn at_least) {
    pg::Batch out;
    out.calls.reserve(batch.calls.size() + 1);
    out.calls.push_back(check_call(at_least));
    out.calls.insert(out.calls.end(), batch.calls.begin(), batch.calls.end());
    return out;
}

std::shared_ptr<pg::Pool> make_pool(const runtime::Executor& executor, const Target& target) {
    pg::PoolSettings settings = target.pool;
    // A read sees what was replayed when it begins itself: not when the check began, as it would
    // with one snapshot for the whole transaction.
    settings.session_settings.emplace_back("default_transaction_isolation", "read committed");
    return std::make_shared<pg::Pool>(executor, *target.outbound, std::move(settings));
}

bool has_come_far_enough(const std::vector<pg::Rows>& rows) {
    return rows.front().row_count() == 1 && rows.front().get(0, 0) == "t";
}

/// Counts a read for as long as it is in flight, however that ends.
class InFlight {
  public:
    explicit InFlight(std::size_t& count) : count_(count) { ++count_; }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;
    ~InFlight() { --count_; }

  private:
    std::size_t& count_;
};

}  // namespace

Reads::Reads(runtime::Executor executor, pg::Pool& primary,
             std::shared_ptr<const Settings> settings)
    : executor_(std::move(executor)),
      primary_(primary),
      settings_(std::move(settings)),
      slots_(settings_->targets.size()) {}

void Reads::follow(std::shared_ptr<const Snapshot> snapshot) {
    if (closed_) return;
    snapshot_ = std::move(snapshot);
    for (std::size_t i = 0; i < slots_.size() && i < snapshot_->replicas.size(); ++i) {
        const bool wanted = snapshot_->replicas[i].state == State::Following;
        if (wanted && slots_[i].pool == nullptr) {
            slots_[i].pool = make_pool(executor_, settings_->targets[i]);
            slots_[i].pool->start();
        } else if (!wanted && slots_[i].pool != nullptr) {
            std::exchange(slots_[i].pool, nullptr)->close();
        }
    }
}

runtime::Task<pg::BatchResult> Reads::run(pg::Batch batch, std::optional<Position> seen,
                                          runtime::Clock::time_point deadline) {
    Demand demand{.seen = seen};
    std::vector<Load> loads = this->loads();
    Fallback fallback = Fallback::Failed;
    for (int attempt = 0; attempt < kMaxReplicas; ++attempt) {
        demand.not_before = runtime::Clock::now() - settings_->max_lag;
        const Choice choice = choose(*snapshot_, demand, loads, ++turn_);
        if (!choice.replica) {
            fallback = choice.fallback;
            break;
        }
        Slot& slot = slots_[*choice.replica];
        // The pool may be closed, and another take its place, before this read has its answer.
        const std::shared_ptr<pg::Pool> pool = slot.pool;
        const InFlight counted(slot.in_flight);
        pg::Batch own = checked(batch, choice.at_least);
        pg::BatchResult result = co_await pool->run(std::move(own), pg::Lane::Quick, deadline);
        if (result && has_come_far_enough(*result)) {
            ++slot.reads;
            result->erase(result->begin());
            co_return result;
        }
        if (result) {
            fallback = Fallback::Behind;
            break;
        }
        if (result.error().sqlstate == "57014") {
            if (result.error().statement > 0) --result.error().statement;
            co_return result;
        }
        if (!pg::is_unavailable(result.error())) break;
        loads = this->loads();
        loads[*choice.replica].excluded = true;
    }
    ++fallbacks_.at(static_cast<std::size_t>(fallback));
    co_return co_await primary_.run(std::move(batch), pg::Lane::Quick, deadline);
}

std::size_t Reads::connections(const Slot& slot) {
    return slot.pool == nullptr ? 0 : slot.pool->status().quick_open;
}

std::vector<Load> Reads::loads() const {
    std::vector<Load> out;
    out.reserve(slots_.size());
    for (const Slot& slot : slots_) {
        const bool excluded = connections(slot) == 0;
        out.push_back({.in_flight = slot.in_flight, .excluded = excluded});
    }
    return out;
}

void Reads::close() {
    closed_ = true;
    for (Slot& slot : slots_)
        if (slot.pool != nullptr) std::exchange(slot.pool, nullptr)->close();
}

Counts Reads::counts() const {
    Counts out{.fallbacks = fallbacks_};
    for (const Slot& slot : slots_) {
        out.reads.push_back(slot.reads);
        out.in_flight.push_back(slot.in_flight);
        out.connections.push_back(connections(slot));
        if (slot.pool) out.busy += slot.pool->status().busy;
    }
    return out;
}

}  // namespace fraiseql::replica
