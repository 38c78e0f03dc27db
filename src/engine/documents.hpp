// SPDX-License-Identifier: MIT
// Documents: which document a request means, by its text, its hash or its id.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/plan_cache.hpp"
#include "engine/prepared.hpp"
#include "engine/settings.hpp"
#include "turbo/registry.hpp"

namespace fraiseql::engine {

/// Used on its worker's thread. `settings` are those of now, whatever they are; must outlive it.
class Documents {
  public:
    using Found = Result<std::shared_ptr<PreparedDocument>>;

    /// What is known of a request's document in this process, and what other servers may know.
    struct Lookup {
        Found document;
        /// Where it is not known: the hash under which another server may have persisted it.
        std::string_view unknown_hash = {};
        /// Where a client has just persisted it: its hash.
        std::string_view new_hash = {};
    };

    Documents(const std::shared_ptr<const Settings>& settings,
              std::shared_ptr<const schema::Model> model);

    /// Returns the prepared document of `request`, which may have errors of its own. Fails where
    /// there is none under that hash or id, where hash and text differ, and where the server runs
    /// registered operations only and this is none.
    Lookup find(const Request& request);

    /// Returns the document of `text`, which another server has persisted under `hash`.
    Found find_persisted(std::string_view hash, std::string_view text);

    /// Returns `found` for a request that began under `settings`: where these are not those of now,
    /// a copy whose plans are its own.
    Found under(Found found, const Settings& settings) const;

    /// Counts an execution of `document`.
    void count(PreparedDocument& document, const turbo::Call& call) const;

    /// Says that `document` may have got further plans.
    void grown(PreparedDocument& document) { plans_.grown(document); }

    void replace_model(std::shared_ptr<const schema::Model> model);
    /// Prepares all operations of `registry`; they are never evicted. Those that both registries
    /// have keep their plans.
    void replace_registry(std::shared_ptr<const turbo::Registry> registry);

    const std::shared_ptr<const schema::Model>& model() const noexcept { return model_; }
    const PlanCache& plan_cache() const noexcept { return plans_; }

  private:
    Lookup find_id(std::string_view id);
    Lookup find_hash(std::string_view hash);
    Found find_text(std::string_view text);
    Lookup find_hashed_text(std::string_view hash, std::string_view text);
    Found persist(std::string_view hash, std::string_view text);
    void count_other(PreparedDocument& document, const turbo::Call& call) const;
    void prepare_registered();
    void take_template(PreparedDocument& document,
                       const std::shared_ptr<const turbo::CheckedTemplate>& checked) const;

    const std::shared_ptr<const Settings>& settings_;
    std::shared_ptr<const schema::Model> model_;
    PlanCache plans_;
    std::shared_ptr<const turbo::Registry> registry_;
    /// By index of the registry's entries.
    std::vector<std::shared_ptr<PreparedDocument>> registered_;
    /// What this worker knows of settings_.persisted, so that a hit takes no lock.
    cache::Sieve<std::string> texts_;
    /// Counts what has no meter of its own; nullptr: nobody counts.
    std::shared_ptr<turbo::Meter> others_ = {};
};

}  // namespace fraiseql::engine
