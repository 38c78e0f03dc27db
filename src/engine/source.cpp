// SPDX-License-Identifier: MIT
#include "engine/source.hpp"

#include <utility>

#include "fraiseql/definition.hpp"

namespace fraiseql::engine {
namespace {

fraiseql::task<std::optional<detail::resolved>> pull(fraiseql::stream<detail::resolved>& events) {
    std::optional<detail::resolved> event = co_await events.next();
    co_return event;
}

}  // namespace

Source::Source(Request request, const detail::field_definition& field, Reporter reporter,
               const std::shared_ptr<runtime::WorkerHome>& home)
    : request_(std::move(request)),
      field_(field),
      reporter_(std::move(reporter)),
      home_(home->for_code("the resolver of " + field.parent + '.' + field.name)),
      context_(*request_.state) {
    request_.state->transport = request_.transport.get();
    if (request_.principal) request_.state->become(request_.principal);
}

Source::~Source() { request_.state->stop.request_stop(); }

Error Source::failed() const { return reporter_.error_of(std::current_exception(), field_); }

std::optional<Error> Source::open(const json_node& arguments) {
    try {
        const auto slice = home_->enter();
        stream_.emplace(field_.subscribe(context_, arguments));
        return std::nullopt;
    } catch (...) {
        return failed();
    }
}

runtime::Task<Event> Source::next() {
    Event out;
    try {
        running_.emplace(pull(*stream_));
        running_->start(*home_);
    } catch (...) {
        out.error = failed();
    }
    if (out.error) co_return out;
    const bool ended = co_await running_->wait();
    if (!ended) co_return out;
    try {
        std::optional<detail::resolved> value = running_->take();
        if (value) out.value = std::make_shared<const detail::resolved>(std::move(*value));
    } catch (...) {
        out.error = failed();
    }
    running_.reset();
    co_return out;
}

}  // namespace fraiseql::engine
