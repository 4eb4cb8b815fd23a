#include "party/gossip_plan.h"

#include <set>

#include <gtest/gtest.h>

namespace lanspread::party {
namespace {

using namespace std::chrono_literals;

const TimePoint start{1000s};
constexpr double middle = 0.5;

PeerId peer_id(std::uint8_t number)
{
    PeerId id;
    id.bytes[0] = std::byte{number};
    return id;
}

/// Everybody is asked who is due until `end`, and answers at once. Gives how many questions that makes.
std::size_t questions(GossipPlan& plan, TimePoint from, TimePoint end, bool has_more = false)
{
    std::size_t count = 0;
    for (auto now = from; now < end; now += 10ms) {
        while (const auto peer = plan.next(now)) {
            plan.ended(*peer, has_more, now, middle);
            ++count;
        }
    }
    return count;
}

TEST(GossipPlan, asks_the_first_that_it_is_connected_to_at_once)
{
    GossipPlan plan;
    EXPECT_EQ(plan.next_due(), TimePoint::max());
    plan.joined(peer_id(1), start, middle);
    EXPECT_EQ(plan.next(start), std::nullopt);
    EXPECT_EQ(plan.next_due(), start + 50ms);
    EXPECT_EQ(plan.next(start + 50ms), peer_id(1));
    EXPECT_EQ(plan.next(start + 50ms), std::nullopt);
}

TEST(GossipPlan, asks_each_of_many_once_and_after_the_rush)
{
    GossipPlan plan;
    for (std::uint8_t number = 0; number < 100; ++number) {
        plan.joined(peer_id(number), start, middle);
    }
    EXPECT_EQ(questions(plan, start, start + 400ms), 3U);
    EXPECT_EQ(questions(plan, start + 400ms, start + 1s), 97U);
}

TEST(GossipPlan, asks_a_few_a_minute_however_many_there_are)
{
    for (const std::uint8_t count : {10, 30, 100}) {
        GossipPlan plan;
        for (std::uint8_t number = 0; number < count; ++number) {
            plan.joined(peer_id(number), start + number * 10ms, middle);
        }
        (void)questions(plan, start, start + 5s);
        EXPECT_NEAR(static_cast<double>(questions(plan, start + 5s, start + 60min)), 60 * 12, 30.0 + count);
    }
}

TEST(GossipPlan, asks_again_soon_who_could_not_tell_everything)
{
    GossipPlan plan;
    plan.joined(peer_id(1), start, middle);
    EXPECT_EQ(questions(plan, start, start + 2s, true), 4U);
}

TEST(GossipPlan, waits_for_answers_before_it_asks_more)
{
    GossipPlan plan;
    for (std::uint8_t number = 0; number < 10; ++number) {
        plan.joined(peer_id(number), start, middle);
    }
    std::set<PeerId> asked;
    while (const auto peer = plan.next(start + 1s)) {
        asked.insert(*peer);
    }
    EXPECT_EQ(asked.size(), 4U);
    EXPECT_EQ(plan.next_due(), TimePoint::max());
    plan.left(*asked.begin());  // whose answer will not come
    EXPECT_TRUE(plan.next(start + 1s));
    plan.ended(*asked.begin(), false, start + 1s, middle);
    EXPECT_EQ(plan.next(start + 1s), std::nullopt);
}

}  // namespace
}  // namespace lanspread::party
