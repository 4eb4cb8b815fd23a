#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/game_id.h"
#include "facts/package_description.h"
#include "facts/package_files.h"

/// The game root that a package comes to be in. `version.ini` is removed first and written last, so that
/// there is no moment at which half of a package looks whole; nothing here touches `local/` or `.lanspread/`.
/// Blocks.
namespace lanspread::facts {

/// What lies where a package is to come to be.
struct PackageRoot {
    bool is_empty = true;            ///< nothing of a package: not there, or only what is installed
    std::string title;               ///< by its game.toml; empty where it has none
    std::vector<std::string> keeps;  ///< the same
    bool is_whole = false;
    std::optional<std::string> version;  ///< of a whole one, or of the one that was being replaced

    [[nodiscard]] static Result<PackageRoot> look(const std::filesystem::path& root);
};

/// What becomes of the package that is there.
enum class OldPackage {
    replaced,   ///< it goes
    completed,  ///< it stays, and the new files come beside it, or in place of those that bear their names
};

/// What is put into a root.
struct NewPackage {
    std::vector<PackageFile> files;
    std::vector<WrittenFile> written;  ///< game.toml first
    KeptPaths kept;                    ///< what lies there stays
    OldPackage old = OldPackage::replaced;
    std::string version_text;  ///< of version.ini
};

/// Whether the root holds just these files, byte for byte, beside its version.ini and what the player wrote.
[[nodiscard]] bool has_same_files(const std::filesystem::path& root, const NewPackage& package);

/// Makes the root of `id` in the games folder, or changes what is in it: what is new is put together in a
/// hidden folder beside it (`.<id>.packing`, which is removed where one was left behind), and on the disk
/// before anything of the old one goes.
[[nodiscard]] Result<void> write_root(const std::filesystem::path& games_folder, const GameId& id,
                                      const NewPackage& package);

}  // namespace lanspread::facts
