#pragma once

#include <filesystem>

#include "base/error.h"
#include "content/manifest.h"

namespace lanspread::swarm {

/// Notes, beside the partial download of `wanted`, which version it will replace: `put_in_place` deletes the
/// files that only the old one has, also when it is done again after a crash, when nobody else knows the old
/// version any more. Blocks.
[[nodiscard]] Result<void> note_replaced(const std::filesystem::path& games_folder,
                                         const content::Manifest& wanted, const content::Manifest& old);

/// Makes a partial download, all of whose chunks are verified and on the disk, the game root: the old
/// version's sentinel goes first and the new one comes last, so that whenever the power fails, a sentinel
/// stands over a whole version or there is none. What does not belong to the game is
/// moved to `.lanspread/extra`, never deleted; what the new version's game.toml says that the player
/// writes stays as it is. Can be done again after a crash at any point, and must be;
/// then the partial download is gone. Blocks.
///
/// `refused` where a link lies in the way, `disk_full` where the folders need room that is not there.
[[nodiscard]] Result<void> put_in_place(const std::filesystem::path& games_folder,
                                        const content::Manifest& manifest);

}  // namespace lanspread::swarm
