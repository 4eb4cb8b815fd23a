#include "swarm/block_parts.h"

#include <algorithm>

#include "swarm/block_sums.h"
#include "wire/blocks.h"

namespace lanspread::swarm {

BlockRuns to_runs(std::span<const ChunkPart> parts, std::uint32_t block)
{
    const auto blocks_of_chunk = static_cast<std::uint32_t>(content::max_chunk_size) / block;
    BlockRuns result{.chunk = parts.front().chunk, .block = block, .runs = {}};
    std::uint32_t end = 0;  // of the last run, in blocks
    for (const auto& part : parts) {
        const auto first = (part.chunk - result.chunk) * blocks_of_chunk + part.offset / block;
        const auto count = block_count(part.size, block);
        if (!result.runs.empty() && first == end) {
            result.runs.back() += count;
        } else {
            result.runs.push_back(first - end);
            result.runs.push_back(count);
        }
        end = first + count;
    }
    return result;
}

Result<std::vector<ChunkPart>> to_parts(const BlockRuns& runs, const content::Manifest& manifest)
{
    const auto blocks_of_chunk = static_cast<std::uint32_t>(content::max_chunk_size) / runs.block;
    const std::uint64_t end = std::uint64_t{wire::max_block_chunks} * blocks_of_chunk;
    std::vector<ChunkPart> parts;
    std::uint64_t at = 0;
    for (std::size_t index = 0; index + 1 < runs.runs.size(); index += 2) {
        at += runs.runs[index];
        std::uint64_t left = runs.runs[index + 1];
        if (at > end || left > end - at) {
            return fail(ErrorCode::invalid_input, "the question reaches too far");
        }
        while (left > 0) {
            const auto chunk = runs.chunk + static_cast<std::uint32_t>(at / blocks_of_chunk);
            const auto first = static_cast<std::uint32_t>(at % blocks_of_chunk);
            const auto count =
                static_cast<std::uint32_t>(std::min<std::uint64_t>(left, blocks_of_chunk - first));
            // Added up in 32 bits, the number may have come round: then it is below the first one.
            if (chunk < runs.chunk || chunk >= manifest.chunk_count() ||
                first + count > block_count(manifest.chunk_size(chunk), runs.block)) {
                return fail(ErrorCode::invalid_input, "the question names blocks that there are not");
            }
            const auto offset = first * runs.block;
            parts.push_back({.chunk = chunk,
                             .offset = offset,
                             .size = std::min(count * runs.block, manifest.chunk_size(chunk) - offset)});
            at += count;
            left -= count;
        }
    }
    return parts;
}

std::uint64_t total_size(std::span<const ChunkPart> parts)
{
    std::uint64_t size = 0;
    for (const auto& part : parts) {
        size += part.size;
    }
    return size;
}

std::uint64_t total_sum_size(std::span<const ChunkPart> parts, std::uint32_t block)
{
    std::uint64_t size = 0;
    for (const auto& part : parts) {
        size += block_count(part.size, block) * sum_size(block);
    }
    return size;
}

}  // namespace lanspread::swarm
