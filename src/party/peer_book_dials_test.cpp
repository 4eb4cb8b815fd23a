#include <algorithm>
#include <iterator>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "party/peer_book_fixture_test.h"
#include "party/roster.h"

namespace lanspread::party {
namespace {

using namespace peer_book_tests;

/// The pauses between the attempts, when every one of `count` fails at once.
std::vector<Duration> pauses(PeerBook& book, std::size_t count, double jitter)
{
    std::vector<Duration> result;
    auto now = start;
    for (std::size_t attempt = 0; attempt < count; ++attempt) {
        const auto dials = book.next_dials(now);
        EXPECT_EQ(dials.size(), 1U);
        book.failed(dials.at(0).target, no_answer, now, jitter);
        result.push_back(book.next_due() - now);
        now = book.next_due();
    }
    return result;
}

TEST(PeerBook, backs_off_from_a_quarter_second_to_fifteen)
{
    PeerBook book(self);
    sight(book, other, start);
    const std::vector<Duration> expected{125ms, 250ms, 500ms, 1s, 2s, 4s, 7500ms, 7500ms};
    EXPECT_EQ(pauses(book, 8, no_jitter), expected);
}

TEST(PeerBook, spreads_attempts_by_the_jitter_but_never_beyond_fifteen_seconds)
{
    PeerBook book(self);
    sight(book, other, start);
    const auto all = pauses(book, 10, 0.999);
    EXPECT_GT(all.front(), 240ms);
    EXPECT_GT(all.back(), 14s);
    EXPECT_LE(*std::ranges::max_element(all), 15s);
}

TEST(PeerBook, tries_again_soon_when_a_peer_is_sighted_anew)
{
    PeerBook book(self);
    sight(book, other, start);
    (void)pauses(book, 8, no_jitter);
    const auto later = start + 60s;
    sight(book, other, later, {address(9)});
    const auto dials = book.next_dials(later);
    ASSERT_EQ(dials.size(), 1U);
    EXPECT_EQ(dials[0].addresses.front(), address(9));
}

TEST(PeerBook, tries_again_soon_when_a_silent_peer_is_sighted_at_its_old_address)
{
    PeerBook book(self);
    sight(book, other, start);
    (void)pauses(book, 8, no_jitter);
    sight(book, other, start + 60s);
    EXPECT_EQ(book.next_due(), start + 60s);
}

TEST(PeerBook, does_not_take_the_regular_signs_of_a_peer_that_never_answers_for_news)
{
    PeerBook book(self);
    std::size_t dials = 0;
    for (auto time = 0s; time < 60s; time += 1s) {
        if (time % 5s == 0s) {  // a beacon's interval
            sight(book, other, start + time);
        }
        for (const auto& dial : book.next_dials(start + time)) {
            ++dials;
            book.failed(dial.target, no_answer, start + time, no_jitter);
        }
    }
    EXPECT_LE(dials, 13U);
}

TEST(PeerBook, is_not_driven_to_dial_by_a_flood_of_sightings)
{
    PeerBook book(self);
    std::size_t dials = 0;
    for (auto time = 0ms; time < 10s; time += 1ms) {
        sight(book, other, start + time);
        for (const auto& dial : book.next_dials(start + time)) {
            ++dials;
            book.failed(dial.target, no_answer, start + time, no_jitter);
        }
    }
    EXPECT_LE(dials, 41U);
}

TEST(PeerBook, dials_a_peer_again_whose_connection_broke)
{
    PeerBook book(self);
    book.joined("incoming", other, "bob", {address(2)}, start);
    book.left(other, Left::lost, start + 1h, no_jitter);
    EXPECT_EQ(book.next_dials(start + 1h).size(), 1U);
}

TEST(PeerBook, dials_a_flapping_peer_ever_more_rarely)
{
    PeerBook book(self);
    sight(book, other, start);
    auto now = start;
    for (int round = 0; round < 8; ++round) {
        const auto dials = book.next_dials(now);
        ASSERT_EQ(dials.size(), 1U);
        book.joined("", other, "bob", {address(2)}, now);
        book.reached(dials[0].target, other, now);
        book.left(other, Left::lost, now + 1ms, no_jitter);
        now = book.next_due();
    }
    EXPECT_GT(now - start, 20s);
}

TEST(PeerBook, waits_for_news_of_a_peer_that_said_goodbye)
{
    PeerBook book(self);
    book.joined("incoming", other, "bob", {address(2)}, start);
    book.left(other, Left::goodbye, start + 1min, no_jitter);
    EXPECT_TRUE(book.next_dials(start + 5min).empty());
    sight(book, other, start + 6min);
    EXPECT_EQ(book.next_dials(start + 6min).size(), 1U);
}

TEST(PeerBook, goes_on_dialling_a_peer_that_was_here_and_broke_off_when_its_path_loses_it_too)
{
    PeerBook book(self);
    sight(book, other, start);
    book.joined("", other, "bob", {address(2)}, start);
    book.left(other, Left::lost, start + 1min, no_jitter);
    sight(book, other, start + 1min);
    book.lost("mdns", other);
    EXPECT_FALSE(book.find(other)->is_listed);
    EXPECT_EQ(book.next_dials(start + 2min).size(), 1U);
}

TEST(PeerBook, dials_everybody_soon_after_the_network_has_changed)
{
    PeerBook book(self);
    sight(book, other, start);
    ASSERT_TRUE(book.type("pc7.lan:7000", start));
    for (auto now = start; now < start + 1min; now += 100ms) {
        for (const auto& dial : book.next_dials(now)) {
            book.failed(dial.target, no_answer, now, no_jitter);
        }
    }
    const auto later = start + 61s;
    book.network_changed(later, [] { return 0.5; });
    EXPECT_TRUE(book.next_dials(later).empty()) << "not all peers at the very same time";
    EXPECT_EQ(book.next_dials(later + 100ms).size(), 2U);
}

TEST(PeerBook, keeps_dialling_a_typed_address_for_ever)
{
    PeerBook book(self);
    ASSERT_TRUE(book.type("pc7.lan:7000", start));
    const auto all = pauses(book, 1000, no_jitter);
    EXPECT_EQ(all.back(), 7500ms);
    EXPECT_EQ(book.typed().at("pc7.lan:7000").attempts.ended, 1000U);
}

TEST(PeerBook, does_not_dial_a_typed_address_whose_peer_is_connected_until_that_leaves)
{
    PeerBook book(self);
    ASSERT_TRUE(book.type("pc7.lan:7000", start));
    const auto dials = book.next_dials(start);
    book.joined("", other, "bob", {}, start);
    book.reached(dials.at(0).target, other, start);
    EXPECT_TRUE(book.next_dials(start + 1h).empty());
    EXPECT_EQ(book.find(other)->found_by.at(0).path, "connect");
    book.left(other, Left::goodbye, start + 1h, no_jitter);
    const auto again = book.next_dials(start + 2h);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].target, PeerBook::Target("pc7.lan:7000"));
}

TEST(PeerBook, a_typed_address_that_is_typed_again_is_due_at_once)
{
    PeerBook book(self);
    ASSERT_TRUE(book.type("pc7.lan:7000", start));
    (void)pauses(book, 8, no_jitter);
    ASSERT_TRUE(book.type("pc7.lan:7000", start + 60s));
    EXPECT_EQ(book.next_dials(start + 60s).size(), 1U);
}

TEST(PeerBook, bounds_the_peers_that_are_dialled_at_once)
{
    PeerBook book(self);
    for (std::size_t number = 2; number < 102; ++number) {
        sight(book, peer_id(number), start);
    }
    std::vector<PeerBook::Dial> dials;
    auto now = start;
    for (; now < start + 10s; now += 10ms) {
        std::ranges::copy(book.next_dials(now), std::back_inserter(dials));
    }
    EXPECT_EQ(dials.size(), 16U);
    EXPECT_EQ(book.next_due(), TimePoint::max());
    book.failed(dials[0].target, no_answer, now, no_jitter);
    EXPECT_EQ(book.next_dials(now).size(), 1U);
}

TEST(PeerBook, keeps_room_for_new_peers_among_many_dead_ones)
{
    PeerBook book(self);
    for (std::size_t number = 2; number < 10; ++number) {
        sight(book, peer_id(number), start);
    }
    for (int round = 0; round < 2; ++round) {
        for (const auto& dial : book.next_dials(start)) {
            book.failed(dial.target, no_answer, start, no_jitter);
        }
    }
    auto later = start + 1min;
    std::size_t dials = 0;
    for (; later < start + 2min; later += 100ms) {
        dials += book.next_dials(later).size();
    }
    EXPECT_EQ(dials, 8U);
    sight(book, peer_id(100), later);
    EXPECT_EQ(book.next_dials(later).size(), 1U);
}

RC_GTEST_PROP(PeerBook, no_peer_that_is_due_waits_for_ever, (const std::vector<std::uint16_t>& steps))
{
    PeerBook book(self);
    auto now = start;
    std::vector<PeerBook::Dial> dials;
    for (const auto step : steps) {
        now += 10ms;
        const auto peer = peer_id(2 + step / 8 % 40);
        if (step % 8 < 3) {
            sight(book, peer, now);
        } else if (step % 8 == 3) {
            book.lost("mdns", peer);
        } else if (step % 8 == 4) {
            book.joined("incoming", peer, "bob", {address(2)}, now);
        } else if (step % 8 == 5) {
            book.left(peer, Left::lost, now, no_jitter);
        }
        for (auto& dial : book.next_dials(now)) {
            dials.push_back(std::move(dial));
        }
        RC_ASSERT(dials.size() <= 16U);
        RC_ASSERT(book.next_due() > now);  // whatever is due is being dialled, or there is no room
        if (step % 2 == 0 && !dials.empty()) {
            book.failed(dials.back().target, no_answer, now, no_jitter);
            dials.pop_back();
        }
    }
    for (const auto& dial : dials) {
        book.failed(dial.target, no_answer, now, no_jitter);
    }
    for (const auto& [peer, record] : book.records()) {
        RC_ASSERT(!record.attempts.is_running);
    }
}

}  // namespace
}  // namespace lanspread::party
