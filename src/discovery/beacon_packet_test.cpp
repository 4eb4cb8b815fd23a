#include "discovery/beacon_packet.h"

#include <gtest/gtest.h>

namespace lanspread::discovery {
namespace {

BeaconPacket sample(BeaconKind kind = BeaconKind::beacon)
{
    BeaconPacket packet{
        .kind = kind,
        .epoch = 0x0102030405060708,
        .sequence = 1'700'000'000'000'000,
        .answers = kind == BeaconKind::answer ? 5U : 0U,
        .port = 7000,
        .name = "Анна's PC",
        .addresses = {Address::parse("192.0.2.1:7000").value(), Address::parse("[fd77::1]:7000").value()}};
    packet.key.fill(std::byte{7});
    return packet;
}

Bytes with_signature(const BeaconPacket& packet)
{
    auto bytes = encode_unsigned(packet);
    bytes.resize(bytes.size() + std::tuple_size_v<Signature>, std::byte{9});
    return bytes;
}

TEST(BeaconPacket, of_each_kind_is_read_as_it_was_written)
{
    for (const auto kind :
         {BeaconKind::beacon, BeaconKind::question, BeaconKind::answer, BeaconKind::goodbye}) {
        const auto bytes = with_signature(sample(kind));
        const auto decoded = decode_beacon(bytes);
        ASSERT_TRUE(decoded);
        EXPECT_EQ(decoded->packet, sample(kind));
        EXPECT_EQ(decoded->signed_part.size(), bytes.size() - 64);
        EXPECT_EQ(decoded->signature.front(), std::byte{9});
    }
}

TEST(BeaconPacket, that_is_a_question_is_as_large_as_the_largest_answer_could_be)
{
    auto largest = sample(BeaconKind::answer);
    largest.name = std::string(max_beacon_name, 'x');
    largest.addresses.assign(max_beacon_addresses, Address::parse("[fd77::1]:7000").value());
    EXPECT_LE(with_signature(largest).size(), max_beacon_size);
    EXPECT_TRUE(decode_beacon(with_signature(largest)));
    EXPECT_EQ(with_signature(sample(BeaconKind::question)).size(), max_beacon_size);
}

TEST(BeaconPacket, that_is_cut_or_longer_or_padded_is_none)
{
    const auto whole = with_signature(sample());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(decode_beacon(ByteSpan(whole).first(size))) << size;
    }
    auto longer = whole;
    longer.push_back({});
    EXPECT_FALSE(decode_beacon(longer));

    auto question = with_signature(sample(BeaconKind::question));
    question[question.size() - 65] = std::byte{1};
    EXPECT_FALSE(decode_beacon(question));
    question.resize(question.size() - 1);
    EXPECT_FALSE(decode_beacon(question));
}

TEST(BeaconPacket, with_impossible_content_is_none)
{
    const auto refused = [](auto change) {
        auto packet = sample();
        change(packet);
        return !decode_beacon(with_signature(packet));
    };
    EXPECT_TRUE(refused([](auto& packet) { packet.port = 0; }));
    EXPECT_TRUE(refused([](auto& packet) { packet.kind = static_cast<BeaconKind>(0); }));
    EXPECT_TRUE(refused([](auto& packet) { packet.kind = static_cast<BeaconKind>(5); }));
    EXPECT_TRUE(refused([](auto& packet) { packet.answers = 1; }));
    EXPECT_TRUE(refused([](auto& packet) { packet.name = "\x1b[2J"; }));
    EXPECT_TRUE(refused([](auto& packet) { packet.name = "\xff"; }));
    EXPECT_TRUE(refused([](auto& packet) { packet.name = std::string(max_beacon_name + 1, 'x'); }));
    EXPECT_TRUE(refused([](auto& packet) {
        packet.addresses.assign(max_beacon_addresses + 1, Address::parse("192.0.2.1:7000").value());
    }));
}

TEST(BeaconPacket, of_another_version_is_none)
{
    auto bytes = with_signature(sample());
    bytes[4] = std::byte{2};
    EXPECT_FALSE(decode_beacon(bytes));
}

}  // namespace
}  // namespace lanspread::discovery
