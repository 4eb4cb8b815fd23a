#pragma once

#include <filesystem>
#include <vector>

#include "base/digest.h"
#include "base/error.h"
#include "base/game_id.h"
#include "store/database.h"

namespace lanspread::store {

/// A package that somebody wants gone, from before its first file is deleted until after the last.
struct RemovalRecord {
    std::filesystem::path games_folder;  ///< the game root is the folder `game` in it
    GameId game;
    ContentId content;  ///< whose manifest names the files

    bool operator==(const RemovalRecord&) const = default;
};

/// The removals that are not done, by root. Their manifests stand in Manifests.
class Removals {
public:
    explicit Removals(Database& database) : database_(database) {}

    /// Adds the record, or replaces the one of the same root.
    [[nodiscard]] Result<void> save(const RemovalRecord& record);
    /// All. A record that does not parse is logged and left out.
    [[nodiscard]] Result<std::vector<RemovalRecord>> load_all();
    /// Drops those of a game, in whatever folder. Idempotent.
    [[nodiscard]] Result<void> remove(const GameId& game);

private:
    Database& database_;
};

}  // namespace lanspread::store
