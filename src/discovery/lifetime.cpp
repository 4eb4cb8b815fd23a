#include "discovery/lifetime.h"

#include <algorithm>

namespace lanspread::discovery {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int max_asks = 4;
constexpr seconds doubted_time{10};

TimePoint refresh_time(TimePoint since, TimePoint ends_at, int asks)
{
    return since + (ends_at - since) * (80 + 5 * asks) / 100;
}

}  // namespace

Lifetime Lifetime::missed(TimePoint now, Jitter& jitter)
{
    Lifetime life;
    life.since_ = now;
    life.ends_at_ = now + doubted_time;
    life.ask_at_ = now + jitter.between(milliseconds(100), milliseconds(150));
    return life;
}

Lifetime Lifetime::heard(seconds ttl, TimePoint now, Jitter& jitter, seconds longest)
{
    const auto time = std::clamp(ttl, seconds(10), longest);
    Lifetime life;
    life.is_known_ = true;
    life.since_ = now;
    life.ends_at_ = now + time;
    life.lag_ = jitter.between(Duration(0), Duration(time) / 50);
    life.ask_at_ = refresh_time(now, life.ends_at_, 0) + life.lag_;
    return life;
}

void Lifetime::doubt(TimePoint now, Jitter& jitter)
{
    is_doubted_ = true;
    ends_at_ = std::min(ends_at_, now + doubted_time);
    ask_at_ = now + jitter.between(milliseconds(1000), milliseconds(1200));
    asks_ = 0;
}

void Lifetime::withdraw(TimePoint now)
{
    ends_at_ = std::min(ends_at_, now + seconds(1));
    ask_at_ = TimePoint::max();
}

void Lifetime::asked(TimePoint now)
{
    ++asks_;
    if (asks_ == max_asks) {
        ask_at_ = TimePoint::max();
    } else if (is_known_ && !is_doubted_) {
        ask_at_ = std::max(refresh_time(since_, ends_at_, asks_) + lag_, now + seconds(1));
    } else {
        ask_at_ = now + seconds(1 << (asks_ - 1));
    }
}

}  // namespace lanspread::discovery
