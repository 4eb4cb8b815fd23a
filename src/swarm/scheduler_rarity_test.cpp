#include <set>

#include <gtest/gtest.h>

#include "swarm/scheduler_fixture.h"

/// Which chunk is asked for, where sources have different ones.
namespace lanspread::swarm {
namespace {

using namespace std::chrono_literals;

class RarityTest : public SchedulerTest {
protected:
    /// A partial holder.
    static void join(Scheduler& scheduler, std::uint8_t number, std::vector<std::uint32_t> chunks)
    {
        scheduler.source_joined(peer(number), ChunkSet::none_of(scheduler.verified().size()));
        scheduler.source_has(peer(number), chunks);
    }

    /// What is asked of a source, in order.
    std::vector<std::uint32_t> asked_of(Scheduler& scheduler, std::uint8_t number) const
    {
        std::vector<std::uint32_t> chunks;
        for (const auto& assignment : scheduler.next(start_)) {
            if (assignment.request.source == peer(number)) {
                chunks.push_back(assignment.request.chunk);
            }
        }
        return chunks;
    }
};

TEST_F(RarityTest, asks_a_complete_holder_for_what_nobody_else_has)
{
    auto scheduler = make(6, {.pace = {.min_requests = 2, .max_requests = 2}});
    join(scheduler, 2, {0, 1, 2, 4});
    SchedulerTest::join(scheduler, 1);
    const auto asked = asked_of(scheduler, 1);
    EXPECT_EQ((std::set(asked.begin(), asked.end())), (std::set<std::uint32_t>{3, 5}));
}

TEST_F(RarityTest, asks_for_the_rarest_of_what_a_partial_holder_has)
{
    auto scheduler = make(9, {.pace = {.min_requests = 1, .max_requests = 1}});
    for (std::uint8_t number = 2; number <= 4; ++number) {
        scheduler.source_joined(peer(number), ChunkSet::none_of(9));
    }
    scheduler.source_has(peer(3), std::vector<std::uint32_t>{1, 2, 3});
    scheduler.source_has(peer(4), std::vector<std::uint32_t>{2, 3});
    scheduler.source_has(peer(2), std::vector<std::uint32_t>{3, 2, 1});
    EXPECT_EQ(asked_of(scheduler, 2), std::vector<std::uint32_t>{1});
}

TEST_F(RarityTest, takes_a_chunk_for_rare_again_when_its_holder_leaves)
{
    auto scheduler = make(2, {.pace = {.min_requests = 1, .max_requests = 1}});
    join(scheduler, 2, {1});
    join(scheduler, 3, {1});
    scheduler.source_left(peer(2));
    scheduler.source_left(peer(3));
    join(scheduler, 4, {0});
    SchedulerTest::join(scheduler, 1);
    EXPECT_EQ(asked_of(scheduler, 1), std::vector<std::uint32_t>{1});
}

TEST_F(RarityTest, asks_a_partial_holder_for_each_chunk_that_it_gets)
{
    auto scheduler = make(4);
    join(scheduler, 2, {});
    EXPECT_TRUE(scheduler.next(start_).empty());
    EXPECT_FALSE(scheduler.can_go_on());
    scheduler.source_has(peer(2), std::vector<std::uint32_t>{2, 2});
    EXPECT_TRUE(scheduler.can_go_on());
    EXPECT_EQ(asked_of(scheduler, 2), std::vector<std::uint32_t>{2});
}

TEST_F(RarityTest, asks_a_partial_holder_for_anything_once_it_is_complete)
{
    auto scheduler = make(4);
    join(scheduler, 2, {3});
    EXPECT_EQ(scheduler.next(start_).size(), 1U);
    SchedulerTest::join(scheduler, 2);
    EXPECT_EQ(scheduler.next(start_).size(), 1U);
}

TEST_F(RarityTest, asks_a_partial_holder_for_its_other_chunks_where_one_is_missing)
{
    auto scheduler = make(4, {.pace = {.min_requests = 1, .max_requests = 1}});
    join(scheduler, 2, {1, 3});
    const auto missing = scheduler.next(start_).at(0).request;
    scheduler.chunk_failed(missing, ChunkFailure::missing, start_);
    EXPECT_TRUE(scheduler.next(start_ + 499ms).empty());
    const auto other = scheduler.next(start_ + 500ms).at(0).request;
    EXPECT_NE(other.chunk, missing.chunk);
    scheduler.chunk_verified(other, start_ + 600ms);
    EXPECT_TRUE(scheduler.next(start_ + 1h).empty());
    EXPECT_FALSE(scheduler.can_go_on());
}

TEST_F(RarityTest, asks_for_other_chunks_while_a_busy_source_sends_it_elsewhere)
{
    auto scheduler = make(2, {.pace = {.min_requests = 1, .max_requests = 1}});
    SchedulerTest::join(scheduler, 1);
    const auto first = scheduler.next(start_).at(0).request;
    scheduler.chunk_failed(first, ChunkFailure::elsewhere, start_);
    const auto second = scheduler.next(start_).at(0).request;
    EXPECT_NE(second.chunk, first.chunk);
    scheduler.chunk_verified(second, start_ + 100ms);
    EXPECT_TRUE(scheduler.next(start_ + 499ms).empty());
    EXPECT_EQ(scheduler.next(start_ + 500ms).at(0).request, first);
}

}  // namespace
}  // namespace lanspread::swarm
