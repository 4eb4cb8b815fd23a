#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "content/manifest.h"

namespace lanspread::content {

/// A part of a chunk.
struct ChunkRange {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
};

/// The part of a file that is a part of a chunk.
struct FilePiece {
    Extent extent;
    std::uint32_t chunk_offset = 0;  ///< where it lies in the chunk

    auto operator<=>(const FilePiece&) const = default;
};

/// What `ranges`, in order and within the chunk, are of the files that the chunk's `extents` name; in order.
[[nodiscard]] std::vector<FilePiece> file_pieces(std::span<const Extent> extents,
                                                 std::span<const ChunkRange> ranges);

}  // namespace lanspread::content
