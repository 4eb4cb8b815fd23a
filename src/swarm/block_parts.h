#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/error.h"
#include "content/manifest.h"

/// Parts of chunks, as wire::GetSums and wire::GetRanges name them.
namespace lanspread::swarm {

/// A run of bytes within one chunk.
struct ChunkPart {
    std::uint32_t chunk = 0;
    std::uint32_t offset = 0;
    std::uint32_t size = 0;

    auto operator<=>(const ChunkPart&) const = default;
};

/// Parts in the words of a question: see wire/blocks.h.
struct BlockRuns {
    std::uint32_t chunk = 0;
    std::uint32_t block = 0;
    std::vector<std::uint32_t> runs;
};

/// `parts` are in order, one at least; each begins at a block, and ends at one or with its chunk.
[[nodiscard]] BlockRuns to_runs(std::span<const ChunkPart> parts, std::uint32_t block);

/// What a stranger's question means; `invalid_input` where it names more chunks than a question may, or what
/// there is not.
[[nodiscard]] Result<std::vector<ChunkPart>> to_parts(const BlockRuns& runs,
                                                      const content::Manifest& manifest);

/// Bytes of all parts together.
[[nodiscard]] std::uint64_t total_size(std::span<const ChunkPart> parts);
/// Bytes of their sums.
[[nodiscard]] std::uint64_t total_sum_size(std::span<const ChunkPart> parts, std::uint32_t block);

}  // namespace lanspread::swarm
