#pragma once

#include <filesystem>

#include "base/error.h"
#include "content/manifest.h"

namespace lanspread::swarm {

/// Makes a damaged game root the partial download of its own content: the sentinel goes first, then every
/// file of `manifest` is renamed to where a download would have it, with the length and the executable bit
/// that it should have. All else stays where it is: what of it does not belong to the game is known when its
/// game.toml is good again (put_in_place.h). Takes no room, and can be done again after a crash at any point,
/// and must be, before anybody believes what was verified. Blocks.
///
/// `refused`, with nothing touched, where a folder cannot be written, or where another version has been put
/// there meanwhile.
[[nodiscard]] Result<void> take_apart(const std::filesystem::path& games_folder,
                                      const content::Manifest& manifest);

}  // namespace lanspread::swarm
