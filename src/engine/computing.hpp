// SPDX-License-Identifier: MIT
// Computing: the fields of catalog types that code of the application makes, in a finished answer.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/prepared.hpp"
#include "engine/resolving.hpp"
#include "fraiseql/definition.hpp"
#include "json/value.hpp"
#include "runtime/task_bridge.hpp"

namespace fraiseql::engine {

/// An answer in whose data PostgreSQL has put what computed fields need, in the place of each. All
/// objects of the answer that ask for one field share one call of its resolver.
class Computing {
  public:
    /// `request` and `state` must outlive it.
    Computing(const PreparedRequest& request, detail::context_state& state,
              std::shared_ptr<runtime::WorkerHome> home);

    /// Finds what is needed in `data`, the JSON under that name. Fails where it is no JSON.
    Result<void> read(std::string data);
    /// Calls the resolvers, beside each other.
    void start();
    runtime::Task<void> wait(runtime::Clock::time_point deadline);
    /// Returns the data with the values in their places, and adds what went wrong to `errors`.
    std::string take(const Reporter& reporter, std::vector<Error>& errors);

  private:
    struct Place {
        const json::Value* value;
        const plan::Output* output;
        Path path;
        Completed completed = {};

        /// There is no value but this error.
        void fail(Error error);
    };
    /// All places of one field.
    struct Load {
        const schema::ComputedBinding* computed = nullptr;
        std::vector<Place> places = {};
        // Shared with what other threads are doing for the resolver.
        std::shared_ptr<runtime::WorkerHome> home = {};
        std::optional<runtime::RunningTask<std::vector<detail::resolved>>> running = {};
        std::exception_ptr thrown = {};
        bool late = false;
    };
    /// What may be selected of an object, of each type that it may have.
    struct Selection {
        std::vector<const plan::Branch*> branches = {};
        std::vector<const plan::PayloadBranch*> payloads = {};
    };
    /// A member of an object, as its selection has it.
    struct Selected {
        const plan::Output* computed = nullptr;
        const graphql::Type* type = nullptr;
        Selection inside = {};
    };

    static Selection selection_of(const plan::Root& root);
    static Selected select(const Selection& from, std::string_view key);
    void find(const json::Value& value, const Selection& selection, Path& path);
    void complete_all(Load& load, const Reporter& reporter);
    bool write(std::string& out, const json::Value& value, const graphql::Type* type,
               const Selection& selection) const;

    const PreparedRequest& request_;
    std::shared_ptr<runtime::WorkerHome> home_;
    detail::context_state& state_;
    fraiseql::context context_;
    std::string text_ = {};
    Arena arena_ = {};
    json::Value data_ = {};
    std::deque<Load> loads_ = {};
    std::unordered_map<const json::Value*, const Place*> places_ = {};
};

}  // namespace fraiseql::engine
