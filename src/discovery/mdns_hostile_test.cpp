#include "discovery/fake_lan_test.h"
#include "discovery/mdns_engine.h"
#include "discovery/service_records.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace lanspread::discovery {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(MdnsEngine, believes_only_responses_from_the_link_and_from_port_5353)
{
    Pair lan;
    const auto response = encode(response_of(9, "192.0.2.99"));
    lan.inject(0, Address::parse("192.0.2.99:5354").value(), response);
    lan.inject(0, Address::parse("203.0.113.5:5353").value(), response, false);
    EXPECT_TRUE(lan.hosts[0].found.empty());
    lan.inject(0, stranger, response, false);
    EXPECT_EQ(lan.hosts[0].found.size(), 1U);
}

TEST(MdnsEngine, keeps_no_address_that_nobody_can_dial)
{
    Pair lan;
    for (const auto* ip : {"127.0.0.1", "224.0.0.251", "0.0.0.0", "::1", "ff02::1", "::", "203.0.113.5",
                           "172.17.0.1", "2001:db8::5"}) {
        lan.inject(0, stranger, encode(response_of(9, ip)));
    }
    EXPECT_TRUE(lan.hosts[0].found.empty());
}

TEST(MdnsEngine, gives_link_local_addresses_the_scope_of_their_link)
{
    Pair lan;
    lan.inject(0, stranger, encode(response_of(9, "fe80::9")));
    ASSERT_EQ(lan.hosts[0].found.size(), 1U);
    EXPECT_EQ(lan.hosts[0].found[0].addresses.at(0).scope, 2U);
}

TEST(MdnsEngine, takes_names_in_any_case_and_records_in_any_order)
{
    Pair lan;
    auto response = response_of(9, "192.0.2.99");
    std::ranges::reverse(response.answers);
    auto packet = encode(response);
    for (auto& byte : packet) {
        byte = byte == std::byte{'a'} ? std::byte{'A'} : byte == std::byte{'u'} ? std::byte{'U'} : byte;
    }
    lan.inject(0, stranger, packet);
    ASSERT_EQ(lan.hosts[0].found.size(), 1U);
    EXPECT_EQ(lan.hosts[0].found[0].id, peer_id(9));
}

TEST(MdnsEngine, asks_for_what_a_response_left_out_and_gives_up_in_the_end)
{
    Pair lan;
    auto response = response_of(9, "192.0.2.99");
    response.answers.resize(1);
    lan.inject(0, stranger, encode(response));
    lan.run_for(seconds(15));
    const auto asks = std::ranges::count_if(lan.sent, [](const auto& packet) {
        return std::ranges::any_of(packet.message.questions, [](const auto& question) {
            return question.type == RecordType::srv &&
                   question.name.first_label() == instance_label(peer_id(9));
        });
    });
    EXPECT_EQ(asks, 4);
    EXPECT_TRUE(lan.hosts[0].found.empty());
}

TEST(MdnsEngine, does_not_let_one_host_claim_to_be_thousands)
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "192.0.2.1")}});
    auto response = response_of(9, "192.0.2.99");
    for (unsigned i = 0; i < 500; ++i) {
        for (auto& record : response.answers) {
            if (auto* pointer = std::get_if<PointerData>(&record.data)) {
                pointer->target = service_name().below("liar" + std::to_string(i)).value();
                response.answers[1].name = response.answers[2].name = pointer->target;
            }
        }
        lan.inject(0, stranger, encode(response));
    }
    EXPECT_LE(lan.hosts[0].found.size(), Browser::max_instances_per_host);
}

TEST(MdnsEngine, knows_who_probes_before_they_announce_but_only_for_ten_seconds)
{
    Pair lan;
    const auto response = response_of(9, "192.0.2.99");
    const DnsMessage probe{.questions = {{.name = service_names(peer_id(9)).instance}},
                           .authorities = {response.answers.begin() + 1, response.answers.end()}};
    lan.inject(0, Address::parse("192.0.2.99:5354").value(), encode(probe));
    EXPECT_TRUE(lan.hosts[0].found.empty()) << "from another port than 5353";
    lan.inject(0, stranger, encode(probe));
    ASSERT_EQ(lan.hosts[0].found.size(), 1U);
    EXPECT_EQ(lan.hosts[0].found[0].addresses, std::vector{Address::parse("192.0.2.99:7").value()});
    lan.run_for(seconds(11));
    EXPECT_EQ(lan.hosts[0].gone, std::vector{peer_id(9)});
}

TEST(MdnsEngine, lets_no_probe_change_what_is_known)
{
    Pair lan;
    lan.inject(0, stranger, encode(response_of(9, "192.0.2.99")));
    lan.hosts[0].found.clear();
    auto lie = response_of(9, "192.0.2.66").answers;
    std::get<ServiceData>(lie[1].data).port = 6;
    const DnsMessage same_name{.questions = {{.name = lie[1].name}},
                               .authorities = {lie.begin() + 1, lie.end()}};
    lan.inject(0, stranger, encode(same_name));
    lie[1].name = lie[2].name = service_name().below("another").value();
    const DnsMessage same_host{.questions = {{.name = lie[1].name}},
                               .authorities = {lie.begin() + 1, lie.end()}};
    lan.inject(0, stranger, encode(same_host));
    EXPECT_TRUE(lan.hosts[0].found.empty());
    lan.run_for(seconds(30));
    EXPECT_TRUE(lan.hosts[0].found.empty());
    EXPECT_TRUE(lan.hosts[0].gone.empty());
}

TEST(MdnsEngine, does_not_bend_under_the_largest_packets_there_can_be)
{
    Pair lan;
    DnsMessage questions;
    DnsMessage known{.questions = {{.name = service_name(), .type = RecordType::ptr}}};
    DnsMessage response{.is_response = true};
    DnsMessage probe{.questions = {{.name = service_names(peer_id(1)).instance}}};
    for (unsigned i = 0; i < 300; ++i) {
        const auto name = service_name().below("x" + std::to_string(i)).value();
        questions.questions.push_back({.name = service_names(peer_id(1)).instance});
        known.answers.push_back({.name = service_name(), .ttl = seconds(4500), .data = PointerData{name}});
        response.answers.push_back(known.answers.back());
        if (i < 150) {
            probe.authorities.push_back(
                {.name = name, .ttl = seconds(120), .data = ServiceData{.port = 1, .host = name}});
        }
    }
    const auto end = lan.now + seconds(4);
    while (lan.now < end) {
        for (const auto* message : {&questions, &known, &response, &probe}) {
            const auto packet = encode(*message);
            ASSERT_LE(packet.size(), max_dns_size);
            lan.inject(0, stranger, packet);
        }
        lan.run_for(milliseconds(10));
    }
    std::size_t bytes = 0;
    for (const auto& packet : lan.sent) {
        EXPECT_LE(packet.bytes.size(), max_sent_dns_size);
        bytes += packet.bytes.size();
    }
    EXPECT_LE(bytes, 600'000U) << "1600 packets of several thousand bytes came in";
    lan.inject(0, Address::parse("192.0.2.107:5353").value(), encode(response_of(9, "192.0.2.99")));
    EXPECT_TRUE(
        std::ranges::any_of(lan.hosts[0].found, [](const auto& seen) { return seen.id == peer_id(9); }));
}

TEST(MdnsEngine, takes_no_time_to_live_at_its_word)
{
    for (const auto ttl : {1L, 0x7fffffffL, 0xffffffffL}) {
        FakeLan lan;
        lan.add(1, {{ethernet(2, "192.0.2.1")}});
        lan.run_for(seconds(5));
        lan.sent.clear();
        auto response = response_of(9, "192.0.2.99");
        for (auto& record : response.answers) {
            record.ttl = seconds(ttl);
        }
        lan.inject(0, stranger, encode(response));
        lan.run_for(seconds(9));
        EXPECT_TRUE(lan.hosts[0].gone.empty());
        EXPECT_LE(lan.sent.size(), 10U) << "nobody makes us ask all the time";
        lan.run_for(std::chrono::minutes(76));
        EXPECT_EQ(lan.hosts[0].gone, std::vector{peer_id(9)}) << "nor keep it for ever";
    }
}

RC_GTEST_PROP(MdnsEngine, survives_any_order_of_mangled_packets, ())
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "192.0.2.1")}});
    const auto rounds = *rc::gen::inRange(1, 20);
    for (int i = 0; i < rounds; ++i) {
        auto message = response_of(static_cast<std::uint8_t>(*rc::gen::inRange(1, 5)), "192.0.2.99");
        for (auto& record : message.answers) {
            record.ttl = seconds(*rc::gen::element(0, 1, 120, 0x7fffffff));
            record.is_unique = *rc::gen::arbitrary<bool>();
        }
        message.is_response = *rc::gen::arbitrary<bool>();
        if (!message.is_response) {
            message.authorities = std::move(message.answers);
            message.answers.clear();
        }
        auto packet = encode(message);
        packet[*rc::gen::inRange<std::size_t>(0, packet.size())] ^=
            static_cast<std::byte>(*rc::gen::inRange(0, 4));
        lan.inject(0, stranger, packet);
        lan.run_for(milliseconds(*rc::gen::inRange(0, 5000)));
    }
    lan.run_for(std::chrono::hours(2));
    // By now whatever was believed has run out, and each that was found has gone.
    std::set<PeerId> found;
    for (const auto& sighting : lan.hosts[0].found) {
        found.insert(sighting.id);
    }
    const std::set<PeerId> gone(lan.hosts[0].gone.begin(), lan.hosts[0].gone.end());
    RC_ASSERT(found == gone);
}

}  // namespace
}  // namespace lanspread::discovery
