#include "content/chunk_ranges.h"

#include <gtest/gtest.h>

namespace lanspread::content {
namespace {

const std::vector<Extent> extents{{.file = 3, .offset = 1000, .size = 10},
                                  {.file = 4, .offset = 0, .size = 5},
                                  {.file = 6, .offset = 0, .size = 20}};

TEST(ChunkRanges, are_parts_of_files)
{
    const std::vector<ChunkRange> ranges{{.offset = 2, .size = 3}, {.offset = 20, .size = 15}};
    EXPECT_EQ(file_pieces(extents, ranges),
              (std::vector<FilePiece>{{{.file = 3, .offset = 1002, .size = 3}, 2},
                                      {{.file = 6, .offset = 5, .size = 15}, 20}}));
}

TEST(ChunkRanges, reach_over_several_files)
{
    const std::vector<ChunkRange> ranges{{.offset = 9, .size = 7}, {.offset = 16, .size = 1}};
    EXPECT_EQ(file_pieces(extents, ranges),
              (std::vector<FilePiece>{{{.file = 3, .offset = 1009, .size = 1}, 9},
                                      {{.file = 4, .offset = 0, .size = 5}, 10},
                                      {{.file = 6, .offset = 0, .size = 1}, 15},
                                      {{.file = 6, .offset = 1, .size = 1}, 16}}));
}

TEST(ChunkRanges, of_a_whole_chunk_are_its_extents)
{
    const std::vector<ChunkRange> whole{{.offset = 0, .size = 35}};
    const auto pieces = file_pieces(extents, whole);
    ASSERT_EQ(pieces.size(), extents.size());
    for (std::size_t index = 0; index < extents.size(); ++index) {
        EXPECT_EQ(pieces[index].extent, extents[index]);
    }
    EXPECT_TRUE(file_pieces(extents, {}).empty());
}

}  // namespace
}  // namespace lanspread::content
