// Who is called what, and what becomes of two that want the same name.
#include "discovery/fake_lan_test.h"
#include "discovery/mdns_engine.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace lanspread::discovery {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

bool is_probe(const SentPacket& packet) { return !packet.message.authorities.empty(); }

std::size_t probes_of(const FakeLan& lan, std::size_t host)
{
    return static_cast<std::size_t>(std::ranges::count_if(
        lan.sent, [host](const auto& packet) { return packet.host == host && is_probe(packet); }));
}

/// Whether a host says that it is called so.
bool announces(const FakeLan& lan, std::size_t host, std::string_view label)
{
    return std::ranges::any_of(lan.sent, [&](const auto& packet) {
        return packet.host == host && packet.message.is_response &&
               std::ranges::any_of(packet.message.answers, [label](const auto& record) {
                   return std::holds_alternative<ServiceData>(record.data) &&
                          record.name.first_label() == label;
               });
    });
}

bool knows(const FakeLan& lan, std::size_t host, std::uint8_t number)
{
    return std::ranges::any_of(lan.hosts[host].found,
                               [number](const auto& s) { return s.id == peer_id(number); });
}

TEST(MdnsNames, are_probed_for_before_anything_is_said_under_them)
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "192.0.2.1")}});
    lan.inject(0, stranger, encode({.questions = {{.name = service_name(), .type = RecordType::ptr}}}));
    lan.run_for(seconds(5));
    EXPECT_EQ(probes_of(lan, 0), 3U);
    const auto answer = std::ranges::find_if(lan.sent, [](const auto& p) { return p.message.is_response; });
    const auto last_probe = std::ranges::find_if(lan.sent.rbegin(), lan.sent.rend(), is_probe);
    ASSERT_NE(answer, lan.sent.end());
    EXPECT_GE(answer->time - last_probe->time, milliseconds(250));
}

TEST(MdnsNames, are_defended_at_once_by_who_has_them)
{
    Pair lan;
    const auto records = service_records({.id = peer_id(1), .port = 9, .epoch = 9}, {});
    const DnsMessage probe{.questions = {{.name = service_names(peer_id(1)).instance}},
                           .authorities = {records[1], records[2]}};
    for (int i = 0; i < 3; ++i) {
        lan.sent.clear();
        lan.inject(0, stranger, encode(probe));
        lan.run_for(milliseconds(1));
        EXPECT_EQ(responses_of(lan, 0), 1U) << "more often than once a second, as probes come";
        lan.run_for(milliseconds(249));
    }
}

TEST(MdnsNames, are_defended_by_multicast_where_the_probe_asks_for_a_direct_answer)
{
    Pair lan;
    const auto records = service_records({.id = peer_id(1), .port = 9, .epoch = 9}, {});
    lan.inject(0, stranger,
               encode({.questions = {{.name = service_names(peer_id(1)).instance, .wants_unicast = true}},
                       .authorities = {records[1]}}));
    lan.run_for(milliseconds(1));
    ASSERT_EQ(lan.sent.size(), 1U);
    EXPECT_FALSE(lan.sent[0].to);
}

TEST(MdnsNames, are_defended_in_time_whatever_else_is_asked)
{
    Pair lan;
    DnsMessage truncated{.is_truncated = true,
                         .questions = {{.name = service_name(), .type = RecordType::ptr}}};
    for (int i = 0; i < 200; ++i) {
        lan.inject(0, stranger, encode(truncated));
    }
    const auto records = service_records({.id = peer_id(1), .port = 9, .epoch = 9}, {});
    lan.inject(
        0, stranger,
        encode({.questions = {{.name = service_names(peer_id(1)).instance}}, .authorities = {records[1]}}));
    lan.run_for(milliseconds(1));
    EXPECT_EQ(responses_of(lan, 0), 1U);
}

TEST(MdnsNames, are_probed_for_again_where_the_link_has_moved_to_another_network)
{
    Pair lan;
    lan.connect(0, {{ethernet(2, "198.51.100.1"), 1}});
    lan.run_for(seconds(3));
    EXPECT_EQ(probes_of(lan, 0), 3U);
    lan.sent.clear();
    auto second = ethernet(2, "198.51.100.1");
    second.addresses.push_back({.address = Address::parse("198.51.100.2").value(), .prefix_length = 24});
    lan.connect(0, {{second, 1}});
    lan.run_for(seconds(3));
    EXPECT_EQ(probes_of(lan, 0), 0U) << "one address more is announced, no more";
}

TEST(MdnsNames, are_different_for_two_processes_with_one_key_and_both_are_told)
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "192.0.2.1")}}, 100);
    lan.run_for(seconds(5));
    lan.add(1, {{ethernet(2, "192.0.2.2")}}, 200);
    lan.add(3, {{ethernet(2, "192.0.2.3")}});
    lan.run_for(seconds(5));
    const auto label = instance_label(peer_id(1));
    EXPECT_TRUE(lan.hosts[0].labels.empty()) << "who was there first keeps its name";
    EXPECT_EQ(lan.hosts[1].labels, std::vector{label + "-2"});
    EXPECT_FALSE(announces(lan, 1, label));
    EXPECT_TRUE(announces(lan, 1, label + "-2"));
    for (std::size_t host = 0; host < 2; ++host) {
        ASSERT_EQ(lan.hosts[host].doubles.size(), 1U);
        EXPECT_EQ(lan.hosts[host].doubles[0].from.ip_text(), host == 0 ? "192.0.2.2" : "192.0.2.1");
        EXPECT_EQ(lan.hosts[host].doubles[0].interface_name, "eth2");
        EXPECT_FALSE(knows(lan, host, 1)) << "self, or what has its id, is no peer";
        EXPECT_TRUE(knows(lan, host, 3));
    }
    EXPECT_TRUE(lan.hosts[2].doubles.empty());
    EXPECT_TRUE(std::ranges::any_of(lan.hosts[2].found, [](const auto& seen) {
        return seen.addresses == std::vector{Address::parse("192.0.2.2:1").value()};
    })) << "the third sees both";
}

TEST(MdnsNames, are_settled_where_two_with_one_key_start_together)
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "192.0.2.1")}}, 100);
    lan.add(1, {{ethernet(2, "192.0.2.2")}}, 200);
    lan.run_for(seconds(6));
    EXPECT_EQ(lan.hosts[0].labels.size() + lan.hosts[1].labels.size(), 1U);
    const auto label = instance_label(peer_id(1));
    EXPECT_NE(announces(lan, 0, label), announces(lan, 1, label));
    EXPECT_NE(announces(lan, 0, label + "-2"), announces(lan, 1, label + "-2"));
    EXPECT_FALSE(lan.hosts[0].doubles.empty());
    EXPECT_FALSE(lan.hosts[1].doubles.empty());
}

TEST(MdnsNames, are_settled_where_two_networks_with_one_key_each_become_one)
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "192.0.2.1"), 0}}, 100);
    lan.add(1, {{ethernet(2, "192.0.2.2"), 1}}, 200);
    lan.run_for(seconds(10));
    for (auto& host : lan.hosts) {
        host.cables[0].segment = 0;  // a cable between the two switches; no PC notices
    }
    lan.hosts[0].engine->announce({.id = peer_id(1), .name = "peer1", .port = 1, .rev = 1, .epoch = 100},
                                  lan.now);
    lan.sent.clear();
    lan.run_for(seconds(10));
    EXPECT_EQ(lan.hosts[0].labels.size() + lan.hosts[1].labels.size(), 1U);
    EXPECT_EQ(lan.hosts[0].doubles.size(), 1U);
    EXPECT_EQ(lan.hosts[1].doubles.size(), 1U);
}

TEST(MdnsNames, are_one_for_a_host_with_two_cards_in_one_network)
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "192.0.2.1"), 0}, {ethernet(3, "192.0.2.101"), 0}});
    lan.add(2, {{ethernet(2, "192.0.2.2"), 0}});
    lan.run_for(std::chrono::minutes(10));
    EXPECT_TRUE(lan.hosts[0].labels.empty());
    EXPECT_TRUE(lan.hosts[0].doubles.empty());
    lan.connect(0, {{ethernet(2, "192.0.2.51"), 0}, {ethernet(3, "192.0.2.101"), 0}});
    lan.run_for(std::chrono::minutes(10));
    EXPECT_TRUE(lan.hosts[0].labels.empty());
    EXPECT_TRUE(lan.hosts[1].gone.empty());
}

TEST(MdnsNames, are_of_one_link_alone)
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "192.0.2.1"), 0}, {ethernet(3, "198.51.100.1"), 1}}, 100);
    lan.run_for(seconds(5));
    lan.connect(0, {});
    lan.add(1, {{ethernet(2, "192.0.2.2"), 0}}, 200);
    lan.run_for(seconds(5));
    lan.sent.clear();
    lan.connect(0, {{ethernet(2, "192.0.2.1"), 0}, {ethernet(3, "198.51.100.1"), 1}});
    lan.run_for(seconds(5));
    const auto says = [&lan](int segment, std::string_view label) {
        return std::ranges::any_of(lan.sent, [=](const auto& packet) {
            return packet.host == 0 && packet.segment == segment && packet.message.is_response &&
                   packet.message.answers.size() > 1 && packet.message.answers[1].name.first_label() == label;
        });
    };
    const auto label = instance_label(peer_id(1));
    EXPECT_TRUE(says(0, label + "-2"));
    EXPECT_FALSE(says(0, label));
    EXPECT_TRUE(says(1, label));
}

TEST(MdnsNames, can_be_denied_by_a_liar_only_at_the_pace_of_the_rfc)
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "192.0.2.1")}});
    lan.add(2, {{ethernet(2, "192.0.2.2")}});
    lan.run_for(seconds(5));
    lan.sent.clear();
    const auto end = lan.now + seconds(60);
    for (unsigned number = 1; lan.now < end;) {
        // Whatever the name is, somebody has it already; and says so a hundred times a second.
        auto records = service_records({.id = peer_id(66), .port = 66}, std::vector{stranger},
                                       service_names(peer_id(1), number));
        lan.inject(0, stranger, encode({.is_response = true, .answers = records}));
        lan.run_for(milliseconds(10));
        number = static_cast<unsigned>(lan.hosts[0].labels.size()) + 1;
    }
    EXPECT_GE(lan.hosts[0].labels.size(), 10U);
    EXPECT_LE(lan.hosts[0].labels.size(), 30U);
    EXPECT_LE(probes_of(lan, 0), 60U);
    EXPECT_LE(responses_of(lan, 0), 1U);
    EXPECT_TRUE(lan.hosts[0].doubles.empty()) << "who does not have our id is no double";
    lan.run_for(seconds(20));
    EXPECT_GE(responses_of(lan, 0), 2U) << "it goes on when the liar stops";
    EXPECT_TRUE(knows(lan, 0, 2));
}

TEST(MdnsNames, that_were_lost_are_not_withdrawn_for_they_are_anothers_now)
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "192.0.2.1")}});
    lan.run_for(seconds(5));
    auto claimed = response_of(1, "192.0.2.99");
    lan.sent.clear();
    lan.inject(0, stranger, encode(claimed));
    lan.run_for(milliseconds(300));
    lan.inject(0, stranger, encode(claimed));
    ASSERT_EQ(lan.hosts[0].labels.size(), 1U);
    lan.leave(0);
    EXPECT_TRUE(std::ranges::all_of(lan.sent, is_probe)) << "nothing was said under the new name yet";
}

TEST(MdnsNames, that_were_taken_are_not_answered_to_oneself)
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "192.0.2.1")}}, 100);
    lan.run_for(seconds(5));
    lan.add(1, {{ethernet(2, "192.0.2.2")}}, 200);
    lan.run_for(seconds(5));
    EXPECT_EQ(lan.hosts[1].labels.size(), 1U);
    lan.hosts[0].is_silent = true;
    lan.sent.clear();
    lan.run_for(std::chrono::minutes(10));
    EXPECT_EQ(responses_of(lan, 1), 0U);
    EXPECT_FALSE(lan.sent.empty());
}

TEST(MdnsNames, are_told_of_a_double_once_a_minute)
{
    Pair lan;
    auto records =
        service_records({.id = peer_id(1), .port = 9, .epoch = 9}, {}, service_names(peer_id(1), 7));
    for (int i = 0; i < 100; ++i) {
        lan.inject(0, stranger, encode({.is_response = true, .answers = records}));
        lan.run_for(milliseconds(100));
    }
    EXPECT_EQ(lan.hosts[0].doubles.size(), 1U);
    lan.run_for(seconds(60));
    lan.inject(0, stranger, encode({.is_response = true, .answers = records}));
    EXPECT_EQ(lan.hosts[0].doubles.size(), 2U);
    for (unsigned i = 0; i < 100; ++i) {
        const auto liar = Address::parse("192.0.2." + std::to_string(100 + i) + ":5353").value();
        lan.inject(0, liar, encode({.is_response = true, .answers = records}));
    }
    EXPECT_LE(lan.hosts[0].doubles.size(), 20U);
}

}  // namespace
}  // namespace lanspread::discovery
