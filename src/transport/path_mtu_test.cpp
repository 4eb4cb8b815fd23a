#include "transport/path_mtu.h"

#include <gtest/gtest.h>

namespace lanspread::transport {

namespace {

using namespace std::chrono_literals;

const TimePoint start{1000s};

TEST(PathMtu, starts_with_what_every_path_takes) { EXPECT_EQ(PathMtu(9000).current(), 1200U); }

TEST(PathMtu, probes_what_the_route_takes_and_the_usual_sizes_below)
{
    PathMtu mtu(8972);
    EXPECT_EQ(mtu.probes_due(start), (std::vector<std::size_t>{1452, 1472, 4052, 8952, 8972}));
}

TEST(PathMtu, takes_the_largest_size_that_was_answered_in_any_order)
{
    PathMtu mtu(8972);
    mtu.on_answer(8972);
    mtu.on_answer(1472);
    EXPECT_EQ(mtu.current(), 8972U);
}

TEST(PathMtu, ignores_answers_beyond_the_route)
{
    PathMtu mtu(1472);
    mtu.on_answer(8972);
    EXPECT_EQ(mtu.current(), 1200U);
}

TEST(PathMtu, asks_a_few_times_quickly_and_then_rests)
{
    PathMtu mtu(1472);
    auto now = start;
    int rounds = 0;
    while (!mtu.probes_due(now).empty() && mtu.next_probe() - now < 1s) {
        now = mtu.next_probe();
        ++rounds;
    }
    EXPECT_EQ(rounds, 3);
    EXPECT_TRUE(mtu.probes_due(now + 1s).empty());
}

TEST(PathMtu, does_not_probe_where_the_route_takes_no_more)
{
    PathMtu mtu(1200);
    EXPECT_TRUE(mtu.probes_due(start).empty());
}

TEST(PathMtu, falls_back_and_probes_anew_after_a_black_hole)
{
    PathMtu mtu(1472);
    mtu.on_answer(1472);
    mtu.on_black_hole(start);
    EXPECT_EQ(mtu.current(), 1200U);
    EXPECT_FALSE(mtu.probes_due(start + 1s).empty());
}

}  // namespace

}  // namespace lanspread::transport
