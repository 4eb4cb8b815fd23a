#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/clock.h"

namespace lanspread {

namespace asio = boost::asio;

using Executor = asio::any_io_executor;

/// A coroutine. Lazy: it runs when it is awaited or given to a TaskGroup. Cancellation ends it with an
/// exception at its next or current `co_await` (see is_cancellation).
template <class T = void>
using Task = asio::awaitable<T, Executor>;

/// True for the exception by which cancellation reaches a coroutine. Whoever catches exceptions rethrows this
/// one.
[[nodiscard]] bool is_cancellation(const std::exception_ptr& exception);

/// Throws what cancellation throws.
[[noreturn]] void throw_cancelled();

/// What went wrong, for the log.
[[nodiscard]] std::string what(const std::exception_ptr& exception);

/// Suspends the caller for a time, or until it is cancelled.
[[nodiscard]] Task<void> sleep_for(Duration duration);
[[nodiscard]] Task<void> sleep_until(TimePoint time);

}  // namespace lanspread
