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
    for (const auto* ip : {"127.0.0.1", "224.0.0.251", "0.0.0.0", "::1", "ff02::1", "::"}) {
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

TEST(MdnsEngine, keeps_no_more_than_its_share_of_what_a_liar_invents)
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "192.0.2.1")}});
    for (unsigned i = 0; i < 6000; ++i) {
        auto id = peer_id(9);
        id.bytes[0] = static_cast<std::byte>(i >> 8);
        id.bytes[1] = static_cast<std::byte>(i);
        auto records = service_records({.id = id, .port = 7}, std::vector{stranger});
        lan.inject(0, stranger, encode({.is_response = true, .answers = std::move(records)}));
    }
    EXPECT_EQ(lan.hosts[0].found.size(), Browser::max_instances);
    const auto before = lan.sent.size();
    lan.run_for(seconds(100));  // all are due to be asked for
    EXPECT_LE(lan.sent.size() - before, 2500U);
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
