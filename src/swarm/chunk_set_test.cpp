#include "swarm/chunk_set.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace lanspread::swarm {
namespace {

TEST(ChunkSet, counts_what_it_contains)
{
    auto set = ChunkSet::none_of(130);
    set.insert(0);
    set.insert(129);
    set.insert(129);
    EXPECT_EQ(set.count(), 2U);
    set.erase(0);
    set.erase(0);
    EXPECT_EQ(set.count(), 1U);
    EXPECT_TRUE(set.contains(129));
    EXPECT_FALSE(set.contains(0));
}

TEST(ChunkSet, is_full_when_nothing_is_missing)
{
    auto set = ChunkSet::all_of(65);
    EXPECT_TRUE(set.is_full());
    set.erase(64);
    EXPECT_FALSE(set.is_full());
    EXPECT_TRUE(ChunkSet::none_of(0).is_full());
}

TEST(ChunkSet, refuses_bytes_of_another_size_or_with_chunks_that_are_not_there)
{
    const auto bytes = ChunkSet::all_of(65).to_bytes();
    EXPECT_TRUE(ChunkSet::from_bytes(bytes, 65));
    EXPECT_FALSE(ChunkSet::from_bytes(bytes, 64));
    EXPECT_FALSE(ChunkSet::from_bytes(bytes, 129));
    EXPECT_FALSE(ChunkSet::from_bytes(ChunkSet::all_of(66).to_bytes(), 65));
    EXPECT_FALSE(ChunkSet::from_bytes({}, 1));
}

RC_GTEST_PROP(ChunkSet, comes_back_from_its_bytes_and_walks_in_order, (std::uint32_t seed))
{
    const auto size = seed % 300 + 1;
    auto some = ChunkSet::none_of(size);
    auto others = ChunkSet::none_of(size);
    for (const auto chunk :
         *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(0, size))) {
        some.insert(chunk);
    }
    for (const auto chunk :
         *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(0, size))) {
        others.insert(chunk);
    }
    RC_ASSERT(ChunkSet::from_bytes(some.to_bytes(), size) == some);

    const auto from = *rc::gen::inRange<std::uint32_t>(0, size + 1);
    std::optional<std::uint32_t> expected;
    for (std::uint32_t step = 0; step < size && !expected; ++step) {
        const auto chunk = (from % size + step) % size;
        if (some.contains(chunk) && others.contains(chunk)) {
            expected = chunk;
        }
    }
    RC_ASSERT(some.next_common(others, from) == expected);
}

RC_GTEST_PROP(ChunkSet, passes_over_what_it_does_not_have_in_common, (std::uint32_t seed))
{
    // Some 10,000 chunks, of which only each 449th ever comes, so that most of both sets is empty.
    const auto size = seed % 1000 + 9000;
    const auto any = rc::gen::map(rc::gen::inRange<std::uint32_t>(0, 20),
                                  [size](std::uint32_t number) { return number * 449 % size; });
    auto some = ChunkSet::none_of(size);
    auto others = ChunkSet::all_of(size);
    for (const auto chunk : *rc::gen::container<std::vector<std::uint32_t>>(any)) {
        some.contains(chunk) ? some.erase(chunk) : some.insert(chunk);
    }
    for (const auto chunk : *rc::gen::container<std::vector<std::uint32_t>>(any)) {
        others.contains(chunk) ? others.erase(chunk) : others.insert(chunk);
    }
    const auto from = *rc::gen::oneOf(any, rc::gen::inRange<std::uint32_t>(0, size));
    std::optional<std::uint32_t> expected;
    for (std::uint32_t step = 0; step < size && !expected; ++step) {
        const auto chunk = (from + step) % size;
        if (some.contains(chunk) && others.contains(chunk)) {
            expected = chunk;
        }
    }
    RC_ASSERT(some.next_common(others, from) == expected);
    RC_ASSERT(others.next_common(some, from) == expected);
}

}  // namespace
}  // namespace lanspread::swarm
