#include "party/party.h"

#include <algorithm>
#include <chrono>

#include <gtest/gtest.h>

#include "party/testing.h"

namespace lanspread::party {
namespace {

using namespace std::chrono_literals;
using namespace testing;

class PartyTest : public ::testing::Test, protected Lan {};

TEST_F(PartyTest, two_peers_know_each_others_library_when_they_have_joined)
{
    auto& alice = start("alice", 3);
    auto& bob = start("bob", 5);
    ASSERT_TRUE(connect(alice, bob));
    EXPECT_EQ(alice.events, Told{"joined bob"});
    EXPECT_EQ(bob.events, Told{"joined alice"});
    EXPECT_EQ(alice.games_when_joined, 5U);
    EXPECT_EQ(bob.games_when_joined, 3U);
    EXPECT_EQ(alice.party->holders(entry(4).content).size(), 1U);
    EXPECT_EQ(alice.party->holders(game(4)).at(0).name, "bob");
    EXPECT_TRUE(bob.party->holders(entry(4).content).empty());
}

TEST_F(PartyTest, a_peer_that_is_sighted_is_dialled)
{
    auto& alice = start("alice");
    auto& bob = start("bob");
    alice.party->sighted("mdns", {.id = bob.id(),
                                  .name = "bob",
                                  .addresses = {loopback(bob.endpoint->port())},
                                  .interface_name = "lo"});
    until([&] { return alice.party->is_connected(bob.id()); });
    const auto listed = alice.party->peers();
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].state, PeerState::connected);
    EXPECT_EQ(listed[0].address, bob.address());
    EXPECT_EQ(listed[0].found_by.at(0).path, "mdns");
    EXPECT_EQ(listed[0].found_by.at(0).interface_name, "lo");
}

TEST_F(PartyTest, the_address_of_a_peer_that_dialled_is_where_it_listens)
{
    auto& alice = start("alice");
    auto& bob = start("bob");
    ASSERT_TRUE(connect(alice, bob));
    const auto listed = bob.party->peers();
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].address, alice.address());
    EXPECT_EQ(listed[0].found_by.at(0).path, "incoming");
}

TEST_F(PartyTest, one_of_two_addresses_that_answers_is_enough)
{
    auto& alice = start("alice");
    auto& bob = start("bob");
    const auto nobody = Address::v4({127, 0, 0, 9}, 9);
    alice.party->sighted("mdns", {.id = bob.id(),
                                  .name = "bob",
                                  .addresses = {nobody, loopback(bob.endpoint->port())},
                                  .interface_name = "lo"});
    until([&] { return alice.party->is_connected(bob.id()); });
    EXPECT_EQ(alice.party->peers().at(0).address, bob.address());
}

TEST_F(PartyTest, peers_that_dial_each_other_at_once_join_once_and_do_not_leave)
{
    for (int round = 0; round < 5; ++round) {
        auto& alice = start("alice");
        auto& bob = start("bob");
        ASSERT_TRUE(alice.party->keep_connecting(bob.address()));
        ASSERT_TRUE(bob.party->keep_connecting(alice.address()));
        until([&] { return alice.party->is_connected(bob.id()) && bob.party->is_connected(alice.id()); });
        for (std::size_t number = 0; number < 5;
             ++number) {  // and it works, both ways, whatever was closed meanwhile
            alice.party->set_library({entry(number)}, {});
            bob.party->set_library({entry(number)}, {});
            until([&] {
                return bob.party->holders(game(number)).size() == 1 &&
                       alice.party->holders(game(number)).size() == 1;
            });
        }
        EXPECT_EQ(alice.events, Told{"joined bob"});
        EXPECT_EQ(bob.events, Told{"joined alice"});
    }
}

TEST_F(PartyTest, many_peers_that_start_at_once_form_the_full_mesh)
{
    constexpr std::size_t count = 8;
    for (std::size_t number = 0; number < count; ++number) {
        start("peer" + std::to_string(number));
    }
    for (const auto& from : peers()) {
        for (const auto& to : peers()) {
            if (from != to) {
                from->party->sighted("mdns", {.id = to->id(),
                                              .name = "",
                                              .addresses = {loopback(to->endpoint->port())},
                                              .interface_name = "lo"});
            }
        }
    }
    until([&] {
        return std::ranges::all_of(
            peers(), [](const auto& peer) { return peer->party->connected_count() == count - 1; });
    });
    for (const auto& peer : peers()) {
        EXPECT_EQ(peer->events.size(), count - 1);
    }
}

TEST_F(PartyTest, changes_of_a_library_reach_the_others)
{
    auto& alice = start("alice", 3);
    auto& bob = start("bob");
    ASSERT_TRUE(connect(alice, bob));
    alice.party->set_library({entry(7)}, {entry(0).content});
    until([&] { return bob.library_changes == 1; });
    EXPECT_TRUE(bob.party->holders(game(0)).empty());
    EXPECT_EQ(bob.party->holders(game(7)).size(), 1U);
    EXPECT_EQ(bob.events, Told{"joined alice"});
}

TEST_F(PartyTest, who_is_fetching_a_game_holds_it_in_part_until_it_is_complete)
{
    auto& alice = start("alice", 1);
    auto& bob = start("bob");
    ASSERT_TRUE(connect(alice, bob));
    auto part = entry(7);
    part.complete = false;
    alice.party->set_library({part}, {});
    until([&] { return bob.library_changes == 1; });
    ASSERT_EQ(bob.party->holders(part.content).size(), 1U);
    EXPECT_FALSE(bob.party->holders(part.content)[0].entry.complete);
    EXPECT_EQ(bob.party->peers().at(0).games, 1U);
    alice.party->set_library({entry(7)}, {});
    until([&] { return bob.library_changes == 2; });
    ASSERT_EQ(bob.party->holders(part.content).size(), 1U);
    EXPECT_TRUE(bob.party->holders(part.content)[0].entry.complete);
    EXPECT_EQ(bob.party->peers().at(0).games, 2U);
}

TEST_F(PartyTest, a_peer_may_hold_two_versions_of_one_game)
{
    auto& alice = start("alice", 1);
    auto& bob = start("bob");
    ASSERT_TRUE(connect(alice, bob));
    auto update = entry(7);
    update.game = game(0);
    update.complete = false;
    alice.party->set_library({update}, {});
    until([&] { return bob.party->holders(game(0)).size() == 2; });
    update.complete = true;
    alice.party->set_library({update}, {entry(0).content});
    until([&] { return bob.party->holders(game(0)).size() == 1; });
    EXPECT_EQ(bob.party->holders(game(0))[0].entry, update);
}

TEST_F(PartyTest, a_library_that_is_too_large_for_a_hello_follows_it)
{
    auto& alice = start("alice", 5000);
    auto& bob = start("bob");
    ASSERT_TRUE(connect(bob, alice));
    until([&] { return bob.games_of(alice.id()) == 5000; });
}

TEST_F(PartyTest, a_peer_that_says_goodbye_has_left_at_once)
{
    auto& alice = start("alice");
    auto& bob = start("bob");
    ASSERT_TRUE(connect(alice, bob));
    bool done = false;
    spawn([](Party& party, bool& is_done) -> Task<void> {
        co_await party.goodbye();
        is_done = true;
    }(*bob.party, done));
    until([&] { return done && alice.events.size() == 2; });
    EXPECT_EQ(alice.events.back(), "left bob: it said goodbye");
    EXPECT_EQ(bob.events, Told{"joined alice"});
    EXPECT_FALSE(result_of(alice.party->connect(bob.address())));
}

TEST_F(PartyTest, a_banned_peer_is_gone_and_stays_out)
{
    auto& alice = start("alice");
    auto& bob = start("bob", 1);
    ASSERT_TRUE(connect(alice, bob));
    alice.party->ban(bob.id(), "it sent wrong bytes");
    EXPECT_EQ(alice.events.back(), "left bob: banned: it sent wrong bytes");
    EXPECT_TRUE(alice.party->holders(game(0)).empty());
    until([&] { return bob.events.size() == 2; });
    EXPECT_FALSE(result_of(bob.party->connect(alice.address())));
    EXPECT_EQ(alice.events.size(), 2U);
    const auto listed = alice.party->peers().at(0);
    EXPECT_EQ(listed.state, PeerState::banned);
    EXPECT_EQ(listed.problem, "it sent wrong bytes");
}

TEST_F(PartyTest, a_restarted_peer_leaves_and_joins_though_its_old_connection_still_stands)
{
    auto& alice = start("alice");
    auto& old_bob = start("bob", 1);
    ASSERT_TRUE(connect(old_bob, alice));
    auto& new_bob = start_as(old_bob.identity, "bob", 2);
    ASSERT_TRUE(connect(new_bob, alice));
    until([&] { return alice.events.size() == 3; });
    EXPECT_EQ(alice.events, (Told{"joined bob", "left bob: it was restarted", "joined bob"}));
    EXPECT_EQ(alice.games_of(new_bob.id()), 2U);
}

TEST_F(PartyTest, a_peer_that_comes_back_is_found_again_without_help)
{
    auto& alice = start("alice");
    auto& bob = start("bob");
    ASSERT_TRUE(connect(alice, bob));
    const auto port = bob.endpoint->port();
    kill(bob);
    until([&] { return alice.events.size() == 2; });
    EXPECT_TRUE(alice.events.back().starts_with("left bob: ")) << alice.events.back();
    start_as(bob.identity, "bob", 0, port);
    until([&] { return alice.events.size() == 3; });
    EXPECT_EQ(alice.events.back(), "joined bob");
}

TEST_F(PartyTest, typed_addresses_without_a_port_or_of_ourselves_are_errors)
{
    auto& alice = start("alice");
    const auto portless = result_of(alice.party->connect("127.0.0.1"));
    ASSERT_FALSE(portless);
    EXPECT_EQ(portless.error().code, ErrorCode::invalid_input);
    const auto ourselves = result_of(alice.party->connect(alice.address()));
    ASSERT_FALSE(ourselves);
    EXPECT_EQ(ourselves.error().code, ErrorCode::refused) << ourselves.error().message;
    EXPECT_EQ(alice.party->connected_count(), 0U);
}

TEST_F(PartyTest, a_host_name_is_looked_up)
{
    auto& alice = start("alice");
    auto& bob = start("bob");
    const auto connected =
        result_of(alice.party->connect("localhost:" + std::to_string(bob.endpoint->port())));
    EXPECT_TRUE(connected) << connected.error().message;
}

}  // namespace
}  // namespace lanspread::party
