#include "swarm/local_chunks.h"

#include <unordered_map>

namespace lanspread::swarm {

namespace {

struct Place {
    library::LocalGamePtr game;
    std::uint32_t chunk = 0;
};

/// Where each hash that is wanted lies; places without a game are of those that were not found.
using Places = std::unordered_map<ChunkHash, Place>;

void look_up(Places& places, const library::LocalGamePtr& game)
{
    for (std::uint32_t chunk = 0; chunk < game->manifest->chunk_count(); ++chunk) {
        const auto found = places.find(game->manifest->chunk_hash(chunk));
        if (found != places.end() && !found->second.game) {
            found->second = {.game = game, .chunk = chunk};
        }
    }
}

}  // namespace

LocalPlan plan_local_chunks(const content::Manifest& wanted, const ChunkSet& verified,
                            const std::vector<library::LocalGamePtr>& games, const OldVersion* old)
{
    Places places;
    for (std::uint32_t chunk = 0; chunk < wanted.chunk_count(); ++chunk) {
        if (!verified.contains(chunk)) {
            places.try_emplace(wanted.chunk_hash(chunk));
        }
    }
    // The old version first: it lies where the new one will, in the order in which that is written.
    for (const bool is_old : {true, false}) {
        for (const auto& game : games) {
            if ((game->id == wanted.game()) == is_old) {
                look_up(places, game);
            }
        }
    }
    LocalPlan plan;
    for (std::uint32_t chunk = 0; chunk < wanted.chunk_count(); ++chunk) {
        if (verified.contains(chunk)) {
            continue;
        }
        if (const auto& place = places.at(wanted.chunk_hash(chunk)); place.game) {
            plan.copies.push_back({.chunk = chunk, .game = place.game, .chunk_of_game = place.chunk});
        } else if (old != nullptr && old->has_all_files(chunk)) {
            plan.copies.push_back({.chunk = chunk, .game = nullptr});
        } else if (old != nullptr && old->has_some_file(chunk)) {
            plan.patches.push_back(chunk);
        }
    }
    return plan;
}

}  // namespace lanspread::swarm
