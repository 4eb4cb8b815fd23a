// How peers find each other through others, and what those cannot do to them.

#include <algorithm>
#include <chrono>
#include <set>

#include <gtest/gtest.h>

#include "party/testing.h"
#include "wire/codec.h"

namespace lanspread::party {
namespace {

using namespace std::chrono_literals;
using namespace testing;

Result<void> welcome(const wire::Hello&) { return {}; }

wire::Hello hello(const std::string& name)
{
    return {.name = name, .program = "test", .listen = {loopback(1)}, .library = {}};
}

/// A member that runs no Party, and answers every question for peers with `lie`.
class Liar {
public:
    explicit Liar(transport::SharedConnection connection) : connection_(std::move(connection)) {}

    wire::Peers lie;
    std::size_t asked = 0;
    std::size_t known_to_asker = 0;

    Task<void> run()
    {
        EXPECT_TRUE(co_await exchange_hellos(connection_, hello("mallory"), welcome));
        while (auto stream = co_await connection_->accept_stream()) {
            const auto frame = co_await stream->read_frame(wire::max_message_size, soon());
            const auto request = frame ? wire::decode<wire::GetPeers>(*frame) : fail(frame.error());
            if (request) {
                ++asked;
                known_to_asker = request->known.size();
                (void)co_await stream->write_frame(wire::encode(lie).value(), soon(),
                                                   transport::Stream::Then::finish);
            }
        }
    }

private:
    transport::SharedConnection connection_;
};

PeerId invented(std::size_t number)
{
    PeerId id;
    id.bytes[0] = std::byte(number >> 8);
    id.bytes[1] = std::byte(number & 0xff);
    id.bytes[31] = std::byte{1};
    return id;
}

class PartyGossipTest : public ::testing::Test, protected Lan {
protected:
    /// Peers of which each was told of the one before it only.
    void start_in_a_line(std::size_t count)
    {
        for (std::size_t number = 0; number < count; ++number) {
            start("peer" + std::to_string(number), 1);
            if (number > 0) {
                EXPECT_TRUE(peers()[number]->party->keep_connecting(peers()[number - 1]->address()));
            }
        }
    }

    /// What a peer tells a stranger who knows some.
    std::vector<wire::PeerAddresses> ask(const transport::SharedConnection& connection,
                                         std::vector<std::uint64_t> known)
    {
        const auto text = wire::encode(wire::GetPeers{.known = std::move(known)}).value();
        const auto answer = result_of(exchange(connection, text, soon()));
        return wire::decode_answer<wire::Peers>(answer.value().frame).value().peers;
    }

    [[nodiscard]] bool is_full_mesh() const
    {
        return std::ranges::all_of(peers(), [this](const auto& peer) {
            return peer->party->connected_count() == peers().size() - 1;
        });
    }
};

TEST_F(PartyGossipTest, peers_that_know_one_other_each_all_find_each_other)
{
    start_in_a_line(6);
    until([&] { return is_full_mesh(); });
    for (const auto& peer : peers()) {
        EXPECT_EQ(peer->events.size(), 5U) << "each has joined once, and nobody left";
    }
    std::size_t by_gossip = 0;
    for (const auto& peer : peers()) {
        for (const auto& status : peer->party->peers()) {
            for (const auto& way : status.found_by) {
                by_gossip += way.path == "gossip" ? 1 : 0;
                EXPECT_TRUE(way.path != "gossip" || way.interface_name.starts_with("peer"))
                    << way.interface_name;
            }
        }
    }
    EXPECT_GE(by_gossip, 10U) << "each pair but those that were typed was found by one of its two, at least";
}

TEST_F(PartyGossipTest, two_parties_become_one_by_one_link)
{
    start_in_a_line(3);
    until([&] { return is_full_mesh(); });
    const auto first_of_others = peers().size();
    for (std::size_t number = 0; number < 3; ++number) {
        auto& peer = start("other" + std::to_string(number));
        if (number > 0) {
            EXPECT_TRUE(peer.party->keep_connecting(peers()[first_of_others]->address()));
        }
    }
    until([&] { return peers().back()->party->connected_count() == 2; });
    ASSERT_TRUE(peers()[1]->party->keep_connecting(peers()[4]->address()));
    until([&] { return is_full_mesh(); });
}

TEST_F(PartyGossipTest, what_one_invents_is_shown_to_nobody_and_fills_nothing)
{
    auto& alice = start("alice");
    auto& bob = start("bob");
    Liar liar(stranger(alice));
    for (std::size_t number = 0; number < wire::max_told_peers; ++number) {
        liar.lie.peers.push_back({.peer = invented(number), .listen = {loopback(9)}});
    }
    spawn(liar.run());
    until([&] { return liar.asked >= 3; });  // an answer that is full makes for another question
    EXPECT_EQ(alice.party->peers().size(), 1U);
    EXPECT_GE(liar.known_to_asker, 128U) << "what it told itself is not asked for again";
    ASSERT_TRUE(connect(bob, alice));
    const auto carol = stranger(alice);
    ASSERT_TRUE(result_of(exchange_hellos(carol, hello("carol"), welcome)));
    std::set<PeerId> told;
    for (const auto& peer : ask(carol, {})) {
        told.insert(peer.peer);
    }
    EXPECT_EQ(told.size(), 2U) << "mallory and bob: none of it is handed on";
    EXPECT_TRUE(told.contains(bob.id()));
}

TEST_F(PartyGossipTest, a_liar_cannot_say_who_somebody_is)
{
    auto& alice = start("alice");
    auto& bob = start("bob");
    Liar liar(stranger(alice));
    liar.lie.peers.push_back({.peer = invented(1), .listen = {loopback(bob.endpoint->port())}});
    liar.lie.peers.push_back({.peer = alice.id(), .listen = {loopback(bob.endpoint->port())}});
    spawn(liar.run());
    const auto before = bob.endpoint->stats().bytes_received;
    until([&] {
        return bob.endpoint->stats().bytes_received > before + 1200;
    });  // it is dialled as somebody else
    ASSERT_TRUE(connect(alice, bob));
    EXPECT_EQ(alice.events, (Told{"joined mallory", "joined bob"}));
    EXPECT_TRUE(alice.clones.empty());
}

TEST_F(PartyGossipTest, the_asker_is_told_of_those_that_it_does_not_know)
{
    auto& alice = start("alice");
    auto& bob = start("bob");
    ASSERT_TRUE(connect(bob, alice));
    const auto carol = stranger(alice);
    ASSERT_TRUE(result_of(exchange_hellos(carol, hello("carol"), welcome)));
    const auto told = ask(carol, {});
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].peer, bob.id());
    EXPECT_EQ(told[0].listen, std::vector{loopback(bob.endpoint->port())});
    std::uint64_t first_bytes = 0;
    for (std::size_t index = 0; index < 8; ++index) {
        first_bytes = first_bytes << 8 | std::to_integer<std::uint64_t>(bob.id().bytes.at(index));
    }
    EXPECT_TRUE(ask(carol, {first_bytes}).empty());
}

}  // namespace
}  // namespace lanspread::party
