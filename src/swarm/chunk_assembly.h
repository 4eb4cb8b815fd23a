#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "swarm/block_parts.h"
#include "swarm/pair_search.h"

namespace lanspread::swarm {

/// Bytes of an older version that a chunk may have been made from.
struct Basis {
    Bytes bytes;
    std::int64_t expected = 0;  ///< where in `bytes` the chunk's first byte should be; may lie outside
    std::int64_t shift = 0;     ///< how much further on than in the new file that is in the old one
};

/// The sizes of blocks in which it is looked for what differs, each within what the one before left over:
/// large ones anywhere in the basis, then small ones in the place that their neighbours tell, then smaller
/// ones at the edges of what is still missing. Why these is told in README.md.
inline constexpr std::uint32_t large_block = 16 * 1024;
inline constexpr std::uint32_t small_block = 2048;
inline constexpr std::uint32_t edge_block = 256;
inline constexpr std::uint32_t finest_block = 32;

/// One step to smaller blocks: whatever of `block` bytes is missing is looked at in pieces of `piece`.
struct BlockLevel {
    std::uint32_t block = 0;
    std::uint32_t piece = 0;
};
inline constexpr std::array block_levels{
    BlockLevel{.block = large_block, .piece = small_block},
    BlockLevel{.block = small_block, .piece = edge_block},
    BlockLevel{.block = edge_block, .piece = finest_block},
};

/// Puts one chunk together out of a basis and of what is fetched. Pure. In turn: `match` the sums of its
/// large blocks; `parts_of` and `refine` for each of `block_levels`; `missing` and `fill`. What comes out is
/// right only if the chunk's hash says so: sums are short. If not: `doubt_rims`, then `forget_refinement`,
/// and `missing` and `fill` again.
class ChunkAssembly {
public:
    /// `chunk` is as long as the chunk, and outlives the assembly.
    ChunkAssembly(std::uint32_t number, std::span<std::byte> chunk);

    [[nodiscard]] std::uint32_t number() const { return number_; }
    [[nodiscard]] ByteSpan bytes() const { return chunk_; }
    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(chunk_.size()); }

    /// Takes over the blocks that lie in the basis, where they are expected or, looked for in pairs,
    /// anywhere. Can be repeated with another basis for what is missing then.
    void match(std::span<const std::uint32_t> sums, const Basis& basis);
    /// How much further on in the old file than in the new one a block was found last: a hint for the next
    /// chunk.
    [[nodiscard]] std::optional<std::int64_t> shift() const { return shift_; }

    /// The pairs of neighbouring large blocks that are both missing and not alike, at their offsets in the
    /// chunk. `sums` are those of all its large blocks.
    [[nodiscard]] std::vector<PairSearch::Pair> missing_pairs(std::span<const std::uint32_t> sums) const;

    /// What is missing.
    [[nodiscard]] std::vector<ChunkPart> missing() const;
    [[nodiscard]] std::uint32_t missing_size() const;
    /// What a level looks at: all that is missing, or, after the first level, the first and the last block of
    /// each part that is.
    [[nodiscard]] std::vector<ChunkPart> parts_of(const BlockLevel& level) const;
    /// `sums` are those of the pieces of what `parts_of` says now.
    void refine(const BlockLevel& level, std::span<const std::uint32_t> sums);
    /// `bytes` are those of `missing`, of which then nothing is.
    void fill(ByteSpan bytes);
    /// Calls missing again the finest blocks around all that was filled in. They were taken for known by sums
    /// of a single byte: the likeliest mistake, and cheap to mend.
    void doubt_rims();
    /// Calls missing again what was found by small blocks.
    void forget_refinement();

private:
    [[nodiscard]] bool is_known(std::uint32_t offset) const { return known_[offset / finest_block]; }
    void know(std::uint32_t offset, std::uint32_t size, bool is_known = true);
    [[nodiscard]] bool take(std::uint32_t block, std::uint32_t sum, const Basis& basis, std::int64_t start);
    void take_all(std::span<const std::uint32_t> sums, const Basis& basis, std::int64_t start);
    void search(std::span<const std::uint32_t> sums, const Basis& basis);
    void guess(const Basis& basis);
    void refine_all(std::span<const std::uint32_t> sums, std::uint32_t piece);
    void refine_edges(std::span<const std::uint32_t> sums, const BlockLevel& level);
    void forget_if_whole(const ChunkPart& block);
    [[nodiscard]] ByteSpan spare(std::uint32_t offset, std::uint32_t size) const;
    void advance(const ChunkPart& part, std::span<const std::uint32_t> sums, std::uint32_t block);
    void retreat(const ChunkPart& part, std::span<const std::uint32_t> sums, std::uint32_t block);

    std::uint32_t number_;
    std::span<std::byte> chunk_;  // what is not known holds a guess: the basis as the block before found it
    std::vector<Bytes> spares_;   // and another one, as the block behind found it, by large block
    std::vector<bool> known_;     // by finest_block
    std::vector<bool> coarse_;    // as it was before it was refined
    std::vector<ChunkPart> filled_;
    std::optional<std::int64_t> first_shift_;  // of the first basis: where the chunk before it was found
    std::vector<std::optional<std::int64_t>> shifts_;  // by large block, where it was found
    std::optional<std::int64_t> shift_;
};

}  // namespace lanspread::swarm
