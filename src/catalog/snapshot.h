#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/game_id.h"
#include "wire/facts.h"

namespace lanspread::catalog {

/// One game of a catalog, made presentable: whatever stood in the file, this can be shown and sent.
struct CatalogGame {
    GameId id;
    wire::GameFacts facts;   ///< passes its `check`, and fits into wire::max_facts_size
    std::string version;     ///< 8 digits; empty where the catalog names none
    std::uint64_t size = 0;  ///< bytes, as the catalog has it: rounded; 0: not known

    bool operator==(const CatalogGame&) const = default;
};

/// A picture file of the cover folder, as it was when it was read.
struct CoverFile {
    std::filesystem::path path;
    wire::CoverRef ref;

    bool operator==(const CoverFile&) const = default;
};

/// What a catalog and its cover folder hold. Immutable once it is published: shared by whoever shows it.
struct CatalogSnapshot {
    std::map<GameId, CatalogGame> games;
    /// By game; also of games that the catalog does not have. A catalog's game with one has it in its facts.
    std::map<GameId, CoverFile> covers;

    /// The game of exactly that id; nothing where there is none.
    [[nodiscard]] const CatalogGame* find(const GameId& id) const;
    [[nodiscard]] const CoverFile* cover(const GameId& id) const;
};

/// The games that are in one of the two only, or not the same in both.
[[nodiscard]] std::vector<GameId> changed_games(const CatalogSnapshot& before, const CatalogSnapshot& after);

}  // namespace lanspread::catalog
