#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "content/manifest.h"

namespace lanspread::runtime {

/// What became of a package.
struct RemovedPackage {
    std::uint64_t bytes_freed = 0;
    std::uint32_t files_removed = 0;
    std::uint32_t left_count = 0;  ///< what is in the root still, as `left` counts it
    /// The first of what the manifest does not have and that therefore stays: files, and folders with no file
    /// in them, as paths in the root. Not `local/` and `.lanspread/`.
    std::vector<std::string> left;
};

/// Whether a game root may lose its package: a folder, no link, directly in `games_folder`, with a sentinel,
/// and nothing installed in it (unless `keep_installed`). `refused` with the way out; `not_found` where the
/// root is there, and no sentinel in it; `unavailable` where the root is not there. Blocks.
[[nodiscard]] Result<void> check_removable(const std::filesystem::path& games_folder, const GameId& game,
                                           bool keep_installed);

/// Deletes the files of the manifest in their game root, the sentinel first, so that nobody takes for whole
/// what is half gone; then the folders in it that are empty. What the manifest does not have stays. Can be
/// repeated, whatever was deleted already. `unavailable` where the root is not there. Follows no link.
/// Blocks.
[[nodiscard]] Result<RemovedPackage> remove_package(const std::filesystem::path& games_folder,
                                                    const content::Manifest& manifest);

/// Whether remove_package of that content was cut short in this very root: without a sentinel, and with the
/// mark that it leaves there. `unavailable` as above. Blocks.
[[nodiscard]] Result<bool> is_half_removed(const std::filesystem::path& games_folder, const GameId& game,
                                           const ContentId& content);

/// The last step, for when nothing is left to be gone on with: the mark goes, and the root if it is empty.
/// Until then a root that is not there tells that its disk is missing. Blocks.
[[nodiscard]] Result<void> clear_after_removal(const std::filesystem::path& games_folder, const GameId& game);

}  // namespace lanspread::runtime
