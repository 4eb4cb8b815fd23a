#include "wire/diagnosis.h"

#include "wire/codec.h"

#include <gtest/gtest.h>

namespace lanspread::wire {
namespace {

Reach reach_of(std::size_t count)
{
    Reach reach{.clock_ms = 1'700'000'000'000, .peers = {}};
    for (std::size_t number = 0; number < count; ++number) {
        ReachPeer peer{.id = {}, .name = "anna", .state = "connected", .round_trip_us = 400, .found_by = {}};
        peer.id.bytes[0] = std::byte(number & 0xff);
        peer.id.bytes[1] = std::byte(number >> 8);
        peer.found_by.push_back({.path = "mdns", .interface = "eth0", .seconds_ago = 3});
        reach.peers.push_back(std::move(peer));
    }
    return reach;
}

TEST(Reach, says_the_same_when_it_is_written_and_read)
{
    const auto text = encode(reach_of(3));
    ASSERT_TRUE(text) << text.error().message;
    const auto read = decode<Reach>(*text);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->peers, reach_of(3).peers);
    EXPECT_EQ(read->clock_ms, 1'700'000'000'000U);
}

TEST(Reach, of_the_largest_party_fits_into_a_message)
{
    auto reach = reach_of(max_reach_peers);
    for (auto& peer : reach.peers) {
        peer.name = std::string(64, 'x');
        peer.found_by.assign(max_reach_paths,
                             {.path = "incoming", .interface = std::string(15, 'i'), .seconds_ago = 86400});
    }
    EXPECT_TRUE(encode(reach));
}

TEST(Reach, with_more_peers_or_paths_than_the_limit_is_refused)
{
    EXPECT_FALSE(encode(reach_of(max_reach_peers + 1)));
    auto reach = reach_of(1);
    reach.peers[0].found_by.assign(max_reach_paths + 1, {.path = "mdns"});
    EXPECT_FALSE(encode(reach));
}

TEST(Reach, that_names_a_peer_twice_is_refused)
{
    auto reach = reach_of(1);
    reach.peers.push_back(reach.peers.front());
    EXPECT_FALSE(encode(reach));
}

TEST(Reach, with_text_that_a_terminal_would_obey_is_refused)
{
    auto name = reach_of(1);
    name.peers[0].name = "anna\x1b[2J";
    EXPECT_FALSE(encode(name));
    auto interface = reach_of(1);
    interface.peers[0].found_by[0].interface = "eth0\n";
    EXPECT_FALSE(encode(interface));
    auto state = reach_of(1);
    state.peers[0].state = "asleep";
    EXPECT_FALSE(encode(state));
}

TEST(SpeedTested, that_claims_more_than_was_to_be_sent_or_no_time_is_refused)
{
    EXPECT_TRUE(encode(SpeedTested{.bytes = filler_size, .microseconds = 1}));
    EXPECT_FALSE(encode(SpeedTested{.bytes = filler_size + 1, .microseconds = 1}));
    EXPECT_FALSE(encode(SpeedTested{.bytes = 1, .microseconds = 0}));
}

}  // namespace
}  // namespace lanspread::wire
