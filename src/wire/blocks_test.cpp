#include "wire/blocks.h"

#include <gtest/gtest.h>

#include "wire/codec.h"

namespace lanspread::wire {

namespace {

bool is_good(std::uint32_t block, std::vector<std::uint32_t> runs)
{
    const bool is_good_for_sums = check(GetSums{.block = block, .piece = 32, .runs = runs}).has_value();
    const bool is_good_for_ranges = check(GetRanges{.block = block, .runs = std::move(runs)}).has_value();
    EXPECT_EQ(is_good_for_sums, is_good_for_ranges);
    return is_good_for_sums;
}

TEST(Blocks, come_in_powers_of_two)
{
    EXPECT_TRUE(is_good(32, {0, 1}));
    EXPECT_TRUE(is_good(16384, {0, 1}));
    for (const auto block : {0U, 16U, 100U, 32768U}) {
        EXPECT_FALSE(is_good(block, {0, 1})) << block;
    }
    for (const auto piece : {0U, 16U, 48U, 2048U}) {
        EXPECT_FALSE(check(GetSums{.block = 1024, .piece = piece, .runs = {0, 1}})) << piece;
    }
}

TEST(Blocks, are_named_by_pairs_of_numbers_and_not_too_many)
{
    EXPECT_TRUE(is_good(64, std::vector<std::uint32_t>(max_block_runs, 1)));
    EXPECT_FALSE(is_good(64, std::vector<std::uint32_t>(max_block_runs + 2, 1)));
    EXPECT_FALSE(is_good(64, {}));
    EXPECT_FALSE(is_good(64, {0, 1, 2}));
}

TEST(Blocks, that_cannot_be_are_refused_when_they_are_read)
{
    const auto text = encode(GetRanges{.content = {}, .chunk = 3, .block = 64, .runs = {5, 6}}).value();
    ASSERT_TRUE(decode<GetRanges>(text));
    EXPECT_EQ(decode<GetRanges>(text)->runs, (std::vector<std::uint32_t>{5, 6}));
    auto wrong = text;
    wrong.replace(wrong.find("64,"), 2, "65");
    EXPECT_FALSE(decode<GetRanges>(wrong));
}

}  // namespace

}  // namespace lanspread::wire
