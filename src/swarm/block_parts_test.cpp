#include "swarm/block_parts.h"

#include <gtest/gtest.h>

#include "swarm/fake_network.h"

namespace lanspread::swarm {
namespace {

/// Chunks 0 and 1 are whole, 2 has 1,000 bytes, 3 is packed.
Package game()
{
    return Package::make(
        "doom", "20240101",
        {{"a.pak", library::pattern(2 * content::max_chunk_size + 1000, 1)}, {"b.txt", "hello"}});
}

Result<std::vector<ChunkPart>> parts_of(std::uint32_t chunk, std::uint32_t block,
                                        std::vector<std::uint32_t> runs)
{
    return to_parts({.chunk = chunk, .block = block, .runs = std::move(runs)}, *game().manifest);
}

TEST(BlockParts, come_back_from_their_question_as_they_were)
{
    const std::vector<ChunkPart> parts{{.chunk = 0, .offset = 128, .size = 64},
                                       {.chunk = 0, .offset = 1024 * 1024 - 64, .size = 64},
                                       {.chunk = 2, .offset = 960, .size = 40}};
    const auto runs = to_runs(parts, 64);
    EXPECT_EQ(runs.runs, (std::vector<std::uint32_t>{2, 1, 16380, 1, 16399, 1}));
    EXPECT_EQ(to_parts(runs, *game().manifest).value(), parts);
}

TEST(BlockParts, of_neighbouring_chunks_are_one_run)
{
    const std::vector<ChunkPart> parts{{.chunk = 0, .offset = 0, .size = 1024 * 1024},
                                       {.chunk = 1, .offset = 0, .size = 1024 * 1024}};
    const auto runs = to_runs(parts, 16384);
    EXPECT_EQ(runs.runs, (std::vector<std::uint32_t>{0, 128}));
    EXPECT_EQ(to_parts(runs, *game().manifest).value(), parts);
    EXPECT_EQ(total_size(parts), 2U * 1024 * 1024);
    EXPECT_EQ(total_sum_size(parts, 16384), 128U * 3);
}

TEST(BlockParts, are_refused_where_there_are_none)
{
    EXPECT_TRUE(parts_of(2, 64, {0, 16}));
    EXPECT_FALSE(parts_of(2, 64, {0, 17}));
    EXPECT_FALSE(parts_of(2, 64, {16, 1}));
    EXPECT_TRUE(parts_of(2, 64, {16384, 1}));
    EXPECT_FALSE(parts_of(3, 64, {16384, 1}));
    EXPECT_FALSE(parts_of(4, 64, {0, 1}));
    EXPECT_FALSE(parts_of(UINT32_MAX, 64, {16384, 1}));
}

TEST(BlockParts, are_refused_where_they_reach_too_far)
{
    EXPECT_FALSE(parts_of(0, 64, {UINT32_MAX, UINT32_MAX}));
    EXPECT_FALSE(parts_of(0, 16384, {0, UINT32_MAX}));
    EXPECT_FALSE(parts_of(0, 16384, {64 * 64, 1}));
    // So many of them cannot add up to something small again.
    EXPECT_FALSE(parts_of(0, 64, std::vector<std::uint32_t>(4096, UINT32_MAX)));
}

}  // namespace
}  // namespace lanspread::swarm
