#include <algorithm>
#include <iterator>

#include <gtest/gtest.h>

#include "party/peer_book_fixture_test.h"
#include "party/roster.h"

namespace lanspread::party {
namespace {

using namespace peer_book_tests;

TEST(PeerBook, dials_a_peer_that_was_sighted_at_all_its_addresses)
{
    PeerBook book(self);
    sight(book, other, start, {address(2), address(3)});
    const auto dials = book.next_dials(start);
    ASSERT_EQ(dials.size(), 1U);
    EXPECT_EQ(dials[0].target, PeerBook::Target(other));
    EXPECT_EQ(dials[0].addresses, (std::vector{address(2), address(3)}));
    EXPECT_TRUE(book.next_dials(start).empty());
}

TEST(PeerBook, never_dials_itself)
{
    PeerBook book(self);
    sight(book, self, start);
    EXPECT_TRUE(book.records().empty());
}

TEST(PeerBook, keeps_only_addresses_where_a_peer_can_listen)
{
    PeerBook book(self);
    sight(book, other, start, {address(2, 0), Address{.port = 7000}, address(2)});
    EXPECT_EQ(book.find(other)->addresses, std::vector{address(2)});
}

TEST(PeerBook, does_not_dial_a_peer_that_is_connected)
{
    PeerBook book(self);
    book.joined("incoming", other, "bob", {address(2)}, start);
    sight(book, other, start);
    EXPECT_TRUE(book.next_dials(start).empty());
    EXPECT_EQ(book.next_due(), TimePoint::max());
}

TEST(PeerBook, lists_a_peer_that_is_sighted_or_connected_and_no_other)
{
    PeerBook book(self);
    sight(book, other, start);
    EXPECT_TRUE(book.find(other)->is_listed);
    book.lost("mdns", other);
    EXPECT_FALSE(book.find(other)->is_listed);
    book.joined("incoming", other, "bob", {address(2)}, start);
    book.lost("mdns", other);
    EXPECT_TRUE(book.find(other)->is_listed);
    book.left(other, Left::lost, start + 1min, no_jitter);
    EXPECT_FALSE(book.find(other)->is_listed);
}

TEST(PeerBook, keeps_a_peer_that_one_path_has_lost_and_another_sees)
{
    PeerBook book(self);
    sight(book, other, start);
    book.sighted("beacon", "eth0", other, "bob", {address(2)}, start);
    book.lost("mdns", other);
    EXPECT_TRUE(book.find(other)->is_listed);
    EXPECT_TRUE(book.find(other)->found_by.at(0).is_lost);
    EXPECT_EQ(book.next_dials(start).size(), 1U);
    book.failed(PeerBook::Target(other), no_answer, start, no_jitter);
    book.lost("beacon", other);
    EXPECT_FALSE(book.find(other)->is_listed);
    EXPECT_TRUE(book.next_dials(start + 1min).empty());
    sight(book, other, start + 1min);
    EXPECT_FALSE(book.find(other)->found_by.at(0).is_lost);
    EXPECT_TRUE(book.find(other)->is_listed);
}

TEST(PeerBook, remembers_each_way_in_which_a_peer_was_found_and_when_last)
{
    PeerBook book(self);
    book.found("gossip", "anna", other, start);
    EXPECT_EQ(book.find(other), nullptr) << "nobody is known by being told of alone";
    sight(book, other, start);
    sight(book, other, start + 5s);
    book.found("gossip", "anna", other, start + 6s);
    const auto& ways = book.find(other)->found_by;
    ASSERT_EQ(ways.size(), 2U);
    EXPECT_EQ(ways[0].path, "mdns");
    EXPECT_EQ(ways[0].at, start + 5s);
    EXPECT_EQ(ways[1].interface_name, "anna");
}

TEST(PeerBook, dials_an_address_no_more_that_is_not_wanted_any_more)
{
    PeerBook book(self);
    ASSERT_TRUE(book.type("pc7.lan:7000", start));
    book.untype("pc7.lan:7000");
    EXPECT_TRUE(book.next_dials(start + 1h).empty());
    EXPECT_TRUE(book.typed().empty());
    ASSERT_TRUE(book.type("pc7.lan:7000", start));
    ASSERT_EQ(book.next_dials(start).size(), 1U);
    book.untype("pc7.lan:7000");  // while it is being dialled
    ASSERT_TRUE(book.type("pc7.lan:7000", start));
    book.untype("pc7.lan:7000");
    book.failed(PeerBook::Target("pc7.lan:7000"), no_answer, start, no_jitter);
    EXPECT_TRUE(book.typed().empty());
    EXPECT_EQ(book.dials(), 0U);
}

TEST(PeerBook, is_one_peer_wherever_it_listens)
{
    PeerBook book(self);
    book.joined("incoming", other, "bob", {address(2)}, start);
    book.left(other, Left::lost, start + 1min, no_jitter);
    book.sighted("mdns", "eth0", other, "bob", {address(77)}, start + 2min);
    EXPECT_EQ(book.records().size(), 1U);
    EXPECT_EQ(book.next_dials(start + 2min).at(0).addresses, (std::vector{address(2), address(77)}));
    book.joined("", other, "bob", {address(77)}, start + 2min);
    EXPECT_EQ(book.find(other)->addresses.front(), address(77));
}

TEST(PeerBook, forgets_a_peer_that_left_and_did_not_come_back)
{
    PeerBook book(self);
    book.joined("incoming", other, "bob", {address(2)}, start);
    book.left(other, Left::lost, start, no_jitter);
    (void)book.next_dials(start + 9min);
    EXPECT_NE(book.find(other), nullptr);
    book.failed(PeerBook::Target(other), no_answer, start + 9min, no_jitter);
    (void)book.next_dials(start + 11min);
    EXPECT_EQ(book.find(other), nullptr);
}

TEST(PeerBook, never_dials_a_banned_peer_and_says_why)
{
    PeerBook book(self);
    sight(book, other, start);
    book.ban(other, "it sent wrong bytes");
    sight(book, other, start + 1s);
    EXPECT_TRUE(book.next_dials(start + 1h).empty());
    EXPECT_TRUE(book.is_banned(other));
    EXPECT_TRUE(book.find(other)->is_listed);
}

TEST(PeerBook, bans_also_a_peer_for_whose_record_there_is_no_room)
{
    PeerBook book(self, {.max_records = 1});
    book.joined("incoming", peer_id(3), "carol", {address(3)}, start);
    book.ban(other, "it sent wrong bytes");
    EXPECT_EQ(book.find(other), nullptr);
    ASSERT_TRUE(book.is_banned(other));
    EXPECT_EQ(*book.ban_reason(other), "it sent wrong bytes");
    EXPECT_FALSE(book.is_banned(peer_id(3)));
}

TEST(PeerBook, keeps_a_ban_when_the_record_is_dropped_and_made_again)
{
    PeerBook book(self, {.max_records = 1});
    sight(book, other, start);
    book.ban(other, "it sent wrong bytes");
    sight(book, peer_id(3), start + 1s);
    ASSERT_EQ(book.find(other), nullptr);
    sight(book, other, start + 2s);
    ASSERT_NE(book.find(other), nullptr);
    EXPECT_TRUE(book.is_banned(other));
    EXPECT_TRUE(book.next_dials(start + 1h).empty());
}

TEST(PeerBook, forgets_the_oldest_ban_where_there_are_too_many)
{
    PeerBook book(self, {.max_bans = 2});
    for (const auto number : {2U, 3U, 2U, 4U}) {
        book.ban(peer_id(number), "it sent wrong bytes");
    }
    EXPECT_FALSE(book.is_banned(peer_id(2)));
    EXPECT_TRUE(book.is_banned(peer_id(3)));
    EXPECT_TRUE(book.is_banned(peer_id(4)));
}

TEST(PeerBook, bounds_records_and_forgets_the_oldest_first)
{
    PeerBook book(self, {.max_records = 10});
    book.joined("incoming", peer_id(500), "bob", {address(2)}, start - 1h);
    for (std::size_t number = 2; number < 100; ++number) {
        sight(book, peer_id(number), start + std::chrono::seconds(number));
    }
    EXPECT_EQ(book.records().size(), 10U);
    EXPECT_NE(book.find(peer_id(500)), nullptr);
    EXPECT_NE(book.find(peer_id(99)), nullptr);
    EXPECT_EQ(book.find(peer_id(2)), nullptr);
}

TEST(PeerBook, bounds_addresses_and_keeps_the_one_that_worked)
{
    PeerBook book(self);
    book.joined("incoming", other, "bob", {address(200)}, start);
    for (std::uint8_t last = 1; last < 100; ++last) {
        sight(book, other, start, {address(last)});
    }
    EXPECT_EQ(book.find(other)->addresses.size(), 16U);
    EXPECT_EQ(book.find(other)->addresses[0], address(200));
    EXPECT_EQ(book.find(other)->addresses[1], address(99));
}

}  // namespace
}  // namespace lanspread::party
