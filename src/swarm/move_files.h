#pragma once

#include "base/error.h"
#include "content/manifest.h"
#include "swarm/partial_folder.h"

namespace lanspread::swarm {

/// The largest part of put_in_place: moves all files of the partial download but the sentinel into the game
/// root, by renaming, and returns when that is on the disk. A folder that the game root has not is renamed as
/// a whole; only where both have it, one goes through it. Can be repeated after a crash: a file that is no
/// longer in the partial download must be in the root with its full length (`not_found`). Blocks.
[[nodiscard]] Result<void> move_files(const PartialFolder& folder, const content::Manifest& manifest);

}  // namespace lanspread::swarm
