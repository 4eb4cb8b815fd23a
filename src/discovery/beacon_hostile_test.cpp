// What strangers may not achieve with beacons.

#include "discovery/beacon_engine.h"

#include "discovery/fake_beacons_test.h"

#include <gtest/gtest.h>

namespace lanspread::discovery {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// A peer that listens, and a stranger who makes packets.
class HostileBeacons : public testing::Test {
protected:
    BeaconPacket packet(std::uint8_t number, BeaconKind kind = BeaconKind::beacon)
    {
        return {.kind = kind,
                .key = fake_key(number),
                .epoch = number,
                .sequence = lan_.microseconds_now() + ++made_,
                .answers = 0,
                .port = 7000,
                .name = "stranger",
                .addresses = {Address::parse("192.0.2.66:7000").value()}};
    }

    static Bytes signed_by(const BeaconPacket& content, std::uint8_t number)
    {
        auto bytes = encode_unsigned(content);
        const auto signature = fake_signature(fake_key(number), bytes);
        bytes.insert(bytes.end(), signature.begin(), signature.end());
        return bytes;
    }

    static Bytes signed_with_its_key(const BeaconPacket& content)
    {
        auto bytes = encode_unsigned(content);
        const auto signature = fake_signature(content.key, bytes);
        bytes.insert(bytes.end(), signature.begin(), signature.end());
        return bytes;
    }

    void hear(const BeaconPacket& content)
    {
        lan_.inject(victim_, stranger_, signed_by(content, to_number(content)));
    }

    static std::uint8_t to_number(const BeaconPacket& content)
    {
        return std::to_integer<std::uint8_t>(content.key.front());
    }

    [[nodiscard]] const BeaconCounts& counts() const { return lan_.hosts[victim_]->engine->counts(); }
    [[nodiscard]] std::size_t found() const { return lan_.hosts[victim_]->found.size(); }

    FakeBeacons lan_;
    std::size_t victim_ = lan_.add(1);
    Address stranger_ = Address::parse("192.0.2.66:21470").value();
    std::uint64_t made_ = 0;
};

TEST_F(HostileBeacons, with_a_wrong_signature_are_dropped)
{
    lan_.inject(victim_, stranger_, signed_by(packet(5), 6));
    EXPECT_EQ(found(), 0U);
    EXPECT_EQ(counts().forged, 1U);
}

TEST_F(HostileBeacons, that_are_garbage_are_dropped)
{
    lan_.inject(victim_, stranger_, Bytes(300, std::byte{0x4c}));
    EXPECT_EQ(counts().malformed, 1U);
    EXPECT_EQ(*lan_.hosts[victim_]->verified, 0);
}

TEST_F(HostileBeacons, from_another_network_or_another_address_than_they_list_are_dropped)
{
    lan_.inject(victim_, Address::parse("203.0.113.5:21470").value(), signed_by(packet(5), 5));
    lan_.inject(victim_, Address::parse("192.0.2.67:21470").value(), signed_by(packet(5), 5));
    EXPECT_EQ(found(), 0U);
    EXPECT_EQ(counts().off_link, 2U);
}

TEST_F(HostileBeacons, that_list_addresses_elsewhere_are_good_for_those_on_the_link_only)
{
    auto content = packet(5);
    for (const auto* elsewhere : {"203.0.113.1:7000", "127.0.0.1:7000", "224.0.0.1:7000", "0.0.0.0:7000"}) {
        content.addresses.push_back(Address::parse(elsewhere).value());
    }
    hear(content);
    ASSERT_EQ(found(), 1U);
    EXPECT_EQ(lan_.hosts[victim_]->found.front().second.addresses, std::vector{packet(5).addresses.front()});
}

TEST_F(HostileBeacons, that_are_replayed_are_dropped)
{
    const auto first = packet(5);
    hear(first);
    hear(first);
    auto later = packet(5);
    later.port = 7001;
    later.addresses.front().port = 7001;
    hear(later);
    EXPECT_EQ(found(), 2U);
    hear(first);
    EXPECT_EQ(found(), 2U);
    EXPECT_EQ(counts().old, 2U);
}

TEST_F(HostileBeacons, of_an_earlier_process_that_are_replayed_are_dropped)
{
    auto old_process = packet(5);
    old_process.epoch = 77;
    hear(packet(5));
    hear(old_process);
    EXPECT_EQ(found(), 1U);
}

TEST_F(HostileBeacons, that_replay_our_own_of_an_earlier_process_raise_no_alarm)
{
    auto ours = packet(1);
    ours.epoch = 99;
    ours.sequence = lan_.microseconds_now() - 1;
    hear(ours);
    EXPECT_TRUE(lan_.hosts[victim_]->doubles.empty());
    EXPECT_EQ(*lan_.hosts[victim_]->verified, 0);
}

TEST_F(HostileBeacons, that_forge_a_goodbye_end_nobody)
{
    hear(packet(5));
    lan_.inject(victim_, stranger_, signed_by(packet(5, BeaconKind::goodbye), 6));
    EXPECT_TRUE(lan_.hosts[victim_]->gone.empty());
}

TEST_F(HostileBeacons, in_a_flood_cost_little_and_leave_room_for_a_peer)
{
    for (int i = 0; i < 10'000; ++i) {
        lan_.inject(victim_, stranger_, signed_by(packet(static_cast<std::uint8_t>(2 + i % 200)), 1));
        lan_.run_for(milliseconds(1));
    }
    // Ten seconds at 20 a second, and the burst before.
    EXPECT_LE(*lan_.hosts[victim_]->verified, 60 + 10 * 20 + 10);
    lan_.add(250);
    lan_.run_for(milliseconds(100));
    EXPECT_EQ(lan_.times_found(victim_, 250), 1U);
}

TEST_F(HostileBeacons, that_forge_a_known_peer_do_not_make_it_unheard)
{
    const auto peer = lan_.add(3);
    lan_.run_for(seconds(2));
    const auto address = lan_.hosts[peer]->link.addresses.front().address;
    const auto known = lan_.times_found(victim_, 3);
    auto future = packet(3);
    future.sequence += 1'000'000'000;
    future.addresses = {address};
    lan_.inject(victim_, address, signed_by(future, 4));
    lan_.run_for(seconds(12));
    EXPECT_GT(lan_.times_found(victim_, 3), known);
}

TEST_F(HostileBeacons, that_ask_again_and_again_get_few_answers_none_of_them_larger)
{
    lan_.run_for(seconds(2));
    lan_.packets.clear();
    for (int i = 0; i < 2000; ++i) {
        hear(packet(5, BeaconKind::question));
        lan_.inject(victim_, Address::parse("203.0.113.5:99").value(),
                    signed_by(packet(6, BeaconKind::question), 6), Address::parse("192.0.2.1").value());
        lan_.run_for(milliseconds(1));
    }
    std::size_t answers = 0;
    for (const auto& sent : lan_.packets) {
        EXPECT_LE(sent.packet.bytes.size(), max_beacon_size);
        answers += sent.content.kind == BeaconKind::answer ? 1U : 0U;
    }
    EXPECT_GE(answers, 3U);
    EXPECT_LE(answers, 5U + 20 + 2 * 20);
}

TEST_F(HostileBeacons, that_ask_as_somebody_else_each_time_are_answered_once_a_second)
{
    lan_.run_for(seconds(2));
    lan_.packets.clear();
    for (int i = 0; i < 2000; ++i) {
        auto question = packet(5, BeaconKind::question);
        question.epoch = static_cast<std::uint64_t>(i);
        hear(question);
        lan_.run_for(milliseconds(1));
    }
    EXPECT_LE(std::ranges::count_if(lan_.packets,
                                    [](const auto& sent) { return sent.content.kind == BeaconKind::answer; }),
              3);
}

TEST_F(HostileBeacons, with_many_keys_from_many_addresses_get_few_answers_and_no_flood_of_broadcasts)
{
    lan_.run_for(seconds(30));
    lan_.packets.clear();
    for (int i = 0; i < 2000; ++i) {
        auto question = packet(5, BeaconKind::question);
        question.key.back() = static_cast<std::byte>(i % 256);
        question.key[1] = static_cast<std::byte>(i / 256);
        question.addresses.front() = Address::v4({192, 0, 2, static_cast<std::uint8_t>(2 + i % 250)}, 7000);
        auto from = question.addresses.front();
        from.port = beacon_port;
        lan_.inject(victim_, from, signed_with_its_key(question));
        lan_.run_for(milliseconds(5));
    }
    // Ten seconds: two of our own rounds of three packets, and a round a second for all who ask.
    EXPECT_LE(lan_.packets.size(), 3U * (3 + 3 + 10) + 20 + 10 * 20);
    EXPECT_LE(std::ranges::count_if(
                  lan_.packets,
                  [](const auto& sent) { return sent.packet.to.is_v4() && sent.packet.to.ip[15] == 255; }),
              2 * (3 + 3 + 10));
}

TEST_F(HostileBeacons, from_everywhere_with_good_signatures_do_not_make_known_peers_unheard)
{
    lan_.add(3);
    lan_.run_for(seconds(3));
    for (int i = 0; i < 30'000; ++i) {
        auto content = packet(5);
        content.key.back() = static_cast<std::byte>(i % 256);
        content.key[1] = static_cast<std::byte>(i / 256);
        content.addresses.front() = Address::v4({192, 0, 2, static_cast<std::uint8_t>(4 + i % 250)}, 7000);
        lan_.inject(victim_, content.addresses.front(), signed_with_its_key(content));
        lan_.inject(victim_, Address::parse("203.0.113.9:9").value(),
                    signed_with_its_key(packet(6, BeaconKind::question)),
                    Address::parse("192.0.2.1").value());
        lan_.run_for(milliseconds(1));
    }
    EXPECT_EQ(std::ranges::count(lan_.hosts[victim_]->gone, fake_id(fake_key(3))), 0);
    EXPECT_GE(lan_.times_found(victim_, 3), 5U);
}

TEST_F(HostileBeacons, that_replay_a_peer_that_is_gone_are_dropped)
{
    const auto last = packet(5);
    hear(last);
    hear(packet(5, BeaconKind::goodbye));
    ASSERT_EQ(lan_.hosts[victim_]->gone.size(), 1U);
    lan_.run_for(seconds(30));
    hear(last);
    EXPECT_EQ(found(), 1U);
    hear(packet(5));
    EXPECT_EQ(found(), 2U);
}

TEST_F(HostileBeacons, of_thousands_of_keys_are_kept_within_bounds)
{
    for (int i = 0; i < 20'000; ++i) {
        auto content = packet(5);
        content.key.front() = static_cast<std::byte>(i % 256);
        content.key.back() = static_cast<std::byte>(i / 256);
        content.addresses.front() = Address::v4({192, 0, 2, static_cast<std::uint8_t>(2 + i % 250)}, 7000);
        lan_.inject(victim_, content.addresses.front(), signed_with_its_key(content));
        lan_.run_for(milliseconds(1));
    }
    EXPECT_LE(found(), 300U + 20 * 200);
    EXPECT_GT(counts().limited + counts().no_news, 15'000U);
    EXPECT_LE(found() - lan_.hosts[victim_]->gone.size(), 2048U);
}

}  // namespace
}  // namespace lanspread::discovery
