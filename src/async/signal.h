#pragma once

#include <list>

#include <boost/asio/steady_timer.hpp>

#include "async/task.h"

namespace lanspread {

/// A condition variable for coroutines of one thread: wait in a loop around the condition, for a wake-up promises nothing.
/// Not thread-safe: waiters and notifiers run on the same executor. Must outlive its waiters.
class Signal {
public:
    Signal() = default;
    Signal(const Signal&) = delete;
    Signal& operator=(const Signal&) = delete;

    /// Suspends the caller until the next `notify_all`.
    [[nodiscard]] Task<void> wait();
    /// The same, but no longer than `deadline`; false where that passed first.
    [[nodiscard]] Task<bool> wait_until(TimePoint deadline);
    void notify_all();

private:
    std::list<asio::steady_timer*> waiters_;
};

}  // namespace lanspread
