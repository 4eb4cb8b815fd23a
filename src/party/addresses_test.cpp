#include "party/addresses.h"

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
        listening_addresses(hello({"192.0.2.9:7000", "198.51.100.9:7000"}), address("192.0.2.9:51234"));
    EXPECT_EQ(addresses, (std::vector{address("192.0.2.9:7000"), address("198.51.100.9:7000")}));
}

TEST(Addresses, an_unspecified_listening_address_tells_the_port_only)
{
    const auto addresses = listening_addresses(hello({"[::]:7000"}), address("192.0.2.9:51234"));
    EXPECT_EQ(addresses, std::vector{address("192.0.2.9:7000")});
}

TEST(Addresses, a_hello_without_addresses_gives_none)
{
    EXPECT_TRUE(listening_addresses(hello({}), address("192.0.2.9:51234")).empty());
}

TEST(Addresses, a_stranger_cannot_make_us_dial_ourselves)
{
    const auto addresses =
        listening_addresses(hello({"127.0.0.1:22", "[::1]:22"}), address("192.0.2.9:51234"));
    EXPECT_EQ(addresses, std::vector{address("192.0.2.9:22")});
}

TEST(Addresses, loopback_counts_for_a_peer_on_this_host)
{
    const auto addresses = listening_addresses(hello({"127.0.0.1:7000"}), address("127.0.0.1:51234"));
    EXPECT_EQ(addresses, std::vector{address("127.0.0.1:7000")});
}

TEST(Addresses, link_local_ones_get_the_scope_of_the_connection)
{
    auto remote = address("[fe80::9]:51234");
    remote.scope = 4;
    auto expected = address("[fe80::9]:7000");
    expected.scope = 4;
    EXPECT_EQ(listening_addresses(hello({"[fe80::9]:7000"}), remote), std::vector{expected});
    EXPECT_EQ(listening_addresses(hello({"[fe80::9]:7000"}), address("192.0.2.9:51234")),
              std::vector{address("192.0.2.9:7000")});
}

TEST(Addresses, a_long_list_is_cut)
{
    wire::Hello long_hello;
    for (std::uint8_t number = 1; number < 200; ++number) {
        long_hello.listen.push_back(Address::v4({10, 0, 0, number}, 7000));
    }
    EXPECT_LE(listening_addresses(long_hello, address("192.0.2.9:51234")).size(), 17U);
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

TEST(HostPort, without_a_port_is_refused_and_says_so)
{
    for (const auto* text : {"pc7.lan", "192.0.2.1", "[2001:db8::1]", "pc7.lan:"}) {
        const auto result = parse_host_port(text);
        ASSERT_FALSE(result) << text;
        EXPECT_NE(result.error().message.find("the port is missing"), std::string::npos)
            << result.error().message;
    }
}

TEST(HostPort, that_is_malformed_is_refused)
{
    for (const auto* text :
         {"", ":7000", "pc7.lan:0", "pc7.lan:65536", "pc7.lan:7000x", "pc7.lan:-1", "2001:db8::1:7000",
          "[2001:db8::1", "[2001:db8::1]7000", "pc 7:7000", "pc7\n:7000"}) {
        EXPECT_FALSE(parse_host_port(text)) << text;
    }
}

}  // namespace
}  // namespace lanspread::party
