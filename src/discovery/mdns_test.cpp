#include "discovery/mdns.h"

#include "async/task_group.h"
#include "base/log.h"
#include "discovery/fake_lan_test.h"
#include "discovery/mdns_socket.h"

#include <gtest/gtest.h>

namespace lanspread::discovery {
namespace {

/// Runs two services on the loopback of this machine, where it can multicast there.
class MdnsOnLoopback : public testing::Test {
protected:
    static constexpr std::chrono::seconds deadline{10};

    struct Peer {
        std::unique_ptr<Mdns> mdns;
        CancellationToken token;
        std::unique_ptr<TaskGroup> group;
        std::vector<Sighting> found;
        std::vector<PeerId> gone;
        std::vector<Address> doubles;
    };

    void SetUp() override
    {
        log::set_level(log::Level::warning);
        // Other ids than those of another run of this test on this machine.
        first_.mdns = make(first_, own_id(1));
        second_.mdns = make(second_, own_id(2));
        const auto socket = MdnsSocket::open(context_.get_executor(), loopback(), IpFamily::v4);
        if (!socket || !(*socket)->send(std::nullopt, as_bytes("?"))) {
            GTEST_SKIP() << "this environment cannot multicast over its loopback";
        }
    }

    void TearDown() override
    {
        stop(first_);
        stop(second_);
        context_.restart();
        context_.run_for(deadline);
    }

    static PeerId own_id(std::uint8_t number)
    {
        static const auto salt = static_cast<std::uint64_t>(Clock::now().time_since_epoch().count());
        auto id = peer_id(number);
        std::memcpy(id.bytes.data(), &salt, sizeof salt);
        id.bytes[7] = static_cast<std::byte>(number);
        return id;
    }

    static Link loopback()
    {
        const auto interfaces = platform::network_interfaces().value();
        const auto links = choose_links(interfaces, {"lo"}, true);
        return links.empty() ? Link{} : links.front();
    }

    std::unique_ptr<Mdns> make(Peer& peer, const PeerId& id, std::uint64_t epoch = 0)
    {
        const Announcement announcement{.id = id, .name = "test", .port = 4000, .epoch = epoch};
        const Listener listener{.found = [&peer](const auto& sighting) { peer.found.push_back(sighting); },
                                .gone = [&peer](const auto& gone) { peer.gone.push_back(gone); },
                                .double_of_self =
                                    [&peer](const auto& from, const auto& interface_name) {
                                        EXPECT_EQ(interface_name, "lo");
                                        peer.doubles.push_back(from);
                                    }};
        return std::make_unique<Mdns>(context_.get_executor(), announcement, listener);
    }

    void start(Peer& peer)
    {
        peer.mdns->set_links({loopback()});
        peer.group = std::make_unique<TaskGroup>(context_.get_executor(), peer.token);
        peer.group->spawn(peer.mdns->run());
    }

    void stop(Peer& peer) { peer.token.cancel(); }

    template <class Condition>
    bool reached(Condition condition)
    {
        const auto end = Clock::now() + deadline;
        context_.restart();
        while (!condition() && Clock::now() < end) {
            context_.run_one_for(std::chrono::milliseconds(100));
        }
        return condition();
    }

    static bool knows(const Peer& peer, const PeerId& id)
    {
        return std::ranges::any_of(peer.found, [&id](const auto& sighting) { return sighting.id == id; });
    }

    asio::io_context context_;
    Peer first_;
    Peer second_;
};

TEST_F(MdnsOnLoopback, two_services_find_each_other)
{
    start(first_);
    start(second_);
    EXPECT_TRUE(reached([this] { return knows(first_, own_id(2)) && knows(second_, own_id(1)); }));
    EXPECT_FALSE(knows(first_, own_id(1)));
    const auto seen = std::ranges::find(first_.found, own_id(2), &Sighting::id);
    ASSERT_NE(seen, first_.found.end());
    EXPECT_EQ(seen->interface_name, "lo");
    const auto address = Address::parse("127.0.0.1:4000").value();
    EXPECT_NE(std::ranges::find(seen->addresses, address), seen->addresses.end());
}

TEST_F(MdnsOnLoopback, one_that_is_cancelled_says_goodbye)
{
    start(first_);
    start(second_);
    ASSERT_TRUE(reached([this] { return knows(first_, own_id(2)); }));
    // What comes after its probes is its announcement, which can be withdrawn.
    second_.mdns->update({.id = own_id(2), .name = "announced", .port = 4000});
    ASSERT_TRUE(reached([this] { return first_.found.back().name == "announced"; }));
    stop(second_);
    EXPECT_TRUE(reached([this] { return std::ranges::find(first_.gone, own_id(2)) != first_.gone.end(); }));
    EXPECT_TRUE(reached([this] { return second_.group->running() == 0; }));
}

TEST_F(MdnsOnLoopback, two_with_one_key_hear_of_each_other)
{
    second_.mdns = make(second_, own_id(1), 7);
    start(first_);
    start(second_);
    EXPECT_TRUE(reached([this] { return !first_.doubles.empty() && !second_.doubles.empty(); }));
    EXPECT_TRUE(first_.found.empty());
    EXPECT_TRUE(second_.found.empty());
}

TEST_F(MdnsOnLoopback, that_is_refreshed_hears_and_is_heard_anew)
{
    start(first_);
    start(second_);
    ASSERT_TRUE(reached([this] { return knows(first_, own_id(2)) && knows(second_, own_id(1)); }));
    first_.found.clear();
    second_.found.clear();
    first_.mdns->refresh();
    EXPECT_TRUE(reached([this] { return knows(first_, own_id(2)) && knows(second_, own_id(1)); }));
}

TEST_F(MdnsOnLoopback, that_loses_its_link_and_gets_it_back_goes_on)
{
    start(first_);
    start(second_);
    ASSERT_TRUE(reached([this] { return knows(first_, own_id(2)); }));
    first_.mdns->set_links({});
    EXPECT_TRUE(reached([this] { return std::ranges::find(first_.gone, own_id(2)) != first_.gone.end(); }));
    first_.found.clear();
    first_.mdns->set_links({loopback()});
    EXPECT_TRUE(reached([this] { return knows(first_, own_id(2)); }));
}

TEST_F(MdnsOnLoopback, news_arrive)
{
    start(first_);
    start(second_);
    ASSERT_TRUE(reached([this] { return knows(first_, own_id(2)); }));
    second_.mdns->update({.id = own_id(2), .name = "renamed", .port = 4000, .rev = 1});
    EXPECT_TRUE(reached([this] { return first_.found.back().name == "renamed"; }));
}

}  // namespace
}  // namespace lanspread::discovery
