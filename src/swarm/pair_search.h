#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"

namespace lanspread::swarm {

/// Looks for blocks of a new version anywhere in bytes of an old one, by their sums. A single sum of 24 bits
/// is found by chance every few chunks, so only pairs count: a block and the one after it. Pure.
class PairSearch {
public:
    /// The block `position` and the next one have these sums.
    struct Pair {
        std::uint64_t position = 0;  ///< in whatever the caller counts
        std::uint32_t first = 0;
        std::uint32_t second = 0;
    };
    struct Hit {
        std::uint64_t position = 0;  ///< of the pair
        std::size_t found_at = 0;    ///< where it begins in the bytes
    };

    PairSearch(std::uint32_t block, std::vector<Pair> pairs);

    /// The first place in `bytes` at or after `from` where one of the pairs lies.
    [[nodiscard]] std::optional<Hit> find(ByteSpan bytes, std::size_t from = 0) const;

private:
    std::uint32_t block_;
    std::unordered_map<std::uint64_t, std::uint64_t> positions_;  // by both sums
    std::bitset<65536> may_be_;  // lower 16 bits of the first sums: asked for every byte
};

}  // namespace lanspread::swarm
