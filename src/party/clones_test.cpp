#include "party/clones.h"

#include <gtest/gtest.h>

namespace lanspread::party {
namespace {

using namespace std::chrono_literals;

const TimePoint start{1000s};
const PeerId bob{};
const auto here = Address::v4({10, 0, 0, 5}, 7000);
const auto there = Address::v4({10, 0, 0, 7}, 7000);

/// Two processes take each other's place until that is noticed. Gives how often.
int alternate(Clones& clones, TimePoint now)
{
    for (int count = 1; count < 20; ++count) {
        const bool is_first = count % 2 == 1;
        if (clones.admitted(bob, is_first ? 1 : 2, is_first ? here : there, now + count * 100ms)) {
            return count;
        }
    }
    return 0;
}

TEST(Clones, are_known_when_two_processes_take_each_others_place)
{
    Clones clones;
    EXPECT_EQ(alternate(clones, start), 5);
    EXPECT_TRUE(clones.is_one_of_several(bob, 1, start + 1min));
    EXPECT_TRUE(clones.is_one_of_several(bob, 2, start + 1min));
    EXPECT_EQ(clones.places(bob, start + 1min), (std::vector{here, there}));
    EXPECT_EQ(clones.peers(start + 1min), std::vector{bob});
}

TEST(Clones, are_told_once)
{
    Clones clones;
    ASSERT_EQ(alternate(clones, start), 5);
    EXPECT_EQ(alternate(clones, start + 1min), 0);
}

TEST(Clones, are_not_what_starts_anew_again_and_again)
{
    Clones clones;
    for (std::uint64_t epoch = 1; epoch < 100; ++epoch) {
        EXPECT_FALSE(clones.admitted(bob, epoch, epoch % 2 == 0 ? here : there, start + epoch * 1s));
        EXPECT_FALSE(clones.admitted(bob, epoch, there, start + epoch * 1s)) << "nor connects again";
    }
    EXPECT_TRUE(clones.places(bob, start + 100s).empty());
}

TEST(Clones, are_not_a_process_that_has_ended_and_whose_last_connection_is_seen_late)
{
    Clones clones;
    EXPECT_FALSE(clones.admitted(bob, 1, here, start));
    EXPECT_FALSE(clones.admitted(bob, 2, here, start + 1s));
    EXPECT_FALSE(clones.admitted(bob, 1, here, start + 1s));
    EXPECT_FALSE(clones.admitted(bob, 2, here, start + 2s));
    EXPECT_TRUE(clones.places(bob, start + 2s).empty());
}

TEST(Clones, are_known_for_as_long_as_one_is_refused_and_then_no_longer)
{
    Clones clones;
    ASSERT_EQ(alternate(clones, start), 5);
    for (auto time = 1min; time <= 30min; time += 1min) {
        EXPECT_TRUE(clones.is_one_of_several(bob, 2, start + time));
        clones.refused(bob, 2, start + time);
    }
    EXPECT_FALSE(clones.is_one_of_several(bob, 2, start + 33min));
    EXPECT_TRUE(clones.peers(start + 33min).empty());
    EXPECT_FALSE(clones.admitted(bob, 3, here, start + 33min));
    EXPECT_TRUE(clones.places(bob, start + 33min).empty());
}

TEST(Clones, a_new_process_is_none_of_them)
{
    Clones clones;
    ASSERT_EQ(alternate(clones, start), 5);
    EXPECT_FALSE(clones.is_one_of_several(bob, 3, start + 1min));
}

}  // namespace
}  // namespace lanspread::party
