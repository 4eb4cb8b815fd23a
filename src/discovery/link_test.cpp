#include "discovery/link.h"

#include <gtest/gtest.h>

namespace lanspread::discovery {
namespace {

platform::NetworkInterface card(std::string name)
{
    return {.name = std::move(name),
            .index = 2,
            .addresses = {{.address = Address::parse("192.0.2.1").value(), .prefix_length = 24}},
            .is_up = true,
            .supports_multicast = true};
}

platform::NetworkInterface loopback()
{
    auto interface = card("lo");
    interface.is_loopback = true;
    interface.supports_multicast = false;
    interface.kind = platform::InterfaceKind::loopback;
    return interface;
}

std::vector<std::string> names(const std::vector<Link>& links)
{
    std::vector<std::string> result;
    result.reserve(links.size());
    for (const auto& link : links) {
        result.push_back(link.name);
    }
    return result;
}

using Names = std::vector<std::string>;

TEST(Links, are_all_usable_interfaces_that_reach_more_than_one_host_at_once)
{
    auto tunnel = card("wg0");
    tunnel.supports_multicast = false;
    auto unplugged = card("eth1");
    unplugged.is_up = false;
    EXPECT_EQ(names(choose_links({loopback(), card("eth0"), tunnel, unplugged, card("docker0")}, {}, false)),
              (Names{"eth0", "docker0"}));
}

TEST(Links, know_what_their_interface_can_do)
{
    auto broadcaster = card("eth0");
    broadcaster.supports_multicast = false;
    broadcaster.supports_broadcast = true;
    const auto links = choose_links({broadcaster, card("eth1")}, {}, false);
    ASSERT_EQ(links.size(), 2U);
    EXPECT_TRUE(links[0].can_broadcast && !links[0].can_multicast);
    EXPECT_TRUE(!links[1].can_broadcast && links[1].can_multicast);
}

TEST(Links, include_the_loopback_when_asked_or_when_there_is_no_other)
{
    EXPECT_EQ(names(choose_links({loopback(), card("eth0")}, {}, true)), (Names{"lo", "eth0"}));
    EXPECT_EQ(names(choose_links({loopback()}, {}, false)), Names{"lo"});
}

TEST(Links, are_only_those_that_were_named)
{
    EXPECT_EQ(names(choose_links({loopback(), card("eth0"), card("eth1")}, {"eth1", "lo"}, false)),
              (Names{"lo", "eth1"}));
    EXPECT_TRUE(choose_links({loopback(), card("eth0")}, {"eth9"}, false).empty());
}

TEST(Links, are_only_those_with_the_one_address_that_is_listened_on)
{
    auto eth1 = card("eth1");
    eth1.addresses = {{.address = Address::parse("198.51.100.1").value(), .prefix_length = 24},
                      {.address = Address::parse("198.51.100.2").value(), .prefix_length = 24}};
    const auto reached = reached_at({card("eth0"), eth1}, Address::parse("198.51.100.2:7000").value());
    const auto links = choose_links(reached, {}, false);
    ASSERT_EQ(names(links), Names{"eth1"});
    EXPECT_EQ(links.front().addresses, std::vector{eth1.addresses[1]});
    EXPECT_EQ(reached_at({card("eth0"), eth1}, {}), (std::vector{card("eth0"), eth1}));
}

TEST(Links, know_their_neighbours)
{
    const Link link{.addresses = {{.address = Address::parse("192.0.2.1").value(), .prefix_length = 24}}};
    EXPECT_TRUE(link.is_neighbour(Address::parse("192.0.2.200:1").value()));
    EXPECT_TRUE(link.is_neighbour(Address::parse("fe80::1").value()));
    EXPECT_FALSE(link.is_neighbour(Address::parse("198.51.100.1").value()));
}

}  // namespace
}  // namespace lanspread::discovery
