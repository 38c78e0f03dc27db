// SPDX-License-Identifier: MIT
#include "engine/computing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "fraiseql/error.hpp"
#include "json/writer.hpp"
#include "values/node_access.hpp"

namespace fraiseql::engine {
namespace {

constexpr int kMaxDepth = 512;

std::vector<const plan::Branch*> pointers(const std::vector<plan::Branch>& branches) {
    std::vector<const plan::Branch*> out;
    for (const plan::Branch& branch : branches)
        out.push_back(&branch);
    return out;
}

}  // namespace

Computing::Computing(const PreparedRequest& request, detail::context_state& state,
                     std::shared_ptr<runtime::WorkerHome> home)
    : request_(request), home_(std::move(home)), state_(state), context_(state) {}

Result<void> Computing::read(std::string data) {
    text_ = std::move(data);
    FRAISEQL_TRY(data_, json::read(text_, arena_, kMaxDepth));
    Path path;
    for (const plan::Root& root : request_.operation->plan.roots)
        if (const json::Value* value = data_.find(root.response_key)) {
            path = {root.response_key};
            find(*value, selection_of(root), path);
        }
    for (const Load& load : loads_)
        for (const Place& place : load.places)
            places_[place.value] = &place;
    return {};
}

Computing::Selection Computing::selection_of(const plan::Root& root) {
    Selection out;
    if (root.kind == plan::Root::Kind::Read) out.branches = pointers(root.read.branches);
    if (root.kind == plan::Root::Kind::Call) out.branches = pointers(root.call.branches);
    if (root.kind == plan::Root::Kind::Call)
        for (const plan::PayloadBranch& branch : root.call.payload)
            out.payloads.push_back(&branch);
    return out;
}

Computing::Selected Computing::select(const Selection& from, std::string_view key) {
    Selected out;
    for (const plan::Branch* branch : from.branches)
        for (const plan::Output& output : branch->outputs) {
            if (output.response_key != key || output.field == nullptr) continue;
            out.type = output.field->type;
            if (output.binding->computed != nullptr)
                out.computed = &output;
            else
                for (const plan::Branch& inner : output.branches)
                    out.inside.branches.push_back(&inner);
        }
    for (const plan::PayloadBranch* branch : from.payloads)
        for (const plan::PayloadOutput& output : branch->outputs) {
            if (output.response_key != key || output.field == nullptr) continue;
            out.type = output.field->type;
            for (const plan::Branch& inner : output.branches)
                out.inside.branches.push_back(&inner);
        }
    return out;
}

void Computing::find(const json::Value& value, const Selection& selection, Path& path) {
    std::uint32_t index = 0;
    for (const json::Value& item : value.items) {
        path.emplace_back(index++);
        find(item, selection, path);
        path.pop_back();
    }
    for (const json::Member& member : value.members) {
        const Selected selected = select(selection, member.name);
        if (selected.type == nullptr) continue;
        path.emplace_back(std::string(member.name));
        if (selected.computed != nullptr) {
            const schema::ComputedBinding* computed = selected.computed->binding->computed;
            auto load = std::find_if(loads_.begin(), loads_.end(),
                                     [&](const Load& each) { return each.computed == computed; });
            if (load == loads_.end()) {
                loads_.emplace_back().computed = computed;
                load = std::prev(loads_.end());
            }
            load->places.push_back({&member.value, selected.computed, path});
        } else {
            find(member.value, selected.inside, path);
        }
        path.pop_back();
    }
}

void Computing::start() {
    for (Load& load : loads_) {
        try {
            std::vector<json_node> parents;
            for (const Place& place : load.places)
                parents.push_back(node_of(*place.value));
            const detail::field_definition& field = *load.computed->resolver;
            load.home = home_->for_code("the resolver of " + field.parent + '.' + field.name);
            {
                const auto slice = load.home->enter();
                load.running.emplace(field.resolve_all(context_, parents));
            }
            load.running->start(*load.home);
        } catch (...) {
            load.running.reset();
            load.thrown = std::current_exception();
        }
    }
}

runtime::Task<void> Computing::wait(runtime::Clock::time_point deadline) {
    for (Load& load : loads_) {
        if (!load.running) continue;
        const bool ended = co_await load.running->wait(deadline, load.late);
        if (!ended) state_.stop.request_stop();
    }
}

void Computing::complete_all(Load& load, const Reporter& reporter) {
    const detail::field_definition& field = *load.computed->resolver;
    try {
        if (load.thrown) std::rethrow_exception(load.thrown);
        if (!load.running->done()) {
            load.running.reset();
            throw failure(Reporter::too_late().message, std::string(info(ErrorCode::Timeout).wire));
        }
        const std::vector<detail::resolved> values = load.running->take();
        if (values.size() != load.places.size())
            throw std::length_error(
                fmt::format("{} values for {} objects", values.size(), load.places.size()));
        FieldReporter report(reporter, field);
        const ReportThrown thrown = std::ref(report);
        for (std::size_t i = 0; i < values.size(); ++i) {
            Place& place = load.places[i];
            const graphql::Type& type = *place.output->field->type;
            if (values[i].thrown) {
                place.fail(thrown(values[i].thrown));
                continue;
            }
            place.completed = complete(type, place.output->branches, place.output->response_key,
                                       values[i], thrown);
            for (Error& error : place.completed.errors) {
                Path path = place.path;
                path.insert(path.end(), error.path.begin() + 1, error.path.end());
                error.path = std::move(path);
            }
        }
    } catch (...) {
        // One exception of many objects is one line of the log.
        const Error error = reporter.error_of(std::current_exception(), field);
        for (Place& place : load.places)
            place.fail(error);
    }
}

void Computing::Place::fail(Error error) {
    completed = {.propagates = output->field->type->is_non_null()};
    error.path = path;
    completed.errors.push_back(std::move(error));
}

std::string Computing::take(const Reporter& reporter, std::vector<Error>& errors) {
    for (Load& load : loads_) {
        complete_all(load, reporter);
        for (Place& place : load.places)
            for (Error& error : place.completed.errors)
                errors.push_back(std::move(error));
    }
    std::string out = "{";
    for (const json::Member& member : data_.members) {
        if (out.size() > 1) out += ',';
        json::write_string(out, member.name);
        out += ':';
        const auto& roots = request_.operation->plan.roots;
        const auto root = std::find_if(roots.begin(), roots.end(), [&](const plan::Root& each) {
            return each.response_key == member.name;
        });
        if (!write(out, member.value, root->group.definition->type, selection_of(*root)))
            return "null";
    }
    return out + '}';
}

/// Returns false where the value must be null, but may not: its parent must be (GraphQL §6.4.4).
bool Computing::write(std::string& out, const json::Value& value, const graphql::Type* type,
                      const Selection& selection) const {
    if (selection.branches.empty() && selection.payloads.empty()) {
        json::write(out, value);
        return true;
    }
    const std::size_t start = out.size();
    bool whole = true;
    bool first = true;
    if (value.is_array()) {
        out += '[';
        for (const json::Value& item : value.items) {
            if (!std::exchange(first, false)) out += ',';
            whole = whole && write(out, item, type->nullable()->of, selection);
        }
        out += ']';
    } else if (value.is_object()) {
        out += '{';
        for (const json::Member& member : value.members) {
            if (!std::exchange(first, false)) out += ',';
            json::write_string(out, member.name);
            out += ':';
            const Selected selected = select(selection, member.name);
            if (selected.computed != nullptr) {
                const Completed& completed = places_.at(&member.value)->completed;
                whole = whole && !completed.propagates;
                out += completed.value.str();
            } else {
                whole = whole && write(out, member.value, selected.type, selected.inside);
            }
        }
        out += '}';
    } else {
        json::write(out, value);
    }
    if (whole) return true;
    out.resize(start);
    out += "null";
    return !type->is_non_null();
}

}  // namespace fraiseql::engine
