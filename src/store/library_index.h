#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
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
    /// What is meant to be there, where the files were changed under the same version.ini; else nothing.
    std::optional<ContentId> original = std::nullopt;
    std::int64_t seen_ms = 0;  ///< when its root was last seen, about to a day; since the Unix epoch

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
    /// Where a game root lies.
    struct Place {
        std::filesystem::path games_folder;
        GameId game;
    };
    /// Notes that these roots are there now, and drops the others that were last seen before
    /// `forget_before_ms`.
    [[nodiscard]] Result<void> note_seen(const std::vector<Place>& seen, std::int64_t now_ms,
                                         std::int64_t forget_before_ms);
    /// Idempotent.
    [[nodiscard]] Result<void> remove(const std::filesystem::path& games_folder, const GameId& game);

private:
    Database& database_;
};

}  // namespace lanspread::store
