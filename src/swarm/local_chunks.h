#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "content/manifest.h"
#include "library/local_game.h"
#include "swarm/chunk_set.h"
#include "swarm/old_version.h"

namespace lanspread::swarm {

/// A chunk that lies on this disk already.
struct LocalChunk {
    std::uint32_t chunk = 0;     ///< of the wanted content
    library::LocalGamePtr game;  ///< which has it, too; null: it is packed out of the old version's files
    std::uint32_t chunk_of_game = 0;  ///< as its number is there
};

/// What of a content need not be fetched whole, because this disk has it, or something like it.
struct LocalPlan {
    std::deque<LocalChunk> copies;       ///< in order
    std::vector<std::uint32_t> patches;  ///< chunks of which the old version has the files, in order
};

/// Looks the hashes of the wanted chunks up in the manifests of all `games`. `old` may be null. Memory is
/// bounded by the wanted content; takes a tenth of a second for a million chunks, and belongs on a pool.
[[nodiscard]] LocalPlan plan_local_chunks(const content::Manifest& wanted, const ChunkSet& verified,
                                          const std::vector<library::LocalGamePtr>& games,
                                          const OldVersion* old);

}  // namespace lanspread::swarm
