#include "party/liveness.h"

#include <optional>
#include <vector>

#include <gtest/gtest.h>

namespace lanspread::party {
namespace {

using namespace std::chrono_literals;
using Action = Liveness::Action;

const TimePoint start{1000s};

/// Asks a Liveness every 100 ms from `from` to `to`, and gives the seconds at which it did anything but wait.
std::vector<std::pair<double, Action>> actions(Liveness& liveness, Duration from, Duration to)
{
    std::vector<std::pair<double, Action>> result;
    for (auto time = from; time <= to; time += 100ms) {
        const auto action = liveness.decide(start + time).action;
        if (action != Action::wait) {
            result.emplace_back(std::chrono::duration<double>(time).count(), action);
        }
        if (action == Action::give_up) {
            break;
        }
    }
    return result;
}

using Expected = std::vector<std::pair<double, Action>>;

TEST(Liveness, pings_a_silent_peer_three_times_and_then_gives_it_up)
{
    Liveness liveness({}, start);
    const Expected expected{
        {15, Action::ping}, {20, Action::ping}, {25, Action::ping}, {30, Action::give_up}};
    EXPECT_EQ(actions(liveness, 0s, 60s), expected);
}

TEST(Liveness, does_not_ping_a_peer_that_talks)
{
    Liveness liveness({}, start);
    for (auto time = 0s; time < 300s; time += 14s) {
        EXPECT_EQ(actions(liveness, time, time + 13s), Expected{}) << time.count();
        liveness.heard(start + time + 14s);
    }
}

TEST(Liveness, starts_anew_when_a_ping_is_answered)
{
    Liveness liveness({}, start);
    EXPECT_EQ(actions(liveness, 0s, 26s).size(), 3U);
    liveness.heard(start + 27s);
    const Expected expected{
        {42, Action::ping}, {47, Action::ping}, {52, Action::ping}, {57, Action::give_up}};
    EXPECT_EQ(actions(liveness, 27s, 100s), expected);
}

TEST(Liveness, says_when_it_wants_to_be_asked_again)
{
    Liveness liveness({}, start);
    EXPECT_EQ(liveness.decide(start).until, start + 15s);
    EXPECT_EQ(liveness.decide(start + 3s).until, start + 15s);
    EXPECT_EQ(liveness.decide(start + 15s).until, start + 20s);
    EXPECT_EQ(liveness.decide(start + 16s).until, start + 20s);
}

TEST(Liveness, gives_a_peer_its_pings_after_a_suspend_of_our_own)
{
    Liveness liveness({}, start);
    EXPECT_EQ(liveness.decide(start + 3600s).action, Action::ping);
    EXPECT_EQ(liveness.decide(start + 3601s).action, Action::wait);
    EXPECT_EQ(liveness.decide(start + 7200s).action, Action::ping);
    EXPECT_EQ(liveness.decide(start + 7204s).action, Action::wait);
}

TEST(Liveness, finds_out_within_seconds_whether_a_doubted_peer_is_there)
{
    Liveness liveness({}, start);
    liveness.doubt(start + 2s);
    const Expected expected{{2, Action::ping}, {3, Action::ping}, {4, Action::ping}, {5, Action::give_up}};
    EXPECT_EQ(actions(liveness, 2s, 60s), expected);
}

TEST(Liveness, is_at_ease_again_when_a_doubted_peer_says_something)
{
    Liveness liveness({}, start);
    liveness.doubt(start + 2s);
    EXPECT_EQ(actions(liveness, 2s, 3500ms).size(), 2U);
    liveness.heard(start + 3600ms);
    const Expected expected{{18.6, Action::ping}, {23.6, Action::ping}};
    EXPECT_EQ(actions(liveness, 3600ms, 25s), expected);
}

TEST(Liveness, does_not_begin_anew_with_each_doubt)
{
    Liveness liveness({}, start);
    std::size_t pings = 0;
    auto time = 0ms;
    for (auto action = Action::wait; action != Action::give_up && time < 60s; time += 100ms) {
        liveness.doubt(start + time);
        action = liveness.decide(start + time).action;
        pings += action == Action::ping ? 1 : 0;
    }
    EXPECT_EQ(pings, 3U);
    EXPECT_LE(time, 3200ms);
}

TEST(Liveness, that_misses_slow_pings_already_goes_on_with_quick_ones)
{
    Liveness liveness({}, start);
    EXPECT_EQ(actions(liveness, 0s, 21s).size(), 2U);
    liveness.doubt(start + 22s);
    const Expected expected{
        {22, Action::ping}, {23, Action::ping}, {24, Action::ping}, {25, Action::give_up}};
    EXPECT_EQ(actions(liveness, 22s, 60s), expected);
}

TEST(Liveness, keeps_to_its_parameters)
{
    Liveness liveness({.idle = 1s, .ping_timeout = 500ms, .missed_pings = 1}, start);
    const Expected expected{{1, Action::ping}, {1.5, Action::give_up}};
    EXPECT_EQ(actions(liveness, 0s, 10s), expected);
}

}  // namespace
}  // namespace lanspread::party
