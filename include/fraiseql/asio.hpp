// SPDX-License-Identifier: MIT
// async_answer: requests of a Boost.Asio program answered by its service. Needs Boost.Asio, as
// the program has it: the library itself shares no type of it. Tested with 1.81.
#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <stop_token>
#include <utility>

#include "fraiseql/service.hpp"

namespace fraiseql {

namespace detail {

/// What is kept from the request to the answer: the handler, and its event loop awake.
template <class Handler, class Executor>
struct asio_exchange {
    asio_exchange(Handler given, const Executor& executor)
        : handler(std::move(given)), work(executor) {}
    Handler handler;
    boost::asio::executor_work_guard<Executor> work;
    std::stop_source stop = {};
};

struct asio_answer {
    const service* target;

    template <class Handler, class Fallback>
    void operator()(Handler handler, http_request request, const Fallback& fallback) const {
        const auto executor = boost::asio::get_associated_executor(handler, fallback);
        using Executor = std::decay_t<decltype(executor)>;
        using Exchange = asio_exchange<Handler, Executor>;
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        const auto exchange = std::make_shared<Exchange>(std::move(handler), executor);
        if (slot.is_connected())
            slot.assign([stop = exchange->stop](boost::asio::cancellation_type) mutable {
                stop.request_stop();
            });
        target->answer(
            std::move(request),
            [exchange, slot](http_response response) mutable {
                auto finish = [exchange, slot, response = std::move(response)]() mutable {
                    if (slot.is_connected()) slot.clear();
                    Handler done = std::move(exchange->handler);
                    exchange->work.reset();
                    std::move(done)(std::move(response));
                };
                boost::asio::post(exchange->work.get_executor(), std::move(finish));
            },
            exchange->stop.get_token());
    }
};

}  // namespace detail

/// Has `target` answer `request`, see service::answer(), and completes with the http_response on
/// the executor of `token`, or on `executor` where it has none: `co_await async_answer(executor,
/// target, request, use_awaitable)`. Cancellation of the operation ends the work; it then completes
/// with whatever answer there is. `target` must outlive the operation, so stop it before the
/// io_context that waits for it is destroyed.
template <class Executor, class CompletionToken>
auto async_answer(const Executor& executor, const service& target, http_request request,
                  CompletionToken&& token) {
    return boost::asio::async_initiate<CompletionToken, void(http_response)>(
        detail::asio_answer{&target}, token, std::move(request), executor);
}

}  // namespace fraiseql
