#include "swarm/piece_availability.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace lanspread::swarm {
namespace {

TEST(PieceAvailability, finds_the_rarest_wanted_chunk_that_the_source_has)
{
    PieceAvailability availability(5);
    for (std::uint32_t chunk = 0; chunk < 4; ++chunk) {
        availability.want(chunk);
        availability.count_one_more(chunk);
    }
    availability.count_one_less(2);
    auto has = ChunkSet::all_of(5);
    EXPECT_EQ(availability.rarest(has, 0), 2U);
    has.erase(2);
    EXPECT_EQ(availability.rarest(has, 3), 3U);
    availability.want_no_more(3);
    EXPECT_EQ(availability.rarest(has, 3), 0U);
    EXPECT_EQ(availability.rarest(ChunkSet::none_of(5), 0), std::nullopt);
}

RC_GTEST_PROP(PieceAvailability, agrees_with_a_look_at_every_chunk, ())
{
    constexpr std::uint32_t chunks = 130;
    PieceAvailability availability(chunks);
    std::vector<int> counts(chunks, 0);
    std::vector<bool> wanted(chunks, false);
    for (const auto& [chunk, step] : *rc::gen::container<std::vector<std::pair<std::uint32_t, int>>>(
             rc::gen::pair(rc::gen::inRange<std::uint32_t>(0, chunks), rc::gen::inRange(0, 6)))) {
        if (step == 0 || step == 1) {
            wanted[chunk] = step == 0;
            step == 0 ? availability.want(chunk) : availability.want_no_more(chunk);
        } else if (step == 2) {
            counts[chunk] = std::max(0, counts[chunk] - 1);
            availability.count_one_less(chunk);
        } else {
            ++counts[chunk];
            availability.count_one_more(chunk);
        }
    }
    auto has = ChunkSet::none_of(chunks);
    for (const auto chunk :
         *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(0, chunks))) {
        has.insert(chunk);
    }
    const auto found = availability.rarest(has, *rc::gen::inRange<std::uint32_t>(0, chunks + 1));
    for (std::uint32_t chunk = 0; chunk < chunks; ++chunk) {
        if (wanted[chunk] && has.contains(chunk)) {
            RC_ASSERT(found.has_value());
            RC_ASSERT(std::min(counts[*found], 15) <= std::min(counts[chunk], 15));
        }
    }
    if (found) {
        RC_ASSERT(wanted[*found] && has.contains(*found));
    }
}

TEST(PieceAvailability, finds_what_a_partial_holder_has_without_a_look_at_what_nobody_counts_for)
{
    PieceAvailability availability(200);
    for (std::uint32_t chunk = 0; chunk < 200; ++chunk) {
        availability.want(chunk);
    }
    auto has = ChunkSet::none_of(200);
    for (const std::uint32_t chunk : {20U, 120U}) {
        has.insert(chunk);
        availability.count_one_more(chunk);
    }
    availability.count_one_more(20);
    constexpr bool is_counted = true;
    EXPECT_EQ(availability.rarest(has, 0, is_counted), 120U);
    EXPECT_EQ(availability.rarest(has, 121, is_counted), 120U);
    availability.want_no_more(120);
    EXPECT_EQ(availability.rarest(has, 121, is_counted), 20U);
    EXPECT_EQ(availability.rarest(ChunkSet::all_of(200), 30), 30U) << "a complete holder has what nobody has";
}

}  // namespace
}  // namespace lanspread::swarm
