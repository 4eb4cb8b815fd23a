#include "platform/link_speed.h"

#include <array>

#include <gtest/gtest.h>

namespace lanspread::platform {
namespace {

TEST(LinkMode, of_a_gigabit_card_is_1000)
{
    // What an e1000e says: 10 and 100 half and full, 1000 full, autonegotiation, twisted pair.
    const std::array<std::uint32_t, 4> bitmap{0x000000ef, 0, 0, 0};
    EXPECT_EQ(fastest_link_mode(bitmap), 1000U);
}

TEST(LinkMode, beyond_the_first_word_is_seen)
{
    const std::array<std::uint32_t, 2> bitmap{0x0000002f, 1U << (47 - 32)};  // 2500baseT
    EXPECT_EQ(fastest_link_mode(bitmap), 2500U);
    EXPECT_EQ(fastest_link_mode(std::span(bitmap).first(1)), 1000U);
}

TEST(LinkMode, is_unknown_where_no_mode_is_told)
{
    EXPECT_EQ(fastest_link_mode({}), 0U);
    const std::array<std::uint32_t, 1> ports_only{1U << 7};  // "twisted pair"
    EXPECT_EQ(fastest_link_mode(ports_only), 0U);
}

TEST(LinkSpeed, of_what_is_no_interface_is_unknown)
{
    EXPECT_EQ(link_speed("no-such-card"), LinkSpeed());
    EXPECT_EQ(link_speed(std::string(100, 'x')), LinkSpeed());
    EXPECT_EQ(link_speed("../../../proc"), LinkSpeed());
}

}  // namespace
}  // namespace lanspread::platform
