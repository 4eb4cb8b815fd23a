#include "swarm/chunk_assembly.h"

#include <algorithm>

#include "swarm/block_sums.h"

namespace lanspread::swarm {

namespace {

/// Copies what `basis` has at `from` on, as far as it reaches.
void copy_guess(const Basis& basis, std::int64_t from, std::span<std::byte> to)
{
    const auto end = static_cast<std::int64_t>(basis.bytes.size());
    const auto first = std::clamp<std::int64_t>(from, 0, end);
    const auto last = std::clamp<std::int64_t>(from + static_cast<std::int64_t>(to.size()), first, end);
    if (first < last) {
        std::copy(basis.bytes.begin() + first, basis.bytes.begin() + last, to.begin() + (first - from));
    }
}

}  // namespace

ChunkAssembly::ChunkAssembly(std::uint32_t number, std::span<std::byte> chunk, std::span<std::byte> spare)
    : number_(number),
      chunk_(chunk),
      spare_(spare),
      known_(block_count(size(), edge_block)),
      shifts_(block_count(size(), large_block))
{
}

void ChunkAssembly::know(std::uint32_t offset, std::uint32_t size)
{
    const auto first = known_.begin() + offset / edge_block;
    std::fill_n(first, block_count(size, edge_block), true);
}

void ChunkAssembly::match(std::span<const std::uint32_t> sums, const Basis& basis)
{
    take_all(sums, basis, basis.expected);
    search(sums, basis);
    guess(basis);
    coarse_ = known_;
}

/// The block, if it lies in the basis where it is when the chunk begins at `start`.
bool ChunkAssembly::take(std::uint32_t block, std::uint32_t sum, const Basis& basis, std::int64_t start)
{
    const auto offset = block * large_block;
    const auto length = std::min(large_block, size() - offset);
    const auto from = start + offset;
    if (from < 0 || from + length > static_cast<std::int64_t>(basis.bytes.size())) {
        return false;
    }
    const auto found = ByteSpan(basis.bytes).subspan(static_cast<std::size_t>(from), length);
    if (block_sum(block_hash(found)) != sum) {
        return false;
    }
    std::ranges::copy(found, chunk_.begin() + offset);
    know(offset, length);
    shift_ = start - basis.expected + basis.shift;
    shifts_[block] = shift_;
    return true;
}

void ChunkAssembly::take_all(std::span<const std::uint32_t> sums, const Basis& basis, std::int64_t start)
{
    for (std::uint32_t block = 0; block < shifts_.size(); ++block) {
        if (!is_known(block * large_block)) {
            static_cast<void>(take(block, sums[block], basis, start));
        }
    }
}

std::vector<PairSearch::Pair> ChunkAssembly::missing_pairs(std::span<const std::uint32_t> sums) const
{
    std::vector<PairSearch::Pair> pairs;
    for (std::uint32_t block = 0; (block + 2) * large_block <= size(); ++block) {
        const auto offset = block * large_block;
        // Two that are alike are a pattern, which lies in many places.
        if (!is_known(offset) && !is_known(offset + large_block) && sums[block] != sums[block + 1]) {
            pairs.push_back({.position = offset, .first = sums[block], .second = sums[block + 1]});
        }
    }
    return pairs;
}

/// Looks for the missing blocks anywhere, once through the basis: before the first place where a pair lies,
/// none of those lies that are missing after it.
void ChunkAssembly::search(std::span<const std::uint32_t> sums, const Basis& basis)
{
    std::size_t from = 0;
    while (const auto hit = PairSearch(large_block, missing_pairs(sums)).find(basis.bytes, from)) {
        from = hit->found_at;
        take_all(sums, basis,
                 static_cast<std::int64_t>(hit->found_at) - static_cast<std::int64_t>(hit->position));
    }
}

/// Puts into what is missing what would be there if nothing had changed but where the neighbours lie.
void ChunkAssembly::guess(const Basis& basis)
{
    auto before = basis.shift;
    for (std::uint32_t block = 0; block < shifts_.size(); ++block) {
        if (shifts_[block]) {
            before = *shifts_[block];
            continue;
        }
        const auto next = std::find_if(shifts_.begin() + block, shifts_.end(),
                                       [](const auto& shift) { return shift.has_value(); });
        const auto after = next == shifts_.end() ? before : **next;
        const auto offset = block * large_block;
        const auto length = std::min(large_block, size() - offset);
        const auto unshifted = basis.expected - basis.shift + offset;
        copy_guess(basis, unshifted + before, chunk_.subspan(offset, length));
        copy_guess(basis, unshifted + after, spare_.subspan(offset, length));
    }
}

std::vector<ChunkPart> ChunkAssembly::missing() const
{
    std::vector<ChunkPart> parts;
    for (std::uint32_t offset = 0; offset < size(); offset += edge_block) {
        if (is_known(offset)) {
            continue;
        }
        const auto length = std::min(edge_block, size() - offset);
        if (!parts.empty() && parts.back().offset + parts.back().size == offset) {
            parts.back().size += length;
        } else {
            parts.push_back({.chunk = number_, .offset = offset, .size = length});
        }
    }
    return parts;
}

std::uint32_t ChunkAssembly::missing_size() const
{
    return static_cast<std::uint32_t>(total_size(missing()));
}

/// Whether the block at `offset` of what was guessed has that sum.
bool ChunkAssembly::is_right(ByteSpan guessed, std::uint32_t offset, std::uint32_t sum,
                             std::uint32_t block) const
{
    const auto bytes = guessed.subspan(offset, std::min(block, size() - offset));
    return told_sum(block_sum(block_hash(bytes)), block) == sum;
}

/// Knows the part's blocks from its first one on, as long as the guess of the block before is right.
void ChunkAssembly::advance(const ChunkPart& part, std::span<const std::uint32_t> sums, std::uint32_t block)
{
    for (std::uint32_t index = 0; index < block_count(part.size, block); ++index) {
        const auto offset = part.offset + index * block;
        if (!is_right(chunk_, offset, sums[index], block)) {
            return;
        }
        know(offset, std::min(block, part.size - index * block));
    }
}

/// Knows the part's blocks from its last one back, as long as the guess of the block behind is right.
void ChunkAssembly::retreat(const ChunkPart& part, std::span<const std::uint32_t> sums, std::uint32_t block)
{
    for (auto index = block_count(part.size, block); index > 0;) {
        const auto offset = part.offset + --index * block;
        const auto length = std::min(block, part.size - index * block);
        if (is_known(offset) || !is_right(spare_, offset, sums[index], block)) {
            return;
        }
        std::ranges::copy(spare_.subspan(offset, length), chunk_.begin() + offset);
        know(offset, length);
    }
}

void ChunkAssembly::refine(std::span<const std::uint32_t> sums)
{
    for (const auto& part : missing()) {
        const auto count = block_count(part.size, small_block);
        const auto its = sums.first(count);
        sums = sums.subspan(count);
        advance(part, its, small_block);
        retreat(part, its, small_block);
        // What lies between two changes: a short sum that agrees next to one that does not proves little.
        for (std::uint32_t index = 0; index + 1 < count; ++index) {
            const auto offset = part.offset + index * small_block;
            const auto next = offset + small_block;
            if (is_right(chunk_, offset, its[index], small_block) &&
                is_right(chunk_, next, its[index + 1], small_block) && !is_known(offset) && !is_known(next)) {
                advance({.chunk = number_, .offset = offset, .size = part.offset + part.size - offset},
                        its.subspan(index), small_block);
            }
        }
    }
}

std::vector<ChunkPart> ChunkAssembly::edges() const
{
    std::vector<ChunkPart> parts;
    for (const auto& part : missing()) {
        const auto last = (part.size - 1) / small_block * small_block;
        parts.push_back({.chunk = number_, .offset = part.offset, .size = std::min(small_block, part.size)});
        if (last > 0) {
            parts.push_back({.chunk = number_, .offset = part.offset + last, .size = part.size - last});
        }
    }
    return parts;
}

void ChunkAssembly::refine_edges(std::span<const std::uint32_t> sums)
{
    for (const auto& part : missing()) {
        const auto last = (part.size - 1) / small_block * small_block;
        const ChunkPart first{
            .chunk = number_, .offset = part.offset, .size = std::min(small_block, part.size)};
        const auto count = block_count(first.size, edge_block);
        advance(first, sums.first(count), edge_block);
        if (last == 0) {
            retreat(first, sums.first(count), edge_block);
            sums = sums.subspan(count);
            continue;
        }
        sums = sums.subspan(count);
        const ChunkPart end{.chunk = number_, .offset = part.offset + last, .size = part.size - last};
        retreat(end, sums.first(block_count(end.size, edge_block)), edge_block);
        sums = sums.subspan(block_count(end.size, edge_block));
    }
}

void ChunkAssembly::fill(ByteSpan bytes)
{
    for (const auto& part : missing()) {
        std::ranges::copy(bytes.first(part.size), chunk_.begin() + part.offset);
        bytes = bytes.subspan(part.size);
    }
}

void ChunkAssembly::forget_refinement() { known_ = coarse_; }

}  // namespace lanspread::swarm
