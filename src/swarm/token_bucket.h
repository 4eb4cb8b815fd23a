#pragma once

#include <cstdint>

#include "base/clock.h"

namespace lanspread::swarm {

/// A limit in bytes a second. The bucket fills at that rate, up to a tenth of a second's worth (64 KiB at
/// least); what is sent is taken out of it. So in any time `t`, no more than rate × t + capacity + one piece
/// is taken. Pure: time is a parameter, and does not go backwards.
class TokenBucket {
public:
    /// A bucket that is empty. Rate 0: no limit, everything may be taken at once.
    TokenBucket(std::uint64_t bytes_per_second, TimePoint now);

    /// What was taken too early under the old rate is still owed.
    void set_rate(std::uint64_t bytes_per_second, TimePoint now);
    [[nodiscard]] std::uint64_t rate() const { return rate_; }

    /// When `bytes` may be taken: at once, where that is not after `now`. A piece that is larger than the
    /// bucket may be taken when that is full, and leaves a debt.
    [[nodiscard]] TimePoint ready_at(std::uint64_t bytes, TimePoint now) const;
    void take(std::uint64_t bytes, TimePoint now);
    /// What was taken and turned out not to be needed.
    void give_back(std::uint64_t bytes);

private:
    [[nodiscard]] double capacity() const;
    [[nodiscard]] double level(TimePoint now) const;

    std::uint64_t rate_;
    double level_ = 0;  // bytes, at `at_`; below 0: a debt
    TimePoint at_;
};

}  // namespace lanspread::swarm
