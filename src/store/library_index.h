#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/game_id.h"
#include "store/database.h"

namespace lanspread::store {

/// What was known of a game root when it was last hashed.
struct IndexedGame {
    std::filesystem::path games_folder;  ///< the game root is the folder `game` in it
    GameId game;
    ContentId content;
    Bytes fingerprint;   ///< of the root's files, in the format of library/fingerprint.h
    std::string damage;  ///< what verifying found wrong; such a game is not served. Empty: nothing

    bool operator==(const IndexedGame&) const = default;
};

/// The games on this disk, by games folder and id, so that an unchanged one is not hashed again.
class LibraryIndex {
public:
    explicit LibraryIndex(Database& database) : database_(database) {}

    /// Adds the entry, or replaces the one of the same root.
    [[nodiscard]] Result<void> save(const IndexedGame& game);
    /// All. An entry that does not parse is logged and left out: its root is hashed again.
    [[nodiscard]] Result<std::vector<IndexedGame>> load_all();
    /// Idempotent.
    [[nodiscard]] Result<void> remove(const std::filesystem::path& games_folder, const GameId& game);

private:
    Database& database_;
};

}  // namespace lanspread::store
