#include "swarm/block_sums.h"

#include <gtest/gtest.h>

#include "library/testing.h"
#include "swarm/pair_search.h"

namespace lanspread::swarm {
namespace {

std::vector<std::uint32_t> sums_of(std::string_view text, std::uint32_t block)
{
    Bytes sums;
    append_sums(sums, as_bytes(text), block);
    return read_sums(sums, block);
}

TEST(BlockSums, roll_to_the_hash_of_every_window)
{
    const auto text = library::pattern(3000, 1);
    const auto bytes = as_bytes(text);
    constexpr std::size_t window = 1027;
    RollingHash rolling(window);
    rolling.reset(bytes.first(window));
    for (std::size_t at = 0; at + window < bytes.size(); ++at) {
        ASSERT_EQ(rolling.hash(), block_hash(bytes.subspan(at, window))) << at;
        rolling.roll(bytes[at], bytes[at + window]);
    }
}

TEST(BlockSums, differ_where_one_byte_does_or_two_change_places)
{
    auto text = library::pattern(16384, 1);
    const auto sum = block_sum(block_hash(as_bytes(text)));
    for (const std::size_t at : {0, 1, 5000, 16383}) {
        text[at] ^= 1;
        EXPECT_NE(block_sum(block_hash(as_bytes(text))), sum) << at;
        text[at] ^= 1;
    }
    std::swap(text[100], text[1124]);
    EXPECT_NE(block_sum(block_hash(as_bytes(text))), sum);
}

TEST(BlockSums, are_what_every_peer_tells_of_the_same_bytes)
{
    EXPECT_EQ(block_hash(as_bytes("abcdefgh")), 10'013'841'857'644'742'180U);
    EXPECT_EQ(sums_of("abcdefgh", 64), std::vector<std::uint32_t>{38'563 >> 8});
    EXPECT_EQ(sums_of("abcdefgh", 256), std::vector<std::uint32_t>{38'563});
}

TEST(BlockSums, are_the_longer_the_larger_the_block_is)
{
    const auto text = library::pattern(40'000, 2);
    Bytes large;
    append_sums(large, as_bytes(text), 16384);
    EXPECT_EQ(large.size(), 3U * 3U);
    Bytes small;
    append_sums(small, as_bytes(text), 256);
    EXPECT_EQ(small.size(), 157U * 2U);
    EXPECT_EQ(read_sums(small, 256).at(7),
              block_sum(block_hash(as_bytes(text).subspan(7 * 256, 256))) >> 16U);
    Bytes smallest;
    append_sums(smallest, as_bytes(text), 32);
    EXPECT_EQ(smallest.size(), 1250U);
}

TEST(PairSearch, finds_two_neighbouring_blocks_wherever_they_lie)
{
    const auto text = library::pattern(200'000, 3);
    const auto moved = library::pattern(12'345, 4) + text;
    const auto sums = sums_of(text, 16384);
    const PairSearch search(16384, {{.position = 5, .first = sums[5], .second = sums[6]}});
    const auto hit = search.find(as_bytes(moved));
    ASSERT_TRUE(hit);
    EXPECT_EQ(hit->position, 5U);
    EXPECT_EQ(hit->found_at, 12'345U + 5 * 16384);
    EXPECT_FALSE(search.find(as_bytes(moved), hit->found_at + 1));
}

TEST(PairSearch, does_not_take_one_block_for_a_pair)
{
    const auto text = library::pattern(200'000, 3);
    const auto sums = sums_of(text, 16384);
    const PairSearch search(16384, {{.position = 5, .first = sums[5], .second = sums[6] + 1}});
    EXPECT_FALSE(search.find(as_bytes(text)));
}

TEST(PairSearch, goes_through_a_pattern_as_fast_as_through_anything)
{
    const std::string zeros(8 * 1024 * 1024, '\0');
    const auto zero = sums_of(zeros, 16384).front();
    std::vector<PairSearch::Pair> pairs;
    for (std::uint32_t number = 0; number < 1000; ++number) {
        pairs.push_back({.position = number, .first = zero, .second = zero + 1 + number});
    }
    EXPECT_FALSE(PairSearch(16384, std::move(pairs)).find(as_bytes(zeros)));
}

TEST(PairSearch, finds_nothing_in_what_is_too_short)
{
    const PairSearch search(16384, {{.position = 0, .first = 1, .second = 2}});
    EXPECT_FALSE(search.find({}));
    EXPECT_FALSE(search.find(as_bytes(std::string(32767, 'x'))));
    EXPECT_FALSE(PairSearch(16384, {}).find(as_bytes(std::string(40000, 'x'))));
}

}  // namespace
}  // namespace lanspread::swarm
