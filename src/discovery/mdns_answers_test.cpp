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

TEST(MdnsEngine, answers_to_all_where_too_many_ask_for_a_direct_answer)
{
    Pair lan;
    for (int i = 0; i < 100; ++i) {
        lan.inject(0, stranger, encode(browse_query(true)));
    }
    lan.run_for(milliseconds(500));
    EXPECT_EQ(std::ranges::count_if(lan.sent, [](const auto& p) { return p.host == 0 && !p.to; }), 1);
}

TEST(MdnsEngine, objects_where_somebody_else_withdraws_what_is_its_own)
{
    Pair lan;
    auto forged = response_of(2, "192.0.2.2");
    for (auto& record : forged.answers) {
        record.ttl = seconds(0);
    }
    // The record with which its peer is lost; the others are not as it says them.
    forged.answers.resize(1);
    for (std::size_t host = 0; host < 2; ++host) {
        lan.inject(host, stranger, encode(forged));
    }
    lan.run_for(seconds(5));
    EXPECT_TRUE(lan.hosts[0].gone.empty());
    EXPECT_LE(responses_of(lan, 1), 1U);
}

TEST(MdnsEngine, does_not_forget_a_question_when_its_records_change)
{
    Pair lan;
    lan.hosts[1].is_silent = true;
    const DnsMessage query{.questions = {{.name = DnsName::parse("_services._dns-sd._udp.local").value(),
                                          .type = RecordType::ptr}}};
    lan.inject(0, stranger, encode(query));
    lan.hosts[0].engine->announce({.id = peer_id(1), .name = "x", .port = 1, .rev = 5, .epoch = 1}, lan.now);
    lan.run_for(milliseconds(500));
    EXPECT_TRUE(std::ranges::any_of(lan.sent, [](const auto& packet) {
        return packet.message.is_response && packet.message.answers.size() == 1 &&
               packet.message.answers[0].data == RecordData(PointerData{service_name()});
    }));
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

/// The answers to one question, over the half second after it.
std::vector<DnsMessage> answers_to(FakeLan& lan, const DnsMessage& query)
{
    lan.sent.clear();
    lan.inject(0, stranger, encode(query));
    lan.run_for(milliseconds(500));
    std::vector<DnsMessage> answers;
    for (const auto& packet : lan.sent) {
        if (packet.message.is_response) {
            answers.push_back(packet.message);
        }
    }
    return answers;
}

TEST(MdnsEngine, answers_at_once_what_only_it_can_answer)
{
    Pair lan;
    const auto names = service_names(peer_id(1));
    lan.inject(0, stranger, encode({.questions = {{.name = names.instance, .type = RecordType::srv}}}));
    lan.run_for(milliseconds(1));
    ASSERT_EQ(lan.sent.size(), 1U);
    EXPECT_EQ(lan.sent[0].message.answers.at(0).type(), RecordType::srv);
}

TEST(MdnsEngine, says_which_types_its_names_do_not_have)
{
    Pair lan;
    const auto names = service_names(peer_id(1));
    const auto no_v6 = answers_to(lan, {.questions = {{.name = names.host, .type = RecordType::aaaa}}});
    ASSERT_EQ(no_v6.size(), 1U);
    EXPECT_EQ(no_v6[0].answers,
              (std::vector<DnsRecord>{{.name = names.host,
                                       .is_unique = true,
                                       .ttl = host_record_ttl,
                                       .data = AbsenceData{.next = names.host, .types = {RecordType::a}}}}));
    const auto no_v4 = answers_to(lan, {.questions = {{.name = names.instance, .type = RecordType::a}}});
    ASSERT_EQ(no_v4.size(), 1U);
    EXPECT_EQ(no_v4[0].answers.at(0).data,
              RecordData(AbsenceData{.next = names.instance, .types = {RecordType::txt, RecordType::srv}}));
    EXPECT_TRUE(answers_to(lan, {.questions = {{.name = service_name(), .type = RecordType::a}}}).empty())
        << "a name that others have too";
}

TEST(MdnsEngine, tells_an_ordinary_resolver_nothing_of_absence)
{
    Pair lan;
    const auto resolver = Address::parse("192.0.2.50:40000").value();
    lan.inject(0, resolver,
               encode({.questions = {{.name = service_names(peer_id(1)).host, .type = RecordType::aaaa}}}));
    EXPECT_TRUE(lan.sent.empty());
}

TEST(MdnsEngine, lists_the_type_of_its_service_but_only_where_asked)
{
    Pair lan;
    lan.hosts[1].is_silent = true;
    const DnsMessage query{.questions = {{.name = DnsName::parse("_services._dns-sd._udp.local").value(),
                                          .type = RecordType::ptr}}};
    const auto answers = answers_to(lan, query);
    ASSERT_EQ(answers.size(), 1U);
    ASSERT_EQ(answers[0].answers.size(), 1U);
    EXPECT_EQ(answers[0].answers[0].data, RecordData(PointerData{service_name()}));
    EXPECT_TRUE(answers[0].additionals.empty());
    FakeLan fresh;
    fresh.add(1, {{ethernet(2, "192.0.2.1")}});
    fresh.run_for(seconds(5));
    for (const auto& packet : fresh.sent) {
        EXPECT_TRUE(std::ranges::none_of(packet.message.answers, [](const auto& record) {
            return std::holds_alternative<PointerData>(record.data) && record.name != service_name();
        }));
    }
}

TEST(MdnsEngine, lets_one_of_many_answer_what_all_would_answer_the_same)
{
    FakeLan lan;
    for (std::uint8_t i = 1; i <= 30; ++i) {
        lan.add(i, {{ethernet(2, "192.0.2." + std::to_string(i))}});
    }
    lan.run_for(seconds(20));
    lan.sent.clear();
    const DnsMessage query{.questions = {{.name = DnsName::parse("_services._dns-sd._udp.local").value(),
                                          .type = RecordType::ptr}}};
    for (std::size_t i = 0; i < lan.hosts.size(); ++i) {
        lan.inject(i, stranger, encode(query));
    }
    lan.run_for(seconds(1));
    EXPECT_EQ(std::ranges::count_if(lan.sent, [](const auto& p) { return p.message.is_response; }), 1);
}

TEST(MdnsEngine, answers_itself_where_another_said_the_same_for_a_shorter_time)
{
    Pair lan;
    lan.hosts[1].is_silent = true;
    const auto own = service_records({.id = peer_id(1)}, {}).front();
    for (const auto ttl : {seconds(4500), seconds(100)}) {
        lan.sent.clear();
        lan.inject(0, stranger, encode(browse_query()));
        auto heard = own;
        heard.ttl = ttl;
        lan.inject(0, stranger, encode({.is_response = true, .answers = {heard}}));
        lan.run_for(milliseconds(900));
        EXPECT_EQ(responses_of(lan, 0), ttl == seconds(100) ? 1U : 0U);
        lan.run_for(seconds(2));
    }
}

TEST(MdnsEngine, says_along_with_its_addresses_that_there_are_none_of_the_other_kind)
{
    FakeLan lan;
    auto both = ethernet(2, "192.0.2.1");
    lan.add(1, {{both}});
    both.addresses.push_back({.address = Address::parse("2001:db8::1").value(), .prefix_length = 64});
    lan.add(2, {{both, 1}});
    lan.run_for(seconds(1));
    for (const auto& packet : lan.sent) {
        if (packet.message.is_response) {
            EXPECT_EQ(packet.message.additionals.size(), packet.host == 0 ? 1U : 0U);
        }
    }
}

}  // namespace
}  // namespace lanspread::discovery
