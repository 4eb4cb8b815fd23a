#include "doctor/make_report.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "doctor/captures_test.h"
#include "doctor/findings.h"

namespace lanspread::doctor {
namespace {

constexpr std::uint16_t port = 54114;

Card ethernet(platform::LinkSpeed speed = {.megabits = 1000, .card = 1000, .partner = 1000})
{
    return {.interface = {.name = "eth0",
                          .index = 2,
                          .addresses = {{.address = Address::v4({10, 77, 0, 11}, 0), .prefix_length = 24}},
                          .is_up = true,
                          .supports_multicast = true,
                          .supports_broadcast = true,
                          .kind = platform::InterfaceKind::ethernet},
            .speed = speed};
}

std::vector<wire::ReachPath> heard(std::string interface = "eth0")
{
    return {{.path = "mdns", .interface = interface, .seconds_ago = 1},
            {.path = "beacon", .interface = interface, .seconds_ago = 3}};
}

View view(std::string id, std::string name)
{
    return {std::move(id), std::move(name), "connected", 0.4, heard()};
}

/// A peer at which all is well.
Member member(const std::string& id, const std::string& name)
{
    return {.seen = view(id, name),
            .address = "10.77.0.12:7000",
            .answered = true,
            .dial_back = "reached",
            .sees = {view("a", "anna")}};
}

/// anna asks; bert and carl are connected to her and to each other.
Facts good_party()
{
    Diagnosis party{.id = "a",
                    .name = "anna",
                    .port = port,
                    .fresh_mdns_seconds = 2,
                    .fresh_beacon_seconds = 6,
                    .members = {member("b", "bert"), member("c", "carl")}};
    party.members[0].sees.push_back(view("c", "carl"));
    party.members[1].sees.push_back(view("b", "bert"));
    Facts facts{.cards = {ethernet()}, .firewalls = {}, .party = party, .state_folder = "/state"};
    facts.firewalls.nftables = FirewallState::inactive;
    facts.firewalls.rules = NftRuleset::parse(R"({"nftables":[]})").value();
    return facts;
}

const Finding* find(const Report& report, std::string_view topic, std::string_view severity = "problem")
{
    const auto found = std::ranges::find_if(report.findings, [&](const Finding& finding) {
        return finding.topic == topic && finding.severity == severity;
    });
    return found == report.findings.end() ? nullptr : &*found;
}

/// The same; an empty one where there is none.
Finding found(const Report& report, std::string_view topic, std::string_view severity = "problem")
{
    const auto* finding = find(report, topic, severity);
    return finding == nullptr ? Finding() : *finding;
}

TEST(Doctor, finds_nothing_in_a_party_that_is_well)
{
    const auto report = make_report(good_party());
    EXPECT_TRUE(report.good);
    EXPECT_TRUE(report.findings.empty()) << report.findings.front().text;
    EXPECT_EQ(report.peers.size(), 3U);
    EXPECT_EQ(report.reach.size(), 6U);
    EXPECT_TRUE(std::ranges::all_of(report.reach, [](const auto& row) { return row.state == "connected"; }));
    ASSERT_EQ(report.multicast.size(), 2U);
    EXPECT_EQ(report.multicast[0].verdict, "works");
    EXPECT_EQ(report.multicast[0].peers, 2U);
}

TEST(Doctor, takes_a_link_local_address_for_that_of_its_card_alone)
{
    auto facts = good_party();
    const platform::InterfaceAddress link_local{.address = Address::parse("[fe80::1]:0").value(),
                                                .prefix_length = 64};
    facts.cards.push_back(ethernet());
    facts.cards[1].interface.name = "eth1";
    facts.cards[1].interface.index = 3;
    facts.cards[1].interface.addresses = {link_local};
    facts.cards[0].interface.addresses.push_back(link_local);
    for (auto& member : facts.party->members) {
        member.address = "[fe80::2%2]:7000";
    }
    const auto report = make_report(facts);
    ASSERT_EQ(report.multicast.size(), 4U);
    EXPECT_EQ(report.multicast[0].peers, 2U);
    EXPECT_EQ(report.multicast[2].peers, 0U);
    EXPECT_TRUE(report.good);
}

TEST(Doctor, names_a_slow_link_on_a_fast_card_and_whose_fault_it_may_be)
{
    auto facts = good_party();
    facts.cards = {ethernet({.megabits = 100, .card = 1000, .partner = 1000})};
    const auto report = make_report(facts);
    ASSERT_NE(find(report, "interface"), nullptr);
    EXPECT_FALSE(report.good);
    EXPECT_TRUE(found(report, "interface").text.contains("another cable"));
    facts.cards = {ethernet({.megabits = 100, .card = 1000, .partner = 100})};
    EXPECT_TRUE(found(make_report(facts), "interface").text.contains("gigabit switch"));
    facts.cards = {ethernet({.megabits = 100, .card = 100, .partner = 100})};
    EXPECT_EQ(find(make_report(facts), "interface"), nullptr);
    facts.cards = {ethernet({.megabits = 1000, .card = 2500, .partner = 1000})};
    EXPECT_EQ(find(make_report(facts), "interface"), nullptr);
}

TEST(Doctor, names_half_duplex)
{
    auto facts = good_party();
    facts.cards[0].speed.is_half_duplex = true;
    ASSERT_NE(find(make_report(facts), "interface"), nullptr);
}

TEST(Doctor, says_when_no_card_can_be_used)
{
    auto facts = good_party();
    facts.cards[0].interface.is_up = false;
    ASSERT_NE(find(make_report(facts), "interface"), nullptr);
    facts.cards.clear();
    ASSERT_NE(find(make_report(facts), "interface"), nullptr);
}

TEST(Doctor, warns_of_an_address_that_the_card_made_up)
{
    auto facts = good_party();
    facts.cards[0].interface.addresses[0].address = Address::v4({169, 254, 3, 4}, 0);
    EXPECT_NE(find(make_report(facts), "interface", "warning"), nullptr);
}

TEST(Doctor, tells_the_line_that_opens_nftables)
{
    auto facts = good_party();
    facts.firewalls.nftables = FirewallState::active;
    facts.firewalls.rules = NftRuleset::parse(
                                R"({"nftables":[{"chain":{"family":"inet","table":"filter","name":"input",
                "type":"filter","hook":"input","prio":0,"policy":"drop"}}]})")
                                .value();
    const auto report = make_report(facts);
    const auto* finding = find(report, "firewall");
    ASSERT_NE(finding, nullptr);
    EXPECT_EQ(finding->remedy,
              std::vector<std::string>{
                  "sudo nft 'insert rule inet filter input udp dport { 5353, 21470, 54114 } accept'"});
    EXPECT_EQ(report.ports[0].firewall, "closed");
    EXPECT_NE(find(report, "firewall", "note"), nullptr);  // the port is another one next time
}

TEST(Doctor, tells_no_line_with_names_that_a_shell_would_not_take_as_they_are)
{
    auto facts = good_party();
    facts.firewalls.nftables = FirewallState::active;
    facts.firewalls.rules =
        NftRuleset::parse(
            R"({"nftables":[{"chain":{"family":"inet","table":"x'; rm -rf /; '","name":"in",
                "type":"filter","hook":"input","prio":0,"policy":"drop"}}]})")
            .value();
    facts.is_root = true;
    ASSERT_NE(find(make_report(facts), "firewall"), nullptr);
    EXPECT_TRUE(found(make_report(facts), "firewall").remedy.empty());
}

TEST(Doctor, tells_the_lines_for_ufw_and_firewalld)
{
    auto facts = good_party();
    facts.firewalls.ufw = FirewallState::active;
    facts.firewalls.ufw_status = parse_ufw_status("Status: active\nDefault: deny (incoming)\n");
    facts.firewalls.rules = NftRuleset::parse(ufw_rules).value();
    EXPECT_EQ(found(make_report(facts), "firewall").remedy,
              std::vector<std::string>{"sudo ufw allow 5353,21470,54114/udp"});

    auto zones = good_party();
    zones.firewalls.firewalld = FirewallState::active;
    zones.firewalls.rules = NftRuleset::parse(firewalld_rules).value();
    EXPECT_EQ(
        found(make_report(zones), "firewall").remedy,
        (std::vector<std::string>{
            "sudo firewall-cmd --permanent --add-port=5353/udp --add-port=21470/udp --add-port=54114/udp",
            "sudo firewall-cmd --reload"}));
}

TEST(Doctor, says_what_root_would_see_unless_others_have_shown_that_nothing_is_shut)
{
    auto facts = good_party();
    facts.firewalls.nftables = FirewallState::unreadable;
    facts.firewalls.rules.reset();
    EXPECT_TRUE(make_report(facts).findings.empty());
    facts.party->members.clear();
    const auto report = make_report(facts);
    ASSERT_NE(find(report, "firewall", "note"), nullptr);
    EXPECT_EQ(found(report, "firewall", "note").remedy,
              std::vector<std::string>{"sudo lanspread doctor --state /state"});
    EXPECT_TRUE(report.good);
}

TEST(Doctor, says_that_others_cannot_dial_this_pc)
{
    auto facts = good_party();
    facts.party->members[0].dial_back = "failed";
    const auto report = make_report(facts);
    ASSERT_NE(find(report, "reach"), nullptr);
    EXPECT_TRUE(found(report, "reach").text.contains("bert"));
    EXPECT_TRUE(found(report, "reach").text.contains("carl can"));
    facts.party->members[0].dial_back = "refused";
    EXPECT_EQ(find(make_report(facts), "reach"), nullptr);
}

TEST(Doctor, names_the_pairs_that_are_not_connected)
{
    auto facts = good_party();
    facts.party->members[0].sees.pop_back();
    EXPECT_EQ(find(make_report(facts), "reach"), nullptr);  // carl says that they are
    facts.party->members[1].sees.pop_back();
    const auto report = make_report(facts);
    ASSERT_NE(find(report, "reach"), nullptr);
    EXPECT_TRUE(found(report, "reach").text.contains("bert and carl"));
}

TEST(Doctor, does_not_judge_a_pair_of_which_both_are_silent)
{
    auto facts = good_party();
    for (auto& one : facts.party->members) {
        one.answered = false;
        one.sees.clear();
    }
    facts.party->members[1].silence = "no answer";
    const auto report = make_report(facts);
    EXPECT_EQ(find(report, "reach"), nullptr);
    EXPECT_EQ(report.peers[2].problem, "no answer");
}

TEST(Doctor, takes_what_was_heard_long_ago_for_nothing)
{
    auto facts = good_party();
    for (auto& one : facts.party->members) {
        one.seen.found_by[0].seconds_ago = 3;
    }
    const auto report = make_report(facts);
    EXPECT_EQ(report.multicast[0].verdict, "out only");
    EXPECT_NE(find(report, "multicast", "warning"), nullptr);
    EXPECT_TRUE(report.good);  // the beacon works
}

TEST(Doctor, says_that_it_hinders_when_neither_way_gets_through)
{
    auto facts = good_party();
    for (auto& one : facts.party->members) {
        one.seen.found_by.clear();
        one.sees[0].found_by.clear();
    }
    const auto report = make_report(facts);
    EXPECT_EQ(report.multicast[0].verdict, "does not get through");
    ASSERT_NE(find(report, "multicast"), nullptr);
    EXPECT_EQ(found(report, "multicast").remedy, std::vector<std::string>{"lanspread connect HOST"});
}

TEST(Doctor, judges_each_card_by_the_peers_behind_it)
{
    auto facts = good_party();
    auto second = ethernet();
    second.interface.name = "eth1";
    second.interface.addresses[0].address = Address::v4({192, 168, 1, 1}, 0);
    facts.cards.push_back(second);
    const auto report = make_report(facts);
    ASSERT_EQ(report.multicast.size(), 4U);
    EXPECT_EQ(report.multicast[2].interface, "eth1");
    EXPECT_EQ(report.multicast[2].verdict, "cannot be tested alone");
    EXPECT_TRUE(report.findings.empty());
}

TEST(Doctor, tells_who_is_slow_in_a_fast_party)
{
    auto facts = good_party();
    facts.speeds = {{"a", "b", 940, ""},
                    {"b", "a", 930, ""},
                    {"a", "c", 94, ""},
                    {"c", "a", 93, ""},
                    {"b", "c", 0, "busy"}};
    const auto report = make_report(facts);
    ASSERT_NE(find(report, "speed"), nullptr);
    EXPECT_TRUE(found(report, "speed").text.starts_with("carl reaches 94 Mbit/s"));
    const auto cell =
        std::ranges::find_if(report.reach, [](const auto& row) { return row.from == "b" && row.to == "c"; });
    EXPECT_EQ(cell->speed_problem, "busy");
    facts.speeds = {{"a", "b", 94, ""}, {"a", "c", 93, ""}};
    EXPECT_EQ(find(make_report(facts), "speed"), nullptr);  // nobody is fast here
}

TEST(Doctor, tells_whose_clock_is_wrong_beyond_what_the_answer_took)
{
    auto facts = good_party();
    facts.party->members[0].clock_ahead_ms = 840'000;
    facts.party->members[1].clock_ahead_ms = -2500;
    facts.party->members[1].clock_uncertainty_ms = 1000;
    const auto report = make_report(facts);
    ASSERT_NE(find(report, "clock", "note"), nullptr);
    EXPECT_TRUE(found(report, "clock", "note").text.contains("bert: 14 min ahead"));
    EXPECT_FALSE(found(report, "clock", "note").text.contains("carl"));
    EXPECT_TRUE(report.good);
}

TEST(Doctor, tells_apart_those_who_have_the_same_name)
{
    auto facts = good_party();
    facts.party->members[1].seen.name = "bert";
    const auto report = make_report(facts);
    EXPECT_NE(find(report, "names", "note"), nullptr);
    EXPECT_EQ(call(*facts.party, "b"), "bert (b)");
    EXPECT_EQ(call(*facts.party, "a"), "anna");
}

TEST(Doctor, passes_on_what_the_peer_complains_of)
{
    auto facts = good_party();
    facts.party->problems = {"same identity on two PCs"};
    const auto report = make_report(facts);
    ASSERT_NE(find(report, "peer"), nullptr);
    EXPECT_EQ(report.findings.front().severity, "problem");
    EXPECT_FALSE(report.good);
}

TEST(Doctor, works_without_a_peer_and_without_others)
{
    auto facts = good_party();
    facts.party->members.clear();
    const auto alone = make_report(facts);
    EXPECT_TRUE(alone.good);
    EXPECT_EQ(alone.multicast[0].verdict, "cannot be tested alone");
    facts.party.reset();
    const auto without = make_report(facts);
    EXPECT_TRUE(without.good);
    EXPECT_FALSE(without.peer_running);
    EXPECT_TRUE(without.reach.empty());
}

TEST(FirewalldState, is_read_from_what_firewall_cmd_ends_with)
{
    EXPECT_EQ(parse_firewalld_state(0, "running\n"), FirewallState::active);
    EXPECT_EQ(parse_firewalld_state(252, "not running\n"), FirewallState::inactive);
    EXPECT_EQ(parse_firewalld_state(253, "Authorization failed.\n"), FirewallState::unreadable);
    EXPECT_EQ(parse_firewalld_state(
                  36, "Error: DBUS_ERROR: Failed to connect to socket /run/dbus/system_bus_socket"),
              FirewallState::inactive);
}

}  // namespace
}  // namespace lanspread::doctor
