#include "platform/interfaces.h"

#include <algorithm>
#include <cstring>
#include <thread>

#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace lanspread::platform {
namespace {

InterfaceAddress interface_address(std::string_view ip, unsigned prefix_length)
{
    return {.address = Address::parse(ip).value(), .prefix_length = prefix_length};
}

NetworkInterface card(std::string name, InterfaceKind kind = InterfaceKind::ethernet)
{
    return {.name = std::move(name),
            .index = 2,
            .addresses = {interface_address("192.0.2.1", 24)},
            .is_up = true,
            .supports_multicast = true,
            .kind = kind};
}

TEST(InterfaceAddress, knows_its_own_subnet_of_either_family)
{
    const auto v4 = interface_address("192.0.2.129", 25);
    EXPECT_TRUE(v4.is_on_link(Address::parse("192.0.2.200:5353").value()));
    EXPECT_FALSE(v4.is_on_link(Address::parse("192.0.2.100").value()));
    EXPECT_FALSE(v4.is_on_link(Address::parse("2001:db8::1").value()));

    const auto v6 = interface_address("2001:db8:0:8::1", 61);
    EXPECT_TRUE(v6.is_on_link(Address::parse("2001:db8:0:f::9").value()));
    EXPECT_FALSE(v6.is_on_link(Address::parse("2001:db8:0:10::9").value()));
    EXPECT_FALSE(v6.is_on_link(Address::parse("192.0.2.129").value()));
}

TEST(InterfaceAddress, with_no_prefix_has_its_whole_family_on_link)
{
    EXPECT_TRUE(interface_address("192.0.2.1", 0).is_on_link(Address::parse("203.0.113.7").value()));
    EXPECT_FALSE(interface_address("192.0.2.1", 0).is_on_link(Address::parse("2001:db8::1").value()));
}

TEST(InterfaceAddress, has_the_other_end_of_a_point_to_point_link_on_link)
{
    auto own = interface_address("10.8.0.2", 32);
    EXPECT_FALSE(own.is_on_link(Address::parse("10.8.0.1").value()));
    own.peer = Address::parse("10.8.0.1").value();
    EXPECT_TRUE(own.is_on_link(Address::parse("10.8.0.1:7000").value()));
    EXPECT_FALSE(own.is_on_link(Address::parse("10.8.0.3").value()));
}

TEST(InterfaceAddress, of_ipv6_that_is_unchecked_taken_or_deprecated_is_of_no_use)
{
    EXPECT_EQ(judge_address_flags(0x80), AddressUse::lasting);
    EXPECT_EQ(judge_address_flags(0x01), AddressUse::temporary);
    for (const unsigned flags : {0x40U, 0x08U | 0x80U, 0x20U, 0x21U}) {
        EXPECT_EQ(judge_address_flags(flags), AddressUse::none) << flags;
    }
}

TEST(Interfaces, without_link_or_address_are_unusable_and_say_why)
{
    auto unplugged = card("eth0");
    unplugged.is_up = false;
    EXPECT_FALSE(judge(unplugged).is_usable);
    EXPECT_EQ(judge(unplugged).reason, "no link");

    auto nameless = card("eth1");
    nameless.addresses.clear();
    EXPECT_FALSE(judge(nameless).is_usable);
    EXPECT_EQ(judge(nameless).reason, "no address");
}

TEST(Interfaces, rank_wired_then_wireless_then_containers_then_tunnels_then_the_unusable)
{
    auto unplugged = card("eth9");
    unplugged.is_up = false;
    auto peer_link = card("cable0");
    peer_link.is_point_to_point = true;
    peer_link.index = 3;
    const auto order =
        ranked({unplugged, card("wg0", InterfaceKind::tunnel), card("docker0", InterfaceKind::container),
                peer_link, card("wlan0", InterfaceKind::wireless), card("eth0")});

    std::vector<std::string> names;
    names.reserve(order.size());
    for (const auto& interface : order) {
        names.push_back(interface.name);
    }
    EXPECT_EQ(names, (std::vector<std::string>{"eth0", "wlan0", "docker0", "wg0", "cable0", "eth9"}));
    for (std::size_t i = 0; i + 1 < order.size(); ++i) {
        EXPECT_TRUE(judge(order[i]).is_usable) << order[i].name;
    }
}

TEST(Interfaces, kinds_are_guessed_from_name_and_device)
{
    EXPECT_EQ(guess_kind({.name = "enp3s0"}), InterfaceKind::ethernet);
    EXPECT_EQ(guess_kind({.name = "wlp2s0", .is_wireless = true}), InterfaceKind::wireless);
    EXPECT_EQ(guess_kind({.name = "br0", .is_bridge = true}), InterfaceKind::bridge);
    EXPECT_EQ(guess_kind({.name = "docker0", .is_bridge = true}), InterfaceKind::container);
    EXPECT_EQ(guess_kind({.name = "br-0123456789ab", .is_bridge = true}), InterfaceKind::container);
    EXPECT_EQ(guess_kind({.name = "wg0", .hardware_type = 65534}), InterfaceKind::tunnel);
    EXPECT_EQ(guess_kind({.name = "office", .is_tun_or_tap = true}), InterfaceKind::tunnel);
    EXPECT_EQ(guess_kind({.name = "lo", .hardware_type = 772}), InterfaceKind::loopback);
}

/// As `ip addr add 127.0.0.9 dev lo label lo:1` does, in the calling thread's network.
void add_labelled_address()
{
    ifreq request{};
    std::strncpy(request.ifr_name, "lo:1", sizeof request.ifr_name - 1);
    sockaddr_in address{.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 8);
    std::memcpy(&request.ifr_addr, &address, sizeof address);
    const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
    ::ioctl(socket, SIOCSIFADDR, &request);
    ::close(socket);
}

TEST(Interfaces, with_a_labelled_address_are_one_interface)
{
    bool may_make_networks = true;
    std::vector<NetworkInterface> interfaces;
    // In a thread of its own, for the fresh network is the calling thread's.
    std::thread([&] {
        may_make_networks = ::unshare(CLONE_NEWNET) == 0;
        if (may_make_networks) {
            add_labelled_address();
            interfaces = network_interfaces().value();
        }
    }).join();
    if (!may_make_networks) {
        GTEST_SKIP() << "needs the right to make a network namespace (root)";
    }
    ASSERT_EQ(std::ranges::count(interfaces, 1U, &NetworkInterface::index), 1);
    const auto loopback = std::ranges::find(interfaces, 1U, &NetworkInterface::index);
    EXPECT_EQ(loopback->name, "lo");
    EXPECT_TRUE(std::ranges::any_of(loopback->addresses, [](const auto& own) {
        return own.address == Address::parse("127.0.0.9").value();
    }));
}

TEST(Interfaces, of_this_machine_include_a_loopback)
{
    const auto interfaces = network_interfaces().value();
    const auto loopback = std::ranges::find_if(interfaces, &NetworkInterface::is_loopback);
    ASSERT_NE(loopback, interfaces.end());
    EXPECT_NE(loopback->index, 0U);
    EXPECT_EQ(loopback->kind, InterfaceKind::loopback);
    for (const auto& own : loopback->addresses) {
        EXPECT_EQ(own.address.port, 0);
        EXPECT_LE(own.prefix_length, own.address.is_v4() ? 32U : 128U);
    }
}

}  // namespace
}  // namespace lanspread::platform
