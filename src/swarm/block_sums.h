#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"

/// Sums of blocks, by which a peer finds bytes that it has already in an older version, wherever they lie
/// there. They are short, since all that they lead to is compared with the chunk's hash in the end: a wrong
/// guess costs a request, and nobody can gain anything by making sums that collide. What is told of what is
/// in docs/protocol.md.
namespace lanspread::swarm {

/// A polynomial over the bytes, each replaced by a random number of 64 bits (as in buzhash), modulo 2^64.
[[nodiscard]] std::uint64_t block_hash(ByteSpan block);

/// The sum of a block out of its hash: 32 bits, of which the upper ones are the shorter sum.
[[nodiscard]] std::uint32_t block_sum(std::uint64_t hash);

/// The hash of a window of fixed length that moves on byte by byte.
class RollingHash {
public:
    explicit RollingHash(std::size_t window);

    void reset(ByteSpan window) { hash_ = block_hash(window); }
    /// The window loses its first byte, `out`, and gets `in` at its end.
    void roll(std::byte out, std::byte in);
    [[nodiscard]] std::uint64_t hash() const { return hash_; }

private:
    std::uint64_t power_;  // what the byte that leaves was multiplied by, once more
    std::uint64_t hash_ = 0;
};

/// Bytes of the sums of blocks of that size on the wire. Large blocks are looked for anywhere, so theirs are
/// longest; of small ones it is only asked whether they are what lies in one place; and a wrong answer about
/// one of the smallest costs next to nothing (ChunkAssembly::doubt_rims).
[[nodiscard]] constexpr std::size_t sum_size(std::uint32_t block)
{
    return block >= 4096 ? 3 : block >= 256 ? 2 : 1;
}
/// `sum` as far as it is told for blocks of that size.
[[nodiscard]] constexpr std::uint32_t told_sum(std::uint32_t sum, std::uint32_t block)
{
    return sum >> (32U - 8U * sum_size(block));
}

/// Whether `bytes`, a block of `block` or what a chunk has for its last one, have the sum that was told.
[[nodiscard]] bool has_sum(ByteSpan bytes, std::uint32_t sum, std::uint32_t block);

/// How many blocks of `block` bytes `size` bytes are; the last one may be shorter.
[[nodiscard]] constexpr std::uint32_t block_count(std::uint32_t size, std::uint32_t block)
{
    return (size + block - 1) / block;
}

/// Appends the sums of all blocks in `bytes`, each in network byte order.
void append_sums(Bytes& sums, ByteSpan bytes, std::uint32_t block);
/// The numbers that `append_sums` wrote.
[[nodiscard]] std::vector<std::uint32_t> read_sums(ByteSpan sums, std::uint32_t block);

}  // namespace lanspread::swarm
