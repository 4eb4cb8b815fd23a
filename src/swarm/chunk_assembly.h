#pragma once

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

/// The three sizes of blocks in which it is looked for what differs, each within what the one before left
/// over: large ones anywhere in the basis, then small ones in the place that their neighbours tell, then the
/// smallest at the edges of what is still missing. Measured (bench/update.py): for changes of 4 KiB that
/// begin anywhere, sums and edges then cost less than packet headers do; for larger ones next to nothing.
inline constexpr std::uint32_t large_block = 16 * 1024;
inline constexpr std::uint32_t small_block = 1024;
inline constexpr std::uint32_t edge_block = 64;

/// Puts one chunk together out of a basis and of what is fetched. Pure. In turn: `match` the sums of its
/// large blocks; `missing` and `refine` with the sums of that; `edges` and `refine_edges`; `missing` and
/// `fill`. What comes out is right only if the chunk's hash says so: sums are short.
class ChunkAssembly {
public:
    /// `chunk` and `spare` are as long as the chunk, and outlive the assembly.
    ChunkAssembly(std::uint32_t number, std::span<std::byte> chunk, std::span<std::byte> spare);

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
    /// `sums` are those of the small blocks of `missing`.
    void refine(std::span<const std::uint32_t> sums);
    /// The first and the last small block of each part that is missing.
    [[nodiscard]] std::vector<ChunkPart> edges() const;
    /// `sums` are those of the smallest blocks of `edges`.
    void refine_edges(std::span<const std::uint32_t> sums);
    /// `bytes` are those of `missing`.
    void fill(ByteSpan bytes);
    /// Calls missing again what was found by small blocks: for a second try where the first came out wrong.
    void forget_refinement();

private:
    [[nodiscard]] bool is_known(std::uint32_t offset) const { return known_[offset / edge_block]; }
    void know(std::uint32_t offset, std::uint32_t size);
    [[nodiscard]] bool take(std::uint32_t block, std::uint32_t sum, const Basis& basis, std::int64_t start);
    void take_all(std::span<const std::uint32_t> sums, const Basis& basis, std::int64_t start);
    void search(std::span<const std::uint32_t> sums, const Basis& basis);
    void guess(const Basis& basis);
    [[nodiscard]] bool is_right(ByteSpan guessed, std::uint32_t offset, std::uint32_t sum,
                                std::uint32_t block) const;
    void advance(const ChunkPart& part, std::span<const std::uint32_t> sums, std::uint32_t block);
    void retreat(const ChunkPart& part, std::span<const std::uint32_t> sums, std::uint32_t block);

    std::uint32_t number_;
    std::span<std::byte> chunk_;  // what is not known holds a guess: the basis as the block before found it
    std::span<std::byte> spare_;  // and another one, as the block behind found it
    std::vector<bool> known_;     // by edge_block
    std::vector<bool> coarse_;    // as it was before it was refined
    std::vector<std::optional<std::int64_t>> shifts_;  // by large block, where it was found
    std::optional<std::int64_t> shift_;
};

}  // namespace lanspread::swarm
