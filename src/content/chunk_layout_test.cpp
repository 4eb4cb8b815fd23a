#include "content/manifest.h"

#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace lanspread::content {

namespace {

constexpr auto mib = max_chunk_size;

/// Files of these sizes, named so that their order is canonical.
std::vector<ManifestFile> files_of(const std::vector<std::uint64_t>& sizes)
{
    std::vector<ManifestFile> files;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        files.push_back({.path = SafePath::parse(fmt::format("{:06}", i)).value(), .size = sizes[i]});
    }
    return files;
}

std::vector<Extent> extents_of(const ChunkLayout& layout, std::size_t chunk)
{
    return {layout.extents.begin() + layout.first_extent[chunk],
            layout.extents.begin() + layout.first_extent[chunk + 1]};
}

/// Sizes on both sides of everything that a layout decides on.
rc::Gen<std::vector<std::uint64_t>> any_sizes()
{
    return rc::gen::container<std::vector<std::uint64_t>>(rc::gen::oneOf(
        rc::gen::inRange<std::uint64_t>(0, 3), rc::gen::inRange<std::uint64_t>(0, mib + 2),
        rc::gen::inRange<std::uint64_t>(mib - 2, mib + 2), rc::gen::inRange<std::uint64_t>(mib, 5 * mib)));
}

}  // namespace

TEST(ChunkLayout, cuts_a_large_file_at_its_own_boundaries)
{
    const auto layout = chunk_layout(files_of({2 * mib + 7}));
    ASSERT_EQ(layout.first_extent, (std::vector<std::uint32_t>{0, 1, 2, 3}));
    EXPECT_EQ(layout.extents[0], (Extent{.file = 0, .offset = 0, .size = mib}));
    EXPECT_EQ(layout.extents[1], (Extent{.file = 0, .offset = mib, .size = mib}));
    EXPECT_EQ(layout.extents[2], (Extent{.file = 0, .offset = 2 * mib, .size = 7}));
}

TEST(ChunkLayout, gives_a_file_of_exactly_one_chunk_a_chunk_of_its_own)
{
    const auto layout = chunk_layout(files_of({5, mib, 6}));
    ASSERT_EQ(layout.first_extent.size(), 3);
    EXPECT_EQ(extents_of(layout, 1), (std::vector{Extent{.file = 1, .offset = 0, .size = mib}}));
}

TEST(ChunkLayout, packs_small_files_together_across_large_ones)
{
    const auto layout = chunk_layout(files_of({5, 2 * mib, 6}));
    ASSERT_EQ(layout.first_extent, (std::vector<std::uint32_t>{0, 2, 3, 4}));
    EXPECT_EQ(extents_of(layout, 0),
              (std::vector{Extent{.file = 0, .size = 5}, Extent{.file = 2, .size = 6}}));
}

TEST(ChunkLayout, begins_another_packed_chunk_where_a_small_file_does_not_fit)
{
    const auto layout = chunk_layout(files_of({mib - 1, 1, 1}));
    ASSERT_EQ(layout.first_extent, (std::vector<std::uint32_t>{0, 2, 3}));
    EXPECT_EQ(extents_of(layout, 1), (std::vector{Extent{.file = 2, .size = 1}}));
}

TEST(ChunkLayout, has_no_chunk_for_empty_files)
{
    EXPECT_EQ(chunk_count(files_of({0, 0})), 0);
    EXPECT_EQ(chunk_layout(files_of({0, 0})).first_extent, std::vector<std::uint32_t>{0});
    EXPECT_EQ(chunk_layout({}).first_extent, std::vector<std::uint32_t>{0});
}

RC_GTEST_PROP(ChunkLayout, covers_each_byte_exactly_once, ())
{
    const auto files = files_of(*any_sizes());
    const auto layout = chunk_layout(files);
    auto extents = layout.extents;
    std::ranges::sort(extents);
    std::vector<std::uint64_t> covered(files.size());
    for (const auto& extent : extents) {
        RC_ASSERT(extent.size > 0);
        RC_ASSERT(extent.offset == covered[extent.file]);
        covered[extent.file] += extent.size;
    }
    for (std::size_t i = 0; i < files.size(); ++i) {
        RC_ASSERT(covered[i] == files[i].size);
    }
}

RC_GTEST_PROP(ChunkLayout, has_chunks_of_one_byte_to_a_mebibyte_in_the_order_of_their_first_bytes, ())
{
    const auto files = files_of(*any_sizes());
    const auto layout = chunk_layout(files);
    RC_ASSERT(layout.first_extent.size() == chunk_count(files) + std::size_t{1});
    Extent previous;
    for (std::size_t chunk = 0; chunk + 1 < layout.first_extent.size(); ++chunk) {
        const auto extents = extents_of(layout, chunk);
        RC_ASSERT(!extents.empty() && std::ranges::is_sorted(extents));
        RC_ASSERT(chunk == 0 || previous < extents.front());
        previous = extents.front();
        std::uint64_t size = 0;
        for (const auto& extent : extents) {
            size += extent.size;
        }
        RC_ASSERT(size >= 1 && size <= mib);
    }
}

RC_GTEST_PROP(ChunkLayout, changes_only_a_large_files_own_chunks_when_its_size_changes, ())
{
    auto sizes = *any_sizes();
    const auto place = *rc::gen::inRange<std::size_t>(0, sizes.size() + 1);
    sizes.insert(sizes.begin() + static_cast<std::ptrdiff_t>(place),
                 *rc::gen::inRange<std::uint64_t>(mib, 6 * mib));
    const auto others = [&] {
        const auto layout = chunk_layout(files_of(sizes));
        std::vector<std::vector<Extent>> chunks;
        for (std::size_t chunk = 0; chunk + 1 < layout.first_extent.size(); ++chunk) {
            if (auto extents = extents_of(layout, chunk); extents.front().file != place) {
                chunks.push_back(std::move(extents));
            }
        }
        return chunks;
    };
    const auto before = others();
    sizes[place] = *rc::gen::inRange<std::uint64_t>(mib, 6 * mib);
    RC_ASSERT(others() == before);
}

}  // namespace lanspread::content
