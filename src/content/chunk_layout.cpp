#include "content/manifest.h"

#include <algorithm>
#include <numeric>

namespace lanspread::content {

namespace {

/// Tells `visit(chunk, extent)` of every extent, file by file: so a packed chunk's extents come in order,
/// with those of larger files between them.
template <class Visit>
void for_each_extent(std::span<const ManifestFile> files, Visit visit)
{
    std::uint32_t next_chunk = 0;
    std::uint32_t packed_chunk = 0;
    std::uint64_t room_in_packed_chunk = 0;
    for (std::uint32_t file = 0; file < files.size(); ++file) {
        const auto size = files[file].size;
        if (size >= max_chunk_size) {
            for (std::uint64_t offset = 0; offset < size; offset += max_chunk_size) {
                const auto part = static_cast<std::uint32_t>(std::min(max_chunk_size, size - offset));
                visit(next_chunk++, Extent{.file = file, .offset = offset, .size = part});
            }
        } else if (size > 0) {
            if (size > room_in_packed_chunk) {
                packed_chunk = next_chunk++;
                room_in_packed_chunk = max_chunk_size;
            }
            room_in_packed_chunk -= size;
            visit(packed_chunk, Extent{.file = file, .offset = 0, .size = static_cast<std::uint32_t>(size)});
        }
    }
}

}  // namespace

std::uint32_t chunk_count(std::span<const ManifestFile> files)
{
    std::uint32_t count = 0;
    for_each_extent(files,
                    [&count](std::uint32_t chunk, const Extent&) { count = std::max(count, chunk + 1); });
    return count;
}

ChunkLayout chunk_layout(std::span<const ManifestFile> files)
{
    // A counting sort by chunk: how many extents each has, then where each chunk's first one goes, then all
    // into place.
    ChunkLayout layout;
    layout.first_extent.resize(chunk_count(files) + std::size_t{1});
    for_each_extent(files, [&](std::uint32_t chunk, const Extent&) { ++layout.first_extent[chunk + 1]; });
    std::partial_sum(layout.first_extent.begin(), layout.first_extent.end(), layout.first_extent.begin());

    layout.extents.resize(layout.first_extent.back());
    std::vector<std::uint32_t> next(layout.first_extent.begin(), layout.first_extent.end() - 1);
    for_each_extent(
        files, [&](std::uint32_t chunk, const Extent& extent) { layout.extents[next[chunk]++] = extent; });
    return layout;
}

}  // namespace lanspread::content
