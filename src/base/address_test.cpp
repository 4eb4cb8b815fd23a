#include "base/address.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace lanspread {

TEST(Address, is_read_with_and_without_a_port)
{
    EXPECT_EQ(Address::parse("192.0.2.1:7000"), Address::v4({192, 0, 2, 1}, 7000));
    EXPECT_EQ(Address::parse("192.0.2.1", 9), Address::v4({192, 0, 2, 1}, 9));
    EXPECT_EQ(Address::parse("192.0.2.1:0", 9)->port, 0);
    EXPECT_EQ(Address::parse("[2001:db8::1]:7000")->text(), "[2001:db8::1]:7000");
    EXPECT_EQ(Address::parse("2001:db8::1", 9)->text(), "[2001:db8::1]:9");
    EXPECT_EQ(Address::parse("[2001:db8::1]", 9)->text(), "[2001:db8::1]:9");
    EXPECT_EQ(Address::parse("[::]:65535")->text(), "[::]:65535");
}

TEST(Address, is_the_same_mapped_into_ipv6_or_not)
{
    const auto address = Address::parse("[::ffff:192.0.2.1]:7000");
    EXPECT_EQ(address, Address::v4({192, 0, 2, 1}, 7000));
    EXPECT_EQ(address->text(), "192.0.2.1:7000");
    EXPECT_TRUE(address->is_v4());
    EXPECT_FALSE(Address::parse("::1")->is_v4());
}

TEST(Address, refuses_ports_that_are_none)
{
    for (const auto* text :
         {"192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:+1", "192.0.2.1: 1", "192.0.2.1:1x",
          "192.0.2.1:1:2", "[::1]:", "[::1]:99999999999999999999", "[::1]7000"}) {
        EXPECT_FALSE(Address::parse(text)) << text;
    }
}

TEST(Address, refuses_what_is_no_number)
{
    for (const auto text :
         {std::string_view(""), std::string_view(":"), std::string_view("[]"), std::string_view("[::1"),
          std::string_view("[]:7000"), std::string_view("localhost"), std::string_view("host:7000"),
          std::string_view(" 192.0.2.1:7000"), std::string_view("x192.0.2.1:7000"),
          std::string_view("192.0.2.1 :7000"), std::string_view("192.0.2"), std::string_view("192.0.2.256"),
          std::string_view("[192.0.2.1]:7000"), std::string_view("x[::1]:7000"),
          std::string_view("[::1]x:7000"), std::string_view("192.0.2.1\0x", 11),
          std::string_view("[::1\0x]:7000", 13), std::string_view("fe80::1%no-such-card"),
          std::string_view("::1\n")}) {
        const auto address = Address::parse(text);
        ASSERT_FALSE(address) << text;
        EXPECT_EQ(address.error().code, ErrorCode::invalid_input);
    }
    EXPECT_LT(Address::parse(std::string(1'000'000, '1')).error().message.size(), 1000);
}

TEST(Address, keeps_the_scope_of_a_link_local_address)
{
    const auto address = Address::parse("[fe80::1%1]:7000");
    ASSERT_TRUE(address);
    EXPECT_EQ(address->scope, 1);
    EXPECT_EQ(Address::parse(address->text()), address);
}

TEST(Address, knows_its_kind_in_both_families)
{
    const auto at = [](std::string_view text) { return Address::parse(text).value(); };
    EXPECT_TRUE(at("127.1.2.3").is_loopback());
    EXPECT_TRUE(at("::1").is_loopback());
    EXPECT_FALSE(at("128.0.0.1").is_loopback());
    EXPECT_TRUE(at("0.0.0.0").is_unspecified());
    EXPECT_TRUE(at("::").is_unspecified());
    EXPECT_FALSE(at("0.0.0.1").is_unspecified());
    EXPECT_TRUE(at("224.0.0.251").is_multicast());
    EXPECT_TRUE(at("239.255.255.255").is_multicast());
    EXPECT_TRUE(at("ff02::fb").is_multicast());
    EXPECT_FALSE(at("240.0.0.1").is_multicast());
    EXPECT_TRUE(at("169.254.1.1").is_link_local());
    EXPECT_TRUE(at("fe80::1").is_link_local());
    EXPECT_FALSE(at("192.0.2.1").is_link_local());
}

RC_GTEST_PROP(Address, is_read_back_from_its_text,
              (const std::vector<std::uint8_t>& seed, std::uint16_t port))
{
    Address address{.port = port};
    std::copy_n(seed.begin(), std::min<std::size_t>(seed.size(), 16), address.ip.begin());
    RC_ASSERT(Address::parse(address.text()).value() == address);
}

}  // namespace lanspread
