#include <gtest/gtest.h>

#include "party/testing.h"
#include "runtime/diagnosis_asker.h"
#include "runtime/diagnosis_server.h"
#include "wire/codec.h"

namespace lanspread::runtime {
namespace {

using party::testing::Lan;
using party::testing::loopback;
using party::testing::Peer;
using party::testing::soon;

/// Two peers that are connected; bob answers questions about the network.
class Diagnosis : public ::testing::Test {
protected:
    Diagnosis()
    {
        bob.diagnose = [this](PeerId peer, transport::Stream stream, party::DiagnosisRequest request) {
            return server.serve(peer, std::move(stream), request);
        };
        EXPECT_TRUE(lan.connect(alice, bob));
    }

    /// The parties end before the server that answers for them.
    ~Diagnosis() override
    {
        lan.kill(alice);
        lan.kill(bob);
    }

    Result<party::Answer> ask(const party::DiagnosisRequest& question)
    {
        return lan.result_of(alice.party->request(bob.id(), question, soon()));
    }

    doctor::Member ask_bob(std::uint16_t port)
    {
        auto members = lan.result_of(ask_party(alice.party.get(), port));
        EXPECT_EQ(members.size(), 1U);
        return members.at(0);
    }

    Lan lan;
    Peer& alice = lan.start("alice");
    Peer& bob = lan.start("bob");
    std::optional<std::string> why_not;
    DiagnosisServer server{
        *bob.party,
        {.executor = lan.executor(), .bind = loopback(0), .why_no_speed_test = [this] { return why_not; }}};
};

TEST_F(Diagnosis, tells_whom_a_peer_sees_and_what_time_it_has)
{
    const auto member = ask_bob(alice.endpoint->port());
    EXPECT_TRUE(member.answered) << member.silence;
    EXPECT_EQ(member.seen.name, "bob");
    ASSERT_EQ(member.sees.size(), 1U);
    EXPECT_EQ(member.sees[0].id, alice.id().hex());
    EXPECT_EQ(member.sees[0].state, "connected");
    EXPECT_LT(std::abs(member.clock_ahead_ms), 1000);  // both have the clock of this PC
}

TEST_F(Diagnosis, shows_that_a_peer_is_reached_from_a_new_port_and_nobody_joins_by_that)
{
    const auto member = ask_bob(alice.endpoint->port());
    EXPECT_EQ(member.dial_back, "reached") << member.dial_back_problem;
    EXPECT_EQ(alice.events, party::testing::Told{"joined bob"});
}

TEST_F(Diagnosis, shows_that_nobody_is_reached_at_a_port_where_nobody_listens)
{
    const auto nobody =
        transport::Endpoint::open(lan.executor(), alice.identity, {.bind = loopback(0)}).value();
    const auto port = nobody->port();
    nobody->close();
    const auto member = ask_bob(port);
    EXPECT_EQ(member.dial_back, "failed");
    EXPECT_FALSE(member.dial_back_problem.empty());
}

TEST_F(Diagnosis, of_a_peer_that_does_not_answer_says_so)
{
    bob.diagnose = [](PeerId, transport::Stream, party::DiagnosisRequest) -> Task<void> { co_return; };
    const auto member = ask_bob(alice.endpoint->port());
    EXPECT_FALSE(member.answered);
    EXPECT_FALSE(member.silence.empty());
    EXPECT_EQ(member.dial_back, "");
}

TEST_F(Diagnosis, measures_how_fast_bytes_come)
{
    alice.diagnose = [this](PeerId peer, transport::Stream stream, party::DiagnosisRequest request) {
        return server.serve(peer, std::move(stream), request);
    };
    DiagnosisServer other(
        *bob.party,
        {.executor = lan.executor(), .bind = loopback(0), .why_no_speed_test = [] { return std::nullopt; }});
    const auto tested = lan.result_of(other.test_speed(alice.id()));
    ASSERT_TRUE(tested) << tested.error().message;
    EXPECT_GT(tested->bytes, 0U);
    EXPECT_LE(tested->bytes, wire::filler_size);
}

TEST_F(Diagnosis, refuses_measurements_with_the_reason)
{
    why_not = "somebody plays there";
    for (const party::DiagnosisRequest& question : {party::DiagnosisRequest(wire::SendFiller{}),
                                                    party::DiagnosisRequest(wire::TestSpeed{alice.id()})}) {
        const auto answer = ask(question);
        ASSERT_TRUE(answer);
        const auto tested = wire::decode_answer<wire::SpeedTested>(answer->frame);
        ASSERT_FALSE(tested);
        EXPECT_EQ(tested.error(), (Error{ErrorCode::refused, "somebody plays there"}));
    }
}

TEST_F(Diagnosis, dials_nobody_where_no_port_is_named)
{
    const auto answer = ask(wire::DialBack{.port = 0});
    ASSERT_TRUE(answer);
    EXPECT_FALSE(wire::decode_answer<wire::DialledBack>(answer->frame));
}

TEST(ReachOf, lists_the_connected_first_and_no_more_than_a_message_holds)
{
    std::vector<party::PeerStatus> peers;
    for (std::size_t number = 0; number < wire::max_reach_peers + 10; ++number) {
        party::PeerStatus status{.id = PeerId{}, .name = "x\x1b"};
        status.id->bytes[0] = std::byte(number & 0xff);
        status.id->bytes[1] = std::byte(number >> 8);
        status.state = party::PeerState::unreachable;
        peers.push_back(status);
    }
    peers.back().state = party::PeerState::connected;
    const auto reach = reach_of(peers, Clock::now(), 7);
    EXPECT_EQ(reach.peers.size(), wire::max_reach_peers);
    EXPECT_EQ(reach.peers.front().state, "connected");
    EXPECT_TRUE(wire::encode(reach));
}

}  // namespace
}  // namespace lanspread::runtime
