#include <gtest/gtest.h>

#include "party/peer_book_fixture_test.h"
#include "party/roster.h"

/// How the book paces its dials by how long they take.
namespace lanspread::party {
namespace {

using namespace peer_book_tests;

/// Teaches the book how long a dial takes.
void let_dials_take(PeerBook& book, Duration duration)
{
    for (std::size_t number = 0; number < 20; ++number) {
        const auto peer = peer_id(30000 + number);
        const auto began = start - 1h;
        book.sighted("mdns", "eth0", peer, "", {address(2)}, began);
        book.network_changed(began, [] { return 0.0; });
        EXPECT_EQ(book.next_dials(began).size(), 1U);
        book.joined("", peer, "", {}, began + duration);
        book.reached(peer, peer, began + duration);
    }
}

std::chrono::milliseconds until_due(const PeerBook& book)
{
    return std::chrono::floor<std::chrono::milliseconds>(book.next_due() - start);
}

TEST(PeerBook, gives_one_of_two_a_head_start)
{
    const auto low = peer_id(2);
    const auto high = peer_id(5);
    ASSERT_NE(dials_first(low, high), dials_first(high, low));
    const auto first = dials_first(low, high) ? low : high;
    const auto second = first == low ? high : low;
    PeerBook eager(first);
    sight(eager, second, start);
    EXPECT_EQ(eager.next_dials(start).size(), 1U);
    PeerBook patient(second);
    let_dials_take(patient, 0ms);
    sight(patient, first, start);
    EXPECT_TRUE(patient.next_dials(start).empty());
    EXPECT_EQ(until_due(patient), 200ms);
    sight(patient, first, start + 50ms);
    EXPECT_EQ(patient.next_dials(start + 201ms).size(), 1U);
}

/// A book that has just found a hundred peers, all of which it may dial at once.
PeerBook hundred(Duration dial_takes)
{
    PeerBook book(self);
    let_dials_take(book, dial_takes);
    for (std::size_t number = 2; number < 102; ++number) {
        sight(book, peer_id(number), start);
    }
    return book;
}

/// A book whose peers all dial it first, as many as are asked for.
PeerBook crowd(std::size_t count, Duration dial_takes)
{
    const auto self_of_crowd = peer_id(40000);
    PeerBook book(self_of_crowd);
    let_dials_take(book, dial_takes);
    for (std::size_t number = 2; count > 0; ++number) {
        if (dials_first(peer_id(number), self_of_crowd)) {
            sight(book, peer_id(number), start);
            --count;
        }
    }
    return book;
}

TEST(PeerBook, gives_a_longer_head_start_where_many_start_at_once)
{
    EXPECT_EQ(until_due(crowd(1, 0ms)), 200ms);
    EXPECT_EQ(until_due(crowd(12, 0ms)), 800ms);
    EXPECT_EQ(until_due(crowd(30, 0ms)), 1500ms);
}

TEST(PeerBook, gives_a_longer_head_start_where_dials_take_long)
{
    const auto due = crowd(40, 1s).next_due() - start;  // ten times four at once
    EXPECT_GT(due, 11s);
    EXPECT_LE(due, 11500ms);
    EXPECT_LE(crowd(4000, 10s).next_due() - start, 31500ms);
}

TEST(PeerBook, shortens_the_head_start_as_the_others_come)
{
    auto book = crowd(40, 1s);
    const auto before = book.next_due();
    std::size_t left = 40;
    for (const auto& [peer, record] : book.records()) {
        if (!record.is_connected && left > 1) {
            book.joined("incoming", peer, "", {}, start);
            --left;
        }
    }
    EXPECT_LT(book.next_due(), before - 9s);
}

TEST(PeerBook, begins_few_dials_at_once_so_that_handshakes_do_not_wait_for_each_other)
{
    auto book = hundred(1ms);
    EXPECT_EQ(book.next_dials(start).size(), 4U);
    EXPECT_TRUE(book.next_dials(start + 100ms).empty());
    EXPECT_EQ(book.next_due(), start + 300ms);
    EXPECT_EQ(book.next_dials(start + 300ms).size(), 4U) << "those that take long do not hold up the others";
    std::size_t dialled = 8;
    for (auto now = start + 301ms; now < start + 600ms && dialled < 100; now += 1ms) {
        for (const auto& [peer, record] : book.records()) {
            if (record.attempts.is_running) {  // each takes a millisecond
                book.joined("", peer, "", {}, now);
                book.reached(peer, peer, now);
            }
        }
        dialled += book.next_dials(now).size();
    }
    EXPECT_EQ(dialled, 100U);
}

TEST(PeerBook, begins_dials_more_slowly_where_they_take_long)
{
    auto book = hundred(1s);
    EXPECT_EQ(book.next_dials(start).size(), 4U);
    EXPECT_TRUE(book.next_dials(start + 1900ms).empty());
    EXPECT_EQ(book.next_dials(start + 2s).size(), 4U);
}

}  // namespace
}  // namespace lanspread::party
