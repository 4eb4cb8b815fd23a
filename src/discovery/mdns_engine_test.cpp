#include "discovery/mdns_engine.h"

#include "discovery/fake_lan_test.h"
#include "discovery/service_records.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace lanspread::discovery {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

bool carries_address(const DnsMessage& message, std::string_view ip)
{
    const RecordData data = AddressData{Address::parse(ip).value()};
    const auto carries = [&data](const auto& record) { return record.data == data; };
    return std::ranges::any_of(message.answers, carries) || std::ranges::any_of(message.additionals, carries);
}

TEST(MdnsEngine, finds_the_other_within_a_fraction_of_a_second)
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "192.0.2.1")}});
    lan.run_for(minutes(10));
    lan.add(2, {{ethernet(3, "192.0.2.2")}});
    lan.run_for(milliseconds(200));

    ASSERT_EQ(lan.hosts[0].found.size(), 1U);
    EXPECT_EQ(lan.hosts[0].found[0], (Sighting{.id = peer_id(2),
                                               .name = "peer2",
                                               .addresses = {Address::parse("192.0.2.2:2").value()},
                                               .interface_name = "eth2"}));
    ASSERT_EQ(lan.hosts[1].found.size(), 1U);
    EXPECT_EQ(lan.hosts[1].found[0].id, peer_id(1));
}

TEST(MdnsEngine, never_reports_itself)
{
    FakeLan lan;
    lan.add(1,
            {{ethernet(2, "192.0.2.1"), 0}, {ethernet(3, "198.51.100.1"), 0}});  // two cards in one network
    lan.run_for(minutes(10));
    EXPECT_TRUE(lan.hosts[0].found.empty());
    EXPECT_TRUE(lan.hosts[0].gone.empty());
}

TEST(MdnsEngine, of_thirty_hosts_that_start_together_knows_them_all_after_a_second_with_few_packets)
{
    FakeLan lan;
    constexpr std::uint8_t count = 30;
    for (std::uint8_t i = 1; i <= count; ++i) {
        lan.add(i, {{ethernet(2, "192.0.2." + std::to_string(i))}});
    }
    lan.run_for(milliseconds(1100));
    for (const auto& host : lan.hosts) {
        std::set<PeerId> known;
        for (const auto& sighting : host.found) {
            known.insert(sighting.id);
        }
        EXPECT_EQ(known.size(), count - 1U);
    }
    for (std::size_t i = 0; i < count; ++i) {
        EXPECT_LE(responses_of(lan, i), 2U) << "an announcement, and its repetition a second later";
    }
}

TEST(MdnsEngine, is_quiet_at_rest)
{
    Pair lan;
    lan.run_for(minutes(10));
    // A refresh of the host records every 96 seconds is asked by one and answered by the other: 4 packets
    // each time.
    EXPECT_LE(lan.sent.size(), 60U);
    EXPECT_TRUE(lan.hosts[0].gone.empty());
}

TEST(MdnsEngine, does_not_answer_its_own_questions)
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "192.0.2.1")}});
    lan.run_for(minutes(10));
    EXPECT_EQ(responses_of(lan, 0), 2U) << "the announcements";
    EXPECT_GE(lan.sent.size(), 8U);
}

TEST(MdnsEngine, goodbye_removes_within_two_seconds)
{
    Pair lan;
    lan.leave(1);
    EXPECT_TRUE(lan.hosts[0].gone.empty());
    lan.run_for(seconds(2));
    EXPECT_EQ(lan.hosts[0].gone, std::vector{peer_id(2)});
    EXPECT_TRUE(lan.hosts[0].found.empty()) << "a goodbye is no sign of life";
}

TEST(MdnsEngine, goodbye_soon_after_the_start_removes_too)
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "192.0.2.1")}});
    lan.add(2, {{ethernet(3, "192.0.2.2")}});
    lan.run_for(milliseconds(1500));
    const auto found = lan.hosts[0].found.size();
    lan.leave(1);
    lan.run_for(seconds(2));
    EXPECT_EQ(lan.hosts[0].gone, std::vector{peer_id(2)});
    EXPECT_EQ(lan.hosts[0].found.size(), found) << "a goodbye is no sign of life";
}

TEST(MdnsEngine, that_vanishes_without_goodbye_is_gone_when_its_host_records_run_out_and_was_asked_for_before)
{
    Pair lan;
    lan.hosts[1].is_silent = true;
    lan.run_for(seconds(90));
    EXPECT_TRUE(lan.hosts[0].gone.empty());
    lan.run_for(seconds(40));
    EXPECT_EQ(lan.hosts[0].gone, std::vector{peer_id(2)});
    const auto asks = std::ranges::count_if(lan.sent, [](const auto& packet) {
        return packet.host == 0 && std::ranges::any_of(packet.message.questions, [](const auto& question) {
                   return question.type == RecordType::srv;
               });
    });
    EXPECT_EQ(asks, 4);
}

TEST(MdnsEngine, reports_again_who_starts_again_with_the_same_facts)
{
    Pair lan;
    lan.hosts[1].is_silent = true;
    lan.run_for(seconds(5));
    lan.add(2, {{ethernet(3, "192.0.2.2")}});
    lan.run_for(seconds(1));
    EXPECT_FALSE(lan.hosts[0].found.empty());
    EXPECT_TRUE(lan.hosts[0].gone.empty());
}

TEST(MdnsEngine, tells_each_link_only_the_addresses_that_belong_to_it)
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "192.0.2.1"), 0}, {ethernet(3, "198.51.100.1"), 1}});
    lan.add(2, {{ethernet(2, "192.0.2.2"), 0}});
    lan.add(3, {{ethernet(2, "198.51.100.3"), 1}});
    lan.run_for(minutes(10));
    lan.leave(0);
    std::size_t checked = 0;
    for (const auto& packet : lan.sent) {
        if (packet.host == 0 && packet.message.is_response) {
            EXPECT_EQ(carries_address(packet.message, "192.0.2.1"), packet.segment == 0);
            EXPECT_EQ(carries_address(packet.message, "198.51.100.1"), packet.segment == 1);
            ++checked;
        }
    }
    EXPECT_GE(checked, 6U);
    EXPECT_TRUE(
        std::ranges::none_of(lan.hosts[1].found, [](const auto& seen) { return seen.id == peer_id(3); }));
}

TEST(MdnsEngine, is_gone_only_when_no_link_knows_it_any_more)
{
    FakeLan lan;
    const FakeLan::Cable left{ethernet(2, "192.0.2.1"), 0};
    const FakeLan::Cable right{ethernet(3, "198.51.100.1"), 1};
    lan.add(1, {left, right});
    lan.add(2, {{ethernet(2, "192.0.2.2"), 0}, {ethernet(3, "198.51.100.2"), 1}});
    lan.run_for(seconds(5));
    lan.connect(0, {left});
    EXPECT_TRUE(lan.hosts[0].gone.empty());
    lan.connect(0, {});
    EXPECT_EQ(lan.hosts[0].gone, std::vector{peer_id(2)});
}

TEST(MdnsEngine, announces_a_new_address_at_once_and_withdraws_the_old_one)
{
    Pair lan;
    lan.connect(1, {{ethernet(3, "192.0.2.77")}});
    lan.run_for(seconds(3));
    ASSERT_FALSE(lan.hosts[0].found.empty());
    EXPECT_EQ(lan.hosts[0].found.back().addresses, std::vector{Address::parse("192.0.2.77:2").value()});
    EXPECT_TRUE(lan.hosts[0].gone.empty());
}

TEST(MdnsEngine, announces_a_new_revision_and_name)
{
    Pair lan;
    lan.hosts[1].engine->announce({.id = peer_id(2), .name = "Zoë", .port = 2, .rev = 8}, lan.now);
    lan.run_for(seconds(3));
    ASSERT_EQ(lan.hosts[0].found.size(), 2U);  // the change, and its repetition
    EXPECT_EQ(lan.hosts[0].found[0].name, "Zoë");
    EXPECT_EQ(lan.sent.size(), 2U);
}

}  // namespace
}  // namespace lanspread::discovery
