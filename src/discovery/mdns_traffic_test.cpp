// How many packets it takes, and how long.
#include "discovery/fake_lan_test.h"
#include "discovery/mdns_engine.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace lanspread::discovery {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// A hall of PCs that are switched on within `spread`.
struct Hall : FakeLan {
    Hall(std::uint8_t count, Duration spread)
    {
        for (std::uint8_t i = 1; i <= count; ++i) {
            add(i, {{ethernet(2, "192.0.2." + std::to_string(i))}});
            run_for(spread / count);
        }
    }

    [[nodiscard]] bool all_know_all() const
    {
        return std::ranges::all_of(hosts, [this](const auto& host) {
            std::set<PeerId> known;
            for (const auto& sighting : host.found) {
                known.insert(sighting.id);
            }
            return known.size() == hosts.size() - 1;
        });
    }

    [[nodiscard]] std::size_t count(auto condition) const
    {
        return static_cast<std::size_t>(std::ranges::count_if(sent, condition));
    }
};

class MdnsTrafficOf : public testing::TestWithParam<int> {};

TEST_P(MdnsTrafficOf, all_that_start_together_know_each_other_in_a_third_of_a_second)
{
    Hall hall(static_cast<std::uint8_t>(GetParam()), milliseconds(10));
    hall.run_for(milliseconds(300));
    EXPECT_TRUE(hall.all_know_all());
}

TEST_P(MdnsTrafficOf, of_a_start_is_a_few_packets_for_each_however_many_there_are)
{
    const auto peers = static_cast<std::size_t>(GetParam());
    Hall hall(static_cast<std::uint8_t>(peers), milliseconds(10));
    hall.run_for(seconds(10));
    EXPECT_EQ(hall.count([](const auto& packet) { return !packet.message.authorities.empty(); }), 3 * peers);
    EXPECT_LE(hall.count([](const auto& packet) { return packet.message.is_response; }), 3 * peers);
    EXPECT_LE(hall.sent.size(), 12 * peers);
    for (const auto& host : hall.hosts) {
        EXPECT_TRUE(host.gone.empty());
        EXPECT_TRUE(host.labels.empty());
    }
}

TEST_P(MdnsTrafficOf, at_rest_is_less_than_three_packets_for_each_in_a_minute)
{
    const auto peers = static_cast<std::size_t>(GetParam());
    Hall hall(static_cast<std::uint8_t>(peers), seconds(20));
    hall.run_for(minutes(10));
    hall.sent.clear();
    hall.run_for(minutes(10));
    EXPECT_LE(hall.sent.size(), 10 * peers * 3);
    EXPECT_TRUE(std::ranges::all_of(hall.hosts, [](const auto& host) { return host.gone.empty(); }));
}

TEST_P(MdnsTrafficOf, of_one_more_is_answered_once_by_each)
{
    const auto peers = static_cast<std::size_t>(GetParam());
    Hall hall(static_cast<std::uint8_t>(peers), seconds(1));
    hall.run_for(seconds(90));
    hall.sent.clear();
    const auto newcomer = hall.add(200, {{ethernet(2, "192.0.2.200")}});
    hall.run_for(milliseconds(150));
    EXPECT_GE(hall.hosts[newcomer].found.size(), peers);
    EXPECT_LE(hall.count([newcomer](const auto& p) { return p.host != newcomer; }), peers + 5);
    hall.run_for(milliseconds(150));
    EXPECT_TRUE(std::ranges::all_of(hall.hosts, [&hall, newcomer](const auto& host) {
        return &host == &hall.hosts[newcomer] ||
               std::ranges::find(host.found, peer_id(200), &Sighting::id) != host.found.end();
    }));
}

INSTANTIATE_TEST_SUITE_P(Peers, MdnsTrafficOf, testing::Values(2, 10, 30));

TEST(MdnsTraffic, of_a_hundred_is_no_more_for_each)
{
    Hall hall(100, milliseconds(10));
    hall.run_for(milliseconds(300));
    EXPECT_TRUE(hall.all_know_all());
    hall.run_for(milliseconds(2500));
    EXPECT_LE(hall.count([](const auto& packet) { return packet.message.is_response; }), 300U);
    EXPECT_LE(hall.sent.size(), 1200U);
}

TEST(MdnsTraffic, does_not_ask_what_somebody_just_asked)
{
    Pair lan;
    lan.run_for(seconds(77));  // 80 % of the host records' time are over at about 96 s
    const DnsMessage question{
        .questions = {{.name = service_names(peer_id(2)).instance, .type = RecordType::srv}}};
    const auto asked_by_first = [&lan] {
        return std::ranges::count_if(lan.sent, [](const auto& packet) {
            return packet.host == 0 && std::ranges::any_of(packet.message.questions, [](const auto& q) {
                       return q.type == RecordType::srv;
                   });
        });
    };
    lan.hosts[1].is_silent = true;
    const auto before = asked_by_first();
    for (int i = 0; i < 10; ++i) {
        lan.inject(0, stranger, encode(question));
        lan.run_for(milliseconds(400));
    }
    EXPECT_EQ(asked_by_first(), before);
    lan.run_for(seconds(30));
    EXPECT_GT(asked_by_first(), before) << "nobody asks any more";
}

TEST(MdnsTraffic, is_not_spared_by_a_question_whose_answers_would_leave_somebody_out)
{
    for (const bool is_known : {true, false}) {
        FakeLan lan;
        lan.add(1, {{ethernet(2, "192.0.2.1")}});
        lan.run_for(milliseconds(900));  // the next question is due at about 1 s
        if (is_known) {
            lan.inject(0, stranger, encode(response_of(9, "192.0.2.99")));
        }
        lan.sent.clear();
        const auto instance = service_names(peer_id(9)).instance;
        lan.inject(
            0, stranger,
            encode({.questions = {{.name = service_name(), .type = RecordType::ptr}},
                    .answers = {
                        {.name = service_name(), .ttl = seconds(4500), .data = PointerData{instance}}}}));
        lan.run_for(milliseconds(500));
        const auto asked = std::ranges::any_of(lan.sent, [](const auto& packet) {
            return packet.message.authorities.empty() && !packet.message.questions.empty() &&
                   packet.message.questions[0].type == RecordType::ptr;
        });
        EXPECT_EQ(asked, !is_known);
    }
}

TEST(MdnsTraffic, after_a_sleep_finds_anew_who_is_there_and_forgets_who_is_not)
{
    Hall hall(10, seconds(1));
    hall.run_for(minutes(1));
    hall.hosts[3].is_silent = true;
    for (auto& host : hall.hosts) {
        host.found.clear();
    }
    hall.sent.clear();
    hall.hosts[0].engine->refresh(hall.now);
    hall.run_for(milliseconds(1500));
    EXPECT_EQ(hall.hosts[0].found.size(), 8U) << "all but itself and the one that is gone";
    EXPECT_TRUE(hall.hosts[0].gone.empty());
    EXPECT_TRUE(std::ranges::all_of(hall.hosts, [](const auto& host) {
        return host.is_silent || !host.found.empty();
    })) << "it announced itself";
    hall.run_for(seconds(10));
    EXPECT_EQ(hall.hosts[0].gone, std::vector{peer_id(4)});
    EXPECT_LE(hall.sent.size(), 60U);
}

TEST(MdnsTraffic, with_a_further_network_finds_who_was_no_neighbour_before)
{
    FakeLan lan;
    lan.add(1, {{ethernet(2, "169.254.7.7", 16)}});
    lan.add(2, {{ethernet(2, "192.0.2.2")}});
    lan.run_for(seconds(20));
    EXPECT_TRUE(lan.hosts[0].found.empty()) << "it could not be dialled";
    auto both = ethernet(2, "169.254.7.7", 16);
    both.addresses.push_back({.address = Address::parse("192.0.2.1").value(), .prefix_length = 24});
    lan.connect(0, {{both}});
    lan.run_for(seconds(1));
    ASSERT_EQ(lan.hosts[0].found.size(), 1U);
    EXPECT_EQ(lan.hosts[1].found.back().addresses, std::vector{Address::parse("192.0.2.1:1").value()});
}

TEST(MdnsTraffic, with_an_address_in_another_network_is_as_after_a_sleep)
{
    Pair lan;
    lan.connect(0, {{ethernet(2, "198.51.100.1"), 1}});
    lan.run_for(seconds(11));
    EXPECT_EQ(lan.hosts[0].gone, std::vector{peer_id(2)});
}

}  // namespace
}  // namespace lanspread::discovery
