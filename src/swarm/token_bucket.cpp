#include "swarm/token_bucket.h"

#include <algorithm>
#include <cmath>

namespace lanspread::swarm {

namespace {

constexpr double capacity_seconds = 0.1;
constexpr double least_capacity = 64 * 1024;

}  // namespace

TokenBucket::TokenBucket(std::uint64_t bytes_per_second, TimePoint now) : rate_(bytes_per_second), at_(now) {}

double TokenBucket::capacity() const
{
    return std::max(static_cast<double>(rate_) * capacity_seconds, least_capacity);
}

double TokenBucket::level(TimePoint now) const
{
    const auto seconds = std::chrono::duration<double>(std::max(now - at_, Duration::zero())).count();
    return std::min(level_ + seconds * static_cast<double>(rate_), capacity());
}

void TokenBucket::set_rate(std::uint64_t bytes_per_second, TimePoint now)
{
    // Without a limit nothing is saved up, so that a new one holds from its first byte.
    level_ = rate_ == 0 || bytes_per_second == 0 ? 0 : level(now);
    at_ = now;
    rate_ = bytes_per_second;
}

TimePoint TokenBucket::ready_at(std::uint64_t bytes, TimePoint now) const
{
    const auto missing = std::min(static_cast<double>(bytes), capacity()) - level(now);
    if (rate_ == 0 || missing <= 0) {
        return now;
    }
    const auto seconds = std::chrono::duration<double>(missing / static_cast<double>(rate_));
    // Rounded up, so that it is enough when the time has come; and bounded, because a day is for ever.
    return now + std::chrono::ceil<Duration>(
                     std::min<std::chrono::duration<double>>(seconds, std::chrono::hours(24)));
}

void TokenBucket::take(std::uint64_t bytes, TimePoint now)
{
    if (rate_ == 0) {
        return;
    }
    level_ = level(now) - static_cast<double>(bytes);
    at_ = now;
}

void TokenBucket::give_back(std::uint64_t bytes)
{
    if (rate_ > 0) {
        level_ = std::min(level_ + static_cast<double>(bytes), capacity());
    }
}

}  // namespace lanspread::swarm
