#include <algorithm>

#include "swarm/scheduler_fixture.h"

/// Chunks that are had in another way than by asking for them whole.
namespace lanspread::swarm {
namespace {

std::vector<std::uint32_t> chunks_of(const std::vector<Assignment>& assignments)
{
    std::vector<std::uint32_t> chunks;
    for (const auto& assignment : assignments) {
        chunks.push_back(assignment.request.chunk);
    }
    std::ranges::sort(chunks);
    return chunks;
}

TEST_F(SchedulerTest, asks_nobody_for_what_is_set_aside_until_it_is_put_back)
{
    auto scheduler = make(4, {.pace = {.min_requests = 10}});
    scheduler.set_aside(1);
    scheduler.set_aside(2);
    join(scheduler, 1);
    EXPECT_EQ(chunks_of(scheduler.next(start_)), (std::vector<std::uint32_t>{0, 3}));
    scheduler.put_back(2);
    EXPECT_EQ(chunks_of(scheduler.next(start_)), std::vector<std::uint32_t>{2});
    EXPECT_TRUE(scheduler.next(start_).empty());
}

TEST_F(SchedulerTest, counts_what_was_found_elsewhere_as_verified)
{
    auto scheduler = make(2, {.pace = {.min_requests = 10}});
    scheduler.set_aside(0);
    scheduler.set_aside(1);
    scheduler.chunk_found(0);
    EXPECT_EQ(scheduler.bytes_verified(), mebibyte);
    EXPECT_FALSE(scheduler.is_complete());
    scheduler.chunk_found(1);
    EXPECT_TRUE(scheduler.is_complete());
    scheduler.put_back(1);
    join(scheduler, 1);
    EXPECT_TRUE(scheduler.next(start_).empty());
}

TEST_F(SchedulerTest, can_not_go_on_with_what_is_set_aside)
{
    auto scheduler = make(1);
    scheduler.set_aside(0);
    join(scheduler, 1);
    EXPECT_FALSE(scheduler.can_go_on());
    scheduler.put_back(0);
    EXPECT_TRUE(scheduler.can_go_on());
}

TEST_F(SchedulerTest, does_not_ask_twice_while_more_is_set_aside)
{
    auto scheduler = make(20, {.pace = {.min_requests = 2, .assumed_rate = mebibyte}});
    scheduler.set_aside(0);
    scheduler.set_aside(1);
    auto has = ChunkSet::all_of(20);
    has.erase(0);
    scheduler.source_joined(peer(2), has);
    const auto now = deliver(scheduler, peer(2), 100, 18);
    scheduler.put_back(0);
    join(scheduler, 1);
    ASSERT_EQ(chunks_of(scheduler.next(now)), std::vector<std::uint32_t>{0});
    join(scheduler, 2);  // it has 0 by now, too, is idle, and a hundred times as fast
    const auto later = now + std::chrono::milliseconds(100);
    EXPECT_TRUE(scheduler.next(later).empty()) << "it is not the end yet";
    scheduler.chunk_found(1);
    const auto again = scheduler.next(later);
    ASSERT_EQ(chunks_of(again), std::vector<std::uint32_t>{0});
    EXPECT_EQ(again[0].request.source, peer(2));
}

TEST_F(SchedulerTest, names_those_who_have_a_chunk)
{
    auto scheduler = make(3);
    join(scheduler, 1);
    auto has = ChunkSet::none_of(3);
    has.insert(2);
    scheduler.source_joined(peer(2), has);
    EXPECT_EQ(scheduler.sources_of(0, start_), std::vector{peer(1)});
    EXPECT_EQ(scheduler.sources_of(2, start_), (std::vector{peer(1), peer(2)}));
    EXPECT_TRUE(scheduler.source_has(peer(2), 2));
    EXPECT_FALSE(scheduler.source_has(peer(2), 1));
    EXPECT_FALSE(scheduler.source_has(peer(3), 1));
}

TEST_F(SchedulerTest, leaves_a_source_alone_that_does_not_answer_questions_about_parts)
{
    auto scheduler = make(4);
    join(scheduler, 1);
    join(scheduler, 2);
    scheduler.source_stalled(peer(1), start_);
    scheduler.source_stalled(peer(3), start_);  // who has left meanwhile
    EXPECT_EQ(scheduler.sources_of(0, start_), std::vector{peer(2)});
    for (const auto& assignment : scheduler.next(start_)) {
        EXPECT_EQ(assignment.request.source, peer(2));
    }
    EXPECT_EQ(scheduler.sources_of(0, start_ + std::chrono::seconds(8)).size(), 2U);
}

}  // namespace
}  // namespace lanspread::swarm
