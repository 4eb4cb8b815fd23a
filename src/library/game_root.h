#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/game_id.h"
#include "library/fingerprint.h"
#include "platform/folder.h"

/// Looks at games folders and game roots. Everything here blocks: for the disk pool.
namespace lanspread::library {

/// The folder `game` in a games folder, which is a path as the user gave it.
struct Root {
    std::filesystem::path games_folder;
    GameId game;

    [[nodiscard]] std::filesystem::path path() const;
    auto operator<=>(const Root&) const = default;
};

/// What lies in a games folder.
struct GamesFolder {
    std::vector<GameId> roots;  ///< folders with a valid name and a non-empty top-level version.ini
    /// What looks like a game but cannot be one, by path, and why.
    std::vector<std::pair<std::filesystem::path, std::string>> problems;
    bool is_writable = true;
};

[[nodiscard]] Result<GamesFolder> read_games_folder(const std::filesystem::path& folder);

/// Opens a game root, so that what is read below it cannot lead out of it.
[[nodiscard]] Result<platform::Folder> open_root(const Root& root);

/// A game root that can be shared.
struct RootListing {
    std::string version;  ///< 8 digits
    Fingerprint fingerprint;
};

/// The error names the file that keeps the root from being shared, and the way out.
[[nodiscard]] Result<RootListing> read_root(const Root& root);

}  // namespace lanspread::library
