#pragma once
#include "base/clock.h"

#include <algorithm>
#include <chrono>
#include <map>

namespace lanspread::discovery {

/// How often something may be done: `burst` times at once, and `per_second` in the long run. Pure: time is a
/// parameter and does not go backwards.
class RateLimit {
public:
    RateLimit(double per_second, double burst) : per_second_(per_second), burst_(burst), left_(burst) {}

    /// Whether it may be done now; it counts as done then.
    [[nodiscard]] bool take(TimePoint now)
    {
        left_ = left(now);
        at_ = std::max(at_, now);
        if (left_ < 1) {
            return false;
        }
        left_ -= 1;
        return true;
    }

    [[nodiscard]] bool is_unused(TimePoint now) const { return left(now) >= burst_; }

private:
    [[nodiscard]] double left(TimePoint now) const
    {
        const auto seconds = std::chrono::duration<double>(now - at_).count();
        return std::min(burst_, left_ + std::max(0.0, seconds) * per_second_);
    }

    double per_second_;
    double burst_;
    double left_;
    TimePoint at_{};
};

/// A limit for each of many, of whom strangers make up as many as they like: beyond `max_kept` that are in
/// use at once, all others share one.
template <class Key>
class RateLimits {
public:
    RateLimits(RateLimit each, std::size_t max_kept) : each_(each), others_(each), max_kept_(max_kept) {}

    [[nodiscard]] bool take(const Key& key, TimePoint now)
    {
        if (!limits_.contains(key) && limits_.size() >= max_kept_) {
            sweep(now);
            if (limits_.size() >= max_kept_) {
                return others_.take(now);
            }
        }
        return limits_.try_emplace(key, each_).first->second.take(now);
    }

private:
    void sweep(TimePoint now)
    {
        if (now >= next_sweep_) {
            next_sweep_ = now + std::chrono::seconds(1);
            std::erase_if(limits_, [now](const auto& entry) { return entry.second.is_unused(now); });
        }
    }

    RateLimit each_;
    RateLimit others_;
    TimePoint next_sweep_{};
    std::size_t max_kept_;
    std::map<Key, RateLimit> limits_;
};

}  // namespace lanspread::discovery
