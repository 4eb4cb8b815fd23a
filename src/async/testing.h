#pragma once

#include <chrono>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "async/task.h"

/// For tests: running coroutines to their end, with a deadline that turns a hang into a failure.
namespace lanspread::testing {

inline constexpr std::chrono::seconds patience{20};

/// Runs `context` until it has nothing left to do; throws where that takes longer than `patience`.
inline void run_until_idle(asio::io_context& context)
{
    context.restart();
    context.run_for(patience);
    if (!context.stopped()) {
        throw std::runtime_error("the test hangs: coroutines still wait after its deadline");
    }
}

/// Runs `context` until `condition` holds; throws where it does not come to hold.
template <class Condition>
void run_until(asio::io_context& context, Condition condition)
{
    context.restart();
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (context.run_one_until(deadline) == 0) {
            throw std::runtime_error("the test hangs: its condition does not come to hold");
        }
    }
}

/// Runs `task` to its end, and whatever else there is to do on `context`; rethrows its exception.
inline void run_to_end(asio::io_context& context, Task<void> task)
{
    std::exception_ptr failure;
    asio::co_spawn(Executor(context.get_executor()), std::move(task),
                   [&failure](std::exception_ptr exception) { failure = std::move(exception); });
    run_until_idle(context);
    if (failure) {
        std::rethrow_exception(failure);
    }
}

}  // namespace lanspread::testing
