#include "swarm/fair_queue.h"

#include <gtest/gtest.h>

namespace lanspread::swarm {
namespace {

PeerId peer(std::uint8_t number)
{
    PeerId id;
    id.bytes.fill(std::byte{number});
    return id;
}

TEST(FairQueue, serves_at_most_as_many_of_one_peer_as_allowed)
{
    FairQueue queue({.per_peer = 2, .total = 10});
    const auto first = queue.enter(peer(1));
    const auto second = queue.enter(peer(1));
    const auto third = queue.enter(peer(1));
    EXPECT_EQ(queue.admit(), (std::vector{first, second}));
    EXPECT_TRUE(queue.admit().empty());
    queue.leave(first);
    EXPECT_EQ(queue.admit(), std::vector{third});
}

TEST(FairQueue, goes_round_over_peers_and_not_over_requests)
{
    FairQueue queue({.per_peer = 8, .total = 4});
    std::vector<FairQueue::Ticket> greedy;
    for (int count = 0; count < 6; ++count) {
        greedy.push_back(queue.enter(peer(1)));
    }
    const auto modest = queue.enter(peer(2));
    const auto other = queue.enter(peer(3));
    EXPECT_EQ(queue.admit(), (std::vector{greedy[0], modest, other, greedy[1]}));
    const auto again = queue.enter(peer(2));
    queue.leave(greedy[0]);
    EXPECT_EQ(queue.admit(), std::vector{again});
}

TEST(FairQueue, lets_a_newcomer_in_when_the_house_is_full)
{
    FairQueue queue({.per_peer = 4, .total = 4});
    for (int count = 0; count < 5; ++count) {
        static_cast<void>(queue.enter(peer(1)));
    }
    EXPECT_EQ(queue.admit().size(), 4U);
    const auto newcomer = queue.enter(peer(2));
    const auto second = queue.enter(peer(2));
    EXPECT_EQ(queue.admit(), std::vector{newcomer});
    EXPECT_EQ(queue.serving(), 5U);
    queue.leave(second);
    EXPECT_TRUE(queue.admit().empty());
}

TEST(FairQueue, forgets_what_was_given_up_while_it_waited)
{
    FairQueue queue({.per_peer = 1, .total = 1});
    const auto served = queue.enter(peer(1));
    const auto given_up = queue.enter(peer(1));
    const auto last = queue.enter(peer(1));
    EXPECT_EQ(queue.admit(), std::vector{served});
    queue.leave(given_up);
    queue.leave(served);
    EXPECT_EQ(queue.admit(), std::vector{last});
    queue.leave(last);
    EXPECT_EQ(queue.serving(), 0U);
}

}  // namespace
}  // namespace lanspread::swarm
