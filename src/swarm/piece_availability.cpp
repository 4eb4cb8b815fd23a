#include "swarm/piece_availability.h"

#include <algorithm>
#include <limits>

namespace lanspread::swarm {

PieceAvailability::PieceAvailability(std::uint32_t chunks)
    : counts_(chunks), wanted_(ChunkSet::none_of(chunks))
{
    by_count_.fill(wanted_);
}

ChunkSet& PieceAvailability::level_of(std::uint32_t chunk)
{
    return by_count_[std::min<std::uint32_t>(counts_[chunk], levels - 1)];
}

void PieceAvailability::count_one_more(std::uint32_t chunk)
{
    if (counts_[chunk] == std::numeric_limits<std::uint16_t>::max()) {
        return;
    }
    const bool moves = is_wanted(chunk) && counts_[chunk] < levels - 1;
    if (moves) {
        level_of(chunk).erase(chunk);
    }
    ++counts_[chunk];
    if (moves) {
        level_of(chunk).insert(chunk);
    }
}

void PieceAvailability::count_one_less(std::uint32_t chunk)
{
    if (counts_[chunk] == 0) {
        return;
    }
    const bool moves = is_wanted(chunk) && counts_[chunk] < levels;
    if (moves) {
        level_of(chunk).erase(chunk);
    }
    --counts_[chunk];
    if (moves) {
        level_of(chunk).insert(chunk);
    }
}

void PieceAvailability::want(std::uint32_t chunk)
{
    wanted_.insert(chunk);
    level_of(chunk).insert(chunk);
}

void PieceAvailability::want_no_more(std::uint32_t chunk)
{
    wanted_.erase(chunk);
    level_of(chunk).erase(chunk);
}

std::optional<std::uint32_t> PieceAvailability::rarest(const ChunkSet& has, std::uint32_t from,
                                                       bool is_counted) const
{
    for (std::size_t level = is_counted ? 1 : 0; level < levels; ++level) {
        if (by_count_[level].count() == 0) {
            continue;
        }
        if (const auto chunk = by_count_[level].next_common(has, from)) {
            return chunk;
        }
    }
    return std::nullopt;
}

}  // namespace lanspread::swarm
