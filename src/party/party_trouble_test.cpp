// What halls do to a party: addresses that lead nowhere, copies of a PC, cables that come and go.

#include <algorithm>
#include <chrono>
#include <random>

#include <gtest/gtest.h>
#include <boost/asio/ip/udp.hpp>

#include "party/testing.h"
#include "wire/codec.h"

namespace lanspread::party {
namespace {

using namespace std::chrono_literals;
using namespace testing;

Result<void> welcome(const wire::Hello&) { return {}; }

/// A socket that takes everything and never answers.
class BlackHole {
public:
    [[nodiscard]] Address address() const { return loopback(socket_.local_endpoint().port()); }

private:
    asio::io_context context_;
    asio::ip::udp::socket socket_{context_, {asio::ip::address_v4::loopback(), 0}};
};

discovery::Sighting sighting(const PeerId& id, std::vector<Address> addresses)
{
    return {.id = id, .name = "", .addresses = std::move(addresses), .interface_name = "lo"};
}

class PartyTroubleTest : public ::testing::Test, protected Lan {};

TEST_F(PartyTroubleTest, an_address_that_swallows_everything_does_not_hold_up_the_next)
{
    const BlackHole hole;
    auto& alice = start("alice");
    auto& bob = start("bob");
    const auto begin = Clock::now();
    alice.party->sighted("mdns", sighting(bob.id(), {hole.address(), loopback(bob.endpoint->port())}));
    until([&] { return alice.party->is_connected(bob.id()); });
    EXPECT_EQ(alice.party->peers().at(0).address, bob.address());
    EXPECT_LT(Clock::now() - begin, 2s) << "one after the other they take more than four";
}

TEST_F(PartyTroubleTest, two_peers_of_one_name_are_both_shown_and_can_be_told_apart)
{
    auto& alice = start("alice");
    auto& first = start("bob", 1);
    auto& second = start("bob", 1);
    ASSERT_TRUE(connect(alice, first));
    EXPECT_EQ(alice.party->name(first.id()), "bob");
    ASSERT_TRUE(connect(alice, second));
    EXPECT_EQ(alice.party->peers().size(), 2U);
    EXPECT_EQ(alice.party->name(first.id()), "bob (" + first.id().short_hex() + ")");
    const auto holders = alice.party->holders(game(0));
    ASSERT_EQ(holders.size(), 2U);
    EXPECT_NE(holders[0].name, holders[1].name);
}

TEST_F(PartyTroubleTest, a_peer_that_comes_back_elsewhere_is_the_same_peer)
{
    auto& alice = start("alice");
    auto& bob = start("bob", 1);
    ASSERT_TRUE(connect(bob, alice));
    kill(bob);
    until([&] { return alice.events.size() == 2; });
    auto& again = start_as(bob.identity, "bob", 1);
    ASSERT_TRUE(connect(again, alice));
    const auto listed = alice.party->peers();
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].address, again.address());
    EXPECT_EQ(alice.events.size(), 3U);
}

TEST_F(PartyTroubleTest, one_key_on_two_pcs_is_told_and_one_of_them_stays)
{
    auto& alice = start("alice");
    auto& original = start("bob");
    auto& copy = start_as(original.identity, "bob");
    for (auto* bob : {&original, &copy}) {
        bob->party->sighted("mdns", sighting(alice.id(), {loopback(alice.endpoint->port())}));
    }
    until([&] { return !alice.clones.empty(); });
    EXPECT_TRUE(alice.clones.at(0).contains("bob: same identity on two PCs: ")) << alice.clones.at(0);
    for (const auto* bob : {&original, &copy}) {
        EXPECT_TRUE(alice.clones.at(0).contains(bob->address())) << alice.clones.at(0);
    }
    EXPECT_EQ(alice.party->problems(), alice.clones);
    EXPECT_EQ(alice.party->peers().at(0).problem, alice.clones.at(0));
    const auto refused = [&](const Peer& bob) {
        bob.party->sighted("mdns", sighting(alice.id(), {loopback(alice.endpoint->port())}));
        const auto listed = bob.party->peers();
        return !listed.empty() && listed[0].problem.contains("same identity on two PCs");
    };
    until([&] { return refused(original) || refused(copy); });
    const auto events = alice.events.size();
    for (int dials = 0; dials < 3; ++dials) {
        for (auto* bob : {&original, &copy}) {
            if (!bob->party->is_connected(alice.id())) {
                EXPECT_FALSE(result_of(bob->party->connect(alice.address())));
            }
        }
    }
    EXPECT_EQ(alice.events.size(), events) << "the other one is not let in any more";
    EXPECT_EQ(alice.clones.size(), 1U);
}

TEST_F(PartyTroubleTest, our_own_key_on_another_pc_is_told_when_we_dial_it)
{
    auto& alice = start("alice");
    auto& copy = start_as(alice.identity, "alice");
    const auto dialled = result_of(alice.party->connect(copy.address()));
    ASSERT_FALSE(dialled);
    EXPECT_EQ(dialled.error().code, ErrorCode::refused);
    ASSERT_EQ(alice.clones.size(), 1U);
    EXPECT_TRUE(alice.clones[0].contains("same identity on two PCs: this one and 127.0.0.1"))
        << alice.clones[0];
    EXPECT_EQ(alice.party->problems(), alice.clones);
}

TEST_F(PartyTroubleTest, that_somebody_announces_our_key_is_believed_where_it_answers)
{
    const BlackHole hole;
    auto& alice = start("alice");
    auto& bob = start("bob");
    ASSERT_TRUE(connect(alice, bob));
    alice.party->clone_seen("mdns", hole.address());
    alice.party->clone_seen("mdns", loopback(bob.endpoint->port()));
    alice.party->clone_seen("mdns", loopback(alice.endpoint->port()));
    auto& copy = start_as(alice.identity, "alice");
    for (int count = 0; count < 3; ++count) {
        alice.party->clone_seen("mdns", loopback(copy.endpoint->port()));
    }
    until([&] { return !alice.clones.empty(); });
    EXPECT_EQ(alice.clones.size(), 1U);
    EXPECT_EQ(alice.party->problems().size(), 1U);
    EXPECT_EQ(bob.clones, Told());
}

TEST_F(PartyTroubleTest, who_comes_and_goes_all_the_time_is_kept_out)
{
    auto& alice = start("alice");
    const auto identity = transport::Identity::ephemeral().value();
    const auto endpoint = open_endpoint(identity);
    std::size_t welcomes = 0;
    std::string refusal;
    for (std::uint64_t visit = 1; visit <= 12; ++visit) {
        const auto connection =
            result_of(endpoint->connect(loopback(alice.endpoint->port()), alice.id(), soon())).value();
        wire::Hello hello{.name = "bob", .program = "test", .listen = {}, .library = {.epoch = visit}};
        const auto greeted = result_of(exchange_hellos(connection, hello, welcome));
        welcomes += greeted ? 1 : 0;
        refusal = greeted ? refusal : greeted.error().message;
        connection->close("gone again");
        until([&] { return !alice.party->is_connected(identity.id()); });
    }
    EXPECT_EQ(welcomes, 7U);
    EXPECT_TRUE(refusal.contains("comes and goes too often")) << refusal;
    EXPECT_EQ(alice.events.size(), 2 * welcomes);
    endpoint->close();
}

TEST_F(PartyTroubleTest, joins_and_leaves_of_each_peer_alternate_whatever_happens_to_it)
{
    auto& alice = start("alice");
    std::mt19937 random(7);
    std::vector<Peer*> others;
    for (std::size_t number = 0; number < 4; ++number) {
        others.push_back(&start("peer" + std::to_string(number)));
        others.back()->party->sighted("mdns", sighting(alice.id(), {loopback(alice.endpoint->port())}));
        alice.party->sighted("mdns",
                             sighting(others.back()->id(), {loopback(others.back()->endpoint->port())}));
    }
    for (int round = 0; round < 12; ++round) {
        auto& victim = others[random() % others.size()];
        if (round % 3 == 0) {
            until([&] { return alice.party->is_connected(victim->id()); });
        }
        if (round % 2 == 0) {
            kill(*victim);
        }
        victim = &start_as(victim->identity, "peer" + std::to_string(&victim - others.data()));
        victim->party->sighted("mdns", sighting(alice.id(), {loopback(alice.endpoint->port())}));
    }
    until([&] { return alice.party->connected_count() == others.size(); });
    for (std::size_t number = 0; number < others.size(); ++number) {
        const auto name = "peer" + std::to_string(number);
        bool is_here = false;
        for (const auto& event : alice.events) {
            if (event.contains(name)) {
                EXPECT_EQ(event.starts_with("joined"), !is_here) << event;
                is_here = !is_here;
            }
        }
        EXPECT_TRUE(is_here) << name;
    }
}

TEST_F(PartyTroubleTest, a_dead_connection_is_noticed_soon_after_the_network_has_changed)
{
    auto& alice = start("alice", 0, {.probe_timeout = 50ms});
    auto& bob = start("bob");
    const auto connection = stranger(alice);  // it answers nothing, and its host acknowledges
    wire::Hello hello{.name = "mallory", .program = "test", .listen = {}, .library = {}};
    ASSERT_TRUE(result_of(exchange_hellos(connection, hello, welcome)));
    ASSERT_TRUE(connect(bob, alice));
    alice.party->network_changed();
    until([&] { return alice.events.size() == 3; });
    EXPECT_EQ(alice.events.back(), "left mallory: it does not answer any more");
    EXPECT_TRUE(alice.party->is_connected(bob.id()));
}

Task<Result<discovery::Sighting>> tell(discovery::Sighting answer, std::vector<Address>* asked, Address host)
{
    asked->push_back(host);
    co_return answer;
}

TEST_F(PartyTroubleTest, a_host_without_a_port_is_asked_for_it)
{
    auto& bob = start("bob");
    std::vector<Address> asked;
    const auto answer = sighting(bob.id(), {loopback(bob.endpoint->port())});
    auto& alice = start_asking("alice", [&](Address host, TimePoint) { return tell(answer, &asked, host); });
    const auto connected = result_of(alice.party->connect("127.0.0.1"));
    ASSERT_TRUE(connected) << connected.error().message;
    EXPECT_EQ(*connected, bob.id());
    EXPECT_EQ(asked, std::vector{loopback(0)});
}

Task<Result<discovery::Sighting>> stay_silent()
{
    co_return fail(ErrorCode::timed_out, "no answer: name its port, too");
}

TEST_F(PartyTroubleTest, a_host_that_does_not_tell_its_port_is_an_error_with_what_the_beacon_says)
{
    auto& alice = start_asking("alice", [](Address, TimePoint) { return stay_silent(); });
    const auto dialled = result_of(alice.party->connect("127.0.0.1"));
    ASSERT_FALSE(dialled);
    EXPECT_TRUE(dialled.error().message.starts_with("127.0.0.1: no answer: name its port, too"))
        << dialled.error().message;
}

TEST_F(PartyTroubleTest, an_address_that_is_no_computers_is_refused_as_such)
{
    auto& alice = start("alice");
    for (const auto* text : {"0.0.0.0:7000", "224.0.0.251:5353", "255.255.255.255:7000"}) {
        const auto dialled = result_of(alice.party->connect(text));
        ASSERT_FALSE(dialled) << text;
        EXPECT_EQ(dialled.error().code, ErrorCode::invalid_input) << dialled.error().message;
    }
}

TEST_F(PartyTroubleTest, a_library_that_changes_all_the_time_is_told_of_now_and_then)
{
    auto& alice = start("alice");
    auto& bob = start("bob");
    ASSERT_TRUE(connect(alice, bob));
    const auto begin = Clock::now();
    for (std::size_t number = 0; number < 200; ++number) {
        bob.party->set_library({entry(number)}, {});
        until([&] { return true; });
    }
    until([&] { return alice.games_of(bob.id()) == 200; });
    const auto pauses = static_cast<std::size_t>((Clock::now() - begin) / 50ms);
    EXPECT_LE(alice.library_changes, pauses + 2);
}

}  // namespace
}  // namespace lanspread::party
