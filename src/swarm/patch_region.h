#pragma once

#include <algorithm>
#include <vector>

#include "swarm/reuse.h"

/// What patching.cpp and patch_search.cpp share.
namespace lanspread::swarm {

/// A chunk that is being put together, in the first buffer.
struct Reuse::RegionChunk {
    SharedBuffer buffer;
    SharedBuffer spare;
    ChunkAssembly assembly;
    Sums sums;                  ///< of its large blocks
    std::uint32_t fetched = 0;  ///< bytes
};

/// Chunks that are patched together, and who is asked for what they lack.
struct Reuse::Region {
    PeerId source;
    std::vector<RegionChunk> chunks;

    [[nodiscard]] std::vector<ChunkPart> parts(Parts of) const
    {
        std::vector<ChunkPart> all;
        for (const auto& chunk : chunks) {
            const auto its = (chunk.assembly.*of)();
            all.insert(all.end(), its.begin(), its.end());
        }
        return all;
    }
};

/// So little of a chunk was found that the rest is not worth the requests.
[[nodiscard]] inline bool is_hopeless(const ChunkAssembly& assembly)
{
    const auto size = assembly.size();
    const auto missing = assembly.missing_size();
    return missing > 0 && size - missing < std::max(size / 16, large_block);
}

}  // namespace lanspread::swarm
