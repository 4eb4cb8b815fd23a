#pragma once

#include <list>

#include "async/task.h"

namespace lanspread {

/// A condition variable for coroutines of one thread: wait in a loop around the condition, for a wake-up
/// promises nothing. Not thread-safe: waiters and notifiers run on the same executor. Must outlive its
/// waiters, except where all of them are destroyed together with their execution context, in whatever order.
class Signal {
public:
    Signal() = default;
    ~Signal();
    Signal(const Signal&) = delete;
    Signal& operator=(const Signal&) = delete;

    /// Suspends the caller until the next `notify_all`.
    [[nodiscard]] Task<void> wait();
    /// The same, but no longer than `deadline`; false where that passed first.
    [[nodiscard]] Task<bool> wait_until(TimePoint deadline);
    /// Wakes every waiter, soon.
    void notify_all();

private:
    class Waiter;

    std::list<Waiter*> waiters_;
};

}  // namespace lanspread
