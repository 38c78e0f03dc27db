// SPDX-License-Identifier: MIT
#include "engine/resolving.hpp"

#include <fmt/format.h>

#include <set>

#include "fraiseql/error.hpp"
#include "graphql/source.hpp"
#include "graphql/string_literal.hpp"
#include "values/node_access.hpp"

namespace fraiseql::engine {
namespace {

/// Code may say what it was given, by anybody: answers are UTF-8 in any case.
std::string as_utf8(std::string_view text) {
    std::string out;
    std::size_t wrong = 0;
    while (!graphql::is_utf8(text, wrong)) {
        out.append(text.substr(0, wrong)).append("\uFFFD");
        text.remove_prefix(wrong + 1);
    }
    return out.append(text);
}

Error to_error(const failure& thrown) {
    Error error{.message = as_utf8(thrown.what()), .hint = as_utf8(thrown.hint())};
    // Each member of `extensions` is there once.
    std::set<std::string, std::less<>> taken = {"code", "hint", "input"};
    for (const auto& [name, value] : thrown.extensions())
        if (taken.insert(name).second) error.extensions.emplace_back(as_utf8(name), as_utf8(value));
    error.own_code = as_utf8(thrown.code());
    // A code of ours has the status of ours, where the error is the whole answer; all others are
    // mistakes of the request, as far as HTTP goes.
    error.code = ErrorCode::BadUserInput;
    for (const ErrorCodeInfo& known : error_codes())
        if (known.wire == thrown.code()) error.code = known.code;
    return error;
}

}  // namespace

Error Reporter::error_of(const std::exception_ptr& thrown,
                         const detail::field_definition& field) const {
    return error_of(thrown, "the resolver of " + field.parent + '.' + field.name);
}

Error Reporter::error_of(const std::exception_ptr& thrown, std::string_view where) const {
    std::string what = "an exception that is no std::exception";
    try {
        std::rethrow_exception(thrown);
    } catch (const failure& meant) {
        return to_error(meant);
    } catch (const std::exception& other) {
        what = other.what();
    } catch (...) {
    }
    const std::string reference = next_reference();
    if (log) log(fmt::format("error {}: {} in {}", reference, what, where));
    return {.code = ErrorCode::InternalServerError,
            .message = expose_errors ? as_utf8(what) : "Something went wrong in the server.",
            .extensions = {{"reference", reference}}};
}

Error FieldReporter::operator()(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const failure&) {
        return reporter_.error_of(thrown, field_);
    } catch (...) {
    }
    if (!unexpected_) unexpected_ = reporter_.error_of(thrown, field_);
    return *unexpected_;
}

Error Reporter::too_late() {
    return {.code = ErrorCode::Timeout, .message = "The resolver took too long."};
}

Resolving::Resolving(const PreparedRequest& request, detail::context_state& state,
                     std::uint32_t root, std::shared_ptr<runtime::WorkerHome> home)
    : request_(request),
      state_(state),
      root_(request.operation->plan.roots[root]),
      index_(root),
      home_(home->for_code("the resolver of " + root_.resolve.resolver->parent + '.' +
                           root_.resolve.resolver->name)),
      context_(state) {}

void Resolving::start() {
    try {
        const json_node arguments = node_of(request_.arguments[index_]);
        {
            const auto slice = home_->enter();
            running_.emplace(root_.resolve.resolver->resolve(context_, arguments));
        }
        running_->start(*home_);
    } catch (...) {
        running_.reset();
        thrown_ = std::current_exception();
    }
}

runtime::Task<void> Resolving::wait(runtime::Clock::time_point deadline) {
    if (!running_) co_return;
    const bool ended = co_await running_->wait(deadline, late_);
    if (!ended) state_.stop.request_stop();
}

Completed Resolving::take(const Reporter& reporter) {
    const graphql::Type& type = *root_.group.definition->type;
    try {
        if (thrown_) std::rethrow_exception(thrown_);
        if (!event_ && !running_->done()) {
            running_.reset();
            throw failure(Reporter::too_late().message, std::string(info(ErrorCode::Timeout).wire));
        }
        Completed out = complete(type, root_.resolve.branches, root_.response_key,
                                 event_ ? *event_ : running_->take(),
                                 FieldReporter(reporter, *root_.resolve.resolver));
        for (Error& error : out.errors)
            error.locations = {
                graphql::locate(request_.document->document.source, root_.group.node().offset)};
        return out;
    } catch (...) {
        return failed(std::current_exception(), reporter);
    }
}

Completed Resolving::failed(const std::exception_ptr& thrown, const Reporter& reporter) const {
    Error error = reporter.error_of(thrown, *root_.resolve.resolver);
    error.path = {root_.response_key};
    error.locations = {
        graphql::locate(request_.document->document.source, root_.group.node().offset)};
    Completed out{.propagates = root_.group.definition->type->is_non_null()};
    out.errors.push_back(std::move(error));
    return out;
}

}  // namespace fraiseql::engine
