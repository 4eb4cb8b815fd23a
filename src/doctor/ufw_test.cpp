#include "doctor/ufw.h"

#include <gtest/gtest.h>

namespace lanspread::doctor {
namespace {

constexpr std::string_view fresh = R"(Status: active
Logging: on (low)
Default: deny (incoming), allow (outgoing), disabled (routed)
New profiles: skip
)";

constexpr std::string_view opened = R"(Status: active
Logging: on (low)
Default: deny (incoming), allow (outgoing), disabled (routed)
New profiles: skip

To                         Action      From
--                         ------      ----
22/tcp                     ALLOW IN    Anywhere                  
5353,21470,54114/udp       ALLOW IN    Anywhere                  
6000:7000/udp              ALLOW IN    10.0.0.0/8                
9000/udp                   DENY IN     Anywhere                  
9000:9100                  ALLOW IN    Anywhere                  
5353,21470,54114/udp (v6)  ALLOW IN    Anywhere (v6)             

)";

Passage passage_of(std::string_view text, std::uint16_t port)
{
    const auto status = parse_ufw_status(text);
    return status ? passage(*status, port) : Passage::unknown;
}

TEST(Ufw, that_is_inactive_keeps_nothing_out)
{
    EXPECT_EQ(passage_of("Status: inactive\n", 54114), Passage::open);
}

TEST(Ufw, keeps_out_what_no_rule_lets_in)
{
    EXPECT_EQ(passage_of(fresh, 54114), Passage::closed);
    EXPECT_EQ(passage_of(opened, 22), Passage::closed);  // its rule is about TCP
}

TEST(Ufw, lets_in_what_a_rule_names)
{
    EXPECT_EQ(passage_of(opened, 54114), Passage::open);
    EXPECT_EQ(passage_of(opened, 21470), Passage::open);
}

TEST(Ufw, goes_by_the_first_rule_that_fits)
{
    EXPECT_EQ(passage_of(opened, 9000), Passage::closed);
    EXPECT_EQ(passage_of(opened, 9001), Passage::open);
}

TEST(Ufw, is_not_judged_by_rules_for_some_senders_only)
{
    EXPECT_EQ(passage_of(opened, 6500), Passage::unknown);
}

TEST(Ufw, is_not_judged_where_a_rule_for_some_senders_stands_before_the_one_for_all)
{
    const std::string rules = std::string(fresh) +
                              "21470/udp                  DENY IN     10.0.0.0/8\n"
                              "21470/udp                  ALLOW IN    Anywhere\n";
    EXPECT_EQ(passage_of(rules, 21470), Passage::unknown);
}

TEST(Ufw, is_not_judged_by_limits)
{
    const std::string rules = std::string(fresh) + "54114/udp                  LIMIT IN    Anywhere\n";
    EXPECT_EQ(passage_of(rules, 54114), Passage::unknown);
}

TEST(Ufw, may_let_mdns_in_by_rules_that_it_does_not_show)
{
    EXPECT_EQ(passage_of(fresh, 5353), Passage::unknown);
}

TEST(Ufw, that_allows_by_default_is_open)
{
    EXPECT_EQ(passage_of("Status: active\nDefault: allow (incoming), allow (outgoing)\n", 54114),
              Passage::open);
}

TEST(Ufw, is_not_read_out_of_something_else)
{
    EXPECT_FALSE(parse_ufw_status(""));
    EXPECT_FALSE(parse_ufw_status("ERROR: You need to be root to run this script\n"));
}

TEST(Ufw, survives_rules_that_nobody_writes)
{
    const auto status =
        parse_ufw_status("Status: active\n99999999/udp ALLOW IN Anywhere\n:/udp DENY IN x\n ALLOW IN \n");
    ASSERT_TRUE(status);
    EXPECT_EQ(passage(*status, 54114), Passage::unknown);
}

TEST(UfwConf, tells_whether_ufw_starts_with_the_system)
{
    EXPECT_TRUE(is_enabled_in_ufw_conf("# Set to yes to start on boot.\nENABLED=yes\n\nLOGLEVEL=low\n"));
    EXPECT_FALSE(is_enabled_in_ufw_conf("# ENABLED=yes\nENABLED=no\n"));
    EXPECT_FALSE(is_enabled_in_ufw_conf(""));
}

}  // namespace
}  // namespace lanspread::doctor
