#include "swarm/rate_limiter.h"

#include <algorithm>

namespace lanspread::swarm {

/// A caller's place in the queue, given back however its wait ends.
class RateLimiter::Place {
public:
    explicit Place(RateLimiter& limiter)
        : limiter_(limiter), place_(limiter.queue_.insert(limiter.queue_.end(), this))
    {
    }
    ~Place()
    {
        limiter_.queue_.erase(place_);
        limiter_.wake_first();
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    [[nodiscard]] bool is_first() const { return limiter_.queue_.front() == this; }

    Signal turn;  // it may be first now, or the rate is another

private:
    RateLimiter& limiter_;
    std::list<Place*>::iterator place_;
};

void RateLimiter::set_rate(std::uint64_t bytes_per_second)
{
    bucket_.set_rate(bytes_per_second, Clock::now());
    wake_first();
}

std::size_t RateLimiter::piece() const
{
    constexpr std::size_t smallest = 256;
    constexpr std::size_t largest = 64 * 1024;
    if (!is_limited()) {
        return largest;
    }
    // All who wait take one before the same one is served again.
    const auto pieces_a_second = std::max<std::size_t>(10, 2 * queue_.size());
    return std::clamp<std::size_t>(bucket_.rate() / pieces_a_second, smallest, largest);
}

void RateLimiter::wake_first()
{
    if (!queue_.empty()) {
        queue_.front()->turn.notify_all();
    }
}

Task<void> RateLimiter::take(std::uint64_t bytes)
{
    if (!is_limited() && queue_.empty()) {
        co_return;
    }
    Place place(*this);
    while (true) {
        const auto now = Clock::now();
        const auto ready = place.is_first() ? bucket_.ready_at(bytes, now) : TimePoint::max();
        if (ready <= now) {
            bucket_.take(bytes, now);
            co_return;
        }
        co_await place.turn.wait_until(ready);
    }
}

void RateLimiter::give_back(std::uint64_t bytes)
{
    bucket_.give_back(bytes);
    wake_first();
}

}  // namespace lanspread::swarm
