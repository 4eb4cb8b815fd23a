#include "facts/players.h"

#include <gtest/gtest.h>

namespace lanspread::facts {

TEST(Players, are_counted_before_the_first_bracket)
{
    EXPECT_EQ(max_players_in("2-16"), 16U);
    EXPECT_EQ(max_players_in("2 (+ 6 CPU)"), 2U);
    EXPECT_EQ(max_players_in("up to 8, 4 of them on one PC"), 8U);
    EXPECT_EQ(max_players_in("many"), 0U);
    EXPECT_EQ(max_players_in("(8)"), 0U);
    EXPECT_EQ(max_players_in("99999999999999999999"), 0U);
}

}  // namespace lanspread::facts
