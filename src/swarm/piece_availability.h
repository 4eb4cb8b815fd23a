#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "swarm/chunk_set.h"

namespace lanspread::swarm {

/// How rare each chunk is among the peers that download the same content, and which of the chunks that are
/// still wanted is the rarest that a source has. Pure. A chunk is counted once for each partial holder that
/// has it; complete holders have all, so they tell no two chunks apart and are not counted. (Cohen,
/// "Incentives Build Robustness in BitTorrent", 2003, §2.4.2: rarest first.)
class PieceAvailability {
public:
    /// Nothing is wanted yet, nobody has anything.
    explicit PieceAvailability(std::uint32_t chunks);

    void count_one_more(std::uint32_t chunk);
    void count_one_less(std::uint32_t chunk);
    [[nodiscard]] std::uint32_t count(std::uint32_t chunk) const { return counts_[chunk]; }

    void want(std::uint32_t chunk);
    void want_no_more(std::uint32_t chunk);
    [[nodiscard]] bool is_wanted(std::uint32_t chunk) const { return wanted_.contains(chunk); }
    [[nodiscard]] std::uint32_t wanted() const { return wanted_.count(); }

    /// The first of the rarest wanted chunks in `has` at or after `from`, going on at 0 after the last one.
    /// `is_counted`: `has` is that of a partial holder, so none of it is counted 0 times, and there is no
    /// need to look.
    [[nodiscard]] std::optional<std::uint32_t> rarest(const ChunkSet& has, std::uint32_t from,
                                                      bool is_counted = false) const;

private:
    /// Chunks that more peers than this have are all alike.
    static constexpr std::uint32_t levels = 16;

    [[nodiscard]] ChunkSet& level_of(std::uint32_t chunk);

    std::vector<std::uint16_t> counts_;
    ChunkSet wanted_;
    std::array<ChunkSet, levels> by_count_;  // the wanted chunks
};

}  // namespace lanspread::swarm
