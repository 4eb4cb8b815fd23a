#include "content/chunk_ranges.h"

#include <algorithm>

namespace lanspread::content {

std::vector<FilePiece> file_pieces(std::span<const Extent> extents, std::span<const ChunkRange> ranges)
{
    std::vector<FilePiece> pieces;
    std::uint32_t begin = 0;  // of the first extent, in the chunk
    for (auto range : ranges) {
        while (range.size > 0 && !extents.empty()) {
            const auto& extent = extents.front();
            if (range.offset >= begin + extent.size) {
                begin += extent.size;
                extents = extents.subspan(1);
                continue;
            }
            const auto skipped = range.offset - begin;
            const auto size = std::min(range.size, extent.size - skipped);
            pieces.push_back(
                {.extent = {.file = extent.file, .offset = extent.offset + skipped, .size = size},
                 .chunk_offset = range.offset});
            range.offset += size;
            range.size -= size;
        }
    }
    return pieces;
}

}  // namespace lanspread::content
