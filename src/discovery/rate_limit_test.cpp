#include "discovery/rate_limit.h"

#include <gtest/gtest.h>

namespace lanspread::discovery {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const TimePoint start{std::chrono::hours(1)};

template <class Take>
int taken(int tries, Take take)
{
    int count = 0;
    for (int i = 0; i < tries; ++i) {
        count += take() ? 1 : 0;
    }
    return count;
}

TEST(RateLimit, allows_a_burst_and_then_its_rate)
{
    RateLimit limit(10, 5);
    EXPECT_EQ(taken(100, [&] { return limit.take(start); }), 5);
    EXPECT_EQ(taken(100, [&] { return limit.take(start + milliseconds(300)); }), 3);
    EXPECT_EQ(taken(100, [&] { return limit.take(start + seconds(60)); }), 5);
}

TEST(RateLimits, are_one_for_each_and_one_for_all_that_are_too_many)
{
    RateLimits<int> limits(RateLimit(1, 2), 3);
    for (int key = 0; key < 3; ++key) {
        EXPECT_EQ(taken(10, [&] { return limits.take(key, start); }), 2) << key;
    }
    EXPECT_EQ(taken(10, [&] { return limits.take(3, start); }) +
                  taken(10, [&] { return limits.take(4, start); }),
              2);
    EXPECT_EQ(taken(10, [&] { return limits.take(5, start + seconds(60)); }), 2);
}

}  // namespace
}  // namespace lanspread::discovery
