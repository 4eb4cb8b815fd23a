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

ChunkAssembly::ChunkAssembly(std::uint32_t number, std::span<std::byte> chunk)
    : number_(number),
      chunk_(chunk),
      spares_(block_count(size(), large_block)),
      known_(block_count(size(), finest_block)),
      shifts_(block_count(size(), large_block))
{
}

void ChunkAssembly::know(std::uint32_t offset, std::uint32_t size, bool is_known)
{
    const auto first = known_.begin() + offset / finest_block;
    std::fill_n(first, block_count(size, finest_block), is_known);
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
    if (!has_sum(found, sum, large_block)) {
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
    first_shift_ = first_shift_.value_or(basis.shift);
    auto before = *first_shift_;
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
        spares_[block].resize(length);
        copy_guess(basis, unshifted + after, spares_[block]);
    }
}

std::vector<ChunkPart> ChunkAssembly::missing() const
{
    std::vector<ChunkPart> parts;
    for (std::uint32_t offset = 0; offset < size(); offset += finest_block) {
        if (is_known(offset)) {
            continue;
        }
        const auto length = std::min(finest_block, size() - offset);
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

void ChunkAssembly::fill(ByteSpan bytes)
{
    const auto parts = missing();
    for (const auto& part : parts) {
        std::ranges::copy(bytes.first(part.size), chunk_.begin() + part.offset);
        know(part.offset, part.size);
        bytes = bytes.subspan(part.size);
    }
    filled_.insert(filled_.end(), parts.begin(), parts.end());
}

void ChunkAssembly::doubt_rims()
{
    for (const auto& part : filled_) {
        if (part.offset > 0) {
            know(part.offset - finest_block, finest_block, false);
        }
        if (const auto end = part.offset + part.size; end < size()) {
            know(end, std::min(finest_block, size() - end), false);
        }
    }
    filled_.clear();
}

void ChunkAssembly::forget_refinement() { known_ = coarse_; }

}  // namespace lanspread::swarm
