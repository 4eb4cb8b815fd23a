#include "doctor/nft_ruleset.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "doctor/captures_test.h"

namespace lanspread::doctor {
namespace {

Packet packet_to(std::uint16_t port)
{
    return {
        .interface = "eth0", .from = Address::v4({192, 0, 2, 7}, 0), .to = Address::v4({192, 0, 2, 8}, port)};
}

/// The rules of one input chain that drops what it does not accept.
NftRuleset dropping(std::string_view rules, std::string_view family = "inet")
{
    auto text = fmt::format(
        R"({{"nftables":[{{"chain":{{"family":"{0}","table":"t","name":"in",
            "type":"filter","hook":"input","prio":0,"policy":"drop"}}}},
        {{"rule":{{"family":"{0}","table":"t","chain":"in","expr":[{1}]}}}}]}})",
        family, rules);
    return NftRuleset::parse(text).value();
}

std::string match(std::string_view left, std::string_view right, std::string_view operation = "==")
{
    return fmt::format(R"({{"match":{{"op":"{}","left":{},"right":{}}}}})", operation, left, right);
}

constexpr std::string_view dport = R"({"payload":{"protocol":"udp","field":"dport"}})";
constexpr std::string_view accept = R"({"accept":null})";

Passage passage_with(const std::string& condition, const Packet& packet)
{
    return dropping(fmt::format("{},{}", condition, accept)).passage(packet);
}

TEST(NftRuleset, without_rules_is_open)
{
    const auto rules = NftRuleset::parse(R"({"nftables":[{"metainfo":{"version":"1.0.6"}}]})").value();
    EXPECT_FALSE(rules.filters_input());
    EXPECT_EQ(rules.passage(packet_to(7000)), Passage::open);
}

TEST(NftRuleset, with_a_policy_of_drop_is_closed_but_for_what_a_rule_accepts)
{
    const auto rules = dropping(fmt::format("{},{}", match(dport, "7000"), accept));
    EXPECT_TRUE(rules.filters_input());
    EXPECT_EQ(rules.passage(packet_to(7000)), Passage::open);
    EXPECT_EQ(rules.passage(packet_to(7001)), Passage::closed);
}

TEST(NftRuleset, names_the_chains_that_close)
{
    const auto rules = dropping(fmt::format("{},{}", match(dport, "7000"), accept));
    EXPECT_TRUE(rules.closing_chains(packet_to(7000)).empty());
    const auto closing = rules.closing_chains(packet_to(7001));
    ASSERT_EQ(closing.size(), 1U);
    EXPECT_EQ(closing[0].chain, "in");
}

TEST(NftRuleset, knows_sets_ranges_prefixes_and_negations)
{
    EXPECT_EQ(passage_with(match(dport, R"({"set":[1,{"range":[6000,7000]}]})"), packet_to(6500)),
              Passage::open);
    EXPECT_EQ(passage_with(match(dport, R"({"set":[1,{"range":[6000,7000]}]})"), packet_to(7001)),
              Passage::closed);
    EXPECT_EQ(passage_with(match(dport, "53", "!="), packet_to(7000)), Passage::open);
    EXPECT_EQ(passage_with(match(dport, "1024", ">="), packet_to(7000)), Passage::open);
    EXPECT_EQ(passage_with(match(dport, "1024", "<"), packet_to(7000)), Passage::closed);
    constexpr std::string_view source = R"({"payload":{"protocol":"ip","field":"saddr"}})";
    EXPECT_EQ(passage_with(match(source, R"({"prefix":{"addr":"192.0.2.0","len":24}})"), packet_to(7000)),
              Passage::open);
    EXPECT_EQ(passage_with(match(source, R"("192.0.2.9")"), packet_to(7000)), Passage::closed);
    EXPECT_EQ(passage_with(match(R"({"meta":{"key":"iifname"}})", R"("eth*")"), packet_to(7000)),
              Passage::open);
}

TEST(NftRuleset, takes_the_packet_for_a_new_udp_flow)
{
    EXPECT_EQ(
        passage_with(match(R"({"ct":{"key":"state"}})", R"(["established","related"])", "in"), packet_to(1)),
        Passage::closed);
    EXPECT_EQ(passage_with(match(R"({"ct":{"key":"state"}})", R"("new")", "in"), packet_to(1)),
              Passage::open);
    EXPECT_EQ(
        passage_with(match(R"({"payload":{"protocol":"tcp","field":"dport"}})", "22", "!="), packet_to(1)),
        Passage::closed);
    EXPECT_EQ(passage_with(match(R"({"meta":{"key":"l4proto"}})", "17"), packet_to(1)), Passage::open);
    EXPECT_EQ(passage_with(match(R"({"payload":{"protocol":"ip6","field":"saddr"}})", R"("fe80::1")", "!="),
                           packet_to(1)),
              Passage::closed);  // it is IPv4
}

TEST(NftRuleset, that_it_does_not_understand_is_unknown_unless_it_makes_no_difference)
{
    const auto odd = match(R"({"meta":{"key":"skuid"}})", "0");
    EXPECT_EQ(passage_with(odd, packet_to(1)), Passage::unknown);
    EXPECT_EQ(dropping(odd + R"(,{"drop":null})").passage(packet_to(1)), Passage::closed);
    EXPECT_EQ(passage_with(R"({"limit":{"rate":5,"per":"second"}})", packet_to(1)), Passage::unknown);
    EXPECT_EQ(passage_with(R"({"newer than this program":{}})", packet_to(1)), Passage::unknown);
    EXPECT_EQ(passage_with(match(dport, R"("@no-such-set")"), packet_to(1)), Passage::unknown);
}

TEST(NftRuleset, of_the_other_family_does_not_matter)
{
    EXPECT_EQ(dropping("", "ip6").passage(packet_to(1)), Passage::open);
    EXPECT_EQ(dropping("", "ip").passage(packet_to(1)), Passage::closed);
    EXPECT_EQ(dropping("", "bridge").passage(packet_to(1)), Passage::open);
}

TEST(NftRuleset, with_two_chains_is_open_only_where_both_are)
{
    const auto rules = NftRuleset::parse(R"({"nftables":[
        {"chain":{"family":"inet","table":"a","name":"in",
            "type":"filter","hook":"input","prio":0,"policy":"accept"}},
        {"rule":{"family":"inet","table":"a","chain":"in","expr":[{"accept":null}]}},
        {"chain":{"family":"inet","table":"b","name":"in",
            "type":"filter","hook":"input","prio":5,"policy":"drop"}}]})");
    ASSERT_TRUE(rules);
    EXPECT_EQ(rules->passage(packet_to(1)), Passage::closed);
    ASSERT_EQ(rules->closing_chains(packet_to(1)).size(), 1U);
    EXPECT_EQ(rules->closing_chains(packet_to(1))[0].table, "b");
}

TEST(NftRuleset, whose_chains_jump_in_circles_is_unknown)
{
    const auto rules = NftRuleset::parse(R"({"nftables":[
        {"chain":{"family":"inet","table":"t","name":"in",
            "type":"filter","hook":"input","prio":0,"policy":"drop"}},
        {"rule":{"family":"inet","table":"t","chain":"in","expr":[{"jump":{"target":"in"}}]}},
        {"rule":{"family":"inet","table":"t","chain":"in","expr":[{"jump":{"target":"in"}}]}}]})");
    ASSERT_TRUE(rules);
    EXPECT_EQ(rules->passage(packet_to(1)), Passage::unknown);
}

TEST(NftRuleset, is_not_read_out_of_something_else)
{
    EXPECT_FALSE(NftRuleset::parse(""));
    EXPECT_FALSE(NftRuleset::parse("[]"));
    EXPECT_FALSE(NftRuleset::parse(R"({"nftables":{}})"));
    EXPECT_TRUE(NftRuleset::parse(R"({"nftables":[1,null,{"rule":7},{"chain":[]},{"rule":{"expr":7}}]})"));
}

TEST(NftRuleset, of_firewalld_lets_in_what_its_zone_does)
{
    const auto rules = NftRuleset::parse(firewalld_rules).value();
    EXPECT_EQ(rules.passage(packet_to(54114)), Passage::closed);
    EXPECT_EQ(rules.passage(packet_to(5353)), Passage::closed);
    const auto dhcp = Packet{.interface = "eth0",
                             .from = Address::parse("fe80::1").value(),
                             .to = Address::parse("[fe80::2]:546").value()};
    EXPECT_EQ(rules.passage(dhcp), Passage::unknown);  // a look at the routes comes first
}

TEST(NftRuleset, of_many_kinds_is_followed)
{
    const auto rules = NftRuleset::parse(many_rules).value();
    EXPECT_EQ(rules.passage(packet_to(6500)), Passage::open);   // a range in a set
    EXPECT_EQ(rules.passage(packet_to(21470)), Passage::open);  // a named set
    auto from_ten = packet_to(9);
    from_ten.from = Address::v4({10, 1, 2, 3}, 0);
    EXPECT_EQ(rules.passage(from_ten), Passage::open);
    EXPECT_EQ(rules.passage(packet_to(9)), Passage::unknown);  // a limit accepts some
}

TEST(NftRuleset, that_iptables_made_for_ufw_is_unknown)
{
    const auto rules = NftRuleset::parse(ufw_rules).value();
    EXPECT_TRUE(rules.filters_input());
    EXPECT_EQ(rules.passage(packet_to(54114)), Passage::unknown);
}

}  // namespace
}  // namespace lanspread::doctor
