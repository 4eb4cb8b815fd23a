#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/game_id.h"
#include "library/game_root.h"
#include "library/games_folder_state.h"
#include "library/root_watch.h"
#include "platform/file_watch.h"

/// Looks at games folders. Everything here blocks: for the disk pool.
namespace lanspread::library {

/// What lies in a games folder.
struct GamesFolder {
    FolderState state;  ///< without its games
    platform::WatchGap gap = platform::WatchGap::none;
    std::map<GameId, RootKind> roots;  ///< those with a sentinel, or installed, or both
    /// What looks like a game but cannot be one, by path, and why.
    std::vector<std::pair<std::filesystem::path, std::string>> problems;
};

/// `watch` may be null; else each folder in it that may become a game root is watched, itself and nothing
/// below it.
[[nodiscard]] GamesFolder read_games_folder(const std::filesystem::path& folder, RootWatch* watch);

/// What a look at one root found.
struct RootLook {
    RootKind kind;
    Result<RootListing> listing;  ///< where the root has a sentinel; else an error that nobody reads
};

/// `watch` may be null; else every folder of the root is watched before it is read (of one without a
/// sentinel, only the root itself). `known` as for read_root.
[[nodiscard]] RootLook look_at_root(const Root& root, RootWatch* watch, const Fingerprint* known);

}  // namespace lanspread::library
