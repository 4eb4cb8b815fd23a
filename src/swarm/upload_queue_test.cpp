#include <set>

#include <gtest/gtest.h>

#include "swarm/upload_queue_fixture.h"

namespace lanspread::swarm {
namespace {

TEST_F(UploadQueueTest, knows_whether_something_of_a_content_is_on_its_way)
{
    UploadQueue queue({.per_peer = 1, .at_least = 10});
    const auto first = enter(queue, 1, 1);
    enter(queue, 1, 2);
    EXPECT_FALSE(queue.is_serving({})) << "it waits";
    EXPECT_EQ(served(queue), std::vector{first});
    EXPECT_TRUE(queue.is_serving({}));
    ContentId other;
    other.bytes.fill(std::byte{7});
    EXPECT_FALSE(queue.is_serving(other));
    queue.leave(first, Outcome::sent, now_);
    EXPECT_FALSE(queue.is_serving({}));
}

TEST_F(UploadQueueTest, serves_what_was_given_to_nobody_first)
{
    UploadQueue queue({.at_least = 1});
    give_seven_to_one(queue);
    const auto other = queue.enter({.peer = peer(5), .content = {}, .chunk = 1, .size = mebibyte});
    EXPECT_EQ(served(queue), std::vector{other});

    const auto second_hand = queue.enter({.peer = peer(6), .content = {}, .chunk = 7, .size = mebibyte});
    const auto fresh = enter(queue, 7, 8);
    EXPECT_TRUE(served(queue).empty());
    queue.leave(other, Outcome::sent, now_);
    EXPECT_EQ(served(queue), std::vector{fresh});
    queue.leave(fresh, Outcome::sent, now_);
    EXPECT_EQ(served(queue), std::vector{second_hand});
}

TEST_F(UploadQueueTest, sends_a_peer_to_the_one_that_was_given_the_chunk)
{
    UploadQueue queue({.at_least = 1});
    give_seven_to_one(queue);
    const auto other = queue.enter({.peer = peer(5), .content = {}, .chunk = 1, .size = mebibyte});
    EXPECT_EQ(served(queue), std::vector{other});
    const auto same = enter(queue, 2, 7);
    const auto turns = queue.admit(now_);
    ASSERT_EQ(turns.size(), 1U);
    EXPECT_EQ(turns[0].ticket, same);
    EXPECT_EQ(turns[0].elsewhere, peer(1));
    queue.leave(same, Outcome::given_up, now_);
    EXPECT_EQ(queue.waiting(), 0U);
}

TEST_F(UploadQueueTest, serves_a_peer_that_gets_a_chunk_nowhere_else)
{
    UploadQueue queue(eager);
    give_seven_to_one(queue);
    for (int times = 0; times < 4; ++times) {
        const auto again = enter(queue, 2, 7);
        EXPECT_TRUE(queue.admit(now_).at(0).elsewhere);
        queue.leave(again, Outcome::given_up, now_);
    }
    const auto last = enter(queue, 2, 7);
    EXPECT_EQ(served(queue), std::vector{last});
}

TEST_F(UploadQueueTest, serves_a_peer_that_gets_nothing_elsewhere_although_fresh_requests_never_end)
{
    UploadQueue queue({.at_least = 1});
    auto serving = enter(queue, 1, 0);
    EXPECT_EQ(served(queue), std::vector{serving});
    bool is_served = false;
    std::set<UploadQueue::Ticket> wanted;
    for (std::uint32_t chunk = 1; chunk < 60 && !is_served; ++chunk) {
        static_cast<void>(enter(queue, 1, chunk));
        static_cast<void>(enter(queue, 3, 100 + chunk));
        wanted.insert(enter(queue, 2, 0));
        queue.leave(serving, Outcome::sent, now_);
        for (const auto& turn : queue.admit(now_)) {
            is_served = is_served || (wanted.contains(turn.ticket) && !turn.elsewhere);
            if (turn.elsewhere) {
                queue.leave(turn.ticket, Outcome::given_up, now_);
            } else {
                serving = turn.ticket;
            }
        }
        if (is_served) {
            EXPECT_GT(chunk, 3U);
        }
    }
    EXPECT_TRUE(is_served);
}

TEST_F(UploadQueueTest, is_not_held_up_by_a_peer_that_asks_and_hangs_up)
{
    UploadQueue queue({.at_least = 1});
    for (std::uint32_t count = 0; count < 1000; ++count) {
        const auto ticket = enter(queue, 1, count);
        static_cast<void>(queue.admit(now_));
        queue.leave(ticket, Outcome::given_up, now_);
    }
    static_cast<void>(enter(queue, 1, 1));
    static_cast<void>(enter(queue, 2, 2));
    EXPECT_EQ(served(queue).size(), 1U);
    now_ += 1s;
    EXPECT_EQ(served(queue).size(), 1U);
}

TEST_F(UploadQueueTest, sends_nobody_away_once_every_chunk_was_given_and_has_arrived)
{
    UploadQueue queue(eager);
    const auto ask = [&](std::uint8_t number, std::uint32_t chunk) {
        return queue.enter(
            {.peer = peer(number), .content = {}, .chunk = chunk, .size = mebibyte, .chunks = 2});
    };
    const auto first = ask(1, 0);
    const auto second = ask(1, 1);
    EXPECT_EQ(served(queue), (std::vector{first, second}));
    const auto away = ask(3, 1);
    EXPECT_EQ(queue.admit(now_).at(0).elsewhere, peer(1)) << "it is on its way to that one";
    for (const auto ticket : {first, second, away}) {
        queue.leave(ticket, Outcome::sent, now_);
    }
    const auto same = ask(2, 1);
    EXPECT_EQ(served(queue), std::vector{same});
}

TEST_F(UploadQueueTest, gives_a_chunk_again_that_its_first_taker_lost)
{
    UploadQueue queue({.at_least = 1});
    const auto lost = enter(queue, 1, 7);
    EXPECT_EQ(served(queue), std::vector{lost});
    queue.leave(lost, Outcome::given_up, now_);
    const auto kept = enter(queue, 2, 9);
    EXPECT_EQ(served(queue), std::vector{kept});
    queue.peer_left(peer(2));
    static_cast<void>(enter(queue, 3, 7));
    static_cast<void>(enter(queue, 4, 9));
    static_cast<void>(enter(queue, 5, 10));
    EXPECT_TRUE(queue.admit(now_).empty()) << "nobody can be sent to those who have nothing";
}

TEST_F(UploadQueueTest, serves_a_manifest_like_a_chunk_that_nobody_has)
{
    UploadQueue queue(eager);
    const auto first = queue.enter({.peer = peer(1), .content = {}, .chunk = {}, .size = 0});
    const auto second = queue.enter({.peer = peer(2), .content = {}, .chunk = {}, .size = 0});
    EXPECT_EQ(served(queue), (std::vector{first, second}));
}

}  // namespace
}  // namespace lanspread::swarm
