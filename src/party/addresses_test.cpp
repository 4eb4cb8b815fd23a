#include "party/addresses.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace lanspread::party {
namespace {

Address address(std::string_view text) { return Address::parse(text).value(); }

wire::Hello hello(std::vector<std::string> listen)
{
    wire::Hello result;
    for (const auto& text : listen) {
        result.listen.push_back(address(text));
    }
    return result;
}

/// What we take from a Hello; we are in the same block of addresses.
std::vector<Address> listening(const wire::Hello& hello, const Address& remote)
{
    return listening_addresses(hello, remote, std::vector{remote});
}

TEST(Addresses, only_what_names_one_host_and_a_port_is_dialable)
{
    for (const auto* good :
         {"192.0.2.1:7000", "127.0.0.1:1", "169.254.3.4:5", "[2001:db8::1]:7000", "[::1]:7000"}) {
        EXPECT_TRUE(is_dialable(address(good))) << good;
    }
    for (const auto* bad : {"192.0.2.1:0", "0.0.0.0:7000", "[::]:7000", "224.0.0.251:5353", "[ff02::fb]:5353",
                            "255.255.255.255:7000", "[fe80::1]:7000"}) {
        EXPECT_FALSE(is_dialable(address(bad))) << bad;
    }
    auto scoped = address("[fe80::1]:7000");
    scoped.scope = 3;
    EXPECT_TRUE(is_dialable(scoped));
}

TEST(Addresses, of_an_incoming_peer_begin_with_where_it_comes_from)
{
    const auto addresses =
        listening(hello({"192.0.2.9:7000", "10.100.0.9:7000"}), address("192.0.2.9:51234"));
    EXPECT_EQ(addresses, (std::vector{address("192.0.2.9:7000"), address("10.100.0.9:7000")}));
}

TEST(Addresses, an_unspecified_listening_address_tells_the_port_only)
{
    const auto addresses = listening(hello({"[::]:7000"}), address("192.0.2.9:51234"));
    EXPECT_EQ(addresses, std::vector{address("192.0.2.9:7000")});
}

TEST(Addresses, a_hello_without_addresses_gives_none)
{
    EXPECT_TRUE(listening(hello({}), address("192.0.2.9:51234")).empty());
}

TEST(Addresses, a_stranger_cannot_make_us_dial_ourselves)
{
    const auto addresses = listening(hello({"127.0.0.1:22", "[::1]:22"}), address("192.0.2.9:51234"));
    EXPECT_EQ(addresses, std::vector{address("192.0.2.9:22")});
}

TEST(Addresses, loopback_counts_for_a_peer_on_this_host)
{
    const auto addresses = listening(hello({"127.0.0.1:7000"}), address("127.0.0.1:51234"));
    EXPECT_EQ(addresses, std::vector{address("127.0.0.1:7000")});
}

TEST(Addresses, link_local_ones_get_the_scope_of_the_connection)
{
    auto remote = address("[fe80::9]:51234");
    remote.scope = 4;
    auto expected = address("[fe80::9]:7000");
    expected.scope = 4;
    EXPECT_EQ(listening(hello({"[fe80::9]:7000"}), remote), std::vector{expected});
    EXPECT_EQ(listening(hello({"[fe80::9]:7000"}), address("192.0.2.9:51234")),
              std::vector{address("192.0.2.9:7000")});
}

TEST(Addresses, a_long_list_is_cut)
{
    wire::Hello long_hello;
    for (std::uint8_t number = 1; number < 200; ++number) {
        long_hello.listen.push_back(Address::v4({10, 0, 0, number}, 7000));
    }
    EXPECT_LE(listening(long_hello, address("10.0.9.9:51234")).size(), 5U) << "what nobody has seen";
}

TEST(Addresses, of_a_hello_cannot_turn_us_upon_somebody)
{
    wire::Hello lie;
    for (std::uint16_t port = 1; port < 60; ++port) {
        lie.listen.push_back(Address::v4({8, 8, 8, 8}, port));
    }
    EXPECT_EQ(
        std::ranges::count(listening(lie, address("192.0.2.9:51234")), address("8.8.8.8:1").ip, &Address::ip),
        0);
    for (auto& victim : lie.listen) {
        victim = Address::v4({192, 168, 0, 8}, victim.port);
    }
    EXPECT_EQ(std::ranges::count(listening(lie, address("192.0.2.9:51234")), address("192.168.0.8:1").ip,
                                 &Address::ip),
              2);
}

TEST(Addresses, that_are_told_on_are_of_use_to_the_asker)
{
    const auto ethernet = address("192.0.2.9:7000");
    const auto loopback = address("127.0.0.1:7000");
    auto link_local = address("[fe80::9]:7000");
    link_local.scope = 3;
    auto same_link = address("[fe80::8]:51234");
    same_link.scope = 3;
    const std::vector all{ethernet, loopback, link_local};
    EXPECT_EQ(addresses_to_tell(all, address("192.0.2.8:51234")), std::vector{ethernet});
    EXPECT_EQ(addresses_to_tell(all, same_link), (std::vector{ethernet, link_local}));
    EXPECT_EQ(addresses_to_tell(all, address("127.0.0.1:51234")), (std::vector{ethernet, loopback}));
    EXPECT_EQ(addresses_to_tell(std::vector(20, ethernet), ethernet).size(), wire::max_told_addresses);
    std::vector<Address> claims{ethernet};
    for (std::uint8_t number = 1; number < 9; ++number) {
        claims.push_back(Address::v4({10, 0, 0, number}, 7000));
    }
    EXPECT_EQ(addresses_to_tell(claims, ethernet).size(), 3U) << "of what it only says itself";
}

TEST(Addresses, that_were_told_are_believed_where_they_are_in_the_hall)
{
    const auto teller = address("131.130.1.9:51234");
    const std::vector near{teller, address("[2001:db8:7::1]:7000")};
    const auto is_believed = [&](const char* text) {
        return !addresses_told(std::vector{address(text)}, teller, near).empty();
    };
    for (const auto* text :
         {"10.1.2.3:7000", "172.31.0.1:7000", "192.168.1.1:7000", "100.64.0.1:7000", "169.254.3.4:7000",
          "[fd77::1]:7000", "131.130.200.1:7000", "[2001:db8:7:9::1]:7000"}) {
        EXPECT_TRUE(is_believed(text)) << text;
    }
    for (const auto* text :
         {"8.8.8.8:53", "172.32.0.1:7000", "100.128.0.1:7000", "131.131.0.1:7000", "[2001:db8:8::1]:7000",
          "127.0.0.1:7000", "224.0.0.251:5353", "255.255.255.255:9", "[fe80::1]:7000"}) {
        EXPECT_FALSE(is_believed(text)) << text;
    }
}

TEST(Addresses, that_were_told_by_a_neighbour_on_the_link_get_its_scope)
{
    auto teller = address("[fe80::9]:51234");
    teller.scope = 3;
    auto expected = address("[fe80::7]:7000");
    expected.scope = 3;
    EXPECT_EQ(addresses_told(std::vector{address("[fe80::7]:7000")}, teller, {}), std::vector{expected});
    EXPECT_EQ(addresses_told(std::vector{address("127.0.0.1:7000")}, address("127.0.0.1:9"), {}).size(), 1U);
}

TEST(HostPort, is_read_as_people_type_it)
{
    const auto expect = [](std::string_view text, std::string_view host, std::uint16_t port) {
        const auto result = parse_host_port(text);
        ASSERT_TRUE(result) << text << ": " << result.error().message;
        EXPECT_EQ(result->host, host);
        EXPECT_EQ(result->port, port);
    };
    expect("pc7.lan:7000", "pc7.lan", 7000);
    expect("192.0.2.1:1", "192.0.2.1", 1);
    expect("[2001:db8::1]:65535", "2001:db8::1", 65535);
    expect("[fe80::1%eth0]:7000", "fe80::1%eth0", 7000);
}

TEST(HostPort, may_leave_the_port_to_be_asked_for)
{
    for (const auto* text : {"pc7.lan", "192.0.2.1", "[2001:db8::1]"}) {
        const auto result = parse_host_port(text);
        ASSERT_TRUE(result) << text << ": " << result.error().message;
        EXPECT_EQ(result->port, 0);
    }
}

TEST(HostPort, that_is_malformed_is_refused)
{
    for (const auto* text :
         {"", ":7000", "pc7.lan:", "pc7.lan:0", "pc7.lan:65536", "pc7.lan:7000x", "pc7.lan:-1",
          "2001:db8::1:7000", "[2001:db8::1", "[2001:db8::1]7000", "pc 7:7000", "pc7\n:7000"}) {
        EXPECT_FALSE(parse_host_port(text)) << text;
    }
}

}  // namespace
}  // namespace lanspread::party
