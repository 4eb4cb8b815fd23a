#include "discovery/fake_lan_test.h"
#include "discovery/mdns_engine.h"
#include "discovery/service_records.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace lanspread::discovery {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

DnsMessage browse_query(bool wants_unicast = false)
{
    return {.questions = {{.name = service_name(), .type = RecordType::ptr, .wants_unicast = wants_unicast}}};
}

TEST(MdnsEngine, never_multicasts_a_record_twice_within_a_second)
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "192.0.2.1")}});
    for (int i = 0; i < 200; ++i) {
        lan.inject(0, stranger, encode(browse_query()));
        lan.run_for(milliseconds(25));
    }
    std::map<std::string, TimePoint> last;
    for (const auto& packet : lan.sent) {
        if (!packet.message.is_response || packet.to) {
            continue;
        }
        for (const auto& record : packet.message.answers) {
            const auto key = record.name.key() + std::to_string(std::to_underlying(record.type()));
            const auto known = last.find(key);
            EXPECT_TRUE(known == last.end() || packet.time - known->second >= seconds(1));
            last[key] = packet.time;
        }
    }
    EXPECT_GE(responses_of(lan, 0), 4U);
    EXPECT_LE(responses_of(lan, 0), 6U);
}

TEST(MdnsEngine, does_not_answer_who_knows_the_answer_already)
{
    Pair lan;
    auto query = browse_query();
    for (const std::uint8_t i : {1, 2}) {
        query.answers.push_back(
            {.name = DnsName::parse("_LANSPREAD._udp.local").value(),
             .ttl = seconds(4000),
             .data = PointerData{service_name().below(instance_label(peer_id(i))).value()}});
    }
    lan.inject(0, stranger, encode(query));
    lan.run_for(seconds(2));
    EXPECT_EQ(responses_of(lan, 0), 0U);

    query.answers[0].ttl = seconds(1000);  // less than half of what we would say
    lan.inject(0, stranger, encode(query));
    lan.run_for(seconds(2));
    EXPECT_EQ(responses_of(lan, 0), 1U);
}

TEST(MdnsEngine, waits_for_the_rest_of_a_truncated_known_answer_list)
{
    Pair lan;
    auto query = browse_query();
    query.is_truncated = true;
    lan.inject(0, stranger, encode(query));
    lan.run_for(milliseconds(200));
    EXPECT_EQ(responses_of(lan, 0), 0U);
    const auto own = service_records({.id = peer_id(1)}, {}).front();
    lan.inject(0, stranger, encode({.answers = {own}}));
    lan.run_for(seconds(2));
    EXPECT_EQ(responses_of(lan, 0), 0U);
}

TEST(MdnsEngine, answers_an_ordinary_resolver_directly_with_its_number_and_question)
{
    Pair lan;
    const auto resolver = Address::parse("192.0.2.50:40000").value();
    auto query = browse_query();
    query.id = 4711;
    lan.inject(0, resolver, encode(query));
    ASSERT_EQ(lan.sent.size(), 1U);
    const auto& [time, host, segment, to, bytes, answer] = lan.sent[0];
    EXPECT_EQ(to, resolver);
    EXPECT_EQ(answer.id, 4711);
    EXPECT_EQ(answer.questions, query.questions);
    ASSERT_EQ(answer.answers.size(), 1U);
    for (const auto& record : answer.additionals) {
        EXPECT_FALSE(record.is_unique);
        EXPECT_LE(record.ttl, seconds(10));
    }
}

TEST(MdnsEngine, answers_directly_at_most_twenty_times_a_second)
{
    Pair lan;
    for (int i = 0; i < 1000; ++i) {
        lan.inject(0, Address::parse("192.0.2.50:40000").value(), encode(browse_query()));
    }
    EXPECT_EQ(lan.sent.size(), 20U);
}

TEST(MdnsEngine, answers_directly_where_asked_for_it_and_lately_heard)
{
    Pair lan;
    lan.inject(0, stranger, encode(browse_query(true)));
    ASSERT_EQ(lan.sent.size(), 1U);
    EXPECT_EQ(lan.sent[0].to, stranger);
}

TEST(MdnsEngine, sends_nothing_directly_to_somebody_who_is_not_on_the_link)
{
    Pair lan;
    const auto outside = Address::parse("203.0.113.5:40000").value();
    lan.inject(0, outside, encode(browse_query()), true);
    lan.inject(0, outside, encode(browse_query()), false);
    lan.run_for(seconds(2));
    EXPECT_TRUE(lan.sent.empty());
}

}  // namespace
}  // namespace lanspread::discovery
