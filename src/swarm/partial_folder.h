#pragma once

#include <filesystem>
#include <set>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/error.h"
#include "base/game_id.h"
#include "base/safe_path.h"
#include "content/manifest.h"
#include "platform/folder.h"

/// Where a partial download lies, below the games folder:
///
///     <game>/.lanspread/download/<content id, 64 hex digits>/
///         files/…    the files
///         repair     there while the files are those of a game that was here: its only copy
///         replaced   once it is put in place: the canonical manifest of the version that it replaces
///
/// All here blocks; nothing here follows a link below the games folder.
namespace lanspread::swarm {

/// The open folders of a partial download.
struct PartialFolder {
    platform::Folder root;     ///< the game root
    platform::Folder partial;  ///< .lanspread/download/<content id>
    platform::Folder files;    ///< its files/

    /// Opens them, making what is not there.
    [[nodiscard]] static Result<PartialFolder> open(const std::filesystem::path& games_folder,
                                                    const GameId& game, const ContentId& content);
};

/// Removes a partial download, and what of the folders around it is empty then, the game root included.
/// Idempotent.
[[nodiscard]] Result<void> remove_partial(const std::filesystem::path& games_folder, const GameId& game,
                                          const ContentId& content);

/// Notes that the partial download is a game that was here, which is repaired; on the disk when it returns.
[[nodiscard]] Result<void> mark_as_repair(const PartialFolder& folder);
/// Whether that was noted of a partial download. It must not be deleted unasked.
[[nodiscard]] Result<bool> is_repair(const std::filesystem::path& games_folder, const GameId& game,
                                     const ContentId& content);

/// Whether there is a version.ini in the game root: it is no partial download then.
[[nodiscard]] Result<bool> has_sentinel(const std::filesystem::path& games_folder, const GameId& game);

/// The name `text`, which is made of names that are safe already.
[[nodiscard]] SafePath known_safe(std::string_view text);

/// The folder that `path` is in; empty at the top.
[[nodiscard]] std::string_view parent_of(std::string_view path);

/// All folders that the manifest has, with those above them. They point into the manifest.
[[nodiscard]] std::set<std::string_view> folders_of(const content::Manifest& manifest);

/// What lies in `files`, sorted by name, but for the folders that the manifest has: other ones are listed,
/// and not entered.
[[nodiscard]] Result<std::vector<platform::Entry>> list_files(const platform::Folder& files,
                                                              const content::Manifest& manifest);

}  // namespace lanspread::swarm
