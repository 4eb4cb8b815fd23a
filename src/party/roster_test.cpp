#include "party/roster.h"

#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace lanspread::party {
namespace {

using namespace std::chrono_literals;
using Direction = Roster::Direction;
using News = Roster::News;

const TimePoint start{1000s};

PeerId peer_id(std::uint8_t number)
{
    PeerId id;
    id.bytes[0] = std::byte{number};
    return id;
}

const auto low = peer_id(1);
const auto high = peer_id(2);

/// Greets and admits at once.
Roster::Verdict admit(Roster& roster, const PeerId& peer, Roster::Candidate candidate, TimePoint now = start)
{
    roster.greeting_began(peer);
    return roster.admit(peer, candidate, now);
}

TEST(Roster, a_first_connection_joins_and_its_end_leaves)
{
    Roster roster(low);
    const auto verdict = admit(roster, high, {.number = 1});
    EXPECT_TRUE(verdict.stays);
    EXPECT_EQ(verdict.news, News::joined);
    EXPECT_EQ(roster.ended(high, 1, "gone"), "gone");
    EXPECT_EQ(roster.ended(high, 1, "gone"), std::nullopt);
}

TEST(Roster, of_a_tie_the_connection_dialled_by_the_lower_id_stays_whichever_came_first)
{
    struct Row {
        PeerId self, other;
        Direction first, second;
        bool second_stays;
    };
    const Row rows[] = {
        {low, high, Direction::incoming, Direction::outgoing, true},
        {low, high, Direction::outgoing, Direction::incoming, false},
        {high, low, Direction::incoming, Direction::outgoing, false},
        {high, low, Direction::outgoing, Direction::incoming, true},
    };
    for (const auto& row : rows) {
        Roster roster(row.self);
        EXPECT_TRUE(admit(roster, row.other, {.number = 1, .direction = row.first}).stays);
        const auto verdict = admit(roster, row.other, {.number = 2, .direction = row.second});
        EXPECT_EQ(verdict.stays, row.second_stays);
        EXPECT_EQ(verdict.news, News::none);
        EXPECT_EQ(verdict.replaced, row.second_stays ? std::optional<std::uint64_t>(1) : std::nullopt);
    }
}

TEST(Roster, a_replaced_connection_ends_without_a_leave)
{
    Roster roster(low);
    (void)admit(roster, high, {.number = 1, .direction = Direction::incoming});
    (void)admit(roster, high, {.number = 2, .direction = Direction::outgoing});
    EXPECT_EQ(roster.ended(high, 1, "duplicate"), std::nullopt);
    EXPECT_EQ(roster.ended(high, 2, "gone"), "gone");
}

TEST(Roster, the_newer_connection_from_the_same_side_stays)
{
    for (const auto direction : {Direction::incoming, Direction::outgoing}) {
        Roster roster(low);
        (void)admit(roster, high, {.number = 1, .direction = direction});
        const auto verdict = admit(roster, high, {.number = 2, .direction = direction});
        EXPECT_TRUE(verdict.stays);
        EXPECT_EQ(verdict.replaced, 1U);
        EXPECT_EQ(verdict.news, News::none);
    }
}

TEST(Roster, a_restarted_peer_has_left_and_joined_and_its_new_connection_stays)
{
    Roster roster(low);
    (void)admit(roster, high, {.number = 1, .direction = Direction::outgoing, .epoch = 7});
    const auto verdict = admit(roster, high, {.number = 2, .direction = Direction::incoming, .epoch = 8});
    EXPECT_TRUE(verdict.stays);
    EXPECT_EQ(verdict.replaced, 1U);
    EXPECT_EQ(verdict.news, News::rejoined);
}

TEST(Roster, a_peer_that_dials_long_after_the_first_connection_has_lost_that_one)
{
    Roster roster(low);
    (void)admit(roster, high, {.number = 1, .direction = Direction::outgoing});
    EXPECT_TRUE(admit(roster, high, {.number = 2, .direction = Direction::incoming}, start + 6s).stays);
}

TEST(Roster, an_end_while_another_connection_is_greeted_is_no_leave)
{
    Roster roster(low);
    (void)admit(roster, high, {.number = 1});
    roster.greeting_began(high);
    EXPECT_EQ(roster.ended(high, 1, "duplicate"), std::nullopt);
    const auto verdict = roster.admit(high, {.number = 2}, start);
    EXPECT_TRUE(verdict.stays);
    EXPECT_EQ(verdict.news, News::none);
}

TEST(Roster, an_end_while_another_connection_is_greeted_is_a_leave_when_that_fails)
{
    Roster roster(low);
    (void)admit(roster, high, {.number = 1});
    roster.greeting_began(high);
    EXPECT_EQ(roster.ended(high, 1, "cable cut"), std::nullopt);
    EXPECT_EQ(roster.greeting_failed(high), "cable cut");
}

TEST(Roster, a_failed_greeting_of_a_stranger_is_no_leave)
{
    Roster roster(low);
    roster.greeting_began(high);
    EXPECT_EQ(roster.greeting_failed(high), std::nullopt);
}

TEST(Roster, a_failed_greeting_beside_a_connection_is_no_leave)
{
    Roster roster(low);
    (void)admit(roster, high, {.number = 1});
    roster.greeting_began(high);
    EXPECT_EQ(roster.greeting_failed(high), std::nullopt);
    EXPECT_EQ(roster.ended(high, 1, "gone"), "gone");
}

RC_GTEST_PROP(Roster, both_sides_of_a_tie_keep_the_same_connection_in_whatever_order_they_learn_of_both, ())
{
    // Connection 1 is dialled by the lower id, connection 2 by the higher.
    const auto kept = [](const PeerId& self, const PeerId& other, bool in_order) {
        Roster roster(self);
        const auto direction = [&](std::uint64_t number) {
            return (number == 1) == (self < other) ? Direction::outgoing : Direction::incoming;
        };
        std::uint64_t current = 0;
        for (const std::uint64_t number : in_order ? std::vector{1, 2} : std::vector{2, 1}) {
            if (admit(roster, other, {.number = number, .direction = direction(number)}).stays) {
                current = number;
            }
        }
        return current;
    };
    RC_ASSERT(kept(low, high, *rc::gen::arbitrary<bool>()) == 1U);
    RC_ASSERT(kept(high, low, *rc::gen::arbitrary<bool>()) == 1U);
}

RC_GTEST_PROP(Roster, joins_and_leaves_alternate, (const std::vector<std::uint8_t>& steps))
{
    Roster roster(low);
    bool is_here = false;
    unsigned greetings = 0;
    std::uint64_t last_number = 0;
    auto now = start;
    const auto left = [&is_here](const std::optional<std::string>& reason) {
        RC_ASSERT(!reason || is_here);
        is_here = is_here && !reason;
    };
    for (const auto step : steps) {
        now += 1s;
        if (step % 4 == 0) {
            roster.greeting_began(high);
            ++greetings;
        } else if (step % 4 == 1 && greetings > 0) {
            --greetings;
            left(roster.greeting_failed(high));
        } else if (step % 4 == 2 && greetings > 0) {
            --greetings;
            const auto verdict =
                roster.admit(high,
                             {.number = ++last_number,
                              .direction = step & 16 ? Direction::incoming : Direction::outgoing,
                              .epoch = step / 64U},
                             now);
            RC_ASSERT((verdict.news == News::joined) == (verdict.stays && !is_here));
            is_here = true;
        } else if (step % 4 == 3 && last_number > 0) {
            left(roster.ended(high, 1 + step % last_number, "ended"));
        }
    }
    for (; greetings > 0; --greetings) {
        left(roster.greeting_failed(high));
    }
    for (std::uint64_t number = 1; number <= last_number; ++number) {
        left(roster.ended(high, number, "ended"));
    }
    RC_ASSERT(!is_here);
}

}  // namespace
}  // namespace lanspread::party
