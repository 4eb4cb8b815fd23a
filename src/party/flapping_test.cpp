#include "party/flapping.h"

#include <gtest/gtest.h>

namespace lanspread::party {
namespace {

using namespace std::chrono_literals;

const TimePoint start{1000s};
const PeerId bob{};

/// How often a peer comes in that tries every `pause` for an hour.
std::size_t visits(Duration pause)
{
    Flapping flapping;
    std::size_t count = 0;
    for (auto now = start; now < start + 1h; now += pause) {
        if (!flapping.kept_out_for(bob, now)) {
            flapping.joined(bob, now);
            ++count;
        }
    }
    return count;
}

TEST(Flapping, keeps_out_who_comes_and_goes_all_the_time)
{
    EXPECT_LE(visits(10ms), 3600U / 3);
    EXPECT_LE(visits(1s), 3600U / 3);
}

TEST(Flapping, lets_in_who_comes_back_now_and_then)
{
    EXPECT_EQ(visits(10s), 360U);
    EXPECT_EQ(visits(30s), 120U);
}

TEST(Flapping, says_for_how_long)
{
    Flapping flapping;
    for (int count = 0; count < 7; ++count) {
        EXPECT_FALSE(flapping.kept_out_for(bob, start));
        flapping.joined(bob, start);
    }
    const auto pause = flapping.kept_out_for(bob, start);
    ASSERT_TRUE(pause);
    EXPECT_GT(*pause, 12s);
    EXPECT_LT(*pause, 13s);
    EXPECT_TRUE(flapping.kept_out_for(bob, start + *pause - 100ms));
    EXPECT_FALSE(flapping.kept_out_for(bob, start + *pause + 100ms));
}

TEST(Flapping, of_one_peer_is_nothing_to_another)
{
    Flapping flapping;
    for (int count = 0; count < 20; ++count) {
        flapping.joined(bob, start);
    }
    PeerId anna;
    anna.bytes[0] = std::byte{1};
    EXPECT_FALSE(flapping.kept_out_for(anna, start));
}

}  // namespace
}  // namespace lanspread::party
