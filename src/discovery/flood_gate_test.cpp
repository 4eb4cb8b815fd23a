#include "discovery/flood_gate.h"

#include <gtest/gtest.h>

namespace lanspread::discovery {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const TimePoint start{std::chrono::hours(1)};

TEST(FloodGate, lets_a_hundred_peers_that_start_together_pass)
{
    FloodGate gate;
    for (int i = 0; i < 1000; ++i) {
        EXPECT_EQ(gate.after_packet(400, start), Duration(0));
    }
}

TEST(FloodGate, reads_no_more_than_a_million_bytes_a_second_of_a_flood)
{
    for (const std::size_t size : {60U, 1400U, 9000U}) {
        FloodGate gate;
        std::size_t packets = 0;
        for (auto now = start; now < start + seconds(20) && packets < 1'000'000; ++packets) {
            now += gate.after_packet(size, now);
        }
        EXPECT_LE(packets * (size + 500), 21'100'000U);
        EXPECT_GE(packets * (size + 500), 20'000'000U);
    }
}

TEST(FloodGate, is_open_again_after_the_flood)
{
    FloodGate gate;
    for (int i = 0; i < 1000; ++i) {
        (void)gate.after_packet(9000, start);
    }
    EXPECT_GT(gate.after_packet(100, start + milliseconds(1)), Duration(0));
    EXPECT_EQ(gate.after_packet(100, start + seconds(10)), Duration(0));
}

}  // namespace
}  // namespace lanspread::discovery
