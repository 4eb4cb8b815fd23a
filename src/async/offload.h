#pragma once

#include <exception>
#include <optional>
#include <type_traits>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "async/task.h"

namespace lanspread {

/// Runs `work()` on a thread of `pool` and gives its result (not void) back on the caller's executor. Values
/// in, values out: `work` owns what it touches, and is gone when the caller goes on. It is never abandoned: a
/// caller that is cancelled meanwhile still waits for the end of `work`, and meets its cancellation at its
/// next `co_await`; so keep one piece of work short (a chunk, not a game). The pool is joined before the
/// caller's execution context is destroyed: declare it after that context.
template <class Work>
[[nodiscard]] Task<std::invoke_result_t<Work>> offload(asio::thread_pool& pool, Work work)
{
    using Value = std::invoke_result_t<Work>;
    struct Outcome {
        std::optional<Value> value;
        std::exception_ptr exception;
    };
    const auto owner = co_await asio::this_coro::executor;
    asio::use_awaitable_t<Executor> token;
    // No cancellation handler is installed for this operation: that is what makes it wait.
    auto outcome = co_await asio::async_initiate<decltype(token), void(std::shared_ptr<Outcome>)>(
        [&pool, &owner](auto handler, Work its_work) {
            asio::post(pool, [owner, handler = std::make_shared<decltype(handler)>(std::move(handler)),
                              its_work = std::move(its_work)]() mutable {
                auto result = std::make_shared<Outcome>();
                try {
                    auto once = std::move(its_work);
                    result->value.emplace(once());
                } catch (...) {
                    result->exception = std::current_exception();
                }
                asio::post(owner, [handler = std::move(handler), result = std::move(result)]() mutable {
                    (*handler)(std::move(result));
                });
            });
        },
        token, std::move(work));
    if (outcome->exception) {
        std::rethrow_exception(outcome->exception);
    }
    co_return std::move(*outcome->value);
}

}  // namespace lanspread
