#include "discovery/beacon_engine.h"

#include "discovery/fake_beacons_test.h"

#include <gtest/gtest.h>

namespace lanspread::discovery {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(BeaconTargets, are_all_broadcast_addresses_and_the_groups)
{
    auto link = card(2, "192.0.2.5");
    link.addresses.push_back({.address = Address::parse("198.51.100.9").value(), .prefix_length = 26});
    link.addresses.push_back({.address = Address::parse("fe80::5").value(), .prefix_length = 64});
    std::vector<std::string> texts;
    for (const auto& target : beacon_targets(link)) {
        texts.push_back(target.to.ip_text() + " from " + target.source.ip_text());
        EXPECT_EQ(target.to.port, beacon_port);
    }
    ASSERT_EQ(texts.size(), 5U);
    EXPECT_EQ(texts[0], "255.255.255.255 from 192.0.2.5");
    EXPECT_EQ(texts[1], "192.0.2.255 from 192.0.2.5");
    EXPECT_EQ(texts[2], "198.51.100.63 from 198.51.100.9");
    EXPECT_EQ(texts[3], "239.255.76.83 from 192.0.2.5");
    EXPECT_TRUE(texts[4].starts_with("ff12::8c53:5042")) << texts[4];
}

TEST(BeaconTargets, are_only_what_the_card_can_do)
{
    auto link = card(2, "192.0.2.5", 31);
    link.can_multicast = false;
    EXPECT_EQ(beacon_targets(link).size(), 1U);
    link.can_broadcast = false;
    EXPECT_TRUE(beacon_targets(link).empty());
}

TEST(Beacon, of_two_peers_lets_each_know_the_other_within_a_tenth_of_a_second)
{
    FakeBeacons lan;
    const auto first = lan.add(1);
    lan.run_for(minutes(1));
    const auto second = lan.add(2);
    lan.run_for(milliseconds(100));
    ASSERT_EQ(lan.times_found(first, 2), 1U);
    ASSERT_EQ(lan.times_found(second, 1), 1U);
    const auto& sighting = lan.hosts[second]->found.front().second;
    EXPECT_EQ(sighting.name, "peer 1");
    EXPECT_EQ(sighting.addresses, std::vector{Address::parse("192.0.2.1:7001").value()});
    EXPECT_EQ(sighting.interface_name, "eth2");
}

TEST(Beacon, that_was_lost_is_repeated_soon)
{
    FakeBeacons lan;
    const auto first = lan.add(1);
    lan.is_dropped = [](const Address&) { return true; };
    const auto second = lan.add(2);
    lan.run_for(milliseconds(200));
    lan.is_dropped = [](const Address&) { return false; };
    lan.run_for(milliseconds(300));
    EXPECT_GE(lan.times_found(first, 2), 1U);
    EXPECT_GE(lan.times_found(second, 1), 1U);
}

TEST(Beacon, goes_out_to_every_target_about_every_five_seconds)
{
    FakeBeacons lan;
    lan.add(1);
    lan.run_for(seconds(10));
    const auto before = lan.packets.size();
    lan.run_for(minutes(5));
    const auto rounds = (lan.packets.size() - before) / 3;  // two broadcasts and a group
    EXPECT_GE(rounds, 54U);
    EXPECT_LE(rounds, 67U);
}

TEST(Beacon, of_a_network_that_was_split_unseen_finds_the_others_within_six_seconds)
{
    FakeBeacons lan;
    lan.is_dropped = [](const Address&) { return true; };
    const auto first = lan.add(1);
    lan.add(2);
    lan.run_for(minutes(1));
    ASSERT_TRUE(lan.hosts[first]->found.empty());
    lan.is_dropped = [](const Address&) { return false; };
    lan.run_for(seconds(6));
    EXPECT_GE(lan.times_found(first, 2), 1U);
}

TEST(Beacon, answers_a_question_alone_and_many_together)
{
    FakeBeacons lan;
    for (std::uint8_t number = 1; number <= 10; ++number) {
        lan.add(number);
    }
    lan.run_for(minutes(1));
    const auto old_packets = lan.packets.size();
    lan.add(11);
    lan.run_for(milliseconds(100));
    std::size_t answers = 0;
    for (auto packet = lan.packets.begin() + static_cast<std::ptrdiff_t>(old_packets);
         packet != lan.packets.end(); ++packet) {
        if (packet->content.kind == BeaconKind::answer) {
            ++answers;
            EXPECT_EQ(packet->packet.to, Address::parse("192.0.2.11:21470").value());
            EXPECT_NE(packet->content.answers, 0U);
        }
    }
    EXPECT_EQ(answers, 10U);

    lan.packets.clear();
    for (std::uint8_t number = 20; number < 40; ++number) {
        lan.add(number);
    }
    lan.run_for(milliseconds(100));
    std::size_t all = 0;
    for (std::size_t host = 0; host < lan.hosts.size(); ++host) {
        for (std::uint8_t number = 20; number < 40; ++number) {
            all += lan.times_found(host, number) > 0 ? 1U : 0U;
        }
    }
    EXPECT_EQ(all, 31U * 20 - 20) << "everybody knows every newcomer but itself";
    // Answered one by one it would be an answer for each of some 800 pairs.
    EXPECT_LT(lan.packets.size(), 300U);
}

TEST(Beacon, of_thirty_peers_that_start_at_once_costs_each_about_one_look_at_each_other)
{
    FakeBeacons lan;
    for (std::uint8_t number = 1; number <= 30; ++number) {
        lan.add(number);
    }
    lan.run_for(seconds(2));
    for (std::size_t host = 0; host < lan.hosts.size(); ++host) {
        for (std::uint8_t number = 1; number <= 30; ++number) {
            EXPECT_TRUE(number == host + 1 || lan.times_found(host, number) > 0);
        }
        EXPECT_LT(*lan.hosts[host]->verified, 29 * 3);
    }
}

TEST(Beacon, of_a_peer_that_is_connected_is_looked_at_only_now_and_then)
{
    FakeBeacons lan;
    const auto first = lan.add(1);
    lan.hosts[first]->connected.insert(fake_id(fake_key(2)));
    lan.add(2);
    lan.run_for(seconds(2));
    EXPECT_EQ(*lan.hosts[first]->verified, 0);
    lan.run_for(seconds(6));
    EXPECT_GE(lan.times_found(first, 2), 1U);
}

TEST(Beacon, answers_a_newcomer_on_a_host_with_another_peer_by_a_beacon_to_all)
{
    FakeBeacons lan;
    lan.add(1);
    lan.add(2);
    lan.run_for(minutes(1));
    lan.add(3, "192.0.2.2");
    lan.packets.clear();
    lan.run_for(milliseconds(100));
    EXPECT_TRUE(std::ranges::any_of(lan.packets, [](const auto& sent) {
        return sent.host == 0 && sent.content.kind == BeaconKind::beacon;
    }));
}

TEST(Beacon, of_a_process_that_was_started_anew_with_an_earlier_clock_is_believed_soon)
{
    FakeBeacons lan;
    const auto first = lan.add(1);
    lan.add(2);
    lan.run_for(minutes(1));
    lan.hosts.pop_back();
    lan.hosts[first]->found.clear();
    lan.now -= std::chrono::minutes(30);  // of which the wall clock is made
    auto restarted = BeaconEngine(
        {.id = fake_id(fake_key(2)), .name = "bob", .port = 7002, .epoch = 99}, fake_keys(2),
        [](const PeerId&) { return false; }, lan.microseconds_now(), lan.now, 1);
    (void)restarted.set_links({card(2, "192.0.2.2")}, lan.now);
    const auto late = restarted.poll(lan.now + seconds(1)).send.front().bytes;
    lan.now += std::chrono::minutes(30);
    const auto from = Address::parse("192.0.2.2:21470").value();
    lan.inject(first, from, late);
    EXPECT_EQ(lan.times_found(first, 2), 0U);
    lan.run_for(seconds(8));
    lan.inject(first, from, late);
    EXPECT_EQ(lan.times_found(first, 2), 1U);
}

TEST(Beacon, tells_that_a_peer_said_goodbye_or_fell_silent)
{
    FakeBeacons lan;
    const auto first = lan.add(1);
    const auto second = lan.add(2);
    lan.add(3);
    lan.run_for(seconds(2));
    lan.carry_out(second, {.send = lan.hosts[second]->engine->goodbye(lan.now)});
    EXPECT_EQ(lan.hosts[first]->gone, std::vector{fake_id(fake_key(2))});

    lan.is_dropped = [](const Address&) { return true; };
    lan.run_for(seconds(15));
    EXPECT_EQ(lan.hosts[first]->gone.size(), 1U);
    lan.run_for(seconds(10));
    EXPECT_EQ(lan.hosts[first]->gone.size(), 2U);
}

TEST(Beacon, of_a_peer_that_is_still_on_another_link_does_not_count_as_gone)
{
    FakeBeacons lan;
    const auto host = lan.add(1);
    auto& engine = *lan.hosts[host]->engine;
    const auto second_card = card(3, "198.51.100.1");
    lan.carry_out(host, engine.set_links({lan.hosts[host]->link, second_card}, lan.now));
    BeaconEngine other(
        {.id = fake_id(fake_key(2)), .name = "bob", .port = 1, .epoch = 2}, fake_keys(2),
        [](const PeerId&) { return false; }, lan.microseconds_now(), lan.now, 1);
    (void)other.set_links({card(2, "192.0.2.2"), card(3, "198.51.100.2")}, lan.now);
    for (const auto& packet : other.poll(lan.now + seconds(1)).send) {
        const auto from = packet.interface == 2 ? "192.0.2.2:21470" : "198.51.100.2:21470";
        lan.carry_out(host, engine.on_packet({.interface = packet.interface,
                                              .from = Address::parse(from).value(),
                                              .to = packet.to,
                                              .bytes = packet.bytes},
                                             lan.now));
    }
    EXPECT_EQ(lan.times_found(host, 2), 2U);
    lan.carry_out(host, engine.set_links({second_card}, lan.now));
    EXPECT_TRUE(lan.hosts[host]->gone.empty());
    lan.carry_out(host, engine.set_links({}, lan.now));
    EXPECT_EQ(lan.hosts[host]->gone.size(), 1U);
}

TEST(Beacon, is_found_with_its_new_address_at_once)
{
    FakeBeacons lan;
    const auto first = lan.add(1);
    const auto second = lan.add(2);
    lan.run_for(minutes(1));
    lan.hosts[first]->found.clear();
    lan.hosts[second]->link = card(2, "192.0.2.77");
    lan.carry_out(second, lan.hosts[second]->engine->set_links({lan.hosts[second]->link}, lan.now));
    lan.run_for(milliseconds(100));
    ASSERT_EQ(lan.times_found(first, 2), 1U);
    EXPECT_EQ(lan.hosts[first]->found.back().second.addresses.front().text(), "192.0.2.77:7002");
}

TEST(Beacon, asks_and_finds_all_anew_after_a_sleep)
{
    FakeBeacons lan;
    const auto first = lan.add(1);
    lan.add(2);
    lan.run_for(minutes(1));
    lan.hosts[first]->found.clear();
    lan.now += seconds(2);
    lan.hosts[first]->engine->refresh(lan.now);
    lan.run_for(milliseconds(100));
    EXPECT_GE(lan.times_found(first, 2), 1U);
}

TEST(Beacon, of_a_double_of_ours_is_told_and_our_own_is_not)
{
    FakeBeacons lan;
    const auto first = lan.add(1);
    lan.run_for(seconds(1));
    EXPECT_TRUE(lan.hosts[first]->doubles.empty());
    lan.add(1, "192.0.2.99", 4711);
    lan.run_for(seconds(1));
    ASSERT_FALSE(lan.hosts[first]->doubles.empty());
    EXPECT_EQ(lan.hosts[first]->doubles.front().addresses.front().text(), "192.0.2.99:7001");
    EXPECT_TRUE(lan.hosts[first]->found.empty());
}

TEST(Beacon, question_to_one_host_is_answered_from_wherever_it_comes_by_an_answer_to_it)
{
    FakeBeacons lan;
    const auto host = lan.add(1);
    BeaconEngine asker(
        {.id = fake_id(fake_key(9)), .name = "asker", .port = 9, .epoch = 9}, fake_keys(9),
        [](const PeerId&) { return false; }, lan.microseconds_now(), lan.now, 1);
    const auto question = asker.question(lan.now).value();
    const auto from = Address::parse("203.0.113.9:40000").value();
    const auto to = Address::parse("192.0.2.1").value();
    lan.packets.clear();
    lan.inject(host, from, question.bytes, to);
    ASSERT_EQ(lan.packets.size(), 1U);
    const auto& answer = lan.packets.front().packet;
    EXPECT_EQ(answer.to, from);
    EXPECT_EQ(answer.source, to);
    EXPECT_EQ(answer.interface, 0U);
    EXPECT_LE(answer.bytes.size(), question.bytes.size());
    EXPECT_TRUE(lan.hosts[host]->found.empty());

    const auto sighting = asker.read_answer(answer.bytes, question.sequence, to);
    ASSERT_TRUE(sighting);
    EXPECT_EQ(sighting->id, fake_id(fake_key(1)));
    EXPECT_EQ(sighting->addresses, std::vector{Address::parse("192.0.2.1:7001").value()});
    EXPECT_FALSE(asker.read_answer(answer.bytes, question.sequence + 1, to));
    auto forged = answer.bytes;
    forged.back() ^= std::byte{1};
    EXPECT_FALSE(asker.read_answer(forged, question.sequence, to));
}

}  // namespace
}  // namespace lanspread::discovery
