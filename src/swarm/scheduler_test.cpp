#include <set>

#include <gtest/gtest.h>

#include "swarm/scheduler_fixture.h"

namespace lanspread::swarm {
namespace {

using namespace std::chrono_literals;

TEST_F(SchedulerTest, asks_an_unknown_source_for_two_chunks)
{
    auto scheduler = make(10);
    join(scheduler, 1);
    EXPECT_EQ(scheduler.next(start_).size(), 2U);
    EXPECT_TRUE(scheduler.next(start_).empty());
}

TEST_F(SchedulerTest, walks_in_order_from_a_random_chunk_and_wraps)
{
    auto scheduler = make(10, {.pace = {.min_requests = 10}, .seed = 7});
    join(scheduler, 1);
    const auto assignments = scheduler.next(start_);
    ASSERT_EQ(assignments.size(), 10U);
    for (std::size_t index = 1; index < assignments.size(); ++index) {
        EXPECT_EQ(assignments[index].request.chunk, (assignments[index - 1].request.chunk + 1) % 10);
    }
}

TEST_F(SchedulerTest, starts_elsewhere_with_another_seed)
{
    std::set<std::uint32_t> starts;
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
        auto scheduler = make(1000, {.seed = seed});
        join(scheduler, 1);
        starts.insert(scheduler.next(start_).at(0).request.chunk);
    }
    EXPECT_GE(starts.size(), 6U);
}

TEST_F(SchedulerTest, sizes_the_window_by_the_measured_rate)
{
    auto scheduler = make(2000);
    join(scheduler, 1);
    deliver(scheduler, peer(1), 100, 500);
    EXPECT_NEAR(scheduler.window_of(peer(1)), 15, 2);
}

TEST_F(SchedulerTest, keeps_the_window_between_one_and_sixty_four)
{
    auto fast = make(20000);
    join(fast, 1);
    deliver(fast, peer(1), 5000, 10000);
    EXPECT_EQ(fast.window_of(peer(1)), 64U);

    auto slow = make(2000);
    join(slow, 1);
    deliver(slow, peer(1), 0.5, 5);
    EXPECT_EQ(slow.window_of(peer(1)), 1U);
}

TEST_F(SchedulerTest, bounds_the_bytes_in_flight_over_all_sources)
{
    auto scheduler = make(100, {.pace = {.min_requests = 50}, .max_bytes_in_flight = 8 * mebibyte});
    join(scheduler, 1);
    join(scheduler, 2);
    EXPECT_EQ(scheduler.next(start_).size(), 8U);
    EXPECT_EQ(scheduler.requests_in_flight(peer(1)), 4U);
    EXPECT_EQ(scheduler.requests_in_flight(peer(2)), 4U);
}

TEST_F(SchedulerTest, asks_only_for_what_is_missing)
{
    auto verified = ChunkSet::all_of(10);
    verified.erase(3);
    Scheduler scheduler(std::vector(10U, mebibyte), verified, {});
    join(scheduler, 1);
    const auto assignments = scheduler.next(start_);
    ASSERT_EQ(assignments.size(), 1U);
    EXPECT_EQ(assignments[0].request.chunk, 3U);
    EXPECT_EQ(scheduler.bytes_verified(), 9 * mebibyte);
}

TEST_F(SchedulerTest, asks_a_source_only_for_what_it_has)
{
    auto scheduler = make(10, {.pace = {.min_requests = 10}});
    auto has = ChunkSet::none_of(10);
    has.insert(2);
    has.insert(7);
    scheduler.source_joined(peer(1), has);
    std::set<std::uint32_t> asked;
    for (const auto& assignment : scheduler.next(start_)) {
        asked.insert(assignment.request.chunk);
    }
    EXPECT_EQ(asked, (std::set<std::uint32_t>{2, 7}));
}

TEST_F(SchedulerTest, gives_the_chunks_of_a_source_that_left_to_others)
{
    auto scheduler = make(2);
    join(scheduler, 1);
    EXPECT_EQ(scheduler.next(start_).size(), 2U);
    EXPECT_EQ(scheduler.source_left(peer(1)).size(), 2U);
    EXPECT_EQ(scheduler.bytes_in_flight(), 0U);
    join(scheduler, 2);
    EXPECT_EQ(scheduler.next(start_).size(), 2U);
}

TEST_F(SchedulerTest, never_asks_a_source_again_that_lied)
{
    auto scheduler = make(4);
    join(scheduler, 1);
    const auto assignments = scheduler.next(start_);
    const auto given_up = scheduler.source_lied(peer(1));
    EXPECT_EQ(given_up, (std::vector{assignments[0].request, assignments[1].request}));
    join(scheduler, 1);
    EXPECT_TRUE(scheduler.next(start_ + 1h).empty());
    join(scheduler, 2);
    EXPECT_EQ(scheduler.next(start_ + 1h).size(), 2U);
}

TEST_F(SchedulerTest, leaves_a_failing_source_alone_for_longer_each_time_then_tries_one_chunk)
{
    auto scheduler = make(4);
    join(scheduler, 1);
    auto now = start_;
    for (const auto& assignment : scheduler.next(now)) {
        scheduler.chunk_failed(assignment.request, ChunkFailure::lost, now);
    }
    for (const auto pause : {500ms, 1000ms, 2000ms}) {
        EXPECT_TRUE(scheduler.next(now + pause - 1ms).empty());
        now += pause;
        const auto assignments = scheduler.next(now);
        ASSERT_EQ(assignments.size(), 1U);
        scheduler.chunk_failed(assignments[0].request, ChunkFailure::lost, now);
    }
    now += 8s;
    scheduler.chunk_verified(scheduler.next(now).at(0).request, now);
    EXPECT_EQ(scheduler.next(now).size(), 2U);
}

TEST_F(SchedulerTest, gives_a_source_that_stalled_more_time)
{
    auto scheduler = make(4);
    join(scheduler, 1);
    auto now = start_;
    for (const auto patience : {10s, 20s, 40s}) {
        const auto assignments = scheduler.next(now);
        EXPECT_EQ(assignments.at(0).deadline - now, patience);
        now = assignments[0].deadline;
        for (const auto& assignment : assignments) {
            scheduler.chunk_failed(assignment.request, ChunkFailure::stalled, now);
        }
        now += 8s;
    }
}

TEST_F(SchedulerTest, sets_a_source_aside_that_no_longer_has_what_it_said)
{
    auto scheduler = make(4);
    join(scheduler, 1);
    for (const auto& assignment : scheduler.next(start_)) {
        scheduler.chunk_failed(assignment.request, ChunkFailure::missing, start_);
    }
    EXPECT_TRUE(scheduler.next(start_ + 29s).empty());
    EXPECT_FALSE(scheduler.next(start_ + 30s).empty());
}

TEST_F(SchedulerTest, does_not_blame_a_source_for_our_own_trouble)
{
    auto scheduler = make(4);
    join(scheduler, 1);
    for (const auto& assignment : scheduler.next(start_)) {
        scheduler.chunk_returned(assignment.request);
    }
    EXPECT_EQ(scheduler.bytes_in_flight(), 0U);
    EXPECT_EQ(scheduler.next(start_).size(), 2U);
}

TEST_F(SchedulerTest, asks_the_slowest_chunk_again_elsewhere_in_the_end_game_and_gives_up_the_loser)
{
    auto scheduler = make(2);
    join(scheduler, 1);
    EXPECT_EQ(scheduler.next(start_).size(), 2U);
    join(scheduler, 2);
    // Right away nothing says that the first will be late; when it is, the second may try.
    EXPECT_TRUE(scheduler.next(start_).empty());
    const auto again = scheduler.next(start_ + 2s);
    ASSERT_EQ(again.size(), 2U);
    EXPECT_EQ(again[0].request.source, peer(2));
    EXPECT_TRUE(scheduler.next(start_ + 4s).empty()) << "a third request for the same chunk";
    const auto losers = scheduler.chunk_verified(again[0].request, start_ + 2100ms);
    EXPECT_EQ(losers, (std::vector<ChunkRequest>{{peer(1), again[0].request.chunk}}));
    EXPECT_EQ(scheduler.requests_in_flight(peer(1)), 1U);
}

TEST_F(SchedulerTest, asks_a_third_source_where_two_only_seem_to_deliver)
{
    auto scheduler = make(2);
    join(scheduler, 1);
    EXPECT_EQ(scheduler.next(start_).size(), 2U);
    join(scheduler, 2);
    EXPECT_EQ(scheduler.next(start_ + 2s).size(), 2U);
    join(scheduler, 3);
    const auto third = scheduler.next(start_ + 6s);
    ASSERT_FALSE(third.empty());
    EXPECT_EQ(third[0].request.source, peer(3));
}

TEST_F(SchedulerTest, is_not_stopped_by_late_sources_that_fill_the_bytes_in_flight)
{
    auto scheduler = make(100, {.pace = {.min_requests = 8}, .max_bytes_in_flight = 8 * mebibyte});
    join(scheduler, 1);
    EXPECT_EQ(scheduler.next(start_).size(), 8U);
    join(scheduler, 2);
    EXPECT_TRUE(scheduler.next(start_).empty());
    EXPECT_EQ(scheduler.next(start_ + 5s).size(), 8U);
}

TEST_F(SchedulerTest, gives_up_what_takes_far_too_long_although_it_trickles)
{
    auto scheduler = make(2);
    join(scheduler, 1);
    EXPECT_EQ(scheduler.next(start_).size(), 2U);
    EXPECT_TRUE(scheduler.give_up_overdue(start_ + 29s).empty());
    EXPECT_EQ(scheduler.give_up_overdue(start_ + 31s).size(), 2U);
    EXPECT_EQ(scheduler.bytes_in_flight(), 0U);
    EXPECT_EQ(scheduler.next(start_ + 40s).size(), 1U);
    EXPECT_TRUE(scheduler.give_up_overdue(start_ + 90s).empty()) << "a slow one is given more time";
}

TEST_F(SchedulerTest, leaves_a_source_alone_for_a_while_that_sends_everything_elsewhere)
{
    auto scheduler = make(100, {.pace = {.min_requests = 1, .max_requests = 1}});
    join(scheduler, 1);
    int asked = 0;
    for (auto assignments = scheduler.next(start_); !assignments.empty();
         assignments = scheduler.next(start_)) {
        ++asked;
        scheduler.chunk_failed(assignments[0].request, ChunkFailure::elsewhere, start_);
    }
    EXPECT_EQ(asked, 8);
    EXPECT_FALSE(scheduler.next(start_ + 500ms).empty());
}

TEST_F(SchedulerTest, keeps_the_last_chunk_for_the_source_that_delivers_it_sooner)
{
    auto scheduler = make(303, {.pace = {.max_requests = 2}});
    join(scheduler, 2);
    const auto now = deliver(scheduler, peer(2), 100, 300);
    const auto last = scheduler.next(now);
    ASSERT_EQ(scheduler.requests_in_flight(peer(2)), 2U);
    join(scheduler, 1);  // not measured: taken for a slow one
    EXPECT_TRUE(scheduler.next(now).empty());
    scheduler.chunk_verified(last.at(0).request, now + 10ms);
    const auto given = scheduler.next(now + 10ms);
    ASSERT_EQ(given.size(), 1U);
    EXPECT_EQ(given[0].request.source, peer(2));
}

TEST_F(SchedulerTest, counts_a_chunk_that_arrives_from_a_source_that_was_given_up)
{
    auto scheduler = make(2);
    join(scheduler, 1);
    const auto assignments = scheduler.next(start_);
    scheduler.source_left(peer(1));
    scheduler.chunk_verified(assignments[0].request, start_);
    EXPECT_EQ(scheduler.verified().count(), 1U);
    join(scheduler, 2);
    EXPECT_EQ(scheduler.next(start_).size(), 1U);
}

}  // namespace
}  // namespace lanspread::swarm
