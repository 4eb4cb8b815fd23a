#include "discovery/reach.h"

#include <gtest/gtest.h>

namespace lanspread::discovery {
namespace {

using Texts = std::vector<std::string>;

Address parsed(std::string_view text) { return Address::parse(text).value(); }

platform::NetworkInterface card(std::uint32_t index, std::vector<platform::InterfaceAddress> addresses)
{
    return {.name = "card" + std::to_string(index),
            .index = index,
            .addresses = std::move(addresses),
            .is_up = true};
}

platform::InterfaceAddress own(std::string_view ip, unsigned prefix_length, std::uint32_t scope = 0)
{
    auto address = parsed(ip);
    address.scope = scope;
    return {.address = address, .prefix_length = prefix_length};
}

/// A PC with a card in the hall, one in a second network, containers and a VPN that everything else goes
/// through.
class ReachTest : public testing::Test {
protected:
    static Reach make()
    {
        auto vpn = card(5, {own("10.8.0.2", 32)});
        vpn.addresses.front().peer = parsed("10.8.0.1");
        return {{card(2, {own("10.77.0.11", 24), own("fd77::b", 64), own("fe80::2", 64, 2)}),
                 card(3, {own("10.88.0.11", 24), own("fe80::3", 64, 3)}), card(4, {own("172.17.0.1", 16)}),
                 vpn},
                [](const Address&) { return std::optional(parsed("10.8.0.2")); }};
    }

    [[nodiscard]] Texts told(std::string_view remote) const
    {
        return texts(reach_.own_addresses(parsed(remote)));
    }

    static Texts texts(const std::vector<Address>& addresses)
    {
        Texts result;
        for (const auto& address : addresses) {
            result.push_back(address.ip_text());
        }
        return result;
    }

    Reach reach_ = make();
};

TEST_F(ReachTest, a_peer_is_told_only_the_addresses_of_the_card_that_leads_to_it)
{
    EXPECT_EQ(told("10.77.0.12:7000"), (Texts{"10.77.0.11", "fd77::b"}));
    EXPECT_EQ(told("[fd77::c]:7000"), (Texts{"10.77.0.11", "fd77::b"}));
    EXPECT_EQ(told("10.88.0.12:7000"), Texts{"10.88.0.11"});
    EXPECT_EQ(told("172.17.0.5:7000"), Texts{"172.17.0.1"});
    EXPECT_EQ(told("10.8.0.1:7000"), Texts{"10.8.0.2"});
}

TEST_F(ReachTest, a_peer_beyond_a_router_is_told_the_addresses_of_the_card_towards_it)
{
    EXPECT_EQ(told("192.0.2.1:7000"), Texts{"10.8.0.2"});
}

TEST_F(ReachTest, link_local_addresses_are_told_on_their_own_link_over_link_local_ones_only)
{
    auto remote = parsed("fe80::99");
    remote.scope = 3;
    EXPECT_EQ(texts(reach_.own_addresses(remote)), (Texts{"10.88.0.11", "fe80::3"}));
    EXPECT_EQ(reach_.own_addresses(remote).back().scope, 0U);
    EXPECT_TRUE(told("fe80::99").empty()) << "of no link that is known";
}

TEST_F(ReachTest, two_cards_in_one_network_are_both_told)
{
    const Reach reach({card(2, {own("10.77.0.11", 24)}), card(3, {own("10.77.0.12", 24)})}, {});
    EXPECT_EQ(texts(reach.own_addresses(parsed("10.77.0.20:1"))), (Texts{"10.77.0.11", "10.77.0.12"}));
}

TEST_F(ReachTest, a_peer_on_the_loopback_is_told_all)
{
    EXPECT_EQ(told("127.0.0.1:7000"),
              (Texts{"10.77.0.11", "fd77::b", "10.88.0.11", "172.17.0.1", "10.8.0.2"}));
}

TEST_F(ReachTest, an_address_is_handed_on_only_behind_the_same_card)
{
    const auto may = [this](std::string_view address, std::string_view to) {
        return reach_.may_hand_on(parsed(address), parsed(to));
    };
    EXPECT_TRUE(may("10.77.0.12:1", "10.77.0.13:1"));
    EXPECT_TRUE(may("10.77.0.12:1", "[fd77::d]:1"));
    EXPECT_FALSE(may("10.88.0.12:1", "10.77.0.13:1"));
    EXPECT_FALSE(may("172.17.0.2:1", "10.77.0.13:1"));
    EXPECT_FALSE(may("10.8.0.1:1", "10.77.0.13:1"));
    EXPECT_TRUE(may("192.0.2.1:1", "10.8.0.1:1"));
    EXPECT_FALSE(may("192.0.2.1:1", "10.77.0.13:1"));
    EXPECT_FALSE(may("127.0.0.1:1", "10.77.0.13:1"));
    EXPECT_TRUE(may("10.77.0.12:1", "127.0.0.1:1"));
}

TEST_F(ReachTest, a_link_local_address_is_handed_on_over_its_own_link_only)
{
    auto address = parsed("fe80::99");
    auto to = parsed("fe80::98");
    address.scope = to.scope = 2;
    EXPECT_TRUE(reach_.may_hand_on(address, to));
    to.scope = 3;
    EXPECT_FALSE(reach_.may_hand_on(address, to));
    EXPECT_FALSE(reach_.may_hand_on(address, parsed("10.77.0.13:1")));
}

}  // namespace
}  // namespace lanspread::discovery
