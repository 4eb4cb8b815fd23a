#pragma once

#include <list>

#include "async/signal.h"
#include "async/task.h"
#include "swarm/token_bucket.h"

namespace lanspread::swarm {

/// A limit in bytes a second that many coroutines share. Who asks first is served first, so that those who
/// ask piece by piece get equal shares. Lives on one thread, and outlives its waiters.
class RateLimiter {
public:
    /// 0: no limit.
    explicit RateLimiter(std::uint64_t bytes_per_second = 0) : bucket_(bytes_per_second, Clock::now()) {}

    /// Holds at once, also for those who wait already.
    void set_rate(std::uint64_t bytes_per_second);
    [[nodiscard]] bool is_limited() const { return bucket_.rate() != 0; }

    /// How much to take at once, so that what is sent does not stop for long: what a tenth of a second
    /// allows, or so little that all who wait now get a piece within half a second; 256 bytes at least, 64
    /// KiB at most.
    [[nodiscard]] std::size_t piece() const;
    /// Suspends the caller until it may send `bytes`. Without a limit it does not suspend.
    [[nodiscard]] Task<void> take(std::uint64_t bytes);
    /// What was taken and turned out not to be needed.
    void give_back(std::uint64_t bytes);

private:
    class Place;

    void wake_first();

    TokenBucket bucket_;
    std::list<Place*> queue_;
};

}  // namespace lanspread::swarm
