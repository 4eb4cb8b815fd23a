#include "discovery/beacon.h"

#include "async/cancellation.h"
#include "async/task_group.h"
#include "async/testing.h"
#include "base/log.h"
#include "discovery/beacon_socket.h"
#include "discovery/fake_beacons_test.h"

#include <cstring>

#include <gtest/gtest.h>

namespace lanspread::discovery {
namespace {

/// Runs two services on the loopback of this machine, where it can multicast there.
class BeaconOnLoopback : public ::testing::Test {
protected:
    struct Peer {
        PublicKey key;
        std::vector<Sighting> found;
        std::vector<PeerId> gone;
        CancellationToken token;
        std::unique_ptr<Beacon> beacon;
        std::unique_ptr<TaskGroup> group;
    };

    void SetUp() override
    {
        log::set_level(log::Level::warning);
        const auto links = choose_links(platform::network_interfaces().value(), {"lo"}, true);
        const auto socket = BeaconSocket::open(context_.get_executor(), IpFamily::v4);
        if (links.empty() || !socket || !(*socket)->join(links.front().index) ||
            !(*socket)->send({.interface = links.front().index,
                              .to = Address::v4(beacon_group_v4, beacon_port),
                              .bytes = Bytes(1)})) {
            GTEST_SKIP() << "this environment cannot multicast over its loopback";
        }
        make(first_, 1, links);
        make(second_, 2, links);
    }

    void TearDown() override
    {
        for (auto* peer : {&first_, &second_}) {
            peer->token.cancel();
        }
        testing::run_until_idle(context_);
    }

    /// Other keys than those of another run of this test on this machine.
    void make(Peer& peer, std::uint8_t number, const std::vector<Link>& links)
    {
        static const auto salt = Clock::now().time_since_epoch().count();
        peer.key = fake_key(number);
        std::memcpy(peer.key.data(), &salt, sizeof salt);
        auto keys = fake_keys(number);
        keys.own = peer.key;
        keys.sign = [key = peer.key](ByteSpan message) {
            return Result<Signature>(fake_signature(key, message));
        };
        const Listener listener{.found = [&peer](const auto& sighting) { peer.found.push_back(sighting); },
                                .gone = [&peer](const auto& gone) { peer.gone.push_back(gone); }};
        peer.beacon = std::make_unique<Beacon>(
            context_.get_executor(),
            Announcement{.id = fake_id(peer.key),
                         .name = "test",
                         .port = static_cast<std::uint16_t>(4000 + number),
                         .epoch = number},
            keys, [](const PeerId&) { return false; }, listener);
        peer.beacon->set_links(links);
    }

    void start(Peer& peer)
    {
        peer.group = std::make_unique<TaskGroup>(context_.get_executor(), peer.token);
        peer.group->spawn(peer.beacon->run());
    }

    static bool has_found(const Peer& peer, const Peer& other)
    {
        return std::ranges::any_of(peer.found, [&other](const auto& sighting) {
            return sighting.id == fake_id(other.key) && sighting.interface_name == "lo";
        });
    }

    asio::io_context context_;
    Peer first_;
    Peer second_;
};

TEST_F(BeaconOnLoopback, peers_find_each_other_and_hear_a_goodbye)
{
    start(first_);
    start(second_);
    testing::run_until(context_, [this] { return has_found(first_, second_) && has_found(second_, first_); });
    second_.token.cancel();
    testing::run_until(context_, [this] {
        return std::ranges::find(first_.gone, fake_id(second_.key)) != first_.gone.end();
    });
}

TEST_F(BeaconOnLoopback, can_be_run_again)
{
    start(first_);
    first_.token.cancel();
    testing::run_until_idle(context_);
    first_.token = CancellationToken();
    start(first_);
    start(second_);
    testing::run_until(context_, [this] { return has_found(first_, second_); });
}

TEST_F(BeaconOnLoopback, a_host_that_is_asked_answers_who_it_is)
{
    start(first_);
    std::optional<Result<Sighting>> answer;
    const auto ask = [](Beacon& beacon, std::optional<Result<Sighting>>& result) -> Task<void> {
        result = co_await beacon.ask(Address::parse("127.0.0.1").value(), Clock::now() + testing::patience);
    };
    second_.group = std::make_unique<TaskGroup>(context_.get_executor(), second_.token);
    second_.group->spawn(ask(*second_.beacon, answer));
    testing::run_until(context_, [&answer] { return answer.has_value(); });
    ASSERT_TRUE(*answer) << answer->error().message;
    EXPECT_FALSE((*answer)->addresses.empty());
    EXPECT_EQ((*answer)->addresses.front().ip_text(), "127.0.0.1");
}

}  // namespace
}  // namespace lanspread::discovery
