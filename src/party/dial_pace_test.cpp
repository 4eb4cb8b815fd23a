#include "party/dial_pace.h"

#include <gtest/gtest.h>

namespace lanspread::party {
namespace {

using namespace std::chrono_literals;

TEST(DialPace, counts_as_busy_before_anybody_was_reached) { EXPECT_EQ(DialPace().typical(), 500ms); }

TEST(DialPace, is_that_of_a_calm_party_after_a_few_quick_dials)
{
    DialPace pace;
    for (int dial = 0; dial < 5; ++dial) {
        pace.took(4ms);
    }
    EXPECT_LT(pace.typical(), 20ms);
}

TEST(DialPace, is_not_changed_much_by_one_that_was_slow)
{
    DialPace pace;
    for (int dial = 0; dial < 10; ++dial) {
        pace.took(4ms);
    }
    pace.took(400ms);
    EXPECT_LT(pace.typical(), 110ms);
    for (int dial = 0; dial < 20; ++dial) {
        pace.took(2s);
    }
    EXPECT_GT(pace.typical(), 1900ms);
}

}  // namespace
}  // namespace lanspread::party
