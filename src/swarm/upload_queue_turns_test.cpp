#include <map>

#include <gtest/gtest.h>

#include "swarm/upload_queue_fixture.h"

/// Who is next, and how many at once.
namespace lanspread::swarm {
namespace {

TEST_F(UploadQueueTest, serves_at_most_as_many_of_one_peer_as_allowed)
{
    UploadQueue queue({.per_peer = 2, .at_least = 10});
    const auto first = enter(queue, 1, 1);
    const auto second = enter(queue, 1, 2);
    const auto third = enter(queue, 1, 3);
    EXPECT_EQ(served(queue), (std::vector{first, second}));
    EXPECT_TRUE(served(queue).empty());
    queue.leave(first, Outcome::sent, now_);
    EXPECT_EQ(served(queue), std::vector{third});
}

TEST_F(UploadQueueTest, goes_round_over_peers_and_not_over_requests)
{
    UploadQueue queue({.in_all = 4, .at_least = 10});
    std::vector<UploadQueue::Ticket> greedy;
    for (std::uint32_t chunk = 0; chunk < 6; ++chunk) {
        greedy.push_back(enter(queue, 1, chunk));
    }
    const auto modest = enter(queue, 2, 10);
    const auto other = enter(queue, 3, 11);
    EXPECT_EQ(served(queue), (std::vector{greedy[0], modest, other, greedy[1]}));
    const auto again = enter(queue, 2, 12);
    queue.leave(greedy[0], Outcome::sent, now_);
    EXPECT_EQ(served(queue), std::vector{again});
}

TEST_F(UploadQueueTest, lets_nobody_pass_who_comes_again_for_each_chunk)
{
    UploadQueue queue({.at_least = 1});
    std::uint32_t chunk = 0;
    std::map<UploadQueue::Ticket, std::uint8_t> whose;
    const auto ask = [&](std::uint8_t number) { whose[enter(queue, number, chunk++)] = number; };
    for (int count = 0; count < 20; ++count) {
        ask(9);
    }
    for (const std::uint8_t number : {1, 2, 3}) {
        ask(number);
    }
    std::map<std::uint8_t, int> times;
    for (int turn = 0; turn < 12; ++turn) {
        const auto tickets = served(queue);
        ASSERT_EQ(tickets.size(), 1U);
        const auto number = whose.at(tickets[0]);
        ++times[number];
        queue.leave(tickets[0], Outcome::sent, now_);
        if (number != 9) {
            ask(number);
        }
    }
    EXPECT_EQ(times, (std::map<std::uint8_t, int>{{1, 3}, {2, 3}, {3, 3}, {9, 3}}));
}

TEST_F(UploadQueueTest, lets_a_newcomer_in_when_the_house_is_full)
{
    UploadQueue queue({.per_peer = 4, .in_all = 4, .at_least = 10});
    for (std::uint32_t chunk = 0; chunk < 5; ++chunk) {
        static_cast<void>(enter(queue, 1, chunk));
    }
    EXPECT_EQ(served(queue).size(), 4U);
    const auto newcomer = enter(queue, 2, 10);
    const auto second = enter(queue, 2, 11);
    EXPECT_EQ(served(queue), std::vector{newcomer});
    EXPECT_EQ(queue.serving(), 5U);
    queue.leave(second, Outcome::given_up, now_);
    EXPECT_TRUE(served(queue).empty());
}

TEST_F(UploadQueueTest, forgets_what_was_given_up_while_it_waited)
{
    UploadQueue queue({.per_peer = 1, .at_least = 10});
    const auto first = enter(queue, 1, 1);
    const auto given_up = enter(queue, 1, 2);
    const auto last = enter(queue, 1, 3);
    EXPECT_EQ(served(queue), std::vector{first});
    queue.leave(given_up, Outcome::given_up, now_);
    queue.leave(first, Outcome::sent, now_);
    EXPECT_EQ(served(queue), std::vector{last});
    queue.leave(last, Outcome::sent, now_);
    EXPECT_EQ(queue.serving(), 0U);
    EXPECT_EQ(queue.waiting(), 0U);
}

TEST_F(UploadQueueTest, begins_few_at_once_and_more_when_they_are_slower_than_the_wire_was)
{
    UploadQueue queue({.at_least = 2, .assumed_rate = 4.0 * mebibyte});
    for (std::uint8_t number = 1; number <= 6; ++number) {
        static_cast<void>(enter(queue, number, number));
    }
    EXPECT_EQ(served(queue).size(), 2U);
    ASSERT_EQ(queue.next_turn(), now_ + 250ms);
    now_ += 249ms;
    EXPECT_TRUE(served(queue).empty());
    now_ += 1ms;
    EXPECT_EQ(served(queue).size(), 1U);
    EXPECT_EQ(queue.next_turn(), now_ + 125ms);
}

TEST_F(UploadQueueTest, begins_as_many_as_a_fast_wire_carries)
{
    UploadQueue queue({.at_least = 2, .ahead = 20ms});
    std::uint32_t chunk = 0;
    std::vector<UploadQueue::Ticket> serving;
    while (chunk < 4) {
        static_cast<void>(enter(queue, 1, ++chunk));
    }
    for (int count = 0; count < 400; ++count) {  // 200 MiB a second
        static_cast<void>(enter(queue, 1, ++chunk));
        for (const auto ticket : served(queue)) {
            serving.push_back(ticket);
        }
        now_ += 5ms;
        queue.leave(serving.front(), Outcome::sent, now_);
        serving.erase(serving.begin());
    }
    for (int count = 0; count < 20; ++count) {
        static_cast<void>(enter(queue, 1, ++chunk));
    }
    static_cast<void>(served(queue));
    EXPECT_GE(queue.serving(), 4U);
    EXPECT_LE(queue.serving(), 6U);
}

}  // namespace
}  // namespace lanspread::swarm
