#pragma once

#include <algorithm>
#include <set>
#include <vector>

#include "swarm/reuse.h"

/// What patching.cpp and patch_search.cpp share.
namespace lanspread::swarm {

/// A chunk that is being put together, in the first buffer.
struct Reuse::RegionChunk {
    SharedBuffer buffer;
    ChunkAssembly assembly;
    Sums sums;                     ///< of its large blocks
    std::set<std::int64_t> tried;  ///< how much further on in the old file it was looked for
    std::uint32_t fetched = 0;     ///< bytes
};

/// Chunks that are patched together, and who is asked for what they lack.
struct Reuse::Region {
    PeerId source;
    std::vector<RegionChunk> chunks;
};

/// So little of a chunk was found that the rest is not worth the requests: less than a pair of blocks, which
/// is what is looked for.
[[nodiscard]] inline bool is_hopeless(const ChunkAssembly& assembly)
{
    const auto size = assembly.size();
    return size - assembly.missing_size() < std::min((size + 1) / 2, 2 * large_block);
}

/// More of the chunk may lie somewhere else in the old version.
[[nodiscard]] inline bool is_worth_looking_for(const ChunkAssembly& assembly,
                                               std::span<const std::uint32_t> sums)
{
    return is_hopeless(assembly) || !assembly.missing_pairs(sums).empty();
}

}  // namespace lanspread::swarm
