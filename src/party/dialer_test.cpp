#include "party/dialer.h"

#include <gtest/gtest.h>

namespace lanspread::party {
namespace {

using namespace std::chrono_literals;

TEST(Dialer, tries_the_second_address_within_half_a_second)
{
    EXPECT_EQ(start_of(0, 2, 4s), 0s);
    EXPECT_EQ(start_of(1, 2, 4s), 250ms);
    EXPECT_EQ(start_of(1, 1, 4s), 250ms);
}

TEST(Dialer, gives_every_address_its_turn_and_time_to_answer)
{
    for (std::size_t count = 1; count <= 16; ++count) {
        EXPECT_LE(start_of(count - 1, count, 4s), 2s) << count;
        for (std::size_t index = 1; index < count; ++index) {
            EXPECT_GT(start_of(index, count, 4s), start_of(index - 1, count, 4s));
        }
    }
}

TEST(Dialer, leaves_more_time_to_the_first_address_where_dials_take_long)
{
    EXPECT_EQ(start_of(1, 3, 12s, 1s), 2s);
    EXPECT_EQ(start_of(2, 3, 12s, 1s), 4s);
    EXPECT_EQ(start_of(2, 3, 12s, 10s), 6s);
    EXPECT_EQ(start_of(1, 3, 4s, 1ms), 250ms);
}

}  // namespace
}  // namespace lanspread::party
