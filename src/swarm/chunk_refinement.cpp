#include <algorithm>

#include "swarm/block_sums.h"
#include "swarm/chunk_assembly.h"

/// The steps from blocks of one size to smaller ones: the part of ChunkAssembly that narrows down what is
/// missing, by what it has guessed.
namespace lanspread::swarm {

namespace {

/// The first and the last block of a part.
struct Edges {
    Edges(const ChunkPart& part, std::uint32_t block) : first(part), last(part)
    {
        last.offset += (part.size - 1) / block * block;
        last.size = part.offset + part.size - last.offset;
        first.size = std::min(block, part.size);
    }

    [[nodiscard]] bool is_one_block() const { return first.offset == last.offset; }

    ChunkPart first;
    ChunkPart last;
};

}  // namespace

/// The other guess of what lies there, within one large block.
ByteSpan ChunkAssembly::spare(std::uint32_t offset, std::uint32_t size) const
{
    return ByteSpan(spares_[offset / large_block]).subspan(offset % large_block, size);
}

/// Knows the part's blocks from its first one on, as long as the guess of the block before is right.
void ChunkAssembly::advance(const ChunkPart& part, std::span<const std::uint32_t> sums, std::uint32_t block)
{
    for (std::uint32_t index = 0; index < block_count(part.size, block); ++index) {
        const auto offset = part.offset + index * block;
        const auto length = std::min(block, part.size - index * block);
        if (!has_sum(bytes().subspan(offset, length), sums[index], block)) {
            return;
        }
        know(offset, length);
    }
}

/// Knows the part's blocks from its last one back, as long as the guess of the block behind is right.
void ChunkAssembly::retreat(const ChunkPart& part, std::span<const std::uint32_t> sums, std::uint32_t block)
{
    for (auto index = block_count(part.size, block); index > 0;) {
        const auto offset = part.offset + --index * block;
        const auto length = std::min(block, part.size - index * block);
        const auto guessed = spare(offset, length);
        if (is_known(offset) || !has_sum(guessed, sums[index], block)) {
            return;
        }
        std::ranges::copy(guessed, chunk_.begin() + offset);
        know(offset, length);
    }
}

std::vector<ChunkPart> ChunkAssembly::parts_of(const BlockLevel& level) const
{
    if (level.block == large_block) {
        return missing();
    }
    std::vector<ChunkPart> parts;
    for (const auto& part : missing()) {
        const Edges edges(part, level.block);
        parts.push_back(edges.first);
        if (!edges.is_one_block()) {
            parts.push_back(edges.last);
        }
    }
    return parts;
}

void ChunkAssembly::refine(const BlockLevel& level, std::span<const std::uint32_t> sums)
{
    if (level.block == large_block) {
        refine_all(sums, level.piece);
    } else {
        refine_edges(sums, level);
    }
}

void ChunkAssembly::refine_all(std::span<const std::uint32_t> sums, std::uint32_t piece)
{
    for (const auto& part : missing()) {
        const auto count = block_count(part.size, piece);
        const auto its = sums.first(count);
        sums = sums.subspan(count);
        advance(part, its, piece);
        retreat(part, its, piece);
        // What lies between two changes: a short sum that agrees next to one that does not proves little.
        for (std::uint32_t index = 0; index + 1 < count; ++index) {
            const auto offset = part.offset + index * piece;
            const auto next = offset + piece;
            const auto end = part.offset + part.size;
            if (!is_known(offset) && !is_known(next) &&
                has_sum(bytes().subspan(offset, piece), its[index], piece) &&
                has_sum(bytes().subspan(next, std::min(piece, end - next)), its[index + 1], piece)) {
                advance({.chunk = number_, .offset = offset, .size = end - offset}, its.subspan(index),
                        piece);
            }
        }
    }
}

void ChunkAssembly::refine_edges(std::span<const std::uint32_t> sums, const BlockLevel& level)
{
    for (const auto& part : missing()) {
        const Edges edges(part, level.block);
        const auto first = sums.first(block_count(edges.first.size, level.piece));
        sums = sums.subspan(first.size());
        auto last = first;
        if (!edges.is_one_block()) {
            last = sums.first(block_count(edges.last.size, level.piece));
            sums = sums.subspan(last.size());
        }
        advance(edges.first, first, level.piece);
        forget_if_whole(edges.first);
        retreat(edges.last, last, level.piece);
        if (std::ranges::equal(spare(edges.last.offset, edges.last.size),
                               bytes().subspan(edges.last.offset, edges.last.size))) {
            forget_if_whole(edges.last);
        }
    }
}

/// Of a block that as a whole had another sum, not all pieces of one guess can be right.
void ChunkAssembly::forget_if_whole(const ChunkPart& block)
{
    const auto first = known_.begin() + block.offset / finest_block;
    const auto last = first + block_count(block.size, finest_block);
    if (std::find(first, last, false) == last) {
        know(block.offset, block.size, false);
    }
}

}  // namespace lanspread::swarm
