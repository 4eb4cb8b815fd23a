#pragma once

#include <filesystem>
#include <vector>

#include "base/error.h"
#include "base/game_id.h"

namespace lanspread::runtime {

/// The games folder that a game is to be fetched into, so that no second root of it comes to be: the one that
/// has a complete root of it, shared or not, else one that has a folder of its name, else the first into
/// which something can be written, with room if there is such a one. The error says why none of them can take
/// it. `games_folders` are one at least, in the user's order. Blocks: for the disk pool.
[[nodiscard]] Result<std::filesystem::path> games_folder_for(
    const std::vector<std::filesystem::path>& games_folders, const GameId& game);

}  // namespace lanspread::runtime
