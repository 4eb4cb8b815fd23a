#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "base/clock.h"

namespace lanspread::party {

/// When something that failed is tried again: after 0.25 s, then after twice as long each time, up to 15 s.
/// Pure. The first half of each pause is fixed, the second is random, so that peers that failed together do
/// not return together.
class BackOff {
public:
    static constexpr Duration shortest = std::chrono::milliseconds(250);
    static constexpr Duration longest = std::chrono::seconds(15);

    /// When the next attempt may begin.
    [[nodiscard]] TimePoint due() const { return due_; }
    [[nodiscard]] unsigned failures() const { return failures_; }

    /// `jitter` is random, in [0, 1).
    void failed(TimePoint now, double jitter)
    {
        const auto pause = std::min(longest, shortest * (1U << std::min(failures_, 10U)));
        ++failures_;
        last_failure_ = now;
        due_ = now + pause / 2 + std::chrono::duration_cast<Duration>(pause / 2 * jitter);
    }

    /// It failed in a way that will not mend itself soon.
    void refused(TimePoint now, double jitter)
    {
        failures_ = std::max(failures_, 10U);
        failed(now, jitter);
    }

    /// There is news that gives hope: try soon. Never sooner after a failure than `shortest`, so that news
    /// that come in floods do not become attempts in floods.
    void renewed(TimePoint now, Duration head_start = {})
    {
        failures_ = 0;
        due_ = std::max(now + head_start, last_failure_ ? *last_failure_ + shortest : now);
    }

private:
    TimePoint due_;
    std::optional<TimePoint> last_failure_;
    unsigned failures_ = 0;
};

}  // namespace lanspread::party
