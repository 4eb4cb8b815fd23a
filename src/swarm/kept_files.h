#pragma once

#include <filesystem>

#include "base/error.h"
#include "content/manifest.h"
#include "facts/kept_paths.h"
#include "swarm/partial_folder.h"

namespace lanspread::swarm {

/// What the player writes, as the game.toml of a partial download says, all of whose chunks are verified; an
/// error where it cannot be read. After a crash that file may be in its place already. Blocks.
[[nodiscard]] Result<facts::KeptPaths> kept_by(const PartialFolder& folder,
                                               const content::Manifest& manifest);

/// Whether a partial download, all of whose chunks are verified, may be put in place at all: `refused` where
/// a file of the manifest is one that, by the package's own game.toml, the player writes, or a folder of his.
/// Nobody would hash it again, so nobody would notice what becomes of it; and where he has a folder, no file
/// can come. Blocks.
[[nodiscard]] Result<void> check_kept(const std::filesystem::path& games_folder,
                                      const content::Manifest& manifest);

}  // namespace lanspread::swarm
